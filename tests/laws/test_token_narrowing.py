"""What a token of one appointment may do, its person may: in random worlds, for every act on an item and every duty."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.actor import Actor
from identity.model import DUTIES, ItemFacts
from identity.rules.decide import DUTY_ACTIONS, ITEM_ACTIONS, Decider
from identity.rules.tokens import narrowed
from tests.laws import worlds

SOME = st.frozensets(st.sampled_from(sorted(DUTIES)), max_size=4)
ACTS = st.sampled_from(sorted(ITEM_ACTIONS))


def test_the_part_never_may_what_the_whole_may_not(request: pytest.FixtureRequest, decider: Decider) -> None:
    tried: set[bool] = set()

    @settings(max_examples=request.config.getoption("--worlds") // 8, suppress_health_check=list(HealthCheck))
    @given(worlds.worlds(), SOME, SOME, st.sampled_from(worlds.OFFICES), ACTS, st.sampled_from(sorted(DUTY_ACTIONS)))
    def holds(
        world: tuple[list[Actor], list[ItemFacts]],
        all_: frozenset[str],
        role: frozenset[str],
        office: int,
        action: str,
        duty: str,
    ) -> None:
        people, items = world
        full = replace(people[0], offices=people[0].offices | {office}, duties=all_)
        part = narrowed(full, office, role)
        if part is None:
            return
        assert part.duties <= full.duties
        given_ = {"now": worlds.NOW, "purpose": "a law"}
        whole = decider.decide_many(full, action, items, **given_)
        for some, every in zip(decider.decide_many(part, action, items, **given_), whole, strict=True):
            assert every.allowed or not some.allowed, (action, full, part)
            tried.add(some.allowed)
        asked = {"now": worlds.NOW, "owner": "p8", "body": full.party, "other": "p9"}
        may = decider.decide_duty(full, duty, **asked).allowed
        assert may or not decider.decide_duty(part, duty, **asked).allowed, (duty, full, part)

    holds()
    assert tried == {True, False}, "it was tried with what is allowed and with what is not"


@pytest.mark.parametrize("barring", ["account-admin", "operator", "compliance-officer", "auditor"])
def test_a_duty_that_keeps_from_every_item_cannot_be_left_out(barring: str) -> None:
    both = Actor(
        id="p", name="", party="one", principal=1, offices=frozenset({1, 2}), duties=frozenset({barring, "router"})
    )
    assert narrowed(both, 1, {"router"}) is None
    assert narrowed(both, 1, {barring}) == replace(both, offices=frozenset({1}), duties=frozenset({barring}))
    assert narrowed(replace(both, duties=frozenset({"router"})), 3, {"router"}) is None
