"""An item before it is opened, the ways a person may send, and whom a draft can be addressed to."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from sharing.errors.items import ActRefused, DraftNotFound, ItemNotFound
from sharing.model.item import ItemOpened, ItemSeen
from tests.sharing.world import World, written_of

WORDS = {"title": "A title apart", "text": "A text apart", "sharing_purpose": "A reason apart"}


def see(house: World, who: str, reference: str) -> ItemSeen:
    found: Any = house.act(who, "see", reference)
    assert isinstance(found, ItemSeen)
    return found


def test_what_is_seen_holds_no_word_of_what_is_sealed(house: World) -> None:
    ref = house.send("sana", written=written_of(**WORDS))
    shown = repr(see(house, "cora", ref.reference))
    assert not [word for word in (*WORDS.values(), "Joan Smith", "A1234BC") if word in shown]


def test_what_is_seen_is_what_is_on_the_outside_of_the_item_opened(house: World) -> None:
    ref = house.send("sana")
    seen = see(house, "cora", ref.reference)
    opened: Any = house.act("cora", "open", ref.reference, "follow-up")
    both = {field.name for field in fields(ItemSeen)} & {field.name for field in fields(ItemOpened)} - {"files"}
    assert len(both) > 15
    assert {name: getattr(seen, name) for name in both} == {name: getattr(opened, name) for name in both}
    assert seen.files == len(opened.files)


def test_seeing_is_in_the_log_and_is_no_opening(house: World) -> None:
    ref = house.send("sana")
    see(house, "cora", ref.reference)
    assert house.log()[-1] == ("sharing.items-listed", "allowed")
    assert "sharing.item-opened" not in {act for act, _ in house.log()}


def test_an_item_not_for_them_and_none_at_all_are_refused_alike(house: World) -> None:
    ref = house.send("sana")
    refusals = []
    for reference in (ref.reference, "IMB-2026-99999"):
        with pytest.raises(ItemNotFound) as caught:
            see(house, "mora", reference)
        refusals.append((caught.value.detail, caught.value.title))
    assert refusals[0] == refusals[1]


def test_whoever_may_see_nothing_is_told_before_anything_is_looked_for(house: World) -> None:
    with pytest.raises(ActRefused):
        see(house, "olu", "IMB-2026-99999")


def test_the_ways_are_those_of_the_agreement_from_the_offices_held(house: World) -> None:
    found: Any = house.act_items("cora", "ways")
    assert {(way.route, way.kind) for way in found.ways} == {
        ("inspectorate-to-board", "correspondence"),
        ("inspectorate-to-board", "intelligence"),
        ("report-to-board", "inspection-report"),
    }
    assert {way.office for way in found.ways} == {house.office("correspondence")}


def test_every_way_offered_begins_a_draft(house: World) -> None:
    for who in ("sana", "nia", "cora", "ivo"):
        found: Any = house.act_items(who, "ways")
        assert found.ways
        for way in found.ways:
            given = {"agreement": way.agreement, "kind": way.kind, "route": way.route, "office": way.office}
            house.act(who, "start_draft", written_of(), **given)


def test_who_answers_alone_is_told_so_and_who_may_nothing_why(house: World) -> None:
    board: Any = house.act_items("bola", "ways")
    assert (board.ways, len(board.answers)) == ((), 1)
    barred: Any = house.act_items("olu", "ways")
    assert (barred.ways, barred.answers) == ((), ())
    assert barred.barred


def test_a_draft_goes_to_fixed_offices_and_names_people_who_hold_them(house: World) -> None:
    draft = house.draft("sana")
    to: Any = house.act("sana", "addressing", draft)
    assert [office.principal for office in to.fixed] == [house.office("correspondence")]
    assert to.open_to == ()
    assert [holder.person.principal for holder in to.people] == [house.number("cora")]
    assert to.establishment


def test_where_the_way_leaves_a_choice_people_are_those_of_the_office_chosen(house: World) -> None:
    draft = house.draft("cora", "inspection-report", route="report-to-board")
    before: Any = house.act("cora", "addressing", draft)
    assert {office.name for office in before.open_to} == {"Leeds Board", "Hull Board"}
    assert before.people == ()
    house.act("cora", "revise_draft", draft, written_of(to_office=house.office("Hull Board")))
    after: Any = house.act("cora", "addressing", draft)
    assert [holder.person.principal for holder in after.people] == [house.number("mora")]


def test_an_answer_goes_back_to_where_the_question_came_from(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"))
    draft: Any = house.act("bola", "answer", ref.reference, written_of())
    to: Any = house.act("bola", "addressing", draft.uuid)
    assert house.office("correspondence") in {office.principal for office in to.fixed}
    assert not to.establishment


def test_a_draft_of_somebody_else_is_addressed_by_nobody(house: World) -> None:
    with pytest.raises(DraftNotFound):
        house.act("seth", "addressing", house.draft("sana"))
