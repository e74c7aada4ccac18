"""One act on several items: checked first, all or nothing, and what cannot be done is said with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from item_house import DOWN, Person, fields_of, said

from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("several") / "state")
    yield made
    made.close()


def address(act: str, *refs: str) -> str:
    return f"/items/several?{urlencode([('act', act), *(('ref', ref) for ref in refs)])}"


def state(person: Person, ref: str) -> str:
    return said(person.opened(ref))


def test_several_are_acknowledged_at_once_after_a_check_that_counts_and_names_them(live: Live) -> None:
    staff, officer = Person(live, "staff"), Person(live, "officer")
    refs = [staff.item() for _ in range(2)]
    assert f'name="ref" id="pick-1" value="{refs[0]}"' in officer.get("/items").text
    asked = said(officer.get(address("acknowledge", *refs)))
    assert "Acknowledge 2 items" in asked
    assert all(ref in asked for ref in refs)
    assert officer.send(address("acknowledge", *refs)).headers["Location"] == "/items"
    assert "2 items are acknowledged" in said(officer.get("/items"))
    assert all("Acknowledged" in state(officer, ref) for ref in refs)
    again = said(officer.get(address("acknowledge", *refs)))
    assert "None of these can be acknowledged now" in again
    assert "Acknowledge 2" not in again


def test_closing_several_asks_once_what_came_of_them(live: Live) -> None:
    staff, officer = Person(live, "staff"), Person(live, "officer")
    refs = [staff.item() for _ in range(2)]
    officer.send(address("acknowledge", *refs))
    answer = officer.send(address("close", *refs), 422)
    assert "Say what came of them" in said(answer)
    officer.send(address("close", *refs), outcome="Raised with the Governor.")
    for ref in refs:
        assert "Closed" in state(officer, ref)
        assert "Raised with the Governor." in said(officer.opened(ref))


def test_passing_on_goes_where_there_is_one_place_to_go(live: Live) -> None:
    officer, staff = Person(live, "officer"), Person(live, "staff")
    refs = [officer.item(way=DOWN, establishment=place) for place in ("LEI", "HLI")]
    asked = said(staff.get(address("pass-on", *refs)))
    assert "Leeds Board" in asked
    assert "Hull Board" in asked
    staff.send(address("pass-on", *refs))
    assert refs[0] in said(Person(live, "chair").get("/"))
    assert refs[1] not in said(Person(live, "chair").get("/"))


def test_one_that_moved_on_in_between_stops_all_of_them(live: Live) -> None:
    staff, officer = Person(live, "staff"), Person(live, "officer")
    first, second = staff.item(), staff.item()
    body = fields_of(officer.get(address("acknowledge", first, second)).text, "stand")
    officer.send(f"/items/{second}/acknowledge")
    answer = officer.client.post(address("acknowledge", first, second), data=body)
    assert answer.status_code == 422
    assert "These have changed since you looked" in said(answer)
    assert "Acknowledged" not in state(officer, first)
    stale = {**body, "stand": f"{first}:99"}
    answer = officer.client.post(address("acknowledge", first), data=stale)
    assert answer.status_code != 303
    forged = {**body, "stand": "what:is this"}
    assert officer.client.post(address("acknowledge", staff.item()), data=forged).status_code != 303


def test_what_somebody_may_not_know_of_is_not_there_and_nothing_is_done_to_it(live: Live) -> None:
    staff, chair = Person(live, "staff"), Person(live, "chair")
    ref = staff.item()
    shown = said(chair.get(address("acknowledge", ref, "IMB-2026-99999", "<b>")))
    assert ref not in shown
    assert "Select items first" in shown
    body = fields_of(chair.get("/account").text, "csrf_token")
    assert chair.client.post(address("acknowledge", ref), data={**body, "stand": f"{ref}:1"}).status_code == 200
    assert "Acknowledged" not in state(staff, ref)


def test_an_act_that_is_not_offered_for_several_is_none_of_these(live: Live) -> None:
    staff, officer = Person(live, "staff"), Person(live, "officer")
    ref = staff.item()
    assert "Acknowledge 1 item" in said(officer.get(address("withdraw", ref)))
    assert "Tick the items" in said(officer.get(address("close")))
