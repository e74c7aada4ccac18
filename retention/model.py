"""The nouns of retention: a schedule, its classes, the case of one item, a hold, a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Action = Literal["destroy", "review"]
State = Literal[
    "no-period",  # the clock runs, but nobody has said for how long: a person must
    "running",
    "due",
    "reviewed",  # somebody proposed, somebody else must approve
    "cooling-off",  # approved; the key is disabled, and all can still be undone
    "destroying",  # begun; from here it can only be finished
    "erased",  # key and ciphertext gone, absence verified; the certificate is owed
    "destroyed",
    "kept",
]
Return = Literal["none", "offered", "accepted", "returned", "declined", "cannot"]
Proposal = Literal["", "destroy", "extend", "keep"]

STATES: tuple[State, ...] = (
    "no-period", "running", "due", "reviewed", "cooling-off", "destroying", "erased", "destroyed", "kept"
)  # fmt: skip
# Before this point a hold may still be placed; after it there may be nothing left to hold.
HOLDABLE: frozenset[State] = frozenset({"no-period", "running", "due", "reviewed", "cooling-off", "kept"})
# M59a: it is settled that the material was returned, or agreed that it is not to be.
RETURN_SETTLED: frozenset[Return] = frozenset({"returned", "declined", "cannot"})


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One class of records. ``months`` is None exactly when the class is unverified: no source gives its period."""

    code: str
    description: str
    triggers: tuple[str, ...]
    months: int | None
    action: Action
    authority: str
    clauses: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a schedule; in force from ``effective_from`` until the next one begins."""

    number: int
    effective_from: date
    authority: str
    classes: Mapping[str, RetentionClass]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A body's schedule. ``digest`` is the SHA-256 of its file: what a certificate says was in force."""

    party: str
    versions: tuple[Version, ...]
    digest: str

    def at(self, day: date) -> Version | None:
        """The version in force on that date, or None before the first."""
        return next((each for each in reversed(self.versions) if each.effective_from <= day), None)


@dataclass(frozen=True, slots=True)
class DisposalPolicy:
    """Local interpretation, labelled so in the file, except ``longest_months`` (GSCP24 para 42d)."""

    cooling_off_days: int
    hold_review_days: int
    extension_cap_months: int
    longest_months: int


@dataclass(frozen=True, slots=True)
class Schedules:
    """All bodies' schedules and the disposal policy: what ``retention.policy.load`` hands down."""

    parties: Mapping[str, Schedule]
    disposal: DisposalPolicy
    triggers: frozenset[str] = field(default=frozenset())

    def find(self, party: str, code: str, day: date) -> tuple[Version, RetentionClass] | None:
        """The originator's class at the version in force that day (M71), or None where no schedule says anything."""
        schedule = self.parties.get(party)
        version = schedule.at(day) if schedule else None
        found = version.classes.get(code) if version else None
        return (version, found) if version and found else None

    def digest(self, party: str) -> str:
        """The digest of a party's schedule, or "" where it has none."""
        schedule = self.parties.get(party)
        return schedule.digest if schedule else ""


@dataclass(frozen=True, slots=True)
class Case:
    """The disposal case of one item: which rule, which dates, how far. ``held`` overlays every state."""

    item: str
    item_id: int
    reference: str
    originator: str
    kind: str
    agreement: str
    agreement_version: int
    establishment: str
    marking: str
    retention_class: str
    schedule_version: int | None
    schedule_digest: str
    action: str
    verified: bool
    trigger_kind: str
    trigger_entry: str
    trigger_on: date
    state: State
    version: int = 1
    clock_logged: bool = False
    period_months: int | None = None
    period_authority: str = ""
    period_by: str = ""
    due_on: date | None = None
    return_state: Return = "none"
    offered_by: str = ""
    offered_at: datetime | None = None
    answered_by: str = ""
    answered_at: datetime | None = None
    proposal: Proposal = ""
    proposed_until: date | None = None
    review_reason: str = ""
    reviewer: str = ""
    reviewed_at: datetime | None = None
    reviewed_version: int | None = None
    approver: str = ""
    approved_at: datetime | None = None
    destroy_on: date | None = None
    key_entry: str = ""
    content_entry: str = ""
    parts: int | None = None
    size: int | None = None
    failures: int = 0
    erased_at: datetime | None = None
    certificate: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason not to destroy. It has an owner and a date to look at it again, so that none is forgotten."""

    id: str
    item: str
    owner: str
    issuer: str
    reason: str
    placed_at: datetime
    review_on: date
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lift_reason: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: its canonical ``body`` as issued by the log's ``entry``.

    ``text`` is the whole file, canonical, with its proofs; empty until the log has proven it.
    """

    number: str
    item: str
    originator: str
    issued_at: datetime
    entry: str
    body: str
    text: str
