"""The laws over a crossing of every value a rule can tell apart, where chance might not go."""

from __future__ import annotations

import pytest

from foundation.actor import Actor
from identity.model import Verdict
from identity.rules.decide import Decider
from sharing.store.access import load_facts
from tests import oracle
from tests.laws import crossing, laws, worlds
from tests.laws.conftest import Crossed

FULL_FROM = 3000  # worlds asked for from which on the crossings are tried in full


def test_every_pair_of_bars_with_every_basis_is_listed_as_it_is_decided(crossed: Crossed) -> None:
    conn, expected = crossed
    for actor, items in expected.items():
        laws.lists_equal_decisions(conn, actor, items, sizes=(50,))
        laws.gate_means_nothing(conn, actor, items)
    assert sum(map(len, expected.values())) > 1000, "a world where hardly anything is seen proves nothing"


def test_every_pair_of_bars_with_every_basis_is_decided_as_the_oracle_says(
    decided: dict[Actor, list[Verdict]],
) -> None:
    items = crossing.crossed_items(full=False)
    for actor, verdicts in decided.items():
        expected = [oracle.decide(actor, "see", facts, worlds.NOW) for facts in items]
        assert [(verdict.allowed, set(verdict.rules)) for verdict in verdicts] == expected, actor


def test_combinations_of_bars_are_decided_as_the_oracle_says(request: pytest.FixtureRequest, decider: Decider) -> None:
    """A stride through all four million that meets every value of each axis: 569,000, or 8,500 of few worlds."""
    full = request.config.getoption("--worlds") >= FULL_FROM
    items = crossing.crossed_items(full=True)[:: 7 if full else 13]
    for actor in crossing.crossed_people(full=True)[:: 1 if full else 37]:
        expected = [oracle.decide(actor, "see", facts, worlds.NOW) for facts in items]
        verdicts = decider.decide_many(actor, "see", items, now=worlds.NOW)
        assert [(verdict.allowed, set(verdict.rules)) for verdict in verdicts] == expected, actor


def test_every_combination_is_listed_as_the_oracle_says(request: pytest.FixtureRequest) -> None:
    full = request.config.getoption("--worlds") >= FULL_FROM
    items = crossing.crossed_items(full=True)
    people = crossing.crossed_people(full=full)
    with worlds.engine().connect() as conn:
        worlds.fill(conn, items, strays=True)
        stored = load_facts(conn, [facts.id for facts in items], worlds.NOW)
        for actor in people[:: 1 if full else 6]:
            allowed = [facts for facts in stored if oracle.decide(actor, "see", facts, worlds.NOW)[0]]
            laws.lists_equal_decisions(conn, actor, allowed[::-1], sizes=(1000,))
