"""Reading policies/people/reviews.toml: how often access is attested, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from foundation.policy import Faults, Table, read
from identity.model import Role

FILE = "people/reviews.toml"


@dataclass(frozen=True, slots=True)
class Reviews:
    """``by``: roles in order, by (party, kind of office). ``months`` apart, and asked for ``warn`` days before."""

    months: int = 0
    warn: int = 0
    by: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()


def load_reviews(root: Path, roles: Mapping[str, Role], faults: Faults) -> Reviews:
    """From ``root``. Every office that a role is held in has attesters of its own party. Faults go to ``faults``."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Reviews()
    months, warn = top.number("every_months", least=1), top.number("warn_days")
    top.text("basis")
    by: dict[tuple[str, str], tuple[str, ...]] = {}
    for table in top.tables("attester", least=1):
        key = (table.code("party"), table.code("office"))
        if key in by:
            table.fault("office", "has its attesters above")
        by[key] = _by(table, key[0], roles)
        table.done()
    for party, office in sorted({(role.party, role.office) for role in roles.values()} - by.keys()):
        faults.add(FILE, "attester", f"nobody attests the access of {party}/{office}")
    found = Reviews(months, warn, by, top.clauses())
    top.done()
    return found


def _by(table: Table, party: str, roles: Mapping[str, Role]) -> tuple[str, ...]:
    named = table.texts("by", least=2)  # with one alone, nobody would attest that one's own
    for name in named:
        if name not in roles:
            table.fault("by", f"“{name}” is no role of roles.toml")
        elif roles[name].party != party:
            table.fault("by", f"“{name}” is a role of the other party")
    return named
