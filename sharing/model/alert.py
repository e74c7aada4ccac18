"""Alerts of serious concern: who may raise one, whom it reaches, on whom it stands until a person acknowledges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sharing.model.duty import Span

Stage = Literal["first", "deputy", "everybody"]
FIRST: Final = "first"
DEPUTY: Final = "deputy"
EVERYBODY: Final = "everybody"

Cause = Literal["raised", "late", "handed-on", "nobody"]
RAISED: Final = "raised"
LATE: Final = "late"
HANDED_ON: Final = "handed-on"
NOBODY: Final = "nobody"

MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Urgency:
    """How pressing it is. ``acknowledge`` is the time, in hours, that each of those called has."""

    id: str
    words: str
    acknowledge: Span


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind of alert. ``by`` are the places that raise one, ``to`` the offices it may be raised to.

    ``up`` are the offices told besides when nobody acknowledges; those of them that did not raise it may then
    acknowledge. ``about`` are the kinds of record one may be linked to.
    """

    id: str
    name: str
    by: tuple[str, ...]
    to: tuple[str, ...]
    up: tuple[str, ...]
    about: tuple[str, ...]
    urgencies: tuple[Urgency, ...]
    clauses: tuple[str, ...]

    def urgency(self, id_: str) -> Urgency | None:
        """One of them; None where there is none of that name."""
        return next((each for each in self.urgencies if each.id == id_), None)


@dataclass(frozen=True, slots=True)
class Order:
    """Who of an office is called first, and who is their deputy: account ids, either may be empty."""

    office: int
    first: str = ""
    deputy: str = ""
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """On whom a call stands now. ``people`` are account ids; at the stage ``everybody`` it stands on ``offices``."""

    stage: Stage
    cause: Cause
    people: tuple[str, ...] = ()
    offices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """An alert as it stands with one office it was raised to. ``office`` 0: no office stands at that ``place``.

    ``since`` is when it came to those it stands on now, ``due_at`` when it goes on from them; None: it goes no further.
    """

    alert: str
    number: int
    office: int
    place: str
    turn: Turn
    since: datetime
    due_at: datetime | None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an alert. ``call`` 0: to all of it. ``words`` is what was written, once opened."""

    number: int
    act: str
    by: str
    at: datetime
    call: int = 0
    stage: str = ""
    cause: str = ""
    people: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. ``marking`` is its code. ``words`` is the gist, once opened; ``item`` a reference, ``record`` an id.

    ``urgency`` and ``kind`` are ids of its agreement. ``ended_at``: somebody said that nothing more is to be done.
    """

    id: str
    agreement: str
    version: int
    kind: str
    urgency: str
    establishment: str
    marking: str
    item: str
    record: str
    words: str
    party: str
    office: int
    raised_by: str
    raised_at: datetime
    ended_at: datetime | None
    calls: tuple[Call, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def waiting(self) -> tuple[Call, ...]:
        """The calls nobody has acknowledged."""
        return tuple(each for each in self.calls if each.acknowledged_at is None)

    def call(self, number: int) -> Call | None:
        """One of them; None where there is none of that number."""
        return next((each for each in self.calls if each.number == number), None)


@dataclass(frozen=True, slots=True)
class Raising:
    """What somebody raises: whole or not at all. ``to`` are places of the kind's."""

    urgency: str
    establishment: str
    marking: str
    gist: str
    to: tuple[str, ...]
    item: str = ""
    record: str = ""

    def plain(self) -> Mapping[str, str]:
        """Its codes, for a rule that names faults by field."""
        return {"urgency": self.urgency, "establishment": self.establishment, "marking": self.marking}
