"""What partner systems are sent, signed by the scheme of Standard Webhooks (standardwebhooks.com, version 1). Pure."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

PREFIX = "whsec_"
BYTES = 32  # the scheme asks for 24 to 64


def secret_of(random: bytes) -> str:
    """As people copy it. Raises ValueError for another length."""
    if len(random) != BYTES:
        msg = f"a secret is made of {BYTES} random bytes"
        raise ValueError(msg)
    return PREFIX + b64encode(random).decode()


def body(kind: str, thing: str, when: datetime) -> bytes:
    """The whole of an event: its kind, the id of what it is about, the instant. Nothing else is ever sent."""
    said = {"type": kind, "timestamp": when.astimezone(UTC).isoformat(), "data": {"id": thing}}
    return json.dumps(said, separators=(",", ":")).encode()


def headers(event: str, sent_at: datetime, payload: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The three of the scheme: one signature for each valid secret, the newest first."""
    seconds = int(sent_at.timestamp())
    return {
        "webhook-id": event,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(event, seconds, payload, secret) for secret in secrets),
    }


def signature(event: str, seconds: int, payload: bytes, secret: str) -> str:
    """``v1,`` and HMAC-SHA256 in base64 over id, timestamp and body, joined by dots."""
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = b".".join((event.encode(), str(seconds).encode(), payload))
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
