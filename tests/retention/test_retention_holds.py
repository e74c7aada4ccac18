"""Holds by scope and by words: what they catch now and later, who keeps them, and that they win."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from retention_world import APPROVER, BOTH, OTHER, REVIEWER, WORDS, ShelfEraser, World, edited, empty, opened

from audit.follow import facts, replay
from foundation.actor import SERVICE, Actor
from foundation.errors import Unavailable
from retention.errors import DetailsInvalid, DisposalRefused, DisposalUnproven, HoldNotFound
from retention.model.hold import Hold, Scope
from retention.queries.disposals import Disposals
from retention.queries.holds import HoldList
from retention.service.holds import Terms
from retention.service.preview import Asked
from retention.tables.holds import disposal_hold, disposal_hold_item
from tests.taken_in import take_in

LETTERS = Scope(classes=frozenset({"letters"}))
XSB = Scope(establishments=frozenset({"XSB"}))


def place(world: World, scope: Scope, actor: Actor = REVIEWER, **terms: Any) -> Hold:
    with world.work() as retention:
        given = Terms(**{"reason": "It was asked for.", "issuer": "The inquiry", **terms})
        return retention.place(scope, given, actor=actor, now=world.now)


def lift(world: World, hold: Hold, actor: Actor = REVIEWER) -> None:
    with world.work() as retention:
        retention.lift_hold(hold.id, reason="It is over.", actor=actor, now=world.now)


def manners(world: World, hold: Hold) -> dict[str, str]:
    with world.engine.begin() as conn:
        rows, rest = HoldList(conn, WORDS).items(hold.id, size=100)
        assert rest == ""
        return {each.case.item: each.manner for each in rows}


def run(world: World) -> None:
    sweep = world.sweep()
    for step, items in (("begin_destruction", sweep.begin), ("carry_out", sweep.carry_out), ("certify", sweep.certify)):
        for item in items:
            world.do(step, item)


def about(world: World, *names: str) -> Scope:
    with world.work() as retention:
        return retention.understand(Asked(people=[("name", name) for name in names]), actor=REVIEWER, now=world.now)


# --- what is caught


@pytest.mark.parametrize(("scope", "given"), [
    (LETTERS, {"of": "letters"}),
    (XSB, {"place": "XSB"}),
    (Scope(bodies=frozenset({"alpha"})), {}),
    (Scope(since=date(2026, 1, 31), until=date(2026, 1, 31)), {}),
    (Scope(classes=frozenset({"letters"}), establishments=frozenset({"XSB"})), {"of": "letters", "place": "XSB"}),
])  # fmt: skip
def test_what_is_there_and_what_arrives_later_is_held(world: World, scope: Scope, given: dict[str, Any]) -> None:
    here = world.item(**given)
    hold = place(world, scope)
    assert world.look(here).held
    later = world.item(**given)
    world.sweep()
    assert world.look(later).held
    assert manners(world, hold) == {here: "caught", later: "caught"}


def test_a_person_is_held_by_token_and_their_name_lies_nowhere(world: World) -> None:
    hers, his = world.item(about="Joan Smith"), world.item(about="Bob")
    hold = place(world, about(world, "joan smith"), people="name: Joan Smith")
    later = world.item(about="JOAN SMITH")
    world.sweep()
    assert set(manners(world, hold)) == {hers, later}
    assert not world.look(his).held
    take_in(world.engine)
    with world.engine.begin() as conn:
        kept = str([conn.execute(sa.select(table)).all() for table in (disposal_hold, disposal_hold_item)])
        said = [fact for _, fact in facts(conn, world.keys) if fact and fact.kind == "retention.hold-placed"]
        assert "joan" not in kept.casefold()
        assert "joan" not in str(said[0].what).casefold()
        assert HoldList(conn, WORDS).hold(hold.id).hold.people == "name: Joan Smith"


def test_all_that_a_scope_names_must_fit(world: World) -> None:
    both, one = world.item(about="Joan", place="XSB"), world.item(about="Joan")
    scope = about(world, "Joan")
    place(world, Scope(persons=scope.persons, establishments=frozenset({"XSB"})))
    assert (world.look(both).held, world.look(one).held) == (True, False)


def test_several_holds_stand_on_one_item_and_lifting_one_frees_only_what_no_other_catches(world: World) -> None:
    item, other = world.item(place="XSB"), world.item()
    one, two = place(world, LETTERS), place(world, XSB, OTHER)
    with world.engine.begin() as conn:
        assert HoldList(conn, WORDS).still_held(one.id) == 1
    lift(world, one)
    assert (world.look(item).held, world.look(other).held) == (True, False)
    with world.engine.begin() as conn:
        assert HoldList(conn, WORDS).still_held(one.id) == 1
    lift(world, two, OTHER)
    assert not world.look(item).held


def test_more_than_one_run_can_enter_is_bound_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    approved = [world.until_approved() for _ in range(3)]
    monkeypatch.setattr("retention.service.catching.BATCH", 1)
    monkeypatch.setattr("retention.service.catching.Catching._settle.__kwdefaults__", {"batch": 1})
    hold = place(world, LETTERS)
    assert len(manners(world, hold)) == 1
    assert hold.settled_at is None
    world.pass_time(14)
    for item in approved:
        with pytest.raises(DisposalRefused) as said:
            world.do("begin_destruction", item)
        assert said.value.reasons
    assert world.sweep().begin == ()
    assert set(manners(world, hold)) == set(approved)
    assert {world.look(item).state for item in approved} == {"due"}
    with world.engine.begin() as conn:
        assert HoldList(conn, WORDS).hold(hold.id).hold.settled_at == world.now


# --- against a destruction under way


def test_an_approval_lapses_its_key_works_again_and_lifting_brings_nothing_back(world: World) -> None:
    item = world.until_approved(place="XSB")
    hold = place(world, XSB)
    assert (world.look(item).state, world.look(item).approver) == ("due", "")
    assert world.shelf.disabled == set()
    lift(world, hold)
    world.pass_time(60)
    run(world)
    assert world.look(item).state == "due"
    world.do("review", item, REVIEWER, proposal="destroy", reason="Still not needed.")
    world.do("approve", item, APPROVER)
    assert world.look(item).state == "cooling-off"


def test_what_was_reviewed_before_a_hold_is_reviewed_again_after_it(world: World) -> None:
    item = world.until_reviewed()
    lift(world, place(world, LETTERS))
    with pytest.raises(DisposalRefused) as said:
        world.do("approve", item, APPROVER)
    assert "RET-changed" in {reason.rule for reason in said.value.reasons}


def test_an_item_that_nobody_entered_is_still_found_held_when_it_is_to_be_destroyed(world: World) -> None:
    """Whom an item is about can come to be known after the hold was entered on all there was."""
    item = world.until_approved()
    hold = place(world, about(world, "Joan"))
    assert manners(world, hold) == {}
    world.pass_time(14)
    assert world.sweep().begin == (item,)
    world.index.put(world.look(item).item_id, "Joan")
    with pytest.raises(DisposalRefused) as said:
        world.do("begin_destruction", item)
    assert "RET-held" in {reason.rule for reason in said.value.reasons}
    assert world.sweep().begin == ()
    assert (world.look(item).held, world.look(item).state) == (True, "due")


@pytest.mark.parametrize("step", ["review", "approve"])
def test_a_scope_is_asked_at_review_and_approval_too(world: World, step: str) -> None:
    item = world.until_returned() if step == "review" else world.until_reviewed()
    place(world, about(world, "Joan"))
    world.index.put(world.look(item).item_id, "Joan")
    given = {"proposal": "destroy", "reason": "x"} if step == "review" else {}
    with pytest.raises(DisposalRefused) as said:
        world.do(step, item, REVIEWER if step == "review" else APPROVER, **given)
    assert "RET-held" in {reason.rule for reason in said.value.reasons}


def test_what_is_being_destroyed_is_named_and_finished(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    world.do("begin_destruction", item)
    with world.work() as retention:
        shown = retention.preview(LETTERS, actor=REVIEWER, now=world.now)
    assert [case.item for case in shown.late] == [item]
    assert shown.total == 0
    hold = place(world, LETTERS)
    assert manners(world, hold) == {item: "late"}
    assert not world.look(item).held
    world.do("carry_out", item)
    assert world.look(item).state == "erased"


def test_where_the_keys_cannot_be_reached_the_hold_stands_and_the_next_run_gives_the_key_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = world.until_approved()

    def gone(*_: object, **__: object) -> None:
        raise Unavailable("The keys cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(ShelfEraser, "enable", gone)
        hold = place(world, LETTERS)
        assert (world.look(item).held, world.look(item).state) == (True, "cooling-off")
        world.pass_time(14)
        run(world)
        assert world.look(item).state == "cooling-off"
    run(world)
    assert world.look(item).state == "due"
    assert UUID(item) not in world.shelf.disabled
    assert manners(world, hold) == {item: "caught"}


def test_a_hold_whose_rows_were_deleted_is_known_to_the_log(world: World) -> None:
    item = world.until_approved()
    place(world, LETTERS)
    with world.engine.begin() as conn:
        conn.execute(disposal_hold_item.delete())
        conn.execute(disposal_hold.delete())
    world.do("review", item, REVIEWER, proposal="destroy", reason="x")
    world.do("approve", item, APPROVER)
    world.pass_time(14)
    with pytest.raises(DisposalUnproven, match="a hold that nobody lifted"):
        world.do("begin_destruction", item)


def test_after_a_hold_was_lifted_the_log_bears_the_destruction_out(world: World) -> None:
    item = world.until_returned()
    lift(world, place(world, LETTERS))
    world.do("review", item, REVIEWER, proposal="destroy", reason="x")
    world.do("approve", item, APPROVER)
    world.pass_time(14)
    world.finish(item)
    assert world.look(item).state == "destroyed"


# --- by words


def test_what_words_may_fit_is_held_until_somebody_has_looked(world: World) -> None:
    fits, not_, elsewhere = world.item(place="XSB"), world.item(place="XSB"), world.item()
    hold = place(world, XSB, words="Anything about the care of children.")
    assert (hold.kind, manners(world, hold)) == ("words", {fits: "suggested", not_: "suggested"})
    assert world.look(not_).held
    with world.work() as retention:
        decided = retention.decide_items(hold.id, [not_, "nothing"], fits=False, reason="About post.", actor=BOTH,
                                         now=world.now)  # fmt: skip
        assert [len(each.reasons) for each in decided] == [0, 1]
        retention.decide_items(hold.id, [fits, elsewhere], fits=True, reason="Names a child.", actor=REVIEWER,
                               now=world.now)  # fmt: skip
    assert manners(world, hold) == {fits: "applied", not_: "passed-over", elsewhere: "applied"}
    assert [world.look(item).held for item in (fits, not_, elsewhere)] == [True, False, True]
    world.sweep()
    assert not world.look(not_).held, "what a person passed over is not suggested again"
    with world.work() as retention:
        retention.decide_items(hold.id, [not_], fits=True, reason="On second thoughts.", actor=BOTH, now=world.now)
    assert world.look(not_).held


def test_words_alone_hold_what_people_apply_them_to(world: World) -> None:
    item = world.until_approved()
    hold = place(world, Scope(), words="Anything about the fire.")
    assert (world.look(item).state, hold.settled_at) == ("cooling-off", world.now)
    with world.work() as retention:
        retention.decide_items(hold.id, [item], fits=True, reason="The fire.", actor=REVIEWER, now=world.now)
    assert (world.look(item).held, world.look(item).state) == (True, "due")


def test_what_a_scope_catches_no_decision_lets_go(world: World) -> None:
    item = world.item()
    hold = place(world, LETTERS)
    for fits in (True, False):
        with world.work() as retention:
            (said,) = retention.decide_items(hold.id, [item], fits=fits, reason="x", actor=REVIEWER, now=world.now)
        assert [reason.rule for reason in said.reasons] == ["RET-hold-scope"]
    assert world.look(item).held


# --- who keeps it, until when


def test_a_hold_is_looked_at_again_and_stays_past_its_date(world: World) -> None:
    item = world.item()
    hold = place(world, LETTERS, review_on=date(2026, 3, 1))
    world.pass_time(40)
    assert world.look(item).held
    with world.engine.begin() as conn:
        holds = HoldList(conn, WORDS)
        assert [row.hold.id for row in holds.holds(in_force=True, review_by=world.now.date())] == [hold.id]
    with world.work() as retention:
        retention.renew_hold(hold.id, review_on=date(2026, 9, 1), reason="Still sitting.", actor=BOTH, now=world.now)
        with pytest.raises(DetailsInvalid):
            retention.renew_hold(hold.id, review_on=date(2026, 3, 1), reason="x", actor=BOTH, now=world.now)
    with world.engine.begin() as conn:
        holds = HoldList(conn, WORDS)
        assert holds.holds(in_force=True, review_by=world.now.date()) == []
        assert holds.hold(hold.id).hold.review_on == date(2026, 9, 1)


def test_an_owner_who_leaves_is_followed_by_another_reviewer_of_the_same_body(world: World) -> None:
    hold = place(world, LETTERS)
    with world.work() as retention:
        for nobody in (OTHER.id, APPROVER.id, REVIEWER.id, "nobody"):
            with pytest.raises(DetailsInvalid):
                retention.change_owner(hold.id, owner=nobody, reason="x", actor=BOTH, now=world.now)
        changed = retention.change_owner(hold.id, owner=BOTH.id, reason="She left.", actor=BOTH, now=world.now)
    assert (changed.owner, changed.placed_by) == (BOTH.id, REVIEWER.id)


@pytest.mark.parametrize("act", ["lift_hold", "renew_hold", "change_owner", "decide_items"])
@pytest.mark.parametrize("actor", [OTHER, APPROVER, SERVICE])
def test_only_a_reviewer_of_the_body_that_placed_it_sees_to_a_hold(world: World, act: str, actor: Actor) -> None:
    hold = place(world, LETTERS)
    given: dict[str, Any] = {
        "lift_hold": {},
        "renew_hold": {"review_on": date(2027, 1, 1)},
        "change_owner": {"owner": BOTH.id},
        "decide_items": {"items": ["x"], "fits": True},
    }[act]
    with world.work() as retention:
        with pytest.raises(DisposalRefused):
            getattr(retention, act)(hold.id, **given, reason="x", actor=actor, now=world.now)
        with pytest.raises(HoldNotFound):
            getattr(retention, act)("none", **given, reason="x", actor=REVIEWER, now=world.now)
    lift(world, hold)
    with world.work() as retention, pytest.raises(HoldNotFound):
        getattr(retention, act)(hold.id, **given, reason="x", actor=REVIEWER, now=world.now)


@pytest.mark.parametrize(("scope", "terms"), [
    (Scope(), {}),
    (LETTERS, {"reason": " "}),
    (LETTERS, {"issuer": "c" * 61}),
    (LETTERS, {"occasion": "whim"}),
    (LETTERS, {"review_on": date(2026, 1, 31)}),
    (LETTERS, {"words": "x" * 4001}),
    (Scope(since=date(2026, 2, 1), until=date(2026, 1, 1)), {}),
    (Scope(persons=frozenset(str(each) for each in range(51))), {}),
])  # fmt: skip
def test_a_hold_that_cannot_be_kept_is_invalid(world: World, scope: Scope, terms: dict[str, Any]) -> None:
    with pytest.raises(DetailsInvalid):
        place(world, scope, **terms)
    with world.engine.begin() as conn:
        assert Disposals(conn, WORDS).holds() == []


# --- before it is placed


def test_a_preview_counts_by_class_body_and_state_and_binds_nothing(world: World) -> None:
    cooling = world.until_approved(about="Joan")
    item = world.item(of="notes", about="Joan")
    scope = about(world, "Joan")
    with world.work() as retention:
        shown = retention.preview(scope, actor=REVIEWER, now=world.now)
        assert [case.item for case in retention.previewed(scope, actor=REVIEWER, now=world.now)] == [cooling, item]
    counted = [(each.retention_class, each.body, each.state, each.number) for each in shown.counts]
    assert counted == [("letters", "alpha", "cooling-off", 1), ("notes", "alpha", "no-period", 1)]
    assert (shown.total, shown.cooling, len(shown.rows)) == (2, 1, 2)
    assert world.look(cooling).state == "cooling-off"
    take_in(world.engine)
    with world.engine.begin() as conn:
        said = [fact for _, fact in facts(conn, world.keys) if fact and fact.kind == "retention.hold-previewed"]
    assert [fact.what for fact in said] == [{"names": ["persons"], "found": 2, "party": "alpha"}] * 2


@pytest.mark.parametrize("actor", [APPROVER, SERVICE])
def test_a_preview_is_for_those_who_may_place_holds(world: World, actor: Actor) -> None:
    with world.work() as retention, pytest.raises(DisposalRefused):
        retention.preview(LETTERS, actor=actor, now=world.now)


def test_what_is_named_wrongly_is_said_at_its_field(world: World) -> None:
    item = world.item()
    with world.work() as retention:
        with pytest.raises(DetailsInvalid) as said:
            retention.understand(
                Asked(references=["alpha-2026-00001", "NO-SUCH"], people=[("name", " ")]), actor=REVIEWER, now=world.now
            )
        assert set(said.value.fields) == {"references", "people"}
        assert retention.understand(Asked(references=["alpha-2026-00001 "]), actor=REVIEWER, now=world.now) == Scope(
            items=frozenset({item})
        )


# --- the log


def history(world: World) -> None:
    items = [world.until_approved(about="Joan", place="XSB"), world.item(of="notes"), world.item(place="XSB")]
    first, second = place(world, about(world, "Joan"), people="name: Joan"), place(world, XSB, OTHER, words="Fire.")
    world.item(about="Joan")
    world.sweep()
    with world.work() as retention:
        retention.decide_items(second.id, [items[2]], fits=False, reason="No.", actor=OTHER, now=world.now)
        retention.renew_hold(first.id, review_on=date(2029, 1, 1), reason="Yes.", actor=BOTH, now=world.now)
        retention.change_owner(first.id, owner=BOTH.id, reason="Left.", actor=REVIEWER, now=world.now)
    lift(world, second, OTHER)
    place(world, LETTERS)
    take_in(world.engine)


def test_a_rebuild_from_entry_zero_gives_the_same_holds_and_what_they_stand_on(world: World) -> None:
    history(world)
    with world.engine.begin() as conn:
        before = opened(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before
        empty(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before


@pytest.mark.parametrize(("change", "said"), [
    ("delete from disposal_hold_item where manner = 'passed-over'", "is missing"),
    ("update disposal_hold_item set manner = 'passed-over' where manner = 'caught'", "not as recorded"),
    ("update disposal_hold set scope = '{}'", "not as recorded"),
    ("update disposal_hold set settled_at = null", "not as recorded"),
    ("update disposal_hold set people = reason", "does not open"),
])  # fmt: skip
def test_rows_edited_behind_the_service_are_told(world: World, change: str, said: str) -> None:
    history(world)
    differences = edited(world, change)
    assert differences
    assert any(each.startswith("hold ") and each.endswith(said) for each in differences), differences
    assert "Joan" not in json.dumps(differences)
