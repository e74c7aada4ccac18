"""P0 to P5 in random worlds. ``--worlds`` says how many; a change of the rules or the lists is owed 3,000."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from foundation.actor import Actor
from identity.model import ItemFacts
from identity.rules.decide import Decider
from sharing.queries import visible
from sharing.store.access import load_facts
from tests import oracle
from tests.laws import laws, worlds


def test_lists_counts_and_searches_equal_filtering_by_decision(
    request: pytest.FixtureRequest, decider: Decider
) -> None:
    with worlds.engine().connect() as conn:

        @settings(max_examples=request.config.getoption("--worlds"), suppress_health_check=list(HealthCheck))
        @given(worlds.worlds())
        def holds(world: tuple[list[Actor], list[ItemFacts]]) -> None:
            people, items = world
            worlds.fill(conn, items)
            stored = load_facts(conn, [facts.id for facts in items], worlds.NOW)
            assert stored == items, "P0"
            for actor in people:
                expected = laws.seen(decider, actor, stored)
                some = worlds.FILTERS[(len(items) + actor.principal) % 6 :][:2]  # all of them, over the worlds
                laws.lists_equal_decisions(conn, actor, expected, filters=some)
                laws.gate_means_nothing(conn, actor, expected)
                laws.opening_implies_seeing(decider, actor, stored, expected)
                checked = visible.checked_page(conn, decider, actor, worlds.NOW)
                assert [row.id for row in checked.rows] == [facts.id for facts in expected]

        holds()


def test_cedar_and_the_oracle_agree_on_verdict_and_rules(request: pytest.FixtureRequest, decider: Decider) -> None:
    actions = sorted(oracle.ITEM_ACTIONS)  # every other one in each world

    @settings(max_examples=request.config.getoption("--worlds"), suppress_health_check=list(HealthCheck))
    @given(worlds.worlds())
    def holds(world: tuple[list[Actor], list[ItemFacts]]) -> None:
        people, items = world
        for actor in people:
            for action in actions[len(items) % 2 :: 2]:
                for purpose in ("a law", "  ")[: 1 + (action in oracle.NEEDS_PURPOSE)]:
                    verdicts = decider.decide_many(actor, action, items, now=worlds.NOW, purpose=purpose)
                    given_ = [(verdict.allowed, set(verdict.rules)) for verdict in verdicts]
                    assert given_ == [oracle.decide(actor, action, facts, worlds.NOW, purpose) for facts in items]
            for facts in items[:1]:
                bases = oracle.bases(actor, "see", facts, worlds.NOW)
                assert decider.holds_basis(actor, facts, now=worlds.NOW) is bool(bases)
                assert set(decider.explain(actor, "see", facts, now=worlds.NOW).bases) == bases

    holds()
