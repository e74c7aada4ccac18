"""How an agreement is kept: its duties as they stand now, each occurrence, and each record made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sharing.model.duty import Duty

OccurrenceState = Literal["open", "met", "lapsed"]
OPEN, MET, LAPSED = "open", "met", "lapsed"

State = Literal["overdue", "due", "met", "nothing-yet", "enforced", "recorded", "context", "open"]
STATES: tuple[State, ...] = ("overdue", "due", "met", "nothing-yet", "enforced", "recorded", "context", "open")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a duty is owed. ``source`` is the item or record it began with; ``thread`` what that is about: the
    record it names, or itself.

    ``opened_on`` is the day it is counted from; ``due_at`` stands only where hours were given. ``told`` says what of it
    the log has: its opening, its end, its being overdue, how far it went up. ``circle`` and ``closed`` are
    those of the record it began with.
    """

    id: str
    agreement: str
    version: int
    duty: str
    number: str
    source: str
    thread: str
    establishment: str
    who: tuple[str, ...]
    opened_on: date
    due_on: date | None
    due_at: datetime | None
    state: OccurrenceState = "open"
    ended_on: date | None = None
    evidence: str = ""
    opened_told: bool = False
    ended_told: bool = False
    overdue_told: bool = False
    escalated: int = 0
    circle: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record somebody made. ``values`` are its codes, dates and numbers by field; ``words`` what was written;
    ``thread`` the record it names, or itself. ``circle`` is the record whose named people know, or knew, of it; empty:
    anybody may. ``closed``: they alone, now.
    """

    id: str
    agreement: str
    version: int
    kind: str
    on: date
    establishment: str
    thread: str
    values: Mapping[str, str]
    words: Mapping[str, str]
    party: str
    made_by: str
    made_at: datetime
    entry: str
    circle: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What a register says now: so many of so many."""

    count: int
    of: int
    words: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rows say of one duty."""

    open: int = 0
    overdue: int = 0
    next_due: date | None = None
    overdue_since: date | None = None
    last_on: date | None = None
    last_entry: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One duty as the page and the file show it."""

    duty: Duty
    section: str
    state: State
    tally: Tally
    standing: Standing | None = None
