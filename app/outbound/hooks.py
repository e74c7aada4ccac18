"""What partner systems are told, handed over: signed, to a checked address, and to no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.outbound.web import Unreachable, ask
from outbox.model.message import DELIVERED, FAILED, Outcome
from outbox.rules import destinations, signing

GONE = 410  # the scheme: the receiver wants no more
ANSWERED = "answered-"  # how the cause of a failure begins where there was an answer at all


def tell(url: str, secrets: Sequence[str], event: str, payload: bytes, at: datetime, *, demonstration: bool) -> Outcome:
    """One attempt. Any answer of 2xx is delivery; a redirect is none, and is not followed."""
    allowed = partial(destinations.allowed, demonstration=demonstration)
    headers = {"Content-Type": "application/json", **signing.headers(event, at, payload, secrets)}
    try:
        answer = ask("POST", url, payload, headers, allowed=allowed)
    except Unreachable as error:
        return Outcome(FAILED, error.cause)
    if 200 <= answer.status < 300:
        return Outcome(DELIVERED)
    return Outcome(FAILED, f"{ANSWERED}{answer.status}", permanent=answer.status == GONE)
