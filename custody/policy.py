"""Reads ``policies/custody.toml``, strictly."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from custody.model import MediumKind, Rules, Way
from foundation.policy import Faults, Table, read

FILE = "custody.toml"


def load(root: Path, faults: Faults) -> Rules:
    """The rules under ``root`` (the `policies` folder). Faults are added, never raised; then the rules are unusable."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Rules()
    media, paper = top.table("media"), top.table("paper")
    kinds: dict[str, MediumKind] = {}
    ways: dict[str, Way] = {}
    for table in top.tables("medium", least=1):
        kind = MediumKind(_id(table, kinds), table.text("name"), table.text("note"))
        kinds[kind.id] = kind
        _close(table)
    for table in top.tables("way", least=1):
        way = Way(_id(table, ways), table.text("name"))
        ways[way.id] = way
        _close(table)
    top.done()
    if media is None or paper is None:
        return Rules()
    found = Rules(
        kinds=MappingProxyType(kinds),
        ways=MappingProxyType(ways),
        longest_days=media.number("longest_days", least=1),
        remind_days=media.number("remind_days", least=0),
        confirm_days=paper.number("confirm_days", least=1),
        receipt_days=paper.number("receipt_days", least=1),
        most_prints=paper.number("most_prints", least=1),
    )
    for each in (media, paper):
        each.flag("verified")
        each.clauses("sources")
        each.done()
    if found.remind_days >= found.longest_days:
        media.fault("remind_days", "must be less than longest_days")
    return found


def _id(table: Table, taken: dict[str, MediumKind] | dict[str, Way]) -> str:
    found = table.code("id")
    if found in taken:
        table.fault("id", f"“{found}” is used twice")
    return found


def _close(table: Table) -> None:
    table.clauses()
    table.done()
