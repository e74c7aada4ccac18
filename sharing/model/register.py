"""A register: records of an agreement that belong together on one page, with the duties they show."""

from __future__ import annotations

from dataclasses import dataclass

from sharing.model.coverage import Record
from sharing.model.duty import Span


@dataclass(frozen=True, slots=True)
class Register:
    """``records`` are kinds: of the first are its entries, the others say what became of one of them.

    ``stale``: how long an entry is good that stands until a newer one takes its place.
    """

    id: str
    name: str
    what: str
    records: tuple[str, ...]
    stale: Span | None
    clauses: tuple[str, ...]

    @property
    def entry(self) -> str:
        """The kind of record that its entries are."""
        return self.records[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with what became of it, newest first. ``stale``: it was confirmed too long ago."""

    record: Record
    steps: tuple[Record, ...] = ()
    stale: bool = False
