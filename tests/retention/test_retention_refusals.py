"""Every refusal of disposal: the state stays, every reason is told, each with its clause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from retention_world import (
    APPROVER,
    BOTH,
    NOBODY_MUCH,
    OTHER,
    OTHER_APPROVER,
    REVIEWER,
    World,
    person,
)

from foundation.actor import SERVICE, Actor
from identity.model import Verdict
from retention.errors import (
    CaseChanged,
    CaseNotFound,
    DetailsInvalid,
    DisposalRefused,
    HoldNotFound,
)
from retention.model.case import CALLED, STATES


def refused(world: World, step: str, item: str, actor: Actor, **given: Any) -> set[str]:
    """The rules that refuse; the case is as it was."""
    before = world.look(item)
    with pytest.raises(DisposalRefused) as said:
        world.do(step, item, actor, **given)
    assert world.look(item) == before
    assert all(reason.text and reason.clause for reason in said.value.reasons)
    assert said.value.detail == said.value.reasons[0].text
    assert said.value.subject == item
    return {reason.rule for reason in said.value.reasons}


def hold(world: World, item: str) -> str:
    return world.do("place_hold", item, REVIEWER, reason="An inquest may need it.", issuer="coroner").id


def lift(world: World, number: str) -> None:
    with world.work() as retention:
        retention.lift_hold(number, reason="No longer needed.", actor=REVIEWER, now=world.now)


DESTROY = {"proposal": "destroy", "reason": "Not needed."}


# --- no period in force


def test_an_unverified_class_goes_no_further_than_the_list_until_a_person_confirms_its_period(world: World) -> None:
    item = world.item(of="notes")
    world.pass_time(10_000)
    world.sweep()
    assert world.look(item).state == "no-period"
    for proposal in ("destroy", "keep"):
        assert "RET-unverified" in refused(world, "review", item, REVIEWER, proposal=proposal, reason="Old.")
    assert "RET-state" in refused(world, "approve", item, APPROVER)


def test_a_period_confirmed_with_its_authority_gives_the_due_date_and_stands_in_the_case(world: World) -> None:
    item = world.item(of="notes")
    case = world.do("confirm_period", item, REVIEWER, months=1, authority="Sample schedule, para 9")
    assert (case.state, case.due_on, case.period_authority) == ("running", date(2026, 2, 28), "Sample schedule, para 9")
    assert (case.period_by, case.verified) == (REVIEWER.id, False)


def test_a_period_corrected_before_review_gives_a_new_due_date(world: World) -> None:
    item = world.item(of="notes")
    world.do("confirm_period", item, REVIEWER, months=1, authority="Sample")
    world.pass_time(40)
    world.sweep()
    case = world.do("confirm_period", item, REVIEWER, months=3, authority="Sample, corrected")
    assert (case.state, case.due_on) == ("running", date(2026, 4, 30))


@pytest.mark.parametrize("months", [0, -1, 1201])
def test_a_period_out_of_range_is_invalid(world: World, months: int) -> None:
    item = world.item(of="notes")
    with pytest.raises(DetailsInvalid) as said:
        world.do("confirm_period", item, REVIEWER, months=months, authority="Sample")
    assert "months" in said.value.fields
    assert world.look(item).state == "no-period"


@pytest.mark.parametrize("authority", ["", " \n\t ", "x" * 401])
def test_a_period_without_a_usable_authority_is_invalid(world: World, authority: str) -> None:
    item = world.item(of="notes")
    with pytest.raises(DetailsInvalid) as said:
        world.do("confirm_period", item, REVIEWER, months=1, authority=authority)
    assert "authority" in said.value.fields


def test_nobody_overrules_a_verified_schedule_item_by_item(world: World) -> None:
    assert refused(world, "confirm_period", world.item(), REVIEWER, months=9, authority="Me") == {"RET-period-set"}


@pytest.mark.parametrize(("actor", "rules"), [
    (OTHER, {"RET-originator"}),
    (APPROVER, {"RET-duty"}),
    (NOBODY_MUCH, {"RET-duty"}),
    (OTHER_APPROVER, {"RET-duty", "RET-originator"}),
])  # fmt: skip
def test_only_the_originators_reviewer_confirms_a_period(world: World, actor: Actor, rules: set[str]) -> None:
    assert refused(world, "confirm_period", world.item(of="notes"), actor, months=1, authority="S") == rules


# --- return first


def test_nothing_is_proposed_for_destruction_before_return_was_offered_and_answered(world: World) -> None:
    item = world.until_due()
    assert refused(world, "review", item, REVIEWER, **DESTROY) == {"RET-return-first"}
    world.do("offer_return", item, OTHER)
    assert refused(world, "review", item, REVIEWER, **DESTROY) == {"RET-return-first"}
    world.do("answer_return", item, REVIEWER, answer="accepted", reason="We want it.")
    assert refused(world, "review", item, REVIEWER, **DESTROY) == {"RET-return-first"}, "accepted is not yet returned"
    world.do("record_return", item, REVIEWER, manner="held")
    assert world.do("review", item, REVIEWER, **DESTROY).state == "reviewed"


@pytest.mark.parametrize("answer", ["declined", "cannot"])
def test_a_return_declined_or_agreed_impossible_opens_the_way(world: World, answer: str) -> None:
    item = world.until_due()
    world.do("offer_return", item, OTHER)
    world.do("answer_return", item, REVIEWER, answer=answer, reason="Agreed.")
    assert world.do("review", item, REVIEWER, **DESTROY).state == "reviewed"


def test_the_source_offers_nothing_to_itself_and_nobody_answers_for_the_source(world: World) -> None:
    item = world.until_due()
    assert refused(world, "offer_return", item, REVIEWER) == {"RET-return-holder"}
    world.do("offer_return", item, OTHER)
    assert "RET-originator" in refused(world, "answer_return", item, OTHER, answer="declined", reason="No.")
    assert "RET-return-two" in refused(world, "answer_return", item, OTHER, answer="declined", reason="No.")


def test_an_offer_is_made_once_answered_once_and_returned_only_when_accepted(world: World) -> None:
    item = world.until_due()
    assert refused(world, "answer_return", item, REVIEWER, answer="declined", reason="No.") == {"RET-return-order"}
    world.do("offer_return", item, OTHER)
    assert refused(world, "offer_return", item, OTHER) == {"RET-return-order"}
    world.do("answer_return", item, REVIEWER, answer="declined", reason="No.")
    assert refused(world, "answer_return", item, REVIEWER, answer="accepted", reason="Yes.") == {"RET-return-order"}
    assert refused(world, "record_return", item, REVIEWER) == {"RET-return-order"}


def test_an_answer_that_is_none_is_invalid(world: World) -> None:
    item = world.until_due()
    world.do("offer_return", item, OTHER)
    with pytest.raises(DetailsInvalid):
        world.do("answer_return", item, REVIEWER, answer="offered", reason="Hm.")


def test_nothing_is_offered_before_it_is_due(world: World) -> None:
    assert refused(world, "offer_return", world.item(), OTHER) == {"RET-state"}


# --- review


def test_nothing_is_reviewed_before_it_is_due(world: World) -> None:
    assert "RET-state" in refused(world, "review", world.item(), REVIEWER, proposal="keep", reason="Early.")


@pytest.mark.parametrize(("actor", "rules"), [
    (OTHER, {"RET-originator"}),
    (APPROVER, {"RET-duty"}),
    (NOBODY_MUCH, {"RET-duty"}),
])  # fmt: skip
def test_another_bodys_item_is_not_reviewed(world: World, actor: Actor, rules: set[str]) -> None:
    assert refused(world, "review", world.until_returned(), actor, **DESTROY) == rules


def test_a_held_item_is_not_proposed_for_destruction(world: World) -> None:
    item = world.until_returned()
    hold(world, item)
    assert refused(world, "review", item, REVIEWER, **DESTROY) == {"RET-held"}
    assert world.do("review", item, REVIEWER, proposal="keep", reason="For the inquest.").state == "reviewed"


def test_every_reason_is_told_at_once(world: World) -> None:
    item = world.until_due()
    hold(world, item)
    assert refused(world, "review", item, OTHER_APPROVER, **DESTROY) == {
        "RET-duty", "RET-originator", "RET-held", "RET-return-first"
    }  # fmt: skip


def test_an_extension_is_capped_by_review_and_for_ever(world: World) -> None:
    item = world.until_returned()
    far = {"proposal": "extend", "reason": "Still used.", "until": date(2027, 3, 1)}
    assert refused(world, "review", item, REVIEWER, **far) == {"RET-extension-cap"}
    beyond = {**far, "until": date(2047, 1, 1)}
    assert refused(world, "review", item, REVIEWER, **beyond) == {"RET-extension-cap", "RET-longest"}
    world.do("review", item, REVIEWER, proposal="extend", reason="Still used.", until=date(2027, 2, 28))
    case = world.do("approve", item, APPROVER)
    assert (case.state, case.due_on, case.return_state) == ("running", date(2027, 2, 28), "none")


@pytest.mark.parametrize("given", [
    {"proposal": "extend", "reason": "x"},
    {"proposal": "extend", "reason": "x", "until": date(2026, 2, 28)},
    {"proposal": "destroy", "reason": "x", "until": date(2026, 5, 1)},
    {"proposal": "destroy", "reason": "  "},
    {"proposal": "burn", "reason": "x"},
])  # fmt: skip
def test_a_proposal_that_makes_no_sense_is_invalid(world: World, given: dict[str, Any]) -> None:
    item = world.until_returned()
    before = world.look(item)
    with pytest.raises(DetailsInvalid):
        world.do("review", item, REVIEWER, **given)
    assert world.look(item) == before


# --- approval


def test_nobody_approves_their_own_review(world: World) -> None:
    item = world.until_returned()
    world.do("review", item, BOTH, **DESTROY)
    assert refused(world, "approve", item, BOTH) == {"RET-second-person"}
    assert refused(world, "send_back", item, BOTH, reason="Hm.") == {"RET-second-person"}
    assert world.do("approve", item, APPROVER).state == "cooling-off"


@pytest.mark.parametrize(("actor", "rules"), [
    (OTHER_APPROVER, {"RET-originator"}),
    (REVIEWER, {"RET-duty", "RET-second-person"}),
    (person("Gil Reviewer", "alpha", "records-reviewer"), {"RET-duty"}),
])  # fmt: skip
def test_only_an_approver_of_the_originator_approves(world: World, actor: Actor, rules: set[str]) -> None:
    assert refused(world, "approve", world.until_reviewed(), actor) == rules


def test_what_changed_since_the_review_is_not_approved_but_reviewed_again(world: World) -> None:
    item = world.until_reviewed()
    number = hold(world, item)
    assert refused(world, "approve", item, APPROVER) == {"RET-held", "RET-changed"}
    lift(world, number)
    assert refused(world, "approve", item, APPROVER) == {"RET-changed"}
    world.do("send_back", item, APPROVER, reason="Look again.")
    world.do("review", item, REVIEWER, **DESTROY)
    assert world.do("approve", item, APPROVER).state == "cooling-off"


def test_an_approver_who_saw_an_older_version_is_told_so(world: World) -> None:
    item = world.until_reviewed()
    with pytest.raises(CaseChanged):
        world.do("approve", item, APPROVER, version=world.look(item).version - 1)


def test_nothing_unreviewed_is_approved(world: World) -> None:
    assert refused(world, "approve", world.until_returned(), APPROVER) == {"RET-state"}


def test_an_approval_can_be_withdrawn_while_it_cools_and_the_key_works_again(world: World) -> None:
    item = world.until_approved()
    assert len(world.shelf.disabled) == 1
    assert "RET-originator" in refused(world, "withdraw_approval", item, OTHER, reason="Hm.")
    case = world.do("withdraw_approval", item, REVIEWER, reason="A mistake.")
    assert (case.state, case.approver, case.reviewer) == ("due", "", "")
    assert world.shelf.disabled == set()


def test_a_case_kept_is_not_destroyed_by_any_sweep(world: World) -> None:
    item = world.until_returned()
    world.do("review", item, REVIEWER, proposal="keep", reason="Of lasting value.")
    assert world.do("approve", item, APPROVER).state == "kept"
    world.pass_time(20_000)
    assert item not in world.sweep().begin
    assert refused(world, "begin_destruction", item, REVIEWER) >= {"RET-state"}


# --- holds


def test_a_hold_has_an_owner_a_reason_an_issuer_and_a_date_to_look_again(world: World) -> None:
    item = world.item()
    placed = world.do("place_hold", item, REVIEWER, reason="An inquest.", issuer="coroner")
    assert (placed.owner, placed.reason, placed.issuer) == (REVIEWER.id, "An inquest.", "coroner")
    assert placed.review_on == date(2026, 5, 1)
    assert world.look(item).held


@pytest.mark.parametrize("given", [
    {"reason": "", "issuer": "coroner"},
    {"reason": "An inquest.", "issuer": ""},
    {"reason": "An inquest.", "issuer": "c" * 61},
    {"reason": "An inquest.", "issuer": "coroner", "review_on": date(2026, 1, 31)},
])  # fmt: skip
def test_a_hold_without_what_keeps_it_from_being_forgotten_is_invalid(world: World, given: dict[str, Any]) -> None:
    item = world.item()
    with pytest.raises(DetailsInvalid):
        world.do("place_hold", item, REVIEWER, **given)
    assert not world.look(item).held


def test_several_holds_stand_at_once_and_the_item_is_free_when_the_last_is_lifted(world: World) -> None:
    item = world.item()
    one, two = hold(world, item), hold(world, item)
    lift(world, one)
    assert world.look(item).held
    lift(world, two)
    assert not world.look(item).held
    with pytest.raises(HoldNotFound):
        lift(world, two)
    with pytest.raises(HoldNotFound):
        lift(world, "no-such-hold")


def test_either_body_holds_at_once_and_only_the_body_that_placed_a_hold_lifts_it(world: World) -> None:
    item = world.item()
    theirs = world.do("place_hold", item, OTHER, reason="A claim against us.", issuer="A court")
    assert theirs.party == "beta"
    assert world.look(item).held
    with world.work() as retention, pytest.raises(DisposalRefused) as said:
        retention.lift_hold(theirs.id, reason="Hm.", actor=REVIEWER, now=world.now)
    assert [reason.rule for reason in said.value.reasons] == ["RET-hold-body"]
    assert world.look(item).held
    with world.work() as retention:
        retention.lift_hold(theirs.id, reason="It is settled.", actor=OTHER, now=world.now)
    assert not world.look(item).held


@pytest.mark.parametrize("actor", [APPROVER, NOBODY_MUCH, SERVICE])
def test_only_records_reviewers_place_and_lift(world: World, actor: Actor) -> None:
    item = world.item()
    assert "RET-duty" in refused(world, "place_hold", item, actor, reason="Hm.", issuer="x")
    number = hold(world, item)
    with world.work() as retention, pytest.raises(DisposalRefused):
        retention.lift_hold(number, reason="Hm.", actor=actor, now=world.now)
    assert world.look(item).held


def test_a_hold_placed_while_it_cools_undoes_the_approval_and_lifting_does_not_bring_it_back(world: World) -> None:
    item = world.until_approved()
    number = hold(world, item)
    assert world.look(item).state == "due"
    assert world.shelf.disabled == set()
    lift(world, number)
    world.pass_time(30)
    assert item not in world.sweep().begin


def test_no_hold_is_placed_once_destruction_has_begun(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    world.do("begin_destruction", item)
    assert refused(world, "place_hold", item, REVIEWER, reason="Late.", issuer="x") == {"RET-begun"}


# --- destruction before its time


def test_destruction_does_not_begin_before_the_cooling_off_is_over(world: World) -> None:
    item = world.until_approved()
    world.pass_time(13)
    assert item not in world.sweep().begin
    assert refused(world, "begin_destruction", item, REVIEWER) == {"RET-cooling-off"}


@pytest.mark.parametrize("until", ["until_due", "until_returned", "until_reviewed", "until_approved"])
def test_nothing_is_carried_out_that_was_not_begun(world: World, until: str) -> None:
    reach: Callable[[], str] = getattr(world, until)
    item = reach()
    assert refused(world, "carry_out", item, REVIEWER)
    assert world.shelf.content


def test_what_may_begin_is_still_not_carried_out_before_it_has_begun(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    assert refused(world, "carry_out", item, REVIEWER) == {"RET-state"}


def test_nothing_is_certified_that_was_not_erased(world: World) -> None:
    item = world.until_approved()
    with pytest.raises(DisposalRefused):
        world.do("certify", item)


# --- who is asked


class Refusing:
    """Identity's policies saying no."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def decide_duty(self, actor: Actor, action: str, *, now: Any, owner: str = "", body: str = "",
                    other: str = "") -> Verdict:  # fmt: skip
        self.asked.append((action, body, other))
        return Verdict(False, ("SAMPLE-02",), ("Your training has lapsed.",), "self", "sample")


def test_identitys_policies_are_asked_for_every_step_a_person_takes(world: World) -> None:
    item, due = world.until_reviewed(), world.until_due()
    world.decider = saying = Refusing()
    for step, target, actor, given in (
        ("confirm_period", due, REVIEWER, {"months": 1, "authority": "S"}),
        ("offer_return", due, OTHER, {}),
        ("answer_return", due, REVIEWER, {"answer": "declined", "reason": "x"}),
        ("record_return", due, REVIEWER, {}),
        ("place_hold", due, REVIEWER, {"reason": "x", "issuer": "x"}),
        ("review", due, REVIEWER, DESTROY),
        ("approve", item, APPROVER, {}),
        ("send_back", item, APPROVER, {"reason": "x"}),
        ("withdraw_approval", item, REVIEWER, {"reason": "x"}),
    ):
        with pytest.raises(DisposalRefused) as said:
            world.do(step, target, actor, **given)
        assert "SAMPLE-02" in {reason.rule for reason in said.value.reasons}, step
    assert ("approve-disposal", "alpha", REVIEWER.id) in saying.asked, (
        "the reviewer is named, so that they cannot approve"
    )
    assert ("review-disposal", "beta", "") in saying.asked, "who offers acts for their own body"


def test_a_case_of_an_unknown_item_is_not_found(world: World) -> None:
    with pytest.raises(CaseNotFound), world.work() as retention:
        retention.approve("nothing", version=1, actor=APPROVER, now=world.now)


def test_every_state_is_called_something_that_people_say() -> None:
    assert set(CALLED) == set(STATES)
    assert len(set(CALLED.values())) == len(STATES)
