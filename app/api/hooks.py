"""What partner systems are sent, as the description tells it (`webhooks` of OpenAPI 3.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outbox.rules import signing

SIGNATURE = "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body joined by dots; one for each valid secret."
# The examples are signed with this secret; tests/vectors/webhooks/signed.json has it, and more examples.
SECRET = signing.secret_of(bytes(range(signing.BYTES)))
_ID, _THING = "5a0c2f0e-0d3a-5f6e-9a3b-2f6f0b1d7c11", "01a203e1-25c9-7d3c-a5b1-ceae4600ff2b"
_WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_MEANT = {
    "webhook-id": "The same each time it is sent.",
    "webhook-timestamp": "Seconds since 1970 when it was sent.",
    "webhook-signature": SIGNATURE,
}


def webhooks(events: Mapping[str, str]) -> dict[str, Any]:
    """Each kind of event. ``events``: its type, and what it says in words."""
    return {kind: {"post": _told(kind, words)} for kind, words in sorted(events.items())}


def event_schema(events: Mapping[str, str]) -> dict[str, Any]:
    """The whole body. There is never more in it."""
    return {
        "type": "object",
        "description": "What happened, when, and the id of what it happened to. The rest is asked for with a token.",
        "required": ["type", "timestamp", "data"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "enum": sorted(events)},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {
                "type": "object",
                "required": ["id"],
                "additionalProperties": False,
                "properties": {"id": {"type": "string"}},
            },
        },
    }


def _told(kind: str, words: str) -> dict[str, Any]:
    body = signing.body(kind, _THING, _WHEN)
    headers = signing.headers(_ID, _WHEN, body, [SECRET])
    content = {"schema": {"$ref": "#/components/schemas/WebhookEvent"}, "example": json.loads(body)}
    return {
        "operationId": f"told-{kind.replace('.', '-')}",
        "summary": words,
        "description": (
            "Sent to each partner system of the body, signed by Standard Webhooks (version 1). Verify the signature, "
            "refuse a timestamp more than five minutes off, and do a `webhook-id` once. Until an answer of 2xx within "
            "fifteen seconds it is sent again under the same `webhook-id`, for three days; after 410 it is not. The "
            f"examples are signed with `{SECRET}`."
        ),
        "security": [],
        "parameters": [_header(name, signed) for name, signed in headers.items()],
        "requestBody": {
            "required": True,
            "description": f"Byte for byte: `{body.decode()}`",
            "content": {"application/json": content},
        },
        "responses": {
            "2XX": {"description": "It got through."},
            "410": {"description": "It is not sent again."},
            "default": {"description": "It is sent again; the first time after a minute."},
        },
    }


def _header(name: str, signed: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": _MEANT[name],
        "schema": {"type": "string"},
        "example": signed,
    }
