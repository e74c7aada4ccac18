"""The nouns of custody: a medium with what was chosen for it, a paper copy, and what the policies say of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

State = Literal["asked", "approved", "refused", "withdrawn", "writing", "written", "exported", "lost", "ended"]
PaperState = Literal["held", "on-the-way", "missing", "ended"]
PaperKind = Literal["paper", "printed"]
Fate = Literal["", "destroyed", "returned"]
Choice = Literal["approved", "refused"]

OUT: Final = frozenset({"writing", "written", "exported", "lost"})  # something of it may lie on the medium
WAITING: Final = frozenset({"asked", "approved"})
SERIAL: Final = r"[A-Z0-9][A-Z0-9./-]{2,39}"


@dataclass(frozen=True, slots=True)
class MediumKind:
    """A kind of medium that may be asked for. ``note`` is shown beside it."""

    id: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Way:
    """How paper is moved."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What ``policies/custody.toml`` says. Every number of days is there with its source."""

    kinds: Mapping[str, MediumKind] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)
    longest_days: int = 0  # a medium is due back after so many at most
    remind_days: int = 0  # before it is due back
    confirm_days: int = 0  # between one confirmation of locked storage and the next
    receipt_days: int = 0  # working days in which paper on its way is received
    most_prints: int = 0  # copies at once


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of one item goes onto the medium: its text or not, and these of its files. ``copy`` is its own id."""

    item: str
    reference: str
    text: bool
    parts: tuple[int, ...]
    copy: str

    @property
    def line(self) -> str:
        """As the log has it."""
        parts = ",".join(map(str, self.parts))
        return f"{self.item} {self.reference} {'text' if self.text else '-'} {parts or '-'} {self.copy}"


def chosen_of(line: str) -> Chosen:
    """The other way. Raises ValueError."""
    item, reference, text, parts, copy = line.split(" ")
    numbers = () if parts == "-" else tuple(int(each) for each in parts.split(","))
    return Chosen(item, reference, text == "text", numbers, copy)


@dataclass(frozen=True, slots=True)
class Export:
    """One medium, from the request to its end.

    ``why`` (nothing else serves), ``least`` (no less would do), ``to`` (who reads it where), ``decision``, ``loss``,
    ``witness`` and ``evidence`` are words, sealed at rest. ``holder`` answers for the medium. ``outside``: it will be
    read by somebody who has no need-to-know in this service. ``version`` counts its facts. Size and digest are those
    of the container last written whole.
    """

    id: str
    number: str
    party: str
    office: int
    state: State
    medium: str
    serial: str
    holder: str
    purpose: str
    why: str
    least: str
    to: str
    outside: bool
    back_on: date
    asked_by: str
    asked_at: datetime
    chosen: tuple[Chosen, ...] = ()
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""
    attempt: int = 0
    size: int = 0
    sha256: str = ""
    written_at: datetime | None = None
    verified_by: str = ""
    verified_at: datetime | None = None
    verified_entry: str = ""
    loss: str = ""
    lost_at: datetime | None = None
    fate: Fate = ""
    method: str = ""
    witness: str = ""
    evidence: str = ""
    ended_on: date | None = None
    ended_by: str = ""
    version: int = 1

    @property
    def own(self) -> frozenset[str]:
        """Who asked for it and who holds it."""
        return frozenset({self.asked_by, self.holder})


@dataclass(frozen=True, slots=True)
class Paper:
    """One copy on paper. ``place``, ``loss``, ``witness``, ``evidence`` are words, sealed at rest.

    ``locked_on``: the day on which its holder last said that it is locked away. ``to``, ``way``, ``due_on``: while it
    is on its way.
    """

    id: str
    item: str
    reference: str
    kind: PaperKind
    party: str
    office: int
    state: PaperState
    keeper: str
    place: str
    made_on: date
    locked_on: date
    purpose: str
    registered_by: str
    registered_at: datetime
    to: str = ""
    way: str = ""
    due_on: date | None = None
    moved_at: datetime | None = None
    loss: str = ""
    fate: Fate = ""
    method: str = ""
    witness: str = ""
    evidence: str = ""
    ended_on: date | None = None
    ended_by: str = ""
    version: int = 1

    @property
    def own(self) -> frozenset[str]:
        """Who holds it and whom it is on its way to."""
        return frozenset({self.keeper, self.to} - {""})


@dataclass(frozen=True, slots=True)
class Reminder:
    """Said once for each stage a thing comes to. ``thing`` is the id of a medium or a paper."""

    thing: str
    stage: str
    since: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as custody needs it: decided upon already. ``files``: bytes by number. ``parties``: those it reached."""

    item: str
    reference: str
    marking: str
    code: str
    restricted: tuple[str, ...]
    files: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of one item."""

    reference: str
    text: bool
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a medium, as it is asked."""

    items: tuple[Wanted, ...]
    purpose: str
    medium: str
    serial: str
    issued: bool
    holder: str
    why: str
    least: str
    to: str
    outside: bool
    back_on: date


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a medium or of paper."""

    fate: Fate
    on: date
    evidence: str
    witness: str
    method: str = ""
