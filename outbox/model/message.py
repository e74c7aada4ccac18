"""What is told, and what carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

PERSON, SYSTEM, PARTY = "person", "system", "party"
NOT_TO = "-"  # among the fields of a notice: accounts and offices that hear nothing of it
CONCERNS = "+"  # and the offices that it concerns, where the people who hear are others than all of these
WAITING: Final = "waiting"
SENT: Final = "sent"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
DROPPED: Final = "dropped"
State = Literal["waiting", "sent", "delivered", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Notice:
    """That something came to a stage. ``source`` is the entry of the log; ``fields`` those the audience is found by."""

    id: str
    topic: str
    subject: str
    source: str
    fields: Mapping[str, Any]
    at: datetime
    settled: bool = False
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that leaves. ``to`` is an account, a partner system, or the duty of an incident's notice.

    ``cause`` is a code, of the last failure; ``remote`` what the carrier calls it. ``notice``: what a partner system
    hears of; ``subject``: the incident whose notice it is.
    """

    id: str
    sort: str
    to: str
    state: State
    attempts: int
    made_at: datetime
    next_at: datetime | None
    ended_at: datetime | None = None
    urgent: bool = False
    cause: str = ""
    remote: str = ""
    notice: str = ""
    subject: str = ""
    stage: str = ""
    by: str = ""
    words: str = ""  # of an incident's notice, sealed


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to go. ``id`` makes its Message-ID, and is its reference at GOV.UK Notify."""

    id: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a carrier says: sent, delivered, or failed. ``cause`` is a short code and names nobody."""

    state: State
    cause: str = ""
    remote: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """A partner system. Secrets are sealed here; ``before`` is valid until ``before_until``."""

    id: str
    party: str
    url: str
    state: Literal["active", "disabled"]
    secret: str
    before: str
    before_until: datetime | None
    failing_since: datetime | None
    made_at: datetime
    version: int
