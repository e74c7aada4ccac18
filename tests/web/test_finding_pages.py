"""Choosing one of very many: found by part of a name, in the form itself, with script and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import browsing
import pytest
from item_house import Person, said
from playwright.sync_api import Browser, Page
from shell_house import serving
from wtforms import Form

from app.bootstrap.wiring import console_identity
from app.web import widgets
from app.web.finders import FEW, MOST, Finder, plain
from identity.model import Establishment
from tests.house import CONSOLE, Live

MORE = [f"Fern{number:02} Vale" for number in range(30)] + ["Saltby", "Old Saltby <b>"]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("finding") / "state")
    with made.house.work(CONSOLE) as work:
        rows = [
            Establishment(f"Z{number:02}", name, "", "PRISON", True, name, "England", "invented")
            for number, name in enumerate(MORE)
        ]
        console_identity(work).import_establishments(rows=rows, actor=CONSOLE, now=work.now)
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as address:
        yield address


def numbered(most: int) -> list[tuple[str, str]]:
    return [(str(number), str(number)) for number in range(most)]


def covered(live: Live, board: str) -> tuple[str, ...]:
    with live.house.work() as work:
        return work.people.office_by_id(live.boards[board]).establishments


def test_what_fits_is_offered_and_nothing_is_done_by_looking(live: Live) -> None:
    admin, before = Person(live, "imb-admin"), covered(live, "Hull Board")
    path = f"/offices/{live.boards['Hull Board']}"
    page = admin.get(path).text
    assert "<select" not in page
    assert "Saltby" not in page, "not all of them are on the page"
    found = admin.send(path, 200, find="establishment", **{"establishment-find": "salt"})
    assert "2 match “salt”" in said(found)
    assert found.text.index(">Saltby<") < found.text.index("Old Saltby &lt;b&gt;"), "what begins with it comes first"
    assert 'value="salt"' in found.text
    assert covered(live, "Hull Board") == before


def test_enter_in_the_search_looks_and_does_nothing_and_then_the_chosen_one_is_taken(live: Live) -> None:
    admin, path = Person(live, "imb-admin"), f"/offices/{live.boards['Leeds Board']}"
    before = covered(live, "Leeds Board")
    assert admin.send(path, 200, establishment="Z30", **{"establishment-find": "old salt"}).status_code == 200
    assert covered(live, "Leeds Board") == before
    sent = {"establishment-find": "saltby", "establishment-found": "saltby"}
    admin.send(path, 303, establishment="Z30", **sent)
    assert covered(live, "Leeds Board") == (*before, "Z30")
    refused = said(admin.send(path, 422, **sent))
    assert "Select an establishment" in refused


def test_too_little_too_much_and_nothing_are_each_said(live: Live) -> None:
    admin, path = Person(live, "imb-admin"), f"/offices/{live.boards['Hull Board']}"

    def look(text: str) -> str:
        return said(admin.send(path, 200, find="establishment", **{"establishment-find": text}))

    assert "Type at least two letters" in look("s")
    assert f"{30 - MOST} more match" in look("vale")
    assert "Nothing matches “zzz”" in look("zzz")
    assert "1 matches “vale fern07”" in look("vale fern07"), "the words may stand in any order"


def test_what_was_typed_elsewhere_stays_and_what_the_form_would_not_take_is_not_found(live: Live) -> None:
    admin = Person(live, "imb-admin")
    with live.house.work(CONSOLE) as work:
        given = {"name": "Night desk", "party": "imb", "actor": CONSOLE, "now": work.now}
        group = console_identity(work).create_group(**given)
    path = f"/groups/{group}"
    answer = admin.send(path, 200, find="person", words="For the night rota.", **{"person-find": "chair"})
    assert "For the night rota." in answer.text
    assert "Chair (IMB)" in said(answer)
    assert "Nothing matches" in said(admin.send(path, 200, find="person", **{"person-find": "nobody of the name"}))


def test_few_are_a_list_as_ever() -> None:
    class Few(Form):
        one = Finder("One", few=plain("select"), choices=widgets.choices([("", "Choose"), *numbered(FEW)]))

    assert not Few().one.many
    Few.one.kwargs["choices"] = widgets.choices(numbered(FEW + 1))
    assert Few().one.many


def test_the_search_works_by_keyboard_with_script_and_by_its_button_without(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    board = live.boards["Hull Board"]
    browsing.sign_in(page, url, live, "imb-admin")
    browsing.look(page, f"{url}/offices/{board}", checked)
    if script:
        box = page.get_by_role("combobox", name="Establishment")
        box.press_sequentially("fern1")
        page.wait_for_selector("[role=option]")
        assert page.locator("[role=option]").count() == 10
        assert "10 match" in page.inner_text("[data-finder] [role=status]")
        assert box.get_attribute("aria-expanded") == "true"
        browsing.seen(page, checked)
        box.press("ArrowDown")
        box.press("ArrowDown")
        active = box.get_attribute("aria-activedescendant")
        assert page.inner_text(f"#{active}") == "Fern11 Vale"
        box.press("Enter")
        assert box.input_value() == "Fern11 Vale"
        assert page.locator("[role=listbox]").is_hidden()
    else:
        page.fill("#establishment", "fern11")
        page.click("button:has-text('Find')")
        browsing.seen(page, checked)
        page.click("text=Fern11 Vale")
    page.click("button:has-text('Cover this establishment')")
    assert "The office covers the establishment." in page.inner_text("main")
    assert "Z11" in covered(live, "Hull Board")
    with live.house.work(CONSOLE) as work:
        given = {"office_id": board, "establishment_key": "Z11", "actor": CONSOLE, "now": work.now}
        console_identity(work).uncover(**given)


def test_a_text_that_was_not_chosen_from_is_nothing_chosen(browser: Browser, url: str, live: Live) -> None:
    page = browser.new_context().new_page()
    browsing.sign_in(page, url, live, "imb-admin")
    page.goto(f"{url}/offices/{live.boards['Hull Board']}")
    box = page.get_by_role("combobox", name="Establishment")
    box.press_sequentially("<img src=x>")
    box.press("Escape")
    page.click("button:has-text('Cover this establishment')")
    assert "Select an establishment" in page.inner_text(".govuk-error-summary")
    page.context.close()


def test_people_and_offices_are_found_by_what_is_known_of_them(live: Live) -> None:
    chair = Person(live, "chair")
    found = said(chair.get("/directory?q=leeds"))
    assert "Leeds Board" in found
    assert "Vice" in found
    assert "Hull Board" not in found
    assert "Leeds Board" in said(chair.get("/directory?q=leeds+(hmp)")), "by an establishment it covers"
    assert "Nobody and no office fits" in said(chair.get("/directory?q=nowhere+at+all"))
    assert "Type at least two letters" in said(chair.get("/directory?q=l"))
    assert "/directory" in chair.get("/search").text


def test_what_somebody_is_charged_with_is_for_their_own_body_and_for_those_who_see_everybodys_training(
    live: Live,
) -> None:
    role = live.house.policies.roles["hmip-compliance-officer"].name
    assert "1 person and" in said(Person(live, "officer").get(f"/directory?q={role}")), "of the same body"
    assert "Nobody and no office fits" in said(Person(live, "chair").get(f"/directory?q={role}"))
    assert "1 person and" in said(Person(live, "compliance").get(f"/directory?q={role}"))


def test_the_api_finds_the_same_people_and_offices(live: Live) -> None:
    chair = live.api("chair")
    offices = chair.ok("GET", "/offices?q=leeds")
    assert [each["name"] for each in offices["items"]] == ["Leeds Board"]
    people = chair.ok("GET", "/people?q=leeds+board")
    assert {each["name"] for each in people["items"]} == {"Chair", "Vice"}
    assert all(each["offices"] == ["Leeds Board"] and each["roles"] for each in people["items"])
    others = chair.ok("GET", "/people?party=hmip")["items"]
    assert others
    assert all(each["offices"] and not each["roles"] for each in others)


def test_the_directory_reads_well(page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool) -> None:
    browsing.sign_in(page, url, live, "chair")
    for address in ("/directory", "/directory?q=board", "/directory?q=zzz"):
        browsing.look(page, url + address, axe if script else None)
