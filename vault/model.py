"""What the vault says of a destruction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a certificate says of the keys. ``entry_id`` is where their destruction stands in the log."""

    item: UUID
    versions: int
    keks: tuple[str, ...]
    at: datetime
    entry_id: str


@dataclass(frozen=True, slots=True)
class Removal:
    """How many files there were; ``absent``: what listing the store then found; ``entry_id``: where the log says so."""

    parts: int
    absent: bool
    entry_id: str
