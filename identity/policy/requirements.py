"""Reading policies/people/handling.toml: what everybody must have accepted before they reach an item, by version."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from foundation.actor import BEGINNING, FOREVER
from foundation.calendar import london_date, london_midnight
from foundation.policy import Faults, Table, read

FILE = "people/handling.toml"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that is asked, in plain words."""

    heading: str
    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """``digest``: SHA-256 (hexadecimal) over number, title and points, so that what was accepted is this text."""

    number: int
    in_force: date
    title: str
    points: tuple[Point, ...]
    basis: str
    clauses: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Over the canonical JSON of what people read."""
        read_ = [self.number, self.title, [[each.heading, each.text] for each in self.points]]
        return sha256(json.dumps(read_, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Requirements:
    """Every version, by the day each takes effect."""

    versions: tuple[Version, ...] = ()

    def in_force(self, now: datetime) -> Version | None:
        """The version asked for now; None before the first."""
        begun = [each for each in self.versions if each.in_force <= london_date(now)]
        return begun[-1] if begun else None

    def informed_until(self, accepted: Collection[tuple[int, str]], now: datetime) -> datetime:
        """Until when (excluded) who accepted these (number, digest) has accepted what is asked. Source: M62."""
        asked = self.in_force(now)
        if asked is not None and (asked.number, asked.digest) not in accepted:
            return BEGINNING
        coming = [each.in_force for each in self.versions if each.in_force > london_date(now)]
        return london_midnight(coming[0]) if coming else FOREVER


def load_requirements(root: Path, faults: Faults) -> Requirements:
    """From ``root``. Every fault goes to ``faults``; the caller raises them."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Requirements()
    found: list[Version] = []
    for table in top.tables("version", least=1):
        version = _version(table)
        if found and (version.number, version.in_force) <= (found[-1].number, found[-1].in_force):
            table.fault("number", "versions stand in order, each with a higher number and a later day")
        if found and version.in_force == found[-1].in_force:
            table.fault("in_force", "two versions take effect on that day")
        found.append(version)
    top.done()
    return Requirements(tuple(found))


def _version(table: Table) -> Version:
    version = Version(
        number=table.number("number", least=1),
        in_force=table.day("in_force") or date.min,
        title=table.text("title"),
        points=_points(table),
        basis=table.text("basis"),
        clauses=table.clauses(),
    )
    table.done()
    return version


def _points(table: Table) -> tuple[Point, ...]:
    points: Sequence[Table] = list(table.tables("point", least=1))
    found = tuple(Point(each.text("heading"), each.text("text"), each.clauses()) for each in points)
    for each in points:
        each.done()
    return found
