"""The nouns of disposal: the case of one item, what its clock counts from, a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal[
    "stopped",  # reopened: nothing runs until it is closed again
    "no-period",  # the clock runs, but nobody has said for how long: a person must
    "running",
    "due",
    "reviewed",  # somebody proposed, somebody else must approve
    "cooling-off",  # approved; the key is disabled, and all can still be undone
    "destroying",  # begun; from here it can only be finished
    "erased",  # key and ciphertext gone, absence verified; the certificate is owed
    "destroyed",
    "kept",
    "transferring",  # approved; it waits for its transfer to The National Archives
]
Return = Literal["none", "offered", "accepted", "returned", "declined", "cannot"]
Proposal = Literal["", "destroy", "extend", "keep", "return", "transfer"]
Received = Literal["", "package", "held"]
STATES: tuple[State, ...] = (
    "stopped", "no-period", "running", "due", "reviewed", "cooling-off", "destroying", "erased", "destroyed", "kept",
    "transferring",
)  # fmt: skip
# As people call them, after “it is”.
CALLED: Mapping[State, str] = {
    "stopped": "reopened",
    "no-period": "without a confirmed period",
    "running": "being kept",
    "due": "due for disposal",
    "reviewed": "waiting for approval",
    "cooling-off": "cooling off",
    "destroying": "being destroyed",
    "erased": "erased, and its certificate owed",
    "destroyed": "disposed of",
    "kept": "kept for good",
    "transferring": "waiting for transfer",
}
# Before this point a hold may still be placed; after it there may be nothing left to hold.
HOLDABLE: frozenset[State] = frozenset(
    {"stopped", "no-period", "running", "due", "reviewed", "cooling-off", "kept", "transferring"}
)
# From here it is finished, and nothing else.
BEGUN: frozenset[State] = frozenset({"destroying", "erased", "destroyed"})
# What a version that begins may still move; what was decided by two people is sent back first.
MOVABLE: frozenset[State] = frozenset({"no-period", "running", "due"})
# What two people have begun to decide on, or did: it goes back to them before its date is found anew.
DECIDED: frozenset[State] = frozenset({"reviewed", "cooling-off", "transferring"})
# M59a: it is settled that the material was returned, or agreed that it is not to be.
RETURN_SETTLED: frozenset[Return] = frozenset({"returned", "declined", "cannot"})


@dataclass(frozen=True, slots=True)
class Trigger:
    """A fact about an item that a clock may count from; ``number`` counts those of the item. Never changed."""

    item: str
    number: int
    kind: str
    entry: str
    on: date
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Recomputation:
    """One time the date of an item was found anew, with what it was before."""

    entry: str
    item: str
    at: datetime
    cause: str
    version_before: int | None
    version_after: int | None
    due_before: date | None
    due_after: date | None


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
    served_at: datetime | None = None  # the last package of it that its source was given
    served_files: int | None = None
    served_bytes: int | None = None
    served_sha256: str = ""  # of the package's manifest
    received: Received = ""  # how the source has it: by that package, or it held it already
    received_by: str = ""
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
    failures: int = 0  # of the destruction, all that were
    failed_at: datetime | None = None  # None: nothing went wrong, or it has gone well since
    failure: str = ""
    erased_at: datetime | None = None
    certificate: str = ""
    outcome: str = ""  # what came of the item, in the agreement's words
    also: str = ""  # party/class of the other body's material in it
    also_version: int | None = None
    least_on: date | None = None  # no confirmed period ends before what the verified schedules give
    longest_on: date | None = None  # the twenty years of the Public Records Act
    extended_until: date | None = None
    heard: int = 0  # the number of the last trigger it took in
    stale: bool = False  # a later trigger moves the date; the next sweep finds it anew
    held: bool = False

    @property
    def beyond(self) -> bool:
        """Whether it is kept, or would be by what is proposed, for twenty years or longer (PRA 1958 s.3(4))."""
        ends = [day for day in (self.due_on, self.proposed_until) if day]
        return self.longest_on is not None and any(day >= self.longest_on for day in ends)


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
