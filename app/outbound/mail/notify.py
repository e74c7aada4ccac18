"""Mail through GOV.UK Notify, by its published API (docs.notifications.service.gov.uk/rest-api.html).

Only tokens are made here, never read, so that the thirty lines of it need no library.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.outbound.web import Answer, Unreachable, ask
from outbox.model.message import DELIVERED, FAILED, SENT, Letter, Outcome
from outbox.policy.address import usable

# As Notify says what became of one. What it has not said yet is under way.
_ENDED = {
    "delivered": Outcome(DELIVERED),
    "permanent-failure": Outcome(FAILED, "address-refused", permanent=True),
    "temporary-failure": Outcome(FAILED, "mailbox-unavailable"),
    "technical-failure": Outcome(FAILED, "carrier-failed"),
}


class Notify:
    """``outbox.ports.Carrier``. The letter's id is the reference, by which what was sent before a crash is found."""

    name = "notify"

    def __init__(self, base: str, service: str, secret: str, template: str, clock: Callable[[], datetime]) -> None:
        """``service`` and ``secret`` are the two parts of an API key; ``template`` has ((subject)) and ((body))."""
        self._base, self._service, self._secret = base, service, secret
        self._template = template
        self._clock = clock

    def send(self, letter: Letter) -> Outcome:
        """Hand it over, unless an attempt that broke off did already."""
        if not usable(letter.address):
            return Outcome(FAILED, "address-unusable", permanent=True)
        try:
            before = self._before(letter.id)
            return before or self._post(letter)
        except Unreachable as error:
            return Outcome(FAILED, error.cause)

    def ask(self, remotes: Mapping[str, str]) -> Mapping[str, Outcome]:
        """What became of these; those it says nothing new of are left out."""
        found: dict[str, Outcome] = {}
        for id_, remote in remotes.items():
            try:
                answer = self._call("GET", f"/v2/notifications/{remote}")
            except Unreachable:
                break  # the next run asks again
            said = _json(answer)
            if answer.status == 200 and said.get("status") in _ENDED:
                found[id_] = _ENDED[str(said["status"])]
        return found

    def _before(self, id_: str) -> Outcome | None:
        answer = self._call("GET", f"/v2/notifications?reference={id_}")
        if answer.status != 200:
            return _failed(answer)
        listed = _json(answer).get("notifications")
        for each in listed if isinstance(listed, list) else ():
            status = str(each.get("status")) if isinstance(each, dict) else ""
            if status and (status not in _ENDED or status == "delivered"):
                return Outcome(SENT, remote=str(each.get("id", "")))
        return None

    def _post(self, letter: Letter) -> Outcome:
        asked = {
            "email_address": letter.address,
            "template_id": self._template,
            "personalisation": {"subject": letter.subject, "body": letter.body},
            "reference": letter.id,
        }
        answer = self._call("POST", "/v2/notifications/email", json.dumps(asked).encode())
        if answer.status != 201:
            return _failed(answer)
        return Outcome(SENT, remote=str(_json(answer).get("id", "")))

    def _call(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        return ask(method, self._base + path, body, headers)

    def _token(self) -> str:
        """JWT, HS256 (RFC 7515, 7519): good for thirty seconds, so made anew for each request."""
        claims = {"iss": self._service, "iat": int(self._clock().timestamp())}
        signed = ".".join(_b64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
        return f"{signed}.{_b64(hmac.digest(self._secret.encode(), signed.encode(), sha256))}"


def _failed(answer: Answer) -> Outcome:
    """400 is for ever; a refused key, too many requests and trouble on their side are for somebody to see to."""
    if answer.status == 400:
        return Outcome(FAILED, "message-refused", permanent=True)
    causes = {401: "sign-in-refused", 403: "sign-in-refused", 429: "too-many"}
    return Outcome(FAILED, causes.get(answer.status, "carrier-failed"))


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
