"""The crossing of every value a rule on `see` can tell apart, where chance might not go."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from foundation.actor import Actor
from identity.model import Grant, ItemFacts, Window
from tests.laws.worlds import DUTIES, EDGES, GROUPS, MS, NOW, OFFICES, PARTIES, STATES

ME, OTHER = 1, 9


def crossed_items(*, full: bool) -> list[ItemFacts]:
    """Every basis with every bar. Not ``full``: every pair of bars rather than every combination of all."""
    bases: list[dict[str, object]] = [{}, {"sender": ME}, {"recipients": frozenset({ME})}]
    bases += [{"groups": frozenset({GROUPS[0]})}, {"offices": frozenset({OFFICES[0]})}]
    windows = ((EDGES[0], NOW), (EDGES[0], NOW + MS), (NOW, EDGES[4]), (NOW + MS, EDGES[4]))
    bases += [{"grants": (Grant(ME, "grant", Window(*window)),)} for window in windows]
    bases += [{"grants": (Grant(ME, "break-glass", Window(*window)),)} for window in windows[1:3]]
    bases += [{"sender": ME, "recipients": frozenset({ME}), "groups": frozenset(GROUPS), "offices": frozenset(OFFICES)}]
    axes: list[list[dict[str, object]]] = [
        [{}, *({"org_only": True, "released_to": frozenset(to)} for to in ((), ("one",), ("two", "someone")))],
        [{}, {"hmg_only": True}],
        [{}, *({"embargo_until": until} for until in (NOW - MS, NOW, NOW + MS))]
        + [{"embargo_until": NOW + MS, "embargo_lead": lead} for lead in (ME, OTHER)],
        [{}, {"quarantined": True}],
        [{"state": state} for state in STATES],
        [{}, {"recused": frozenset({ME})}, {"recused": frozenset({OTHER, GROUPS[0], OFFICES[0]})}],
    ]
    if not full:  # every combination of all would be four times as many, and nothing else reads it
        owned: list[dict[str, object]] = [
            {"owners": frozenset(own)} for own in ((), ("one",), ("two",), ("one", "two"))
        ]
        axes.append(owned)
    plain = [axis[0] for axis in axes]
    combinations: list[Sequence[dict[str, object]]] = list(itertools.product(*axes)) if full else []
    if not full:
        for one, two in itertools.combinations(range(len(axes)), 2):
            combinations += [
                [value if at == one else other if at == two else plain[at] for at in range(len(axes))]
                for value, other in itertools.product(axes[one], axes[two])
            ]
    unique = {repr(c): c for c in combinations}.values()
    items = []
    for base, combination in itertools.product(bases, unique):
        values: dict[str, object] = {"sender": OTHER, **base}
        for part in combination:
            values |= part
        items.append(ItemFacts(id=len(items) + 1, **values))  # type: ignore[arg-type]
    return items


def crossed_people(*, full: bool) -> list[Actor]:
    """Every standing that could matter, with and without each membership."""
    base = Actor(id="p1", name="", party="one", principal=ME, hmg=True)
    if not full:
        member = replace(base, groups=frozenset(GROUPS[:1]), offices=frozenset(OFFICES[:1]))
        lone = [base, replace(base, groups=frozenset(GROUPS)), replace(base, offices=frozenset(OFFICES))]
        parties: list[dict[str, object]] = [{}, {"party": "two", "hmg": False}, {"party": "someone"}, {"party": ""}]
        others = [replace(member, **changes) for changes in parties]  # type: ignore[arg-type]
        lapses = [{"standing": "suspended"}, {"vetted_until": NOW}, {"handling_until": NOW}, {"informed_until": NOW}]
        lapses += [{"duties": frozenset({duty})} for duty in DUTIES]
        away = [{"abroad": True, "cleared": frozenset(own)} for own in (("one",), ("one", "two"), ())]
        kept = [{"vetted_until": NOW + MS, "handling_until": NOW + MS}]
        return lone + others + [replace(member, **changes) for changes in lapses + away + kept]  # type: ignore[arg-type]
    axes = itertools.product(
        sorted(PARTIES),
        ("active", "suspended"),
        (NOW, NOW + MS),
        (NOW, NOW + MS),
        (frozenset(), frozenset(GROUPS[:1])),
        (frozenset(), frozenset(OFFICES[:1])),
        (frozenset(), frozenset({"account-admin"}), frozenset({"compliance-officer"})),
    )
    return [
        replace(
            base,
            party=party,
            hmg=PARTIES[party],
            standing=standing,
            vetted_until=vetted,
            handling_until=trained,
            groups=groups,
            offices=offices,
            duties=duties,
        )
        for party, standing, vetted, trained, groups, offices, duties in axes
    ]
