"""Batches against people who hurry, who are two at once, or who mean ill: what was seen is done, or is named."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from batch_steps import (
    DESTROY,
    SECOND,
    approve,
    does,
    many,
    open_,
    places,
    refusal,
    reminders,
    reopen,
    rules,
    said,
    submitted,
)
from retention_world import APPROVER, BOTH, OTHER, REVIEWER, World, edited, empty, opened
from test_retention_holds_race import Crowded

import retention.service.batches
from audit.follow import replay
from foundation.errors import Denied
from retention.errors import BatchChanged, DetailsInvalid, DisposalRefused
from retention.model.batch import Wanted
from retention.service.holds import Terms
from tests.taken_in import take_in


@pytest.fixture
def crowded() -> Iterator[Crowded]:
    made = Crowded()
    yield made
    made.close()


def stamp(world: World, batch: str) -> int:
    with world.work() as retention:
        return int(retention._stamp(retention._batch(batch)))


# --- given, when, then: what is refused of one item


def test_given_another_bodys_item_when_it_is_proposed_upon_by_its_id_then_it_is_refused_and_logged(
    world: World,
) -> None:
    theirs = world.item(body="beta")
    world.pass_time(40)
    world.sweep()
    many(world, 1)
    batch = open_(world).batch.id
    (answer,) = does(world, "propose_in_batch", batch, [theirs], **DESTROY)
    assert rules(answer) == {"RET-not-in-batch"}
    assert said(world, theirs)[-1] == ("disposal-reviewed", "refused")
    (answer,) = does(world, "hold_in_batch", batch, [theirs], Terms("x", "y"))
    assert said(world, theirs)[-1] == ("hold-caught", "refused")
    assert not world.look(theirs).held


@pytest.mark.parametrize("of", ["letters", "notes"])
def test_given_an_item_not_due_or_unverified_when_proposed_upon_by_its_id_then_refused_and_logged(
    world: World, of: str
) -> None:
    many(world, 1)
    running = world.item(of=of)
    batch = open_(world).batch.id
    before = world.look(running)
    (answer,) = does(world, "propose_in_batch", batch, [running], **DESTROY)
    assert rules(answer) == {"RET-not-in-batch"}
    assert world.look(running) == before
    assert said(world, running)[-1] == ("disposal-reviewed", "refused")


@pytest.mark.parametrize("given", [
    DESTROY,
    {"proposal": "keep", "reason": "x"},
    {"proposal": "extend", "reason": "x", "until": date(2026, 12, 1)},
])  # fmt: skip
def test_given_a_hold_since_the_batch_was_opened_when_anything_is_proposed_then_the_hold_is_named(
    world: World, given: dict[str, Any]
) -> None:
    held, free = many(world, 2)
    batch = open_(world).batch.id
    world.do("place_hold", held, OTHER, reason="An inquest.", issuer="coroner")
    done = does(world, "propose_in_batch", batch, [held, free], **given)
    assert [rules(each) for each in done] == [{"RET-held"}, set()]
    assert (world.look(held).state, world.look(free).state) == ("due", "reviewed")


def test_given_a_review_the_clock_took_back_when_the_batch_is_approved_then_it_is_left_out_and_named(
    world: World,
) -> None:
    gone, stays = many(world, 2)
    batch = submitted(world, [gone, stays])
    saw = stamp(world, batch)
    reopen(world, gone)
    with pytest.raises(BatchChanged):
        approve(world, batch, seen=saw)
    done = {each.item: rules(each) for each in approve(world, batch).items}
    assert done == {gone: {"RET-state"}, stays: set()}
    assert (world.look(gone).state, places(world, batch)[gone]) == ("stopped", "left-out")


def test_given_an_item_reopened_when_its_batch_is_submitted_then_it_is_left_out_and_named(world: World) -> None:
    gone, stays = many(world, 2)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [gone, stays], **DESTROY)
    reopen(world, gone)
    after, left = does(world, "submit_batch", batch)
    assert after.state == "submitted"
    assert [(each.item, rules(each)) for each in left] == [(gone, {"RET-changed"})]
    assert places(world, batch) == {gone: "left-out", stays: "proposed"}


def test_given_all_items_reopened_when_their_batch_is_submitted_then_there_is_nothing_to_submit(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [item], **DESTROY)
    reopen(world, item)
    with pytest.raises(DetailsInvalid, match="one item at least"):
        does(world, "submit_batch", batch)


def test_given_an_item_reopened_when_the_whole_batch_is_sent_back_then_the_batch_is_closed(world: World) -> None:
    gone, stays = many(world, 2)
    batch = submitted(world, [gone, stays])
    reopen(world, gone)
    after = does(world, "send_back_batch", batch, reason="Not now.", actor=APPROVER)
    assert after.state == "closed", "no batch waits for ever for what cannot be sent back"
    assert places(world, batch) == {gone: "left-out", stays: "sent-back"}


def test_given_an_extension_whose_day_has_come_when_approved_then_refused_alone_and_left_out_of_a_batch(
    world: World,
) -> None:
    one, two = many(world, 2)
    tomorrow = world.now.date() + timedelta(days=1)
    world.do("review", one, REVIEWER, proposal="extend", until=tomorrow, reason="x")
    batch = submitted(world, [two], proposal="extend", until=tomorrow, reason="x")
    world.pass_time(1)
    with pytest.raises(DisposalRefused) as told:
        world.do("approve", one, APPROVER)
    assert {each.rule for each in told.value.reasons} == {"RET-extension-past"}
    (done,) = approve(world, batch).items
    assert rules(done) == {"RET-extension-past"}
    assert (world.look(two).state, places(world, batch)) == ("due", {two: "left-out"})


def test_given_one_person_with_both_duties_when_they_proposed_and_a_colleague_submitted_then_they_do_not_decide(
    world: World,
) -> None:
    items = many(world, 2)
    batch = open_(world, BOTH).batch.id
    does(world, "propose_in_batch", batch, items, actor=BOTH, **DESTROY)
    does(world, "submit_batch", batch)
    saw = stamp(world, batch)
    with pytest.raises(DisposalRefused) as told:
        approve(world, batch, BOTH, seen=saw)
    assert {each.rule for each in told.value.reasons} == {"RET-second-person"}
    for item in items:
        with pytest.raises(DisposalRefused):
            world.do("approve", item, BOTH)
    assert {world.look(item).state for item in items} == {"reviewed"}


# --- the same twice, and in the wrong order


def test_each_act_twice_does_it_once(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    with pytest.raises(DetailsInvalid, match="Nothing that fits"):
        open_(world)
    for _ in range(2):
        does(world, "propose_in_batch", batch, [item], **DESTROY)
    assert places(world, batch) == {item: "proposed"}
    does(world, "submit_batch", batch)
    assert refusal(world, "submit_batch", batch, actor=REVIEWER) == {"RET-batch-state"}
    saw = stamp(world, batch)
    approve(world, batch, seen=saw)
    with pytest.raises(DisposalRefused):
        approve(world, batch, seen=saw)
    assert [kind for kind, outcome in said(world, item)].count("disposal-approved") == 1


def test_a_batch_given_up_can_be_neither_submitted_nor_approved_and_its_reviews_are_taken_back(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [item], **DESTROY)
    does(world, "close_batch", batch, reason="Wrong class.")
    for step, given, actor in (
        ("submit_batch", {}, REVIEWER),
        ("propose_in_batch", {"items": [item], **DESTROY}, REVIEWER),
        ("close_batch", {"reason": "x"}, REVIEWER),
        ("send_back_items", {"items": [item], "reason": "x"}, APPROVER),
    ):
        assert refusal(world, step, batch, actor=actor, **given) == {"RET-batch-state"}, step
    case = world.look(item)
    assert (case.state, case.reviewer) == ("due", "")
    with pytest.raises(DisposalRefused):
        world.do("approve", item, APPROVER)


def test_a_return_is_neither_answered_given_nor_received_after_a_batch_agreed_to_destroy(world: World) -> None:
    (item,) = many(world, 1)
    approve(world, submitted(world, [item]))

    def tried() -> None:
        for step, given in (
            ("answer_return", {"answer": "accepted", "reason": "We want it after all."}),
            ("give_back", {}),
            ("record_return", {"manner": "held"}),
        ):
            with pytest.raises(DisposalRefused) as told:
                world.do(step, item, REVIEWER, **given)
            assert {"RET-state", "RET-return-order"} <= {each.rule for each in told.value.reasons}, step

    tried()
    world.pass_time(14)
    world.finish(item)
    tried()
    assert world.look(item).state == "destroyed"


def test_what_was_taken_into_a_batch_and_is_returned_there_and_then_is_destroyed_with_it(world: World) -> None:
    item = world.until_due()
    batch = open_(world).batch.id
    world.do("offer_return", item, OTHER)
    world.do("answer_return", item, REVIEWER, answer="accepted", reason="We want it.")
    (answer,) = does(world, "propose_in_batch", batch, [item], **DESTROY)
    assert rules(answer) == {"RET-return-first"}
    world.do("give_back", item, REVIEWER)
    world.do("record_return", item, REVIEWER)
    (answer,) = does(world, "propose_in_batch", batch, [item], **DESTROY)
    assert rules(answer) == set()
    does(world, "submit_batch", batch)
    assert rules(approve(world, batch).items[0]) == set()


def test_a_package_is_given_again_from_the_page_the_first_was_asked_for(world: World) -> None:
    item = world.until_due()
    world.do("offer_return", item, OTHER)
    world.do("answer_return", item, REVIEWER, answer="accepted", reason="We want it.")
    for _ in range(2):
        world.do("give_back", item, REVIEWER, version=None)
    assert [kind for kind, _ in said(world, item)].count("return-served") == 2


# --- how many, and until when


def test_a_batch_takes_no_more_than_it_may_and_says_that_more_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention.service.batches, "MOST", 2)
    items = many(world, 3)
    first, second = open_(world), open_(world)
    assert (first.more, second.more) == (True, False)
    taken = [set(places(world, each.batch.id)) for each in (first, second)]
    assert [len(each) for each in taken] == [2, 1]
    assert taken[0] | taken[1] == set(items)


def settled(world: World) -> str:
    """Due after a period of one month that was confirmed for it, its return declined."""
    item = world.item(of="notes")
    world.do("confirm_period", item, REVIEWER, months=1, authority="Sample schedule, paragraph 9")
    world.pass_time((world.look(item).due_on - world.now.date()).days)
    world.sweep()
    world.do("offer_return", item, OTHER)
    world.do("answer_return", item, REVIEWER, answer="declined", reason="We have our own.")
    return item


@pytest.fixture
def leap() -> Iterator[World]:
    made = World(start=datetime(2028, 1, 29, 12, 0, tzinfo=UTC))
    yield made
    made.close()


def test_the_cap_of_what_falls_due_on_a_leap_day_is_the_last_of_february(leap: World) -> None:
    item = settled(leap)
    due = leap.look(item).due_on
    assert due == date(2028, 2, 29)
    batch = open_(leap, retention_class="notes").batch.id
    over = {"proposal": "extend", "until": date(2029, 3, 1), "reason": "x"}
    (answer,) = does(leap, "propose_in_batch", batch, [item], **over)
    assert rules(answer) == {"RET-extension-cap"}
    assert "until 28 February 2029" in answer.reasons[0].text
    for until in (due, due - timedelta(days=1)):
        with pytest.raises(DetailsInvalid) as told:
            does(leap, "propose_in_batch", batch, [item], proposal="extend", until=until, reason="x")
        assert told.value.fields == {"until": ("Enter a date in the future",)}
    does(leap, "propose_in_batch", batch, [item], **{**over, "until": date(2029, 2, 28)})
    does(leap, "submit_batch", batch)
    approve(leap, batch)
    assert (leap.look(item).state, leap.look(item).due_on) == ("running", date(2029, 2, 28))


def test_a_date_with_what_is_not_kept_longer_is_named_as_such(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    for given, fault in (
        ({"proposal": "extend"}, "Enter the date until which it is kept"),
        ({"proposal": "keep", "until": date(2030, 1, 1)}, "Leave the date empty: it is only for keeping longer"),
    ):
        with pytest.raises(DetailsInvalid) as told:
            does(world, "propose_in_batch", batch, [item], reason="x", **given)
        assert told.value.fields == {"until": (fault,)}


# --- two at once


def both(crowded: Crowded, *acts: Any) -> list[Any]:
    """Each act in a thread of its own, at once: what it gave, or what refused it."""
    start = Barrier(len(acts))

    def one(act: Any) -> Any:
        start.wait()
        try:
            return crowded.until_done(act)
        except (Denied, BatchChanged, DetailsInvalid) as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return [each.result(60) for each in [threads.submit(one, act) for act in acts]]


def test_two_reviewers_who_open_at_once_never_have_one_item_both(crowded: Crowded) -> None:
    for _ in range(3):
        items = many(crowded, 3)
        made = both(crowded, *(
            lambda r, who=who: r.open_batch(Wanted("letters"), actor=who, now=crowded.now) for who in (REVIEWER, SECOND)
        ))  # fmt: skip
        opened_ = [each for each in made if not isinstance(each, Exception)]
        assert len(opened_) == 1
        assert isinstance(next(each for each in made if isinstance(each, Exception)), DetailsInvalid)
        assert set(places(crowded, opened_[0].batch.id)) == set(items)
        does(crowded, "close_batch", opened_[0].batch.id, reason="Next round.")
        for item in items:  # out of the way of the next round
            crowded.do("review", item, REVIEWER, proposal="keep", reason="x")
            crowded.do("approve", item, APPROVER)


def test_two_approvers_at_once_approve_each_item_once(crowded: Crowded) -> None:
    for _ in range(3):
        items = many(crowded, 2)
        given: dict[str, Any] = {"batch": submitted(crowded, items)}
        given["seen"] = stamp(crowded, given["batch"])
        done = both(crowded, *(
            lambda r, who=who, given=given: r.approve_batch(**given, actor=who, now=crowded.now)
            for who in (APPROVER, BOTH)
        ))  # fmt: skip
        refused = [each for each in done if isinstance(each, Exception)]
        assert [type(each) for each in refused] == [DisposalRefused]
        for item in items:
            kinds = [kind for kind, outcome in said(crowded, item) if outcome == "allowed"]
            assert kinds.count("disposal-approved") == 1
            assert crowded.look(item).state == "cooling-off"


def test_one_approves_while_another_sends_back_and_no_item_is_both(crowded: Crowded) -> None:
    for _ in range(3):
        one, two = many(crowded, 2)
        batch = submitted(crowded, [one, two])
        saw = stamp(crowded, batch)
        done = both(
            crowded,
            lambda r, batch=batch, saw=saw: r.approve_batch(batch, seen=saw, actor=APPROVER, now=crowded.now),
            lambda r, batch=batch, one=one: r.send_back_items(batch, [one], reason="x", actor=BOTH, now=crowded.now),
        )
        assert sum(isinstance(each, Exception) for each in done) == 1
        after = crowded.look(one)
        if isinstance(done[0], Exception):
            assert (after.state, crowded.look(two).state) == ("due", "reviewed")
            does(crowded, "send_back_batch", batch, reason="x", actor=APPROVER)
        else:
            assert (after.state, crowded.look(two).state) == ("cooling-off", "cooling-off")
        for item in (one, two):
            if crowded.look(item).state == "due":
                crowded.do("review", item, REVIEWER, proposal="keep", reason="x")
                crowded.do("approve", item, APPROVER)


def test_a_hold_placed_while_a_batch_is_approved_wins(crowded: Crowded) -> None:
    for _ in range(3):
        (item,) = many(crowded, 1)
        batch = submitted(crowded, [item])
        saw = stamp(crowded, batch)
        both(
            crowded,
            lambda r, batch=batch, saw=saw: r.approve_batch(batch, seen=saw, actor=APPROVER, now=crowded.now),
            lambda r, item=item: r.place_hold(item, reason="x", issuer="y", actor=OTHER, now=crowded.now),
        )
        case = crowded.look(item)
        assert (case.held, case.state) == (True, "due") or (case.held, case.state) == (True, "reviewed")
        if case.state == "reviewed":
            approve(crowded, batch)
        assert crowded.look(item).state == "due"


# --- reminders


@pytest.mark.parametrize(("reviewed", "too_soon", "since"), [
    # 25 October has 25 hours: by then more than seven times 24 hours have gone, and it is still the sixth day.
    (datetime(2026, 10, 18, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 45, tzinfo=UTC), "2026-10-19"),
    # 29 March has 23 hours, and is the seventh day from its first minute.
    (datetime(2026, 3, 22, 12, 0, tzinfo=UTC), datetime(2026, 3, 28, 23, 59, tzinfo=UTC), "2026-03-22"),
])  # fmt: skip
def test_days_of_a_reminder_are_those_of_the_calendar_when_clocks_change(
    reviewed: datetime, too_soon: datetime, since: str
) -> None:
    world = World(start=reviewed - timedelta(days=40))
    try:
        item = settled(world)
        world.now = reviewed
        world.do("review", item, REVIEWER, **DESTROY)
        world.now = too_soon
        world.sweep()
        assert [each for each in reminders(world) if each[0] == "approval"] == []
        world.pass_time(minutes=16)
        for _ in range(2):
            world.sweep()
        assert [each for each in reminders(world) if each[0] == "approval"] == [("approval", since)]
    finally:
        world.close()


def test_a_stage_left_and_entered_again_is_reminded_of_again_and_each_time_once(world: World) -> None:
    item = world.until_reviewed()
    first = str(world.now.date())
    world.pass_time(7)
    for _ in range(2):
        world.sweep()
    world.do("send_back", item, APPROVER, reason="Look again.")
    world.do("review", item, REVIEWER, **DESTROY)
    again = str(world.now.date())
    world.sweep()
    assert [each for each in reminders(world) if each[0] == "approval"] == [("approval", first)]
    world.pass_time(7)
    for _ in range(2):
        world.sweep()
    assert [each for each in reminders(world) if each[0] == "approval"] == [("approval", first), ("approval", again)]


# --- the log


def turbulent(world: World) -> None:
    """Nearly everything above, one after the other."""
    one, two, three, four, five = many(world, 5)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [one, two, three, four], **DESTROY)
    does(world, "propose_in_batch", batch, [two], actor=SECOND, proposal="keep", reason="Of interest.")
    until = world.look(three).due_on + timedelta(days=90)
    does(world, "propose_in_batch", batch, [three], proposal="extend", until=until, reason="An appeal.")
    does(world, "hold_in_batch", batch, [five], Terms("The inquiry asked.", "The inquiry"))
    reopen(world, four)
    does(world, "submit_batch", batch)
    world.pass_time(8)
    world.sweep()
    does(world, "send_back_items", batch, [two], reason="Ask first.", actor=APPROVER)
    approve(world, batch)
    world.do("withdraw_approval", one, REVIEWER, reason="Stop.")
    again = open_(world).batch.id
    does(world, "propose_in_batch", again, [one, two], **DESTROY)
    does(world, "submit_batch", again)
    approve(world, again)
    world.pass_time(14)
    world.finish(one)
    world.now = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
    world.sweep()
    world.do("offer_return", three, OTHER)
    world.do("answer_return", three, REVIEWER, answer="accepted", reason="Yes.")
    world.do("give_back", three, REVIEWER)
    world.do("record_return", three, REVIEWER)
    take_in(world.engine)


def test_after_all_this_a_replay_from_entry_zero_gives_the_same(world: World) -> None:
    turbulent(world)
    with world.engine.begin() as conn:
        before = opened(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before, "over what is there nothing changes"
        empty(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before


@pytest.mark.parametrize("change", [
    "update disposal_batch_item set place = 'proposed' where place = 'approved'",
    "update disposal_batch set state = 'submitted' where number = 1",
    "update disposal_batch set party = 'beta'",
    "delete from disposal_reminder where stage = 'approval'",
    "update disposal_batch_item set reason = (select closing from disposal_batch where number = 1)",
])  # fmt: skip
def test_rows_of_batches_edited_behind_the_service_are_told(world: World, change: str) -> None:
    turbulent(world)
    differences = edited(world, change)
    assert any("not as recorded" in each for each in differences), differences
