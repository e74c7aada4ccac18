"""The nouns of incidents: what is owed for each kind, and one incident with its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

OPEN = "open"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Duty:
    """Something owed. ``within_minutes`` from awareness (0: immediately; None: no source gives a time)."""

    code: str
    text: str
    contact: str
    within_minutes: int | None
    only_if: str
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way an incident of its kind may end."""

    code: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident with its duties, in the order they are done, and the ways it may end."""

    code: str
    name: str
    duties: tuple[Duty, ...]
    outcomes: tuple[Outcome, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything `policies/incidents` says."""

    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty of one incident: the rule, when it falls due (UTC, None: no time), and when and by whom it was done."""

    duty: Duty
    due_at: datetime | None
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. It never holds what was at risk: ``marking_claimed`` is a code, ``subject`` an id or empty."""

    id: str
    number: str
    kind: Kind
    opened_at: datetime
    awareness_at: datetime
    reported_by: str
    subject: str
    state: str
    marking_claimed: str
    outcome: str
    closed_at: datetime | None
    closed_by: str
    owed: tuple[Owed, ...]

    @property
    def next(self) -> Owed | None:
        """What to do next: the first thing always owed and not done."""
        return next((owed for owed in self.owed if owed.done_at is None and not owed.duty.only_if), None)
