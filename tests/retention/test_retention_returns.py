"""Returns as transfers with a receipt: what is given, to whom, and what the receipt says. Each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from retention_world import APPROVER, NOBODY_MUCH, OTHER, REVIEWER, World

from audit.follow import facts_about
from foundation.actor import Actor
from foundation.errors import Unavailable
from retention.errors import DetailsInvalid, DisposalRefused


def accepted(world: World) -> str:
    item = world.until_due()
    world.do("offer_return", item, OTHER)
    world.do("answer_return", item, REVIEWER, answer="accepted", reason="We want it.")
    return item


def last(world: World, item: str) -> Any:
    with world.engine.begin() as conn:
        return facts_about(conn, world.keys, item)[-1]


def refused(world: World, step: str, item: str, actor: Actor, **given: Any) -> set[str]:
    with pytest.raises(DisposalRefused) as said:
        world.do(step, item, actor, **given)
    return {reason.rule for reason in said.value.reasons}


def test_what_was_accepted_is_given_and_confirmed_and_the_receipt_says_what(world: World) -> None:
    item = accepted(world)
    case, parcel = world.do("give_back", item, REVIEWER)
    assert b"".join(parcel.stream()) == bytes(parcel.size)
    assert (case.served_files, case.served_bytes, case.served_sha256) == (1, parcel.size, "a" * 64)
    served = last(world, item)
    assert served.kind == "retention.return-served"
    assert {name: served.what[name] for name in ("by", "files", "bytes", "sha256")} == {
        "by": REVIEWER.id, "files": 1, "bytes": parcel.size, "sha256": "a" * 64,
    }  # fmt: skip
    after = world.do("record_return", item, REVIEWER)
    assert (after.return_state, after.received, after.received_by) == ("returned", "package", REVIEWER.id)
    receipt = last(world, item)
    assert receipt.what["manner"] == "package"
    assert (receipt.what["bytes"], receipt.what["sha256"]) == (parcel.size, "a" * 64)
    assert world.do("review", item, REVIEWER, proposal="destroy", reason="Returned.").state == "reviewed"


def test_a_source_that_holds_it_already_needs_no_package_and_the_receipt_says_so(world: World) -> None:
    item = accepted(world)
    after = world.do("record_return", item, REVIEWER, manner="held")
    assert (after.return_state, after.received, after.served_at) == ("returned", "held", None)
    assert last(world, item).what["sha256"] == ""


def test_no_receipt_for_a_package_nobody_was_given(world: World) -> None:
    item = accepted(world)
    assert refused(world, "record_return", item, REVIEWER) == {"RET-return-unserved"}
    with pytest.raises(DetailsInvalid):
        world.do("record_return", item, REVIEWER, manner="somehow")


def test_a_package_may_be_given_again_and_the_receipt_is_of_the_last(world: World) -> None:
    item = accepted(world)
    first, _ = world.do("give_back", item, REVIEWER)
    world.pass_time(1)
    second, _ = world.do("give_back", item, REVIEWER)
    assert second.served_at > first.served_at


@pytest.mark.parametrize(("actor", "rules"), [
    (OTHER, {"RET-originator"}),
    (APPROVER, {"RET-duty"}),
    (NOBODY_MUCH, {"RET-duty"}),
])  # fmt: skip
def test_only_a_reviewer_of_the_source_is_given_the_item_or_confirms_it(
    world: World, actor: Actor, rules: set[str]
) -> None:
    item = accepted(world)
    assert refused(world, "give_back", item, actor) == rules
    assert refused(world, "record_return", item, actor, manner="held") == rules
    assert world.look(item).served_at is None


def test_nothing_is_given_before_it_was_accepted_or_after_it_was_declined(world: World) -> None:
    item = world.until_due()
    assert refused(world, "give_back", item, REVIEWER) == {"RET-return-order"}
    world.do("offer_return", item, OTHER)
    assert refused(world, "give_back", item, REVIEWER) == {"RET-return-order"}
    world.do("answer_return", item, REVIEWER, answer="declined", reason="We have it.")
    assert refused(world, "give_back", item, REVIEWER) == {"RET-return-order"}


def test_declining_needs_a_reason(world: World) -> None:
    item = world.until_due()
    world.do("offer_return", item, OTHER)
    for reason in ("", " \n ", "x" * 401):
        with pytest.raises(DetailsInvalid) as said:
            world.do("answer_return", item, REVIEWER, answer="declined", reason=reason)
        assert "reason" in said.value.fields
    assert world.look(item).return_state == "offered"


def test_keys_out_of_reach_give_nothing_and_say_nothing(world: World) -> None:
    item = accepted(world)
    world.shelf.keys_away = True
    before = last(world, item)
    with pytest.raises(Unavailable):
        world.do("give_back", item, REVIEWER)
    assert last(world, item) == before
    assert world.look(item).served_at is None


def test_an_extension_asks_the_source_again(world: World) -> None:
    item = accepted(world)
    world.do("give_back", item, REVIEWER)
    world.do("record_return", item, REVIEWER)
    until = world.look(item).due_on.replace(year=world.look(item).due_on.year + 1)
    world.do("review", item, REVIEWER, proposal="extend", until=until, reason="An appeal.")
    case = world.do("approve", item, APPROVER)
    assert (case.state, case.return_state, case.served_at, case.received) == ("running", "none", None, "")


# --- many at once


def test_many_offers_and_answers_each_with_its_own_result(world: World) -> None:
    one, two, three = (world.until_due() for _ in range(3))
    world.do("offer_return", two, OTHER)
    with world.work() as retention:
        done = retention.offer_many([one, two, three, "none"], actor=OTHER, now=world.now)
    assert [{each.rule for each in one_.reasons} for one_ in done] == [
        set(), {"RET-return-order"}, set(), {"RET-no-case"},
    ]  # fmt: skip
    with world.engine.begin() as conn:
        said = [fact.outcome for fact in facts_about(conn, world.keys, two) if fact.kind == "retention.return-offered"]
    assert said == ["allowed", "refused"]
    with world.work() as retention:
        done = retention.answer_many([one, three], answer="declined", reason="No.", actor=REVIEWER, now=world.now)
    assert [each.reasons for each in done] == [(), ()]
    with pytest.raises(DetailsInvalid), world.work() as retention:
        retention.answer_many([two], answer="declined", reason="", actor=REVIEWER, now=world.now)


def test_many_offers_by_their_own_source_are_all_refused(world: World) -> None:
    items = [world.until_due() for _ in range(2)]
    with world.work() as retention:
        done = retention.offer_many(items, actor=REVIEWER, now=world.now)
    assert [{each.rule for each in one.reasons} for one in done] == [{"RET-return-holder"}] * 2
    assert {world.look(item).return_state for item in items} == {"none"}
