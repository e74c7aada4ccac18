"""`policies/incidents/rules.toml`: which facts of the log open an incident."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from audit.fact import Kind as FactKind
from foundation.policy import Faults, Table, read
from incidents.model.rules import REACHED, Detector, Kind
from incidents.policy.conditions import assumed, source

FILE = "incidents/rules.toml"
PER = ("subject", "actor", "all", "each")
OWN = "incidents."  # what incidents record opens no incident: else one would open the next for ever
FIELD = "field:"


def load(root: Path, faults: Faults, kinds: Mapping[str, Kind]) -> tuple[tuple[Detector, ...], Mapping[str, str]]:
    """The rules, in order, and how facts reach somebody. That facts exist is checked by ``against``."""
    top = read(root / FILE, root, faults)
    if top is None:
        return (), MappingProxyType({})
    found: list[Detector] = []
    for table in top.tables("rule"):
        rule = _rule(table)
        if rule.code in [each.code for each in found]:
            table.fault("code", f"“{rule.code}” is used twice")
        if rule.kind and rule.kind not in kinds:
            table.fault("kind", f"there is no kind “{rule.kind}” in kinds.toml")
        found.append(rule)
    reach = _reach(top)
    top.done()
    return tuple(found), reach


def _reach(top: Table) -> Mapping[str, str]:
    table = top.table("reach")
    if table is None:
        return MappingProxyType({})
    found: dict[str, str] = {}
    for how in REACHED:
        for fact in table.texts(how):
            if fact in found:
                table.fault(how, f"“{fact}” is named twice")
            found[fact] = how
    source(table)
    table.done()
    return MappingProxyType(found)


def against(
    rules: tuple[Detector, ...], reach: Mapping[str, str], facts: Mapping[str, FactKind], faults: Faults
) -> None:
    """Faults every fact and field that no room records."""
    for name in sorted(reach.keys() - facts.keys()):
        faults.add(FILE, f"reach.{reach[name]}", f"nothing records “{name}”")
    for rule in rules:
        fields = set(rule.where) | ({rule.per.removeprefix(FIELD)} if rule.per.startswith(FIELD) else set())
        for name in sorted(rule.facts):
            if name not in facts:
                faults.add(FILE, f"rule.{rule.code}.fact", f"nothing records “{name}”")
            elif missing := fields - facts[name].fields:
                faults.add(FILE, f"rule.{rule.code}", f"“{name}” has no {', '.join(sorted(missing))}")


def _rule(table: Table) -> Detector:
    count = table.number("count", least=2) if table.has("count") else 0
    within = table.number("within_minutes", least=1) if count else 0
    rule = Detector(
        table.code("code"),
        frozenset(table.texts("fact", least=1)),
        table.text("outcome", default=""),
        _where(table),
        count,
        within,
        table.text("per"),
        table.code("kind"),
        assumed(table),
        table.text("text"),
        table.flag("verified"),
        source(table),
    )
    _check(table, rule)
    table.done()
    return rule


def _where(table: Table) -> Mapping[str, frozenset[str]]:
    given = table.table("where", needed=False)
    if given is None:
        return MappingProxyType({})
    found = {name: frozenset(given.text(name).split("|")) for name in given.named()}
    given.done()
    return MappingProxyType(found)


def _check(table: Table, rule: Detector) -> None:
    if any(name.startswith(OWN) for name in rule.facts):
        table.fault("fact", "incidents do not follow their own facts")
    if rule.outcome not in ("", "allowed", "refused"):
        table.fault("outcome", "can be “allowed” or “refused”")
    if rule.per not in PER and not rule.per.startswith(FIELD):
        table.fault("per", f"can be {', '.join(PER)} or {FIELD}<name>")
    if rule.count and (rule.where or rule.per not in ("subject", "actor")):
        table.fault("count", "is counted per subject or actor, and without `where`: that stands sealed")
