"""`policies/incidents/kinds.toml`: what is owed for each kind of incident, and how it may end."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from foundation.policy import Faults, Table, read
from incidents.model.incident import IMPACTS
from incidents.model.rules import OTHER_PARTIES, Duty, Kind, Late, Outcome
from incidents.policy.conditions import assumed, condition, source

FILE = "incidents/kinds.toml"
STAGES = ("initial", "follow-up", "final")
# What a notice may say: numbers and codes.
PLACES = frozenset({
    "number", "kind", "aware", "certainty", "impacts", "grade", "personal", "items", "references", "contained", "stage",
    "ico",
})  # fmt: skip
NO_LATE = Late(0, 0, "")


def load(root: Path, faults: Faults) -> tuple[Mapping[str, Kind], Late]:
    """The kinds by code. Faults are added, never raised; then they are unusable."""
    top = read(root / FILE, root, faults)
    if top is None:
        return MappingProxyType({}), NO_LATE
    late = _late(top)
    shared = {duty.code: duty for duty in (_duty(each) for each in top.tables("duty"))}
    ends = tuple(_outcome(each) for each in top.tables("outcome"))
    kinds: dict[str, Kind] = {}
    for table in top.tables("kind", least=1):
        kind = _kind(table, shared, ends)
        if kind.code in kinds:
            table.fault("code", f"“{kind.code}” is used twice")
        kinds[kind.code] = kind
    top.done()
    return MappingProxyType(kinds), late


def _late(top: Table) -> Late:
    table = top.table("late", needed=False)
    if table is None:
        return NO_LATE
    table.flag("verified")
    after, immediately = table.number("after_minutes"), table.number("immediately_minutes")
    late = Late(after, immediately, source(table), table.number("due_now_minutes", default=0))
    table.done()
    return late


def _kind(table: Table, shared: Mapping[str, Duty], ends: tuple[Outcome, ...]) -> Kind:
    code, name, said = table.code("code"), table.text("name"), source(table)
    own = tuple(_duty(each) for each in table.tables("duty"))
    owes = table.texts("owes", default=())
    for each in owes:
        if each not in shared:
            table.fault("owes", f"there is no [[duty]] “{each}”")
    duties = (*own, *(shared[each] for each in owes if each in shared))
    if not duties:
        table.fault("duty", "needs at least 1")
    ways = tuple(_outcome(each) for each in table.tables("outcome", least=0 if ends else 1))
    outcomes = (*ways, *(each for each in ends if each.code not in [one.code for one in ways]))
    _once(table, duties, outcomes)
    if duties and all(duty.only_if for duty in duties):
        table.fault("duty", "needs at least one that is always owed, without only_if")
    impacts = table.texts("impacts", default=())
    if not set(impacts) <= set(IMPACTS):
        table.fault("impacts", f"knows {', '.join(IMPACTS)}")
    kind = Kind(code, name, duties, outcomes, said, table.flag("reportable", default=False), impacts, assumed(table))
    table.done()
    return kind


def _once(table: Table, duties: tuple[Duty, ...], outcomes: tuple[Outcome, ...]) -> None:
    for place, codes in (("duty", [d.code for d in duties]), ("outcome", [o.code for o in outcomes])):
        for index, each in enumerate(codes):
            if each and each in codes[:index]:
                table.fault(f"{place}[{index}].code", f"“{each}” is used twice")


def _duty(table: Table) -> Duty:
    minutes = table.number("within_minutes") if table.has("within_minutes") else None
    only_if = table.text("only_if", default="")
    code, text, contact = table.code("code"), table.text("text"), table.text("contact", default="")
    verified, said = table.flag("verified"), source(table)
    when = tuple(condition(table, "when", each) for each in table.texts("when", default=()))
    if when and not only_if:
        table.fault("only_if", "says in words what `when` asks")
    duty = Duty(
        code,
        text,
        contact,
        minutes,
        only_if,
        verified,
        said,
        when=when,
        decision=table.flag("decision", default=False),
        stages=_stages(table),
        remind=_remind(table, minutes),
        notice=_notice(table),
        tells=_tells(table),
    )
    table.done()
    return duty


def _stages(table: Table) -> tuple[str, ...]:
    stages = table.texts("stages", default=())
    if stages and (not set(stages) <= set(STAGES) or stages[0] != STAGES[0]):
        table.fault("stages", f"are of {', '.join(STAGES)}, and begin with the first")
    return stages


def _remind(table: Table, minutes: int | None) -> tuple[int, ...]:
    found = table.numbers("remind_minutes", least=1) if table.has("remind_minutes") else ()
    if found and not minutes:
        table.fault("remind_minutes", "needs a time to come before")
    return tuple(sorted(found, reverse=True))


def _notice(table: Table) -> str:
    text = table.text("notice", default="").strip()
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        names = {"{"}
    if names - PLACES:
        table.fault("notice", f"knows {', '.join(sorted(PLACES))}, and not {', '.join(sorted(names - PLACES))}")
        return ""
    return text


def _tells(table: Table) -> str:
    tells = table.text("tells", default="")
    if tells not in ("", OTHER_PARTIES):
        table.fault("tells", f"can be “{OTHER_PARTIES}”")
    return tells


def _outcome(table: Table) -> Outcome:
    outcome = Outcome(table.code("code"), table.text("text"), source(table))
    table.done()
    return outcome
