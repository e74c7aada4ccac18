"""The nouns of schedules: a class, a version, all that are in force, a version proposed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

# What is due is reviewed by people whatever stands here; it is what the schedule asks them for.
Action = Literal["destroy", "review", "return", "transfer", "keep"]
Starts = Literal["first", "latest"]
Applies = Literal["new", "live"]
Proposed = Literal["proposed", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One class of records. ``months`` is None when the class is unverified (no source gives its period) or kept.

    The clock counts from the ``starts`` of the facts of the kinds in ``triggers``; ``outcomes`` are the months for
    what came of an item, where they differ from ``months``.
    """

    code: str
    description: str
    triggers: tuple[str, ...]
    months: int | None
    action: Action
    authority: str
    clauses: tuple[str, ...]
    verified: bool
    starts: Starts = "first"
    outcomes: tuple[tuple[str, int], ...] = ()

    def months_for(self, outcome: str) -> int | None:
        """The period for that outcome; the class's own where it names none."""
        return dict(self.outcomes).get(outcome, self.months)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a schedule; in force from ``effective_from`` until the next one begins.

    ``applies`` to live items too, or to those alone whose clock starts under it. ``digest``: of the canonical text of a
    version approved here; empty for one of the file, which has a digest as a whole.
    """

    number: int
    effective_from: date
    authority: str
    classes: Mapping[str, RetentionClass]
    applies: Applies = "live"
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A body's schedule. ``digest`` is the SHA-256 of its file: what a certificate says was in force."""

    party: str
    versions: tuple[Version, ...]
    digest: str

    def at(self, day: date) -> Version | None:
        """The version in force on that date, or None before the first."""
        return next((each for each in reversed(self.versions) if each.effective_from <= day), None)

    def live(self, day: date) -> Version | None:
        """The newest version in force on that date that applies to live items too."""
        found = (each for each in reversed(self.versions) if each.effective_from <= day and each.applies == "live")
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Reminders:
    """After how many days at a stage those whose turn it is are reminded; ``cooling_off``: that many before its end."""

    due: int
    approval: int
    hold_review: int
    returns: int
    cooling_off: int


@dataclass(frozen=True, slots=True)
class DisposalPolicy:
    """Local interpretation, labelled so in the file, except ``longest_months`` (GSCP24 para 42d)."""

    cooling_off_days: int
    hold_review_days: int
    extension_cap_months: int
    longest_months: int
    reminders: Reminders


@dataclass(frozen=True, slots=True)
class Schedules:
    """All bodies' schedules and the disposal policy: what ``retention.policy.load`` hands down."""

    parties: Mapping[str, Schedule]
    disposal: DisposalPolicy
    triggers: frozenset[str] = field(default=frozenset())
    # party -> classes the agreements rely on, which no version may lack
    needed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def plus(self, approved: Iterable[tuple[str, Version]]) -> Schedules:
        """These and the versions approved here, each as (party, version)."""
        found = {party: list(schedule.versions) for party, schedule in self.parties.items()}
        for party, version in approved:
            found.setdefault(party, []).append(version)
        parties = {
            party: Schedule(
                party,
                tuple(sorted(versions, key=lambda each: (each.effective_from, each.number))),
                self.digest(party),
            )
            for party, versions in found.items()
        }
        return replace(self, parties=parties)

    def find(self, party: str, code: str, day: date) -> tuple[Version, RetentionClass] | None:
        """The originator's class at the version in force that day (M71), or None where no schedule says anything."""
        schedule = self.parties.get(party)
        version = schedule.at(day) if schedule else None
        found = version.classes.get(code) if version else None
        return (version, found) if version and found else None

    def digest(self, party: str, version: Version | None = None) -> str:
        """The digest of a party's schedule, or "" where it has none; of ``version``, if it was approved here."""
        schedule = self.parties.get(party)
        return (version.digest if version else "") or (schedule.digest if schedule else "")


@dataclass(frozen=True, slots=True)
class ScheduleVersion:
    """A version proposed here: its text is kept under ``sha256``; ``base`` is the version it was compared with."""

    id: str
    party: str
    number: int
    effective_from: date
    applies: Applies
    base: int
    sha256: str
    state: Proposed
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""
