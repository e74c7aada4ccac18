"""The noun of a transfer to the archive: what was packaged for it, and what it says it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Closure = Literal["open", "closed"]
CLOSURES: tuple[Closure, ...] = ("open", "closed")
ARCHIVE = "The National Archives"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The newest package of one item, and the archive's receipt for it. ``sha256``: of the package's manifest.

    ``closure_years``: for how long it stays closed, counted by the archive; None where it is open.
    """

    item: str
    packaged_entry: str
    packaged_at: datetime
    packaged_by: str
    recipient: str
    files: int
    size: int
    sha256: str
    closure: Closure
    closure_years: int | None
    receipt_entry: str = ""
    received_by: str = ""
    received_on: date | None = None
    archive_reference: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What a package says of itself beside its content. ``authority``: on whose word it is closed."""

    holder: str
    originator: str
    agreement: str
    retention_class: str
    closed_on: date
    packaged_on: date
    closure: Closure
    closure_years: int | None
    authority: str
