"""Reads `policies/rights.toml`, strictly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from foundation.policy import Faults, Table, read
from sharing.model.rights import (
    BEGINS_ANEW,
    DAYS_OUT,
    DESTROYED_FIRST,
    NEXT_WORKING_DAY,
    RESTRICTED_FIRST,
    STAYS,
    Channel,
    Clock,
    Ground,
    Outcome,
    Right,
    Rights,
)

FILE = "rights.toml"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def load_rights(root: Path, faults: Faults) -> Rights:
    """The rules under ``root`` (the `policies` folder). Faults are added, never raised."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Rights()
    clock = _clock(top.table("clock"))
    outcomes = _by_id(top, "outcome", _outcome)
    rights = _by_id(top, "right", _right)
    grounds = _by_id(top, "ground", _ground)
    channels = _by_id(top, "channel", _channel)
    months, verified = _kept(top.table("kept"))
    ending = _ending(top.table("letter"))
    top.done()
    for right in rights.values():
        _known(top, f"right.{right.id}.outcomes", right.outcomes, outcomes)
    for ground in grounds.values():
        _known(top, f"ground.{ground.id}.rights", ground.rights, rights)
    _reachable(top, rights, outcomes, grounds)
    return Rights(clock, rights, outcomes, grounds, channels, months, verified, ending)


def _clock(table: Table | None) -> Clock:
    if table is None:
        return Clock()
    verified = {name: table.flag(f"{name}_verified") for name in ("months", "extension", "weekends", "stops")}
    found = Clock(
        months=table.number("months", least=1),
        extension=table.number("extension_months", least=1),
        weekends=_one_of(table, "weekends", (NEXT_WORKING_DAY, STAYS)),
        identity=_one_of(table, "identity", (BEGINS_ANEW, DAYS_OUT)),
        clarification=_one_of(table, "clarification", (BEGINS_ANEW, DAYS_OUT)),
        reminders=tuple(sorted(table.numbers("reminders", least=1), reverse=True)),
        unverified=tuple(name for name, read_ in verified.items() if not read_),
        sources=(*table.clauses("sources"), table.text("reminders_source")),
    )
    table.done()
    return found


def _outcome(table: Table) -> Outcome:
    flags = {name: table.flag(name, default=False) for name in ("gives", "ground", "tells")}
    needs = table.text("needs", default="")
    if needs not in ("", DESTROYED_FIRST, RESTRICTED_FIRST):
        table.fault("needs", "must be “destroyed” or “restricted”")
    return Outcome(table.code("id"), table.text("name"), needs=needs, **flags)


def _right(table: Table) -> Right:
    code, name, outcomes = table.code("id"), table.text("name"), table.texts("outcomes", least=1)
    spares = table.flag("spares")
    return Right(code, name, outcomes, table.flag("verified"), table.clauses("sources"), spares)


def _ground(table: Table) -> Ground:
    code, name, rights = table.code("id"), table.text("name"), table.texts("rights", least=1)
    return Ground(code, name, rights, table.flag("whole"), table.flag("verified"), table.clauses("sources"))


def _channel(table: Table) -> Channel:
    return Channel(table.code("id"), table.text("name"), table.flag("electronic"))


def _kept(table: Table | None) -> tuple[int, bool]:
    if table is None:
        return 0, False
    found = table.number("months", least=1), table.flag("verified")
    table.clauses("sources")
    table.done()
    return found


def _ending(table: Table | None) -> str:
    if table is None:
        return ""
    ending = table.text("ending")
    table.flag("verified")
    table.clauses("sources")
    table.done()
    return ending


def _by_id(top: Table, name: str, make: Callable[[Table], T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for table in top.tables(name, least=1):
        one = make(table)
        table.done()
        if one.id in found:
            table.fault("id", f"“{one.id}” is used twice")
        found[one.id] = one
    return MappingProxyType(found)


def _one_of(table: Table, key: str, known: Collection[str]) -> str:
    value = table.text(key)
    if value and value not in known:
        table.fault(key, "must be one of: " + ", ".join(known))
    return value


def _known(top: Table, key: str, named: Iterable[str], there: Collection[str]) -> None:
    for each in named:
        if each not in there:
            top.fault(key, f"“{each}” is not known here")


def _reachable(
    top: Table, rights: Mapping[str, Right], outcomes: Mapping[str, Outcome], grounds: Mapping[str, Ground]
) -> None:
    """An outcome that needs a ground, where there is none, could never be chosen; and a request must be refusable."""
    for right in rights.values():
        own = [each for each in grounds.values() if right.id in each.rights]
        needing = any(outcomes[each].ground for each in right.outcomes if each in outcomes)
        if needing and all(each.whole for each in own):
            top.fault(f"right.{right.id}", "has an outcome that needs a ground, and there is none for one item")
        if not any(each.whole for each in own):
            top.fault(f"right.{right.id}", "has no ground for which the whole request may be refused")
