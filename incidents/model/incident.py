"""One incident as it stands: what is known, what is owed, what was done, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from incidents.model.rules import FINAL, Duty, Kind

OPEN = "open"
CLOSING = "closing"  # one person has proposed to close it
CLOSED = "closed"
STATES = (OPEN, CLOSING, CLOSED)
IMPACTS = ("confidentiality", "integrity", "availability")  # UK GDPR art. 4(12), by what suffers
SENT, DECIDED_NOT = "sent", "not-sent"
# What stops it from getting worse: what each acts upon.
MEASURES: Mapping[str, str] = {
    "quarantine": "item",
    "end-grants": "item",
    "disable-key": "item",
    "freeze-disposal": "item",
    "end-sessions": "person",
}
# What cannot be undone, so that nobody is asked to release it.
ONCE = frozenset({"end-grants", "end-sessions"})
ON, ASKED, OFF = "on", "asked", "off"


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty of one incident: the rule, when it falls due (UTC, None: no time), and when and by whom it was done.

    ``needed``: True, False, or None where a person must judge. ``stage``: what comes next of it.
    """

    duty: Duty
    due_at: datetime | None
    done_at: datetime | None
    done_by: str
    needed: bool | None = True
    stage: str = ""

    @property
    def waits(self) -> bool:
        """Whether the incident cannot be closed before."""
        return self.needed is True and (self.done_at is None or (bool(self.stage) and self.stage == FINAL))


@dataclass(frozen=True, slots=True)
class Notice:
    """What was sent or decided for a duty. ``words``: to, proof, reasons, late; empty for whoever may not read them."""

    id: str
    duty: str
    stage: str
    decision: str
    at: datetime
    by: str
    sent_at: datetime
    channel: str
    late: bool
    words: Mapping[str, str]
    received_at: datetime | None = None
    received_by: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something somebody is to do about it. ``owner``: an account."""

    id: str
    text: str
    owner: str
    due_on: date
    by: str
    done_at: datetime | None = None
    done_by: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A lesson, or what somebody noted. ``sort``: lesson, note, closure, sent-back, release."""

    id: str
    sort: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A fact of the log that belongs to it: the entry's id and its kind."""

    entry: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing done to stop it. ``state``: on, asked (its release waits for a second person), off."""

    id: str
    act: str
    target: str
    called: str
    state: str
    at: datetime
    by: str
    asked_by: str = ""
    released_at: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether somebody has deleted what they took, as they say. ``answer``: "", deleted, none, cannot."""

    incident: str
    person: str
    item: str
    reference: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """That the moment of awareness was corrected: from, to, and why."""

    at: datetime
    by: str
    before: datetime
    after: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything people did and wrote about one incident, oldest first."""

    notices: tuple[Notice, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()
    joined: tuple[Joined, ...] = ()
    measures: tuple[Measure, ...] = ()
    asked: tuple[Asked, ...] = ()
    corrected: tuple[Corrected, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. It never holds what was at risk: ``marking_claimed`` is a code, ``subject`` an id or empty.

    ``rule``: the rule of detection, empty where somebody reported it. ``key``: what that rule counts it by. ``known``:
    what was assessed, or is assumed. ``words``: what was written, by field; sealed at rest.
    """

    id: str
    number: str
    kind: Kind
    rule: str
    key: str
    opened_at: datetime
    awareness_at: datetime
    reported_by: str
    party: str
    parties: tuple[str, ...]
    certainty: str
    impacts: tuple[str, ...]
    subject: str
    items: tuple[str, ...]
    references: tuple[str, ...]
    people: tuple[str, ...]
    media: tuple[str, ...]
    known: Mapping[str, str]
    grade: str
    grade_reasons: tuple[str, ...]
    state: str
    marking_claimed: str
    outcome: str
    closed_at: datetime | None
    closed_by: str
    proposed_by: str
    owed: tuple[Owed, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def next(self) -> Owed | None:
        """What to do next: the first thing owed and not done."""
        return next((owed for owed in self.owed if owed.waits), None)
