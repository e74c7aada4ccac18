"""Reading policies/people/powers.toml: what gives an account power, and who stands for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from foundation.policy import Faults, Table, read

FILE = "people/powers.toml"


@dataclass(frozen=True, slots=True)
class Powers:
    """``stands``: how long a proposal waits. ``apart``: for how long two whom one made are not two.

    ``checks``: how whoever confirms may know the person, by code.
    """

    stands: timedelta = timedelta()
    apart: timedelta = timedelta()
    checks: Mapping[str, str] = field(default_factory=dict)


def load_powers(root: Path, faults: Faults) -> Powers:
    """From ``root``. Every fault goes to ``faults``."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Powers()
    table = top.table("confirm")
    found = _confirm(table) if table else Powers()
    top.done()
    return found


def read_checks(table: Table) -> dict[str, str]:
    """``[[….check]]`` of a table: how somebody may be known, by code. A code given twice is a fault."""
    found: dict[str, str] = {}
    for each in table.tables("check", least=1):
        code, text = each.code("code"), each.text("text")
        if code in found:
            each.fault("code", f"“{code}” is given twice")
        found[code] = text
        each.done()
    return found


def _confirm(table: Table) -> Powers:
    days, apart = table.number("days", least=1), table.number("apart_days", least=1)
    found = Powers(timedelta(days=days), timedelta(days=apart), read_checks(table))
    table.text("basis")
    table.clauses()
    table.done()
    return found
