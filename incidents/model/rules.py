"""Everything `policies/incidents` says: kinds with what they owe, what is assessed, grades, and what is detected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HIGH = "high"
NOT_KNOWN = "not-known"
OTHER_PARTIES = "other-parties"
FINAL = "final"  # the last report of a duty made of several


@dataclass(frozen=True, slots=True)
class Condition:
    """All of ``terms``: a field, and the values of it that fit. Said as ``field=one|two and other=three``."""

    terms: tuple[tuple[str, frozenset[str]], ...]

    def fits(self, known: Mapping[str, str]) -> bool:
        """Whether everything it asks for is so. What nobody has said is “not-known”."""
        return all(known.get(name, NOT_KNOWN) in values for name, values in self.terms)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something owed. ``within_minutes`` from awareness (0: immediately; None: no source gives a time).

    ``when``: any of these makes it owed; none, and ``only_if`` is for a person to judge. ``decision``: “no” discharges
    it too. ``stages``: the reports it is made of, the first against the clock. ``remind``: minutes before it is due.
    """

    code: str
    text: str
    contact: str
    within_minutes: int | None
    only_if: str
    verified: bool
    source: str
    when: tuple[Condition, ...] = ()
    decision: bool = False
    stages: tuple[str, ...] = ()
    remind: tuple[int, ...] = ()
    notice: str = ""
    tells: str = ""

    def needed(self, known: Mapping[str, str]) -> bool | None:
        """Whether it is owed, given what is known (``grade`` included); None where a person must judge."""
        if self.when:
            return any(each.fits(known) for each in self.when)
        return None if self.only_if else True

    def next_stage(self, done: frozenset[str], *, ended: bool) -> str:
        """The report that comes next; "" when none is owed any more, or it has no stages."""
        if not self.stages or ended or FINAL in done:
            return ""
        return self.stages[-1] if self.stages[0] in done else self.stages[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way an incident may end."""

    code: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident with its duties, in the order they are done, and the ways it may end.

    ``impacts``: confidentiality, integrity, availability. ``assumed``: what holds until somebody assesses it.
    """

    code: str
    name: str
    duties: tuple[Duty, ...]
    outcomes: tuple[Outcome, ...]
    source: str
    reportable: bool = False
    impacts: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """Something asked about an incident. ``type``: choice, choices, number or text; text is sealed."""

    id: str
    label: str
    type: str
    choices: Mapping[str, str]
    at_report: bool
    source: str


@dataclass(frozen=True, slots=True)
class GradeRule:
    """A reason for a grade."""

    id: str
    when: Condition
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade, the highest first in their order."""

    id: str
    name: str
    rules: tuple[GradeRule, ...]


@dataclass(frozen=True, slots=True)
class Detector:
    """Which facts open an incident. ``count`` 0: each one does; else so many within ``within_minutes``.

    ``per``: subject, actor, all, each, or ``field:<name>``. ``where``: fields of the fact and their values.
    """

    code: str
    facts: frozenset[str]
    outcome: str
    where: Mapping[str, frozenset[str]]
    count: int
    within_minutes: int
    per: str
    kind: str
    assumed: Mapping[str, str]
    text: str
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Late:
    """How long after the due moment the reason is asked for, in minutes; ``now``: how long what is owed immediately is
    due now and not overdue yet.
    """

    after: int
    immediately: int
    source: str
    now: int = 0

    def missed(self, duty: Duty, due: datetime | None, at: datetime) -> bool:
        """Whether what was due then, done at ``at``, was done later than that."""
        if due is None:
            return False
        grace = self.immediately if duty.within_minutes == 0 else self.after
        return at > due + timedelta(minutes=grace)

    def overdue(self, duty: Duty, due: datetime, at: datetime) -> bool:
        """Whether it is said to be overdue at ``at``: the moment it was due, or the first minutes of “immediately”."""
        return at >= due + timedelta(minutes=self.now if duty.within_minutes == 0 else 0)


REACHED = ("shown", "read", "taken", "copied")  # how a thing reached somebody, from least to most


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. ``reach``: how a kind of fact says that something reached somebody."""

    kinds: Mapping[str, Kind]
    fields: Mapping[str, Field]
    grades: tuple[Grade, ...]
    detectors: tuple[Detector, ...]
    late: Late
    reach: Mapping[str, str]

    def grade(self, id_: str) -> Grade | None:
        """The grade of that id."""
        return next((each for each in self.grades if each.id == id_), None)
