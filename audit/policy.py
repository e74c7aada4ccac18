"""Reads `policies/audit/witnesses.toml` and `sequencing.toml`, strictly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from foundation.policy import Faults, read

FILE = "audit/witnesses.toml"
SEQUENCING = "audit/sequencing.toml"


@dataclass(frozen=True, slots=True)
class Cosigning:
    """``within``: how soon after a checkpoint each witness must have cosigned. ``ahead``: how far its clock may be."""

    within: timedelta
    ahead: timedelta
    verified: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sequencing:
    """``within``: how long an entry may wait for its place in the tree before that is an alarm."""

    within: timedelta
    verified: bool = False
    source: str = ""


def load_sequencing(root: Path, faults: Faults) -> Sequencing:
    """The same for what waits. Faults are added, never raised."""
    top = read(root / SEQUENCING, root, faults)
    table = top.table("sequencing") if top else None
    if top is None or table is None:
        return Sequencing(timedelta())
    within = timedelta(seconds=table.number("within_seconds", least=1))
    found = Sequencing(within, table.flag("verified"), "; ".join(table.clauses("sources")))
    table.done()
    top.done()
    return found


def load(root: Path, faults: Faults) -> Cosigning:
    """The rules under ``root`` (the `policies` folder). Faults are added, never raised; then the rules are unusable."""
    top = read(root / FILE, root, faults)
    table = top.table("cosignature") if top else None
    if top is None or table is None:
        return Cosigning(timedelta(), timedelta())
    found = Cosigning(
        timedelta(minutes=table.number("within_minutes", least=1)),
        timedelta(minutes=table.number("ahead_minutes")),
        table.flag("verified"),
        "; ".join(table.clauses("sources")),
    )
    table.done()
    top.done()
    return found
