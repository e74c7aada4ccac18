"""Batches: taken together, proposed upon, approved as seen; what is refused of one item stops no other."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from batch_steps import DESTROY, SECOND, approve, does, many, open_, places, refusal, reminders, rules, said, submitted
from retention_world import APPROVER, BOTH, OTHER, OTHER_APPROVER, REVIEWER, WORDS, World, empty, opened

from audit.follow import replay
from foundation.actor import SERVICE
from foundation.errors import Unavailable
from retention.errors import BatchChanged, BatchNotFound, DetailsInvalid, DisposalRefused
from retention.model.batch import Batch, Wanted
from retention.model.hold import Scope
from retention.service.holds import Terms
from retention.store.batches import BatchRows
from retention.tables.batches import disposal_batch
from tests.taken_in import take_in

# --- from due to approved


def test_a_batch_goes_from_due_to_approved_and_every_item_keeps_its_own_facts(world: World) -> None:
    items = many(world, 3)
    batch = submitted(world, items)
    done = approve(world, batch)
    assert [each.reasons for each in done.items] == [(), (), ()]
    assert (done.batch.state, done.batch.decided_by) == ("approved", APPROVER.id)
    for item in items:
        case = world.look(item)
        assert (case.state, case.reviewer, case.approver) == ("cooling-off", REVIEWER.id, APPROVER.id)
        kinds = [kind for kind, _ in said(world, item)]
        assert kinds[-3:] == ["batch-taken", "disposal-reviewed", "disposal-approved"]
    assert [kind for kind, _ in said(world, batch)] == ["batch-opened", "batch-submitted", "batch-approved"]
    world.pass_time(14)
    world.finish(items[0])
    assert world.look(items[0]).state == "destroyed"


def test_a_batch_takes_what_fits_and_is_due_and_nothing_of_another_batch(world: World) -> None:
    here, there = many(world, 1, place="XXI")[0], many(world, 1, place="YYI")[0]
    running = world.item()
    first = open_(world, establishment="XXI").batch
    assert places(world, first.id) == {here: "taken"}
    second = open_(world).batch
    assert places(world, second.id) == {there: "taken"}
    assert (first.number, second.number) == (1, 2)
    assert running not in places(world, second.id)
    with pytest.raises(DetailsInvalid, match="Nothing that fits is due"):
        open_(world)


def test_a_batch_by_due_date_leaves_the_later_ones(world: World) -> None:
    early = many(world, 1)[0]
    late = many(world, 1)[0]
    found = open_(world, retention_class="letters", due_by=world.look(early).due_on).batch
    assert set(places(world, found.id)) == {early}
    assert late not in places(world, found.id)


def test_a_batch_that_names_nothing_is_refused(world: World) -> None:
    many(world, 1)
    with pytest.raises(DetailsInvalid, match="class or an establishment"):
        open_(world, due_by=date(2030, 1, 1))


def test_held_items_are_left_out_when_a_batch_is_opened_and_named(world: World) -> None:
    held, free = many(world, 2)
    world.do("place_hold", held, REVIEWER, reason="An inquest.", issuer="coroner")
    found = open_(world)
    assert [(each.item, rules(each)) for each in found.left] == [(held, {"RET-held"})]
    assert places(world, found.batch.id) == {held: "left-out", free: "taken"}
    assert said(world, held)[-1] == ("batch-left-out", "allowed")


def test_a_batch_of_held_items_alone_is_refused(world: World) -> None:
    (held,) = many(world, 1)
    world.do("place_hold", held, REVIEWER, reason="An inquest.", issuer="coroner")
    with pytest.raises(DetailsInvalid, match="A hold stands on everything"):
        open_(world)


# --- who may


def test_only_reviewers_of_the_body_open_and_work_on_a_batch(world: World) -> None:
    items = many(world, 1)
    assert refusal(world, "open_batch", Wanted("letters"), actor=APPROVER) == {"RET-duty"}
    batch = open_(world).batch.id
    for actor, expected in ((OTHER, {"RET-originator"}), (APPROVER, {"RET-duty"})):
        for step, given in (
            ("propose_in_batch", {"items": items, **DESTROY}),
            ("hold_in_batch", {"items": items, "terms": Terms("x", "y")}),
            ("submit_batch", {}),
            ("close_batch", {"reason": "x"}),
        ):
            assert refusal(world, step, batch, actor=actor, **given) == expected, step
    assert places(world, batch) == {items[0]: "taken"}


def test_another_bodys_items_are_in_no_batch_of_ours(world: World) -> None:
    theirs = world.item(body="beta")
    world.pass_time(40)
    world.sweep()
    many(world, 1)
    found = open_(world).batch
    assert theirs not in places(world, found.id)
    (answer,) = does(world, "propose_in_batch", found.id, [theirs], **DESTROY)
    assert rules(answer) == {"RET-not-in-batch"}
    assert world.look(theirs).state == "due"


def test_nobody_approves_a_batch_they_proposed_anything_of(world: World) -> None:
    one, two = many(world, 2)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [one], **DESTROY)
    does(world, "propose_in_batch", batch, [two], actor=BOTH, proposal="keep", reason="Of interest.")
    does(world, "submit_batch", batch)
    with pytest.raises(DisposalRefused) as told:
        approve(world, batch, BOTH)
    assert {reason.rule for reason in told.value.reasons} == {"RET-second-person"}
    assert refusal(world, "send_back_items", batch, [one], reason="x", actor=BOTH) == {"RET-second-person"}
    assert {world.look(item).state for item in (one, two)} == {"reviewed"}
    approve(world, batch)
    assert (world.look(one).state, world.look(two).state) == ("cooling-off", "kept")


def test_whoever_submits_a_batch_does_not_approve_it(world: World) -> None:
    items = many(world, 1)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, items, **DESTROY)
    does(world, "submit_batch", batch, actor=BOTH)
    with pytest.raises(DisposalRefused, match="somebody else"):
        approve(world, batch, BOTH)


def test_a_reviewer_or_an_approver_of_the_other_body_approves_nothing(world: World) -> None:
    batch = submitted(world, many(world, 1))
    for actor, expected in ((SECOND, {"RET-duty"}), (OTHER_APPROVER, {"RET-originator"})):
        with pytest.raises(DisposalRefused) as told:
            approve(world, batch, actor)
        assert {reason.rule for reason in told.value.reasons} == expected


def test_steps_out_of_turn_are_refused(world: World) -> None:
    items = many(world, 1)
    batch = open_(world).batch.id
    with pytest.raises(DisposalRefused, match="open"):
        approve(world, batch)
    with pytest.raises(DetailsInvalid, match="one item at least"):
        does(world, "submit_batch", batch)
    does(world, "propose_in_batch", batch, items, **DESTROY)
    does(world, "submit_batch", batch)
    assert refusal(world, "submit_batch", batch, actor=REVIEWER) == {"RET-batch-state"}
    assert refusal(world, "propose_in_batch", batch, items, actor=REVIEWER, **DESTROY) == {"RET-batch-state"}
    approve(world, batch)
    with pytest.raises(DisposalRefused):
        approve(world, batch)
    with pytest.raises(BatchNotFound):
        approve(world, "none", seen=1)


def test_what_is_in_a_batch_is_decided_there_alone(world: World) -> None:
    taken, proposed = many(world, 2)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [proposed], **DESTROY)
    with pytest.raises(DisposalRefused, match="in batch 1"):
        world.do("review", taken, SECOND, **DESTROY)
    for step, given in (("approve", {}), ("send_back", {"reason": "x"})):
        with pytest.raises(DisposalRefused, match="in batch 1"):
            world.do(step, proposed, APPROVER, **given)
    does(world, "close_batch", batch, reason="Wrong class.")
    assert world.do("review", taken, SECOND, **DESTROY).state == "reviewed"


# --- proposals, one by one and many at once


def test_one_refused_proposal_undoes_no_other_and_is_logged_once(world: World) -> None:
    good = many(world, 2)
    unanswered = world.item()
    world.pass_time(40)
    world.sweep()
    batch = open_(world).batch.id
    done = does(world, "propose_in_batch", batch, [good[0], unanswered, good[1], "nothing"], **DESTROY)
    assert [rules(each) for each in done] == [set(), {"RET-return-first"}, set(), {"RET-no-case"}]
    assert [world.look(item).state for item in (*good, unanswered)] == ["reviewed", "reviewed", "due"]
    refused = [each for each in said(world, unanswered) if each[1] == "refused"]
    assert refused == [("disposal-reviewed", "refused")]
    after, left = does(world, "submit_batch", batch)
    assert after.state == "submitted"
    assert [(each.item, rules(each)) for each in left] == [(unanswered, {"RET-unproposed"})]
    assert world.look(unanswered).state == "due"


@pytest.mark.parametrize(("proposal", "rule"), [("destroy", "RET-unverified"), ("keep", "RET-unverified")])
def test_an_item_without_a_period_in_force_is_in_no_batch(world: World, proposal: str, rule: str) -> None:
    many(world, 1)
    unverified = world.item(of="notes")
    world.sweep()
    batch = open_(world).batch.id
    assert unverified not in places(world, batch)
    with pytest.raises(DisposalRefused) as told:
        world.do("review", unverified, REVIEWER, proposal=proposal, reason="x")
    assert rule in {reason.rule for reason in told.value.reasons}


def test_a_proposal_may_be_changed_until_the_batch_is_submitted(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [item], **DESTROY)
    until = world.look(item).due_on + timedelta(days=90)
    does(world, "propose_in_batch", batch, [item], actor=SECOND, proposal="extend", until=until, reason="An appeal.")
    case = world.look(item)
    assert (case.proposal, case.proposed_until, case.reviewer) == ("extend", until, SECOND.id)
    does(world, "submit_batch", batch)
    approve(world, batch)
    assert (world.look(item).state, world.look(item).due_on) == ("running", until)


def test_an_extension_beyond_the_cap_is_refused_item_by_item(world: World) -> None:
    (item,) = many(world, 1)
    batch = open_(world).batch.id
    far = world.look(item).due_on + timedelta(days=800)
    (answer,) = does(world, "propose_in_batch", batch, [item], proposal="extend", until=far, reason="x")
    assert rules(answer) == {"RET-extension-cap"}
    with pytest.raises(DetailsInvalid):
        does(world, "propose_in_batch", batch, [item], proposal="extend", reason="x")


def test_a_hold_proposed_in_a_batch_is_placed_at_once_and_its_items_leave(world: World) -> None:
    one, two, three = many(world, 3)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [one, three], **DESTROY)
    done = does(world, "hold_in_batch", batch, [one, two], Terms("The inquiry asked.", "The inquiry"))
    assert [rules(each) for each in done] == [set(), set()]
    assert [(world.look(item).state, world.look(item).held) for item in (one, two)] == [("due", True)] * 2
    assert places(world, batch) == {one: "left-out", two: "left-out", three: "proposed"}


def test_return_proposed_and_approved_is_an_offer_the_source_answers(world: World) -> None:
    item = world.until_due()
    batch = submitted(world, [item], proposal="return", reason="We want it back.")
    approve(world, batch)
    case = world.look(item)
    assert (case.state, case.return_state, case.offered_by) == ("due", "offered", APPROVER.id)
    world.do("answer_return", item, REVIEWER, answer="accepted", reason="Yes.")
    again = open_(world).batch.id
    (answer,) = does(world, "propose_in_batch", again, [item], proposal="return", reason="x")
    assert rules(answer) == {"RET-return-order"}


# --- approval


def test_what_was_held_or_changed_since_the_review_is_left_out_item_by_item(world: World) -> None:
    held, lifted, good = many(world, 3)
    batch = submitted(world, [held, lifted, good])
    world.do("place_hold", held, OTHER, reason="An inquest.", issuer="coroner")
    gone = world.do("place_hold", lifted, OTHER, reason="An inquest.", issuer="coroner")
    does(world, "lift_hold", gone.id, reason="Not this one.", actor=OTHER)
    done = {each.item: rules(each) for each in approve(world, batch).items}
    assert done == {held: {"RET-held", "RET-changed"}, lifted: {"RET-changed"}, good: set()}
    assert places(world, batch) == {held: "left-out", lifted: "left-out", good: "approved"}
    for item in (held, lifted):
        assert world.look(item).state == "due", "reviewed anew, not waiting for ever"
        assert [kind for kind, _ in said(world, item)][-2:] == ["batch-left-out", "review-refused"]
    with world.engine.begin() as conn:
        kept = BatchRows(conn, WORDS).member(batch, held)
    assert kept is not None
    assert "A hold stands on this item" in kept.reason


def test_a_hold_by_scope_that_is_not_yet_entered_keeps_an_item_out_too(world: World) -> None:
    (item,) = many(world, 1)
    batch = submitted(world, [item])
    with world.work() as retention:
        retention._settle = lambda *_, **__: 0  # entered later, as of a hold on very many
        retention.place(Scope(classes=frozenset({"letters"})), Terms("x", "y"), actor=OTHER, now=world.now)
    done = approve(world, batch)
    assert rules(done.items[0]) == {"RET-held"}
    assert UUID(item) not in world.shelf.disabled


def test_an_approver_approves_what_they_saw_or_nothing(world: World) -> None:
    one, two = many(world, 2)
    batch = submitted(world, [one, two])
    with world.work() as retention:
        seen = retention._stamp(retention._batch(batch))
    does(world, "send_back_items", batch, [one], reason="Ask the Board first.", actor=APPROVER)
    with pytest.raises(BatchChanged):
        approve(world, batch, seen=seen)
    assert world.look(two).state == "reviewed"
    assert [rules(each) for each in approve(world, batch).items] == [set()]
    assert places(world, batch) == {one: "sent-back", two: "approved"}


def test_single_items_are_sent_back_with_a_reason_and_are_due_again(world: World) -> None:
    one, two = many(world, 2)
    batch = submitted(world, [one, two])
    with pytest.raises(DetailsInvalid):
        does(world, "send_back_items", batch, [one], reason=" ", actor=APPROVER)
    (done,) = does(world, "send_back_items", batch, [one], reason="Ask the Board first.", actor=APPROVER)
    assert done.reasons == ()
    assert (world.look(one).state, world.look(two).state) == ("due", "reviewed")
    (again,) = does(world, "send_back_items", batch, [one], reason="x", actor=APPROVER)
    assert rules(again) == {"RET-not-in-batch"}
    assert open_(world).batch.number == 2, "what was sent back is free for another batch"


def test_a_batch_sent_back_whole_is_closed_and_its_items_are_due(world: World) -> None:
    items = many(world, 2)
    batch = submitted(world, items)
    after: Batch = does(world, "send_back_batch", batch, reason="Not this year.", actor=APPROVER)
    assert (after.state, after.closing, after.decided_by) == ("closed", "Not this year.", APPROVER.id)
    assert {world.look(item).state for item in items} == {"due"}


def test_a_batch_given_up_frees_its_items(world: World) -> None:
    items = many(world, 2)
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, items[:1], **DESTROY)
    after = does(world, "close_batch", batch, reason="Wrong class.", actor=SECOND)
    assert (after.state, after.closing) == ("closed", "Wrong class.")
    assert {world.look(item).state for item in items} == {"due"}
    assert set(places(world, open_(world).batch.id)) == set(items)


def test_keys_out_of_reach_stop_the_whole_approval_and_nothing_is_half_done(world: World) -> None:
    items = many(world, 2)
    batch = submitted(world, items)
    world.shelf.keys_away = True
    with pytest.raises(Unavailable):
        approve(world, batch)
    assert {world.look(item).state for item in items} == {"reviewed"}
    assert set(places(world, batch).values()) == {"proposed"}
    world.shelf.keys_away = False
    assert all(not each.reasons for each in approve(world, batch).items)


# --- the log


def eventful(world: World) -> None:
    one, two, three, held = many(world, 4)
    world.do("place_hold", held, REVIEWER, reason="x", issuer="y")
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, [one, two], **DESTROY)
    does(world, "propose_in_batch", batch, [two], proposal="keep", reason="Of interest.")
    does(world, "submit_batch", batch)
    world.pass_time(8)
    world.sweep()
    world.do("place_hold", one, OTHER, reason="x", issuer="y")
    approve(world, batch)
    does(world, "close_batch", open_(world).batch.id, reason="Not now.")
    assert three


def test_batches_and_reminders_are_rebuilt_from_the_log(world: World) -> None:
    eventful(world)
    take_in(world.engine)
    with world.engine.begin() as conn:
        before = opened(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before, "over what is there nothing changes"
        empty(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before
        assert conn.execute(sa.select(sa.func.count()).select_from(disposal_batch)).scalar_one() == 2


# --- reminders


def test_each_stage_is_reminded_of_once(world: World) -> None:
    item = world.until_due()
    due = world.look(item).due_on
    world.pass_time(13)
    world.sweep()
    assert reminders(world) == []
    world.pass_time(1)
    for _ in range(3):
        world.sweep()
    assert reminders(world) == [("due", str(due))]
    assert world.look(item).version == world.look(item).version
    offered = world.now.date()
    world.do("offer_return", item, OTHER)
    world.pass_time(28)
    for _ in range(2):
        world.sweep()
    assert reminders(world)[1:] == [("return", str(offered))]


def test_a_reminder_changes_no_case_so_that_a_review_still_stands(world: World) -> None:
    item = world.until_reviewed()
    reviewed = str(world.now.date())
    world.pass_time(7)
    world.sweep()
    world.sweep()
    assert ("approval", reviewed) in reminders(world)
    world.do("approve", item, APPROVER)
    world.pass_time(11)
    for _ in range(2):
        world.sweep()
    assert [stage for stage, _ in reminders(world)].count("cooling-off") == 1


def test_a_hold_past_its_review_date_is_reminded_of_once_for_each_date(world: World) -> None:
    item = world.item()
    hold = world.do("place_hold", item, REVIEWER, reason="x", issuer="y")
    world.pass_time(90)
    for _ in range(2):
        world.sweep()
    assert [stage for stage, _ in reminders(world)].count("hold-review") == 1
    later = hold.review_on + timedelta(days=10)
    does(world, "renew_hold", hold.id, review_on=later, reason="Still needed.")
    world.pass_time(10)
    world.sweep()
    assert ("hold-review", str(later)) in reminders(world)


def test_the_sweep_comes_to_its_end_with_many_reminders(world: World) -> None:
    for _ in range(5):
        world.item()
    world.pass_time(60)
    world.sweep()
    with world.work() as retention:
        first = retention.sweep(actor=SERVICE, now=world.now, batch=3)
    assert first.more or len(reminders(world)) == 5
    while first.more:
        with world.work() as retention:
            first = retention.sweep(actor=SERVICE, now=world.now, batch=3)
        if not (first.reminded or first.due or first.started):
            break
    assert len(reminders(world)) == 5
