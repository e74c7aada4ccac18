"""What a hold catches. Pure: the same answer wherever it is asked, and asked again when something is to be destroyed.

Each thing a scope names narrows it: items, people, establishments, classes, bodies, a period. Within one, any value
fits; all that are named must fit. A scope that names nothing catches nothing: a slip of the pen binds no archive, and a
hold of words alone binds what people apply it to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from retention.model.case import Case
from retention.model.hold import BINDING, ItemFacts, Manner, Scope

SETS = ("items", "persons", "establishments", "classes", "bodies")
DAYS = ("since", "until")
# Kept in one entry of the log, whose fields have an end.
MOST: Mapping[str, int] = {"items": 500, "persons": 50, "establishments": 200, "classes": 100, "bodies": 20}


def catches(scope: Scope, facts: ItemFacts) -> bool:
    """Whether the scope names this item. ``since`` and ``until`` are both of the period; it is of the clock's start."""
    return (
        bool(scope)
        and _fits(scope.items, facts.item)
        and (not scope.persons or not scope.persons.isdisjoint(facts.persons))
        and _fits(scope.establishments, facts.establishment)
        and _fits(scope.classes, facts.retention_class)
        and _fits(scope.bodies, facts.originator)
        and (scope.since is None or facts.trigger_on >= scope.since)
        and (scope.until is None or facts.trigger_on <= scope.until)
    )


def binds(manner: Manner | None, *, caught: bool) -> bool:
    """Whether a hold in force stands on an item: by what was recorded of the two, else by its scope alone."""
    return caught if manner is None else manner in BINDING


def facts_of(case: Case, persons: frozenset[str]) -> ItemFacts:
    """What a scope asks of a case; ``persons`` are the blind tokens of whom the item is about."""
    return ItemFacts(
        item=case.item,
        originator=case.originator,
        retention_class=case.retention_class,
        establishment=case.establishment,
        trigger_on=case.trigger_on,
        persons=persons,
    )


def write(scope: Scope) -> str:
    """Canonical JSON: sorted, nothing empty, so that equal scopes are equal texts."""
    found: dict[str, Any] = {name: sorted(getattr(scope, name)) for name in SETS if getattr(scope, name)}
    found |= {name: getattr(scope, name).isoformat() for name in DAYS if getattr(scope, name)}
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=256)
def read(text: str) -> Scope:
    """What ``write`` wrote. Raises ValueError for anything else: a scope half understood would catch too little."""
    found = json.loads(text)
    if not isinstance(found, dict) or set(found) - {*SETS, *DAYS}:
        msg = "no scope of a hold"
        raise ValueError(msg)
    given: dict[str, Any] = {name: date.fromisoformat(found[name]) for name in DAYS if name in found}
    given |= {name: frozenset(found.get(name, ())) for name in SETS}
    scope = Scope(**given)
    if write(scope) != text:
        msg = "a scope that is not written as this service writes it"
        raise ValueError(msg)
    return scope


def _fits(wanted: frozenset[str], value: str) -> bool:
    return not wanted or value in wanted
