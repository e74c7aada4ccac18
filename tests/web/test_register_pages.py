"""Registers through their pages and the API: lists with their duties, entries, what stands, what stood before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, words

REGISTERS = "/registers/hmip-imb"
CONTACTS, DISAGREEMENTS = f"{REGISTERS}/board-contacts", f"{REGISTERS}/disagreements"
NEW = "/agreements/hmip-imb/records/{}/new"
CONTACT: dict[str, Any] = {
    "entry": "changed", "chair": "chair", "name": "Ada Lovelock", "email": "ada@imb.example",
    "telephone": "01632 960001",
}  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("registers") / "state")
    sweeps.attend(made.house)
    yield made
    made.close()


def day(live: Live, back: int = 0) -> list[str]:
    """A day as the form of a date has it."""
    found = live.now - timedelta(days=back)
    return [str(found.day), str(found.month), str(found.year)]


def contact(live: Live, board: str, back: int = 0, **changed: Any) -> None:
    given = {**CONTACT, "board": live.boards[board], "confirmed-on": day(live, back), **changed}
    Visitor(live, "staff").post(NEW.format("board-contact"), **given)


def test_one_page_leads_to_all_registers_and_says_when_each_is_next_due(live: Live) -> None:
    for who in ("staff", "chair", "officer", "compliance", "operator"):
        visitor = Visitor(live, who)
        assert 'href="/registers"' in visitor.raw("/").text
        page = visitor.get("/registers")
        for name in (
            "Meetings of the National Chair",
            "Reviews",
            "Joint work",
            "Contacts",
            "Awareness",
            "Disagreements",
        ):
            assert name in page, name
    reviews = Visitor(live, "national").get(f"{REGISTERS}/reviews")
    assert "M20 is overdue since 17 September 2026" in reviews
    assert "M32 is overdue since 17 September 2026" in reviews


def test_a_review_with_both_partners_meets_both_and_the_next_is_due_two_years_on(live: Live) -> None:
    national = Visitor(live, "national")
    national.post(NEW.format("agreement-review"), **{"held-on": day(live)}, between="all", outcome="It stays as it is.")
    sweeps.attend(live.house)
    page = national.get(f"{REGISTERS}/reviews")
    assert "overdue since" not in page
    assert page.count(f"{live.now.year + 2}") >= 2
    assert "It stays as it is." in page
    assert "It stays as it is." not in Visitor(live, "compliance").get(f"{REGISTERS}/reviews")


def test_contacts_stand_until_a_newer_one_takes_their_place_and_go_stale(live: Live) -> None:
    contact(live, "Leeds Board", back=300)
    staff = Visitor(live, "staff")
    page = staff.get(CONTACTS)
    assert "Ada Lovelock" in page
    assert "Stale: 1" in page
    assert "Nothing recorded: 1" in page
    assert "Hull Board" in staff.get(f"{CONTACTS}?state=nothing-recorded")
    contact(live, "Leeds Board", chair="nobody", name="The secretariat", telephone="")
    page = staff.get(CONTACTS)
    assert "Ada Lovelock" not in page
    assert "IMB staff are the contact until there is one" in page
    history = staff.get(f"{CONTACTS}/history/{live.boards['Leeds Board']}")
    assert "Changed: Chair, Contact, Telephone" in history
    assert "First recorded" in history


def test_whoever_the_contacts_are_for_sees_those_that_stand_and_no_others(live: Live) -> None:
    contact(live, "Hull Board", back=200, name="Old Name")
    old = _record(live, "Old Name")
    contact(live, "Hull Board", back=1, name="New Name")
    officer = Visitor(live, "officer")
    page = officer.get(CONTACTS)
    assert "New Name" in page
    assert "01632 960001" in page
    assert "Old Name" not in page
    officer.get(f"{CONTACTS}/history/{live.boards['Hull Board']}", 403)
    officer.get(f"/agreements/records/{old}", 403)
    officer.get(NEW.format("board-contact"), 403)
    assert "Old Name" in Visitor(live, "staff").get(f"/agreements/records/{old}")
    assert "New Name" not in Visitor(live, "chair").get(CONTACTS)
    assert "New Name" not in Visitor(live, "compliance").get(CONTACTS)


def test_a_contact_is_confirmed_with_what_stood_before_and_for_a_board_there_is(live: Live) -> None:
    contact(live, "Hull Board", name="Somebody")
    staff = Visitor(live, "staff")
    link = f"{NEW.format('board-contact')}?from={_record(live, 'Somebody')}"
    form = staff.raw(link).text
    assert 'value="Somebody"' in form
    assert f'value="{live.boards["Hull Board"]}" selected' in form
    given = {**CONTACT, "confirmed-on": day(live)}
    secretariat = next(iter(live.api("staff").ok("GET", "/me")["offices"]))["id"]
    for wrong in (secretariat, "no-such", ""):
        answer = staff.post(NEW.format("board-contact"), 422, **{**given, "board": wrong})
        assert "<title>Error: " in answer.text


def test_a_disagreement_shows_what_became_of_it_and_what_is_owed(live: Live) -> None:
    chair, inspector = Visitor(live, "chair"), Visitor(live, "inspector")
    made = chair.post(
        NEW.format("disagreement"), **{"arose-on": day(live, 60)}, establishment="LEI", matter="Sight of a register."
    ).location.rpartition("/")[2]
    page = chair.get(DISAGREEMENTS)
    assert "Sight of a register." in page
    assert "M40, due" in page
    assert "Overdue" in page
    assert "Sight of a register." not in Visitor(live, "hull").get(DISAGREEMENTS)
    step = f"{NEW.format('disagreement-step')}?about={made}"
    assert f'value="{made}" selected' in inspector.raw(step).text
    given = {"disagreement": made, "held-on": day(live), "resolution": "They met."}
    inspector.post(NEW.format("disagreement-step"), **given, became="tried")
    inspector.post(NEW.format("disagreement-step"), **given, became="resolved-at-working-level")
    page = chair.get(DISAGREEMENTS)
    assert "It was resolved at working level" in page
    assert "M40, due" not in page
    assert "Sight of a register." not in chair.get(f"{DISAGREEMENTS}?year=1999")
    assert "No entry fits these filters" in chair.get(f"{DISAGREEMENTS}?year=1999")


@pytest.mark.parametrize("path", [f"{REGISTERS}/song", "/registers/none/meetings", f"{REGISTERS}/meetings/history/x"])
def test_what_there_is_not_is_not_found(live: Live, path: str) -> None:
    Visitor(live, "staff").get(path, 404)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    browsing.sign_in(page, url, live, "staff")
    for path in ("/registers", CONTACTS, DISAGREEMENTS, f"{REGISTERS}/meetings", f"{REGISTERS}/joint-work"):
        browsing.look(page, url + path, checked)
    page.goto(url + CONTACTS)
    page.click("a:has-text('Confirm or change')")
    browsing.seen(page, checked)
    page.goto(f"{url}{CONTACTS}/history/{live.boards['Leeds Board']}")
    browsing.seen(page, checked)


def test_the_api_says_the_same(live: Live) -> None:
    contact(live, "Leeds Board", name="By the API")
    api = live.api("officer")
    found = {each["id"]: each for each in api.ok("GET", "/agreements/hmip-imb/registers")["items"]}
    assert found["reviews"]["duties"] == ["M20", "M32"]
    assert found["board-contacts"]["last"]
    seen = api.ok("GET", "/agreements/hmip-imb/registers/board-contacts")
    assert "By the API" in [each["record"]["words"].get("name") for each in seen["entries"]]
    assert seen["making"] == []
    assert live.api("chair").ok("GET", "/agreements/hmip-imb/registers/board-contacts")["entries"] == []
    assert api.get("/agreements/hmip-imb/registers/song").status_code == 404


def _record(live: Live, name: str) -> str:
    seen = live.api("staff").ok("GET", "/agreements/hmip-imb/registers/board-contacts")
    return str(next(each["record"]["id"] for each in seen["entries"] if each["record"]["words"]["name"] == name))


def test_words_of_others_do_not_stand_in_the_page(live: Live) -> None:
    assert "Ada Lovelock" not in words(Visitor(live, "operator").raw(CONTACTS).text)


def test_an_allegation_shows_in_its_register_to_those_named_and_to_nobody_else(live: Live) -> None:
    sanctions = f"{REGISTERS}/sanctions"
    chair = Visitor(live, "chair")
    given = {
        "learned-on": day(live), "establishment": "LEI", "with": "boards", "manner": "tried", "alleged": "job",
        "at-risk": "no", "person": "Zebedee Quick", "matter": "Lost his work in the kitchen.",
    }  # fmt: skip
    made = chair.post(NEW.format("allegation"), **given).location
    assert "Zebedee Quick" in chair.get(sanctions)
    for who in ("vice", "staff", "officer", "compliance", "admin"):
        visitor = Visitor(live, who)
        assert "Zebedee" not in visitor.get(sanctions)
        assert "There is no entry that you may open" in visitor.get(sanctions)
        visitor.get(made, 404)
    about = made.rpartition("/")[2]
    step = NEW.format("allegation-step")
    assert "Only where you answered" in chair.get(f"{step}?about={about}")
    fields = {"allegation": about, "held-on": day(live), "what": "Agreed by telephone.", "step": "lead-agreed"}
    assert "Answer this" in words(chair.post(step, 422, **fields).text)
    chair.post(step, **fields, lead="outside/ombudsman")
    assert "A lead body was agreed" in chair.get(sanctions)
    assert "Kept to named people" in chair.get("/registers")
