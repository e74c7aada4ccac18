"""Reads `policies/continuity.toml`, strictly: how old what keeps the service restorable may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from foundation.policy import Faults, read

FILE = "continuity.toml"


@dataclass(frozen=True, slots=True)
class Continuity:
    """The oldest each may be."""

    backup: timedelta
    drill: timedelta
    rehearsal: timedelta
    fixity: timedelta
    checkpoint: timedelta
    verified: bool = False
    source: str = ""


def load(root: Path, faults: Faults) -> Continuity:
    """The periods under ``root`` (the `policies` folder). Faults are added, never raised."""
    top = read(root / FILE, root, faults)
    table = top.table("continuity") if top else None
    if top is None or table is None:
        none = timedelta()
        return Continuity(none, none, none, none, none)
    found = Continuity(
        backup=timedelta(hours=table.number("backup_hours", least=1)),
        drill=timedelta(days=table.number("drill_days", least=1)),
        rehearsal=timedelta(days=table.number("rehearsal_days", least=1)),
        fixity=timedelta(days=table.number("fixity_days", least=1)),
        checkpoint=timedelta(minutes=table.number("checkpoint_minutes", least=1)),
        verified=table.flag("verified"),
        source="; ".join(table.clauses("sources")),
    )
    table.done()
    top.done()
    return found
