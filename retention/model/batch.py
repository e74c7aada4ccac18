"""The nouns of batches: due items of one body and class that are reviewed together and approved together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from retention.model.case import Proposal

BatchState = Literal[
    "open",  # its reviewers propose
    "submitted",  # somebody else must approve
    "approved",
    "closed",  # given up, or sent back whole
]
Place = Literal[
    "taken",  # nothing was proposed yet
    "proposed",
    "approved",
    "sent-back",  # taken out by an approver: due again
    "left-out",  # for reasons, which are kept
    "withdrawn",  # approved, and its approval taken back before anything was destroyed
]
Left = Literal["opening", "proposing", "submitting", "approving", "closing"]
BATCH_STATES: tuple[BatchState, ...] = ("open", "submitted", "approved", "closed")
PLACES: tuple[Place, ...] = ("taken", "proposed", "approved", "sent-back", "left-out", "withdrawn")
UNDER_WAY: frozenset[BatchState] = frozenset({"open", "submitted"})
# In these places an item belongs to its batch and is decided nowhere else.
WITHIN: frozenset[Place] = frozenset({"taken", "proposed"})
# What two people may agree to that ends in a destruction here.
ENDS: tuple[Proposal, ...] = ("destroy", "transfer")
MOST = 500  # items of one batch: what one person can look through, and one unit of work can do


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch takes of a body's due items: one class, or an establishment's, or those due by a date."""

    retention_class: str = ""
    establishment: str = ""
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: what it took, how far it is. ``number`` counts those of its body; ``entry`` of the log approved it."""

    id: str
    party: str
    number: int
    wanted: Wanted
    state: BatchState
    opened_by: str
    opened_at: datetime
    submitted_by: str = ""
    submitted_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    closing: str = ""  # why it was given up or sent back, in somebody's words
    entry: str = ""
    certificate: str = ""  # its number, once issued


@dataclass(frozen=True, slots=True)
class Member:
    """An item in a batch. ``reason``: why it is not in it any more; ``rules``: by which. ``proposal``: the last one."""

    batch: str
    item: str
    place: Place
    by: str
    at: datetime
    reason: str = ""
    proposal: Proposal = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchCertificate:
    """The certificate of a batch, as ``model.case.Certificate`` is of an item; ``text`` is empty until it is proven."""

    number: str
    batch: str
    party: str
    issued_at: datetime
    entry: str
    body: str
    text: str
