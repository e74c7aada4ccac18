"""A decision to share, or not to: what the ICO's code asks to be recorded of it (Data Sharing Code, annex B; M45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

# What was decided. The first four are made from the act itself; the last people record.
SENT, PASSED_ON, NAMED, GRANTED, REFUSED = "sent", "passed-on", "named", "granted", "refused"
ACTS = (SENT, PASSED_ON, NAMED, GRANTED, REFUSED)

# Whether those it is about are told. The one question that sending cannot answer for the sender.
TOLD: Mapping[str, str] = {
    "told": "They have been told",
    "will-be-told": "They will be told",
    "notice": "Only in general, by the privacy notice",
    "risk": "No, it could put somebody at risk",
    "prejudice": "No, it could defeat what it is shared for",
    "other": "No, for another reason",
    "nobody": "It is about nobody who can be identified",
}
NEEDS_WHY = frozenset({"other"})
OFFERED = tuple(code for code in TOLD if code not in NEEDS_WHY)  # while it is written: an answer that needs no words
WORDS = "decision"  # what the words of a decision are sealed as, under the key of the item it is about
OUTSIDE = "outside"  # who asked and is no party

FULL, COVER = "full", "cover"
"""What somebody sees of a decision: all of it, or what the other body needs to know of it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One heading with what the policies said of it on that day. Empty words: nothing was stated."""

    heading: str
    words: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DecisionTo:
    """One decision. ``party`` decided, through the person ``by`` and the office ``office`` (a principal).

    ``to`` are the principals it went to. ``holds`` are HOLDS, presumed of the kind of item until ``holds_said``.
    ``told`` is empty until it is answered. ``words``: purpose and why, opened only for whoever sees all of it.
    """

    id: str
    act: str
    agreement: str
    version: int
    route: str
    kind: str
    item: str
    reference: str
    party: str
    office: int
    by: str
    to_parties: tuple[str, ...]
    to: tuple[int, ...]
    on: date
    at: datetime
    persons: int
    purpose: str
    told: str
    holds: tuple[str, ...]
    holds_said: bool
    stated: tuple[Stated, ...]
    sight: str = FULL
    words: Mapping[str, str] | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be answered, by the name of the question."""
        return ("told",) if self.act == SENT and not self.told else ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request to share that is refused. ``asked_by`` is a party, or ``outside``."""

    agreement: str
    office: int
    kind: str
    asked_by: str
    who: str
    asked_on: date
    what: str
    why: str


def about(id_: str) -> str:
    """What the words of a decision without an item are sealed to."""
    return f"decision/{id_}"
