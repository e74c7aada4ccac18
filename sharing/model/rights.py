"""What people ask about the data held on them: the rules, a request, its parts and what became of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

OPEN, ANSWERED, WITHDRAWN = "open", "answered", "withdrawn"  # states of a request
REFERRED, TAKEN, DECLINED, REFUSED = "referred", "taken", "declined", "refused"  # and, with ANSWERED, of a part
IDENTITY, CLARIFICATION = "identity", "clarification"  # what its clock may stand still for
PAUSES = (IDENTITY, CLARIFICATION)
NEXT_WORKING_DAY, STAYS = "next-working-day", "stays"
BEGINS_ANEW, DAYS_OUT = "begins-anew", "days-out"
DESTROYED_FIRST, RESTRICTED_FIRST = "destroyed", "restricted"
NONE, CONSENTED, TAKEN_OUT, REASONABLE = "none", "consented", "taken-out", "reasonable"
THIRD_PARTY = {  # of somebody else in what is given
    NONE: "Nobody else is in it",
    TAKEN_OUT: "Others are in it and were taken out",
    CONSENTED: "Others are in it and consent",
    REASONABLE: "Others are in it, and it is reasonable to give it without their consent",
}
SENT, NAMED, ANSWER, ANSWERS = "index", "reference", "answer", "answered"
HOW = {  # an item was found
    SENT: "Named on the item",
    ANSWER: "It answers an item found",
    ANSWERS: "An item found answers it",
    NAMED: "Its reference was given",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """How time is counted. ``unverified`` names each part that nobody has read in its source."""

    months: int = 1
    extension: int = 2
    weekends: str = NEXT_WORKING_DAY
    identity: str = BEGINS_ANEW
    clarification: str = DAYS_OUT
    reminders: tuple[int, ...] = ()
    unverified: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one item may come to."""

    id: str
    name: str
    gives: bool
    ground: bool
    tells: bool
    needs: str


@dataclass(frozen=True, slots=True)
class Right:
    """Something that may be asked for, and the outcomes one item may come to.

    ``spares``: while such a request is open, nothing it covers is destroyed.
    """

    id: str
    name: str
    outcomes: tuple[str, ...]
    verified: bool
    sources: tuple[str, ...]
    spares: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is withheld or refused. ``whole``: a whole request may be."""

    id: str
    name: str
    rights: tuple[str, ...]
    whole: bool
    verified: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to hand something over. What goes electronically is known by its digest."""

    id: str
    name: str
    electronic: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything of ``policies/rights.toml``."""

    clock: Clock = Clock()
    rights: Mapping[str, Right] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    grounds: Mapping[str, Ground] = field(default_factory=lambda: MappingProxyType({}))
    channels: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}))
    kept_months: int = 0
    kept_verified: bool = False
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from ``since`` until ``until`` (None: still)."""

    about: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """How the time of a request stands. ``due_on`` is None while it stands still; ``begins_on`` is counted from."""

    begins_on: date
    due_on: date | None
    days_out: int
    stopped_for: str = ""
    moved: bool = False  # off a weekend or bank holiday


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Who asked stands sealed beside its first event. ``identity``: it was confirmed who they are."""

    id: str
    reference: str
    right: str
    party: str
    received_on: date
    channel: str
    identity: bool
    received_by: str
    received_at: datetime
    state: str
    extended_on: date | None
    closed_on: date | None
    told: int
    late: bool
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Alias:
    """One name or identifier of the person. ``note`` is the event that holds it."""

    id: str
    request: str
    kind: str
    token: bytes
    party: str
    note: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one body answers of a request."""

    party: str
    state: str
    ground: str = ""
    answered_on: date | None = None
    digest: str = ""
    searched_at: datetime | None = None
    searched_for: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """One item that was found for a request, and what became of it."""

    item: str
    item_id: int
    party: str
    reference: str
    how: str
    excluded: bool = False
    outcome: str = ""
    ground: str = ""
    third_party: str = ""
    decided_by: str = ""
    checked_by: str = ""
    restricted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What was given, to whom (in the words of ``note``), when and how. ``digest``: SHA-256 of what was sent."""

    id: str
    party: str
    on: date
    channel: str
    digest: str
    items: tuple[str, ...]
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An office that received an item is told what became of it, and says that it knows."""

    item: str
    office: int
    party: str
    about: str
    told_at: datetime
    note: str
    known_at: datetime | None = None
    known_by: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a request's history. ``words`` are opened, or empty for whoever may not read them."""

    note: str
    act: str
    party: str
    by: str
    at: datetime
    detail: str = ""
    item: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one request."""

    request: Request
    pauses: Sequence[Pause] = ()
    aliases: Sequence[Alias] = ()
    joined: Sequence[str] = ()
    parts: Sequence[Part] = ()
    matches: Sequence[Match] = ()
    disclosures: Sequence[Disclosure] = ()
    notices: Sequence[Notice] = ()
    events: Sequence[Event] = ()

    def part(self, party: str) -> Part | None:
        """What this body answers of it."""
        return next((each for each in self.parts if each.party == party), None)

    def match(self, item: str) -> Match | None:
        """The item, where it was found; by its reference too."""
        return next((each for each in self.matches if item in (each.item, each.reference)), None)

    def said(self, note: str) -> Mapping[str, str]:
        """What was written with an event."""
        return next((each.words for each in self.events if each.note == note), {})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Of the other body's items, those that reached this one: whom to ask, by their references."""

    party: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How an item stands with whoever disposes of it: ``copies`` are those on paper and media not accounted for."""

    held: bool = False
    state: str = ""
    certificate: str = ""
    copies: int = 0
