"""Reads ``policies/safety.toml``: for how long the glass is broken, and for which dangers (M06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from foundation.policy import Faults, read

FILE = "safety.toml"
MOST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class Safety:
    """``dangers``: words by id. Without a policy nothing is broken: there is no danger to name."""

    lasts: timedelta = timedelta(0)
    dangers: Mapping[str, str] = field(default_factory=dict)


def load_safety(root: Path, faults: Faults) -> Safety:
    """Every fault goes to ``faults``; the caller raises them."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Safety()
    minutes = top.number("minutes", least=1)
    if minutes > MOST_MINUTES:
        top.fault("minutes", f"must be at most {MOST_MINUTES}: what lasts longer is a grant")
    dangers: dict[str, str] = {}
    for table in top.tables("danger", least=1):
        id_ = table.code("id")
        if id_ in dangers:
            table.fault("id", f"“{id_}” is given twice")
        dangers[id_] = table.text("words")
        table.done()
    top.text("basis")
    top.clauses()
    top.done()
    return Safety(timedelta(minutes=minutes), dangers)
