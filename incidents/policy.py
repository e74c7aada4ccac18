"""Reads `policies/incidents/rules.toml`, strictly."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from foundation.policy import Faults, Table, read
from incidents.model import Duty, Kind, Outcome, Rules

FILE = "incidents/rules.toml"
# The kinds that facts open today. A file without one would leave an incident with nothing owed and nobody told.
NEEDED = ("spill",)


def load(root: Path, faults: Faults) -> Rules:
    """The rules under ``root`` (the `policies` folder). Faults are added, never raised; then the rules are unusable."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Rules(MappingProxyType({}))
    kinds: dict[str, Kind] = {}
    for table in top.tables("kind", least=1):
        kind = _kind(table)
        if kind.code in kinds:
            table.fault("code", f"“{kind.code}” is used twice")
        kinds[kind.code] = kind
    top.done()
    for code in NEEDED:
        if code not in kinds:
            top.fault("kind", f"needs one with the code “{code}”")
    return Rules(MappingProxyType(kinds))


def _kind(table: Table) -> Kind:
    code, name, source = table.code("code"), table.text("name"), _source(table)
    duties = tuple(_duty(each) for each in table.tables("duty", least=1))
    outcomes = tuple(_outcome(each) for each in table.tables("outcome", least=1))
    for place, codes in (("duty", [d.code for d in duties]), ("outcome", [o.code for o in outcomes])):
        for index, each in enumerate(codes):
            if each and each in codes[:index]:
                table.fault(f"{place}[{index}].code", f"“{each}” is used twice")
    if duties and all(duty.only_if for duty in duties):
        table.fault("duty", "needs at least one that is always owed, without only_if")
    table.done()
    return Kind(code, name, duties, outcomes, source)


def _duty(table: Table) -> Duty:
    minutes = table.number("within_minutes") if table.has("within_minutes") else None
    only_if = table.text("only_if", default="")
    code, text, contact = table.code("code"), table.text("text"), table.text("contact", default="")
    duty = Duty(code, text, contact, minutes, only_if, table.flag("verified"), _source(table))
    table.done()
    return duty


def _outcome(table: Table) -> Outcome:
    outcome = Outcome(table.code("code"), table.text("text"), _source(table))
    table.done()
    return outcome


def _source(table: Table) -> str:
    return "; ".join(table.clauses("sources"))
