"""Breaking the glass: who may, on what, for how long, who is told at once, and who reviews it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from foundation.actor import Actor
from foundation.policy import Faults
from sharing.errors.items import ActRefused, DoneAlready, ItemNotFound
from sharing.errors.overrides import OverrideFaulty, OverrideNotFound, OverrideRefused
from sharing.model.override import Override
from sharing.policy.safety import load_safety
from sharing.queries.overrides import OverrideList
from sharing.service.override_follower import OverrideReplay, Overrides
from tests.sharing import again
from tests.sharing.world import OS, POLICIES, World, written_of

SAFETY = load_safety(POLICIES, Faults())
WHY = "He told a visitor that he will not see the morning."


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (Overrides(),)
    start = len(house.log(""))
    yield house
    assert again.differences(house, OverrideReplay(), start=start) == []


IMB_CHECKER = Actor(
    id="0190d6c2-0000-7000-8000-0000000000dd", name="Ola", party="imb", principal=900_002,
    duties=frozenset({"compliance-officer"}),
)  # fmt: skip


def breaks(house: World, who: str, reference: str, danger: str = "self-harm", why: str = WHY) -> str:
    return str(house.act(who, "break_glass", reference, danger, why, safety=SAFETY))


def seen(house: World, who: str | Actor, act: str = "seen", *args: object, **given: object) -> Any:
    actor = house.actor(who) if isinstance(who, str) else who
    return house.do(
        lambda w: getattr(OverrideList(w.conn, house.decider, w.vault), act)(*args, actor=actor, now=house.now, **given)
    )


def test_it_opens_the_item_for_a_short_time_to_whoever_broke_it_alone(world: World) -> None:
    reference = world.send("sana").reference
    with pytest.raises(ItemNotFound):
        world.act("tess", "see", reference)
    breaks(world, "tess", reference)
    opened: Any = world.act("tess", "open", reference, "follow-up")
    assert opened.title
    with pytest.raises(ActRefused):
        world.act("tess", "acknowledge", reference)
    with pytest.raises(ItemNotFound):
        world.act("ivo", "see", reference)
    world.later(minutes=60)
    with pytest.raises(ItemNotFound):
        world.act("tess", "open", reference, "follow-up")


def test_those_it_came_from_and_both_overseers_see_it_at_once_and_others_do_not(world: World) -> None:
    reference = world.send("sana").reference
    id_ = breaks(world, "tess", reference)
    for who in ("sana", "seth", "olu", IMB_CHECKER, "tess"):
        found: list[Override] = seen(world, who)
        assert [each.reference for each in found] == [reference], who
        assert seen(world, who, "one", id_).words == {"why": WHY}
    for who in ("ivo", "cora", "bola"):
        assert seen(world, who) == []
        with pytest.raises(OverrideNotFound):
            seen(world, who, "one", id_)
    assert seen(world, "tess", open_only=True) == [], "whoever did it needs no telling"


def test_it_is_in_the_log_before_anything_is_opened(world: World) -> None:
    reference = world.send("sana").reference
    breaks(world, "tess", reference)
    world.act("tess", "open", reference, "follow-up")
    acts = [act for act, _ in world.log()]
    assert acts.index("sharing.glass-broken") < acts.index("sharing.item-opened")


def test_without_the_duty_there_is_no_item_of_that_reference(world: World) -> None:
    reference = world.send("sana").reference
    for who, named in (("ivo", reference), ("bola", reference), ("tess", "IMB-2026-99999")):
        with pytest.raises(ItemNotFound):
            breaks(world, who, named)


def test_recipients_only_of_the_other_body_and_a_bar_by_name_stay_closed(world: World) -> None:
    named = written_of(marking=f"{OS} - RECIPIENTS ONLY", recipients=[world.number("cora")])
    closed = world.send("sana", written=named).reference
    with pytest.raises(ItemNotFound):
        breaks(world, "tess", closed)
    breaks(world, "seth", closed)
    barred = world.send("sana").reference
    world.act("sana", "recuse", barred, world.number("tess"), "She is named in it.")
    with pytest.raises(ItemNotFound):
        breaks(world, "tess", barred)


@pytest.mark.parametrize(
    ("danger", "why", "field"), [("boredom", WHY, "danger"), ("", WHY, "danger"), ("violence", "x" * 4001, "why")]
)
def test_what_cannot_be_used_names_its_field_and_opens_nothing(world: World, danger: str, why: str, field: str) -> None:
    reference = world.send("sana").reference
    with pytest.raises(OverrideFaulty) as caught:
        breaks(world, "tess", reference, danger, why)
    assert list(caught.value.fields) == [field]
    with pytest.raises(ItemNotFound):
        world.act("tess", "see", reference)


def test_without_a_reason_it_is_refused(world: World) -> None:
    reference = world.send("sana").reference
    with pytest.raises((ActRefused, ItemNotFound)):
        breaks(world, "tess", reference, why="  ")


def review(world: World, who: str | Actor, id_: str, finding: str = "justified", why: str = "It was.") -> None:
    actor = world.actor(who) if isinstance(who, str) else who
    world.do(lambda w: w.sharing.review_override(id_, finding, why, actor=actor, now=world.now))


def test_a_compliance_officer_of_the_originating_body_reviews_it_once(world: World) -> None:
    id_ = breaks(world, "tess", world.send("sana").reference)
    for who in ("tess", "sana", "olu"):
        with pytest.raises(OverrideRefused):
            review(world, who, id_)
    with pytest.raises(OverrideFaulty):
        review(world, IMB_CHECKER, id_, "perhaps")
    with pytest.raises(OverrideFaulty):
        review(world, IMB_CHECKER, id_, why=" ")
    review(world, IMB_CHECKER, id_, "lessons", "Call first.")
    found = seen(world, "sana", "one", id_)
    assert (found.finding, found.words) == ("lessons", {"why": WHY, "review": "Call first."})
    assert seen(world, "sana", open_only=True) == []
    with pytest.raises(DoneAlready):
        review(world, IMB_CHECKER, id_)
    with pytest.raises(OverrideNotFound):
        review(world, IMB_CHECKER, "none")


def test_nobody_reviews_their_own(world: World) -> None:
    id_ = breaks(world, "seth", world.send("nia").reference)
    turned = Actor(id=world.ids["seth"], name="Seth", party="imb", principal=900_003, duties=IMB_CHECKER.duties)
    with pytest.raises(OverrideRefused) as caught:
        review(world, turned, id_)
    assert "SOD-09-own-override" in caught.value.rules


def test_broken_again_it_lasts_from_then(world: World) -> None:
    reference = world.send("sana").reference
    breaks(world, "tess", reference)
    world.later(minutes=50)
    breaks(world, "tess", reference, "health")
    world.later(minutes=50)
    world.act("tess", "see", reference)
    assert len(seen(world, "sana")) == 2
    assert seen(world, "sana")[0].until == world.now + timedelta(minutes=10)
