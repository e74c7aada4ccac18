"""Reads `policies/audit/retention.toml`, strictly: which disclosures are erased by age, and from when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

from foundation.calendar import LONDON, add_months, london_date
from foundation.policy import Faults, Table, read

FILE = "audit/retention.toml"


@dataclass(frozen=True, slots=True)
class ActClass:
    """Acts whose disclosures are erased between two ages, in months. ``source``: who says so."""

    code: str
    description: str
    acts: frozenset[str]
    least_months: int
    most_months: int
    verified: bool
    source: str

    def before(self, now: datetime) -> datetime:
        """What is older may be erased: the beginning of a calendar month in London, at least ``least_months`` ago."""
        return _back(now, self.least_months)

    def overdue(self, now: datetime) -> datetime:
        """What is older should have been."""
        return _back(now, self.most_months)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The rules. ``record``: what is said of everything in no class, which is never erased by age."""

    classes: Mapping[str, ActClass] = field(default_factory=dict)
    record: str = ""
    record_source: str = ""

    @property
    def acts(self) -> frozenset[str]:
        """Every act that may be erased by age."""
        return frozenset(act for each in self.classes.values() for act in each.acts)


def load(root: Path, faults: Faults) -> Keeping:
    """The rules under ``root`` (the `policies` folder). Faults are added, never raised."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Keeping()
    found: dict[str, ActClass] = {}
    named: set[str] = set()
    for table in top.tables("class", least=1):
        one = _class(table, named)
        if one.code in found:
            table.fault("code", "stands twice")
        found[one.code] = one
        named |= one.acts
    record = top.table("record")
    described, source = "", ""
    if record is not None:
        described, source = record.text("description"), "; ".join(record.clauses("sources"))
        record.flag("verified")
        record.done()
    top.done()
    return Keeping(found, described, source)


def against(keeping: Keeping, known: Collection[str], needed: Collection[str], faults: Faults) -> None:
    """An act nobody records, or one that something stands on, may not be erased by age."""
    for act in sorted(keeping.acts - set(known)):
        faults.add(FILE, "class.acts", f"“{act}” is no act that is recorded here")
    for act in sorted(keeping.acts & set(needed)):
        faults.add(FILE, "class.acts", f"“{act}” cannot be erased by age: tables, access or certificates stand on it")


def _class(table: Table, named: Collection[str]) -> ActClass:
    least, most = table.number("least_months", least=1), table.number("most_months", least=1)
    if most < least:
        table.fault("most_months", "is less than least_months")
    acts = table.texts("acts", least=1)
    if not set(acts).isdisjoint(named):
        table.fault("acts", "names an act of another class")
    found = ActClass(
        table.code("code"),
        table.text("description"),
        frozenset(acts),
        least,
        most,
        table.flag("verified"),
        "; ".join(table.clauses("sources")),
    )
    table.done()
    return found


def _back(now: datetime, months: int) -> datetime:
    first = add_months(london_date(now).replace(day=1), -months)
    return datetime.combine(first, time(), LONDON).astimezone(UTC)
