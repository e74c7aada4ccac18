"""Reads ``policies/data-protection/adequacy.toml``: where another body’s information may be worked with (M66)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from foundation.calendar import london_date
from foundation.policy import Faults, Table, read

FILE = "data-protection/adequacy.toml"
FULL, PARTIAL = "full", "partial"
ADEQUATE, CHECK, NONE = "adequate", "check", "none"
ELSEWHERE = "ZZ"  # ISO 3166 keeps it free: any country that is not in the list
_CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Country:
    """One entry, from ``since`` (included; None: as long as anybody remembers) until ``until`` (excluded)."""

    code: str
    name: str
    extent: str
    verified: bool
    source: str
    recipients: str = ""
    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the entry stands on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Adequacy:
    """The list. An empty ``home`` is that of a service without one: then nowhere but nowhere is home."""

    home: str = ""
    home_name: str = ""
    last_source: date | None = None
    countries: Mapping[str, Country] = field(default_factory=dict)

    def standing(self, code: str, checked_until: datetime, now: datetime) -> str:
        """ADEQUATE; CHECK where a recipient has to have been checked and was not; NONE. An empty code is at home."""
        if code in ("", self.home):
            return ADEQUATE
        found = self.countries.get(code)
        if found is None or not found.holds(london_date(now)):
            return NONE
        unattended = found.extent == FULL and found.verified
        return ADEQUATE if unattended or now < checked_until else CHECK

    def name(self, code: str) -> str:
        """A country as people call it."""
        if code in ("", self.home):
            return self.home_name
        found = self.countries.get(code)
        return found.name if found else "A country that is not in the list"

    def known(self, code: str) -> bool:
        """Whether somebody may be said to work there."""
        return code in (self.home, ELSEWHERE) or code in self.countries


def load_adequacy(root: Path, faults: Faults) -> Adequacy:
    """The list under ``root``. Every fault goes to ``faults``; the caller raises them."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Adequacy()
    home = _code(top, "home")
    countries: dict[str, Country] = {}
    for table in top.tables("country", least=1):
        one = _country(table)
        if one.code in countries or one.code in (home, ELSEWHERE):
            table.fault("code", f"“{one.code}” is given twice, or is home")
        countries[one.code] = one
    top.clauses()
    found = Adequacy(home, top.text("home_name"), top.day("last_source"), countries)
    top.day("checked_on", needed=False)
    top.done()
    return found


def _country(table: Table) -> Country:
    extent = table.text("extent")
    if extent not in (FULL, PARTIAL):
        table.fault("extent", f"“{extent}” is neither {FULL} nor {PARTIAL}")
    if (extent == PARTIAL) != table.has("recipients"):
        table.fault("recipients", "a partial entry says which recipients it covers, and no other does")
    since, until = table.day("from", needed=False), table.day("until", needed=False)
    if since and until and until <= since:
        table.fault("until", "it ends before it begins")
    found = Country(
        code=_code(table, "code"),
        name=table.text("name"),
        extent=extent,
        verified=table.flag("verified"),
        source=table.text("source"),
        recipients=table.text("recipients", default=""),
        since=since,
        until=until,
    )
    if found.verified and "unverified" in found.source.lower():
        table.fault("verified", "what is unverified was verified by nobody")
    table.done()
    return found


def _code(table: Table, key: str) -> str:
    code = table.text(key)
    if code and not _CODE.fullmatch(code):
        table.fault(key, f"“{code}” is no country code of two capital letters")
    return code
