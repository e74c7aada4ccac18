"""The register of who lacks what, and files of people, through their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sequencing
from app.bootstrap.wiring import console_identity
from app.web import filters
from tests.house import CONSOLE, Live
from tests.trained import record
from tests.web import browsing
from tests.web.record_pages import Visitor


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("people") / "state")
    with made.house.work(CONSOLE) as work:
        given = {"actor": CONSOLE, "now": work.now}
        record(console_identity(work), made.ids["chair"], until=work.now, **given)
        console_identity(work).change_name(person_id=made.ids["vice"], name="=cmd|'/c calc'!A1", **given)
        record(console_identity(work), made.ids["vice"], until=work.now, **given)
    made.later(seconds=1)
    yield made
    made.close()


def test_compliance_sees_who_lacks_what_and_the_office_nobody_can_act_for(live: Live) -> None:
    words = Visitor(live, "compliance").get("/people")
    assert "Training: Handling shared information Out of date" in words
    assert "Leeds Board (IMB): training in handling is lacking or out of date" in words


def test_when_everybody_accepted_the_handling_requirements_by_page_file_and_api(live: Live) -> None:
    words = Visitor(live, "compliance").get("/people/acceptances")
    assert "Chair IMB Version 1 " in words
    assert "Asked for now" in words
    lines = Visitor(live, "compliance").raw("/people/acceptances.csv").get_data(as_text=True).splitlines()
    assert len(lines) > len(live.ids) // 2
    assert not any(line.startswith(("=", '"=')) for line in lines)
    found = live.api("compliance").ok("GET", "/people-register")["items"]
    chair = next(each for each in found if each["person"]["id"] == live.ids["chair"])
    assert [(each["version"], each["asked"]) for each in chair["accepted"]] == [(1, True)]
    assert Visitor(live, "staff").raw("/people/acceptances").status_code == 403


def test_no_cell_of_the_file_runs_as_a_formula(live: Live) -> None:
    answer = Visitor(live, "compliance").raw("/people/register.csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert any("cmd|" in line for line in lines)
    assert not any(line.startswith(("=", '"=')) for line in lines)


@pytest.mark.parametrize("key", ["staff", "inspector", "operator"])
def test_nobody_else_sees_the_register(live: Live, key: str) -> None:
    assert Visitor(live, key).raw("/people").status_code == 403
    assert live.api(key).get("/people-register").status_code == 403


def test_a_file_is_tried_and_its_faults_stand_on_the_page_by_line(live: Live) -> None:
    admin = Visitor(live, "imb-admin")
    head = "email,name,party,role,office,from,until\n"
    faulty = (BytesIO((head + "x,Y,imb,juggler,,,\n").encode()), "people.csv")
    answer = admin.post("/people/import/people", 422, trial="yes", file=faulty)
    assert "Line 2: role “juggler” is none of the roles" in answer.text
    good = (BytesIO((head + "ida@example.test,Ida Marsh,imb,imb-staff,,,\n").encode()), "people.csv")
    assert "The file is good" in admin.post("/people/import/people", 200, trial="yes", file=good).text
    good = (BytesIO((head + "ida@example.test,Ida Marsh,imb,imb-staff,,,\n").encode()), "people.csv")
    done = admin.post("/people/import/people", 200, trial="no", file=good)
    assert "ida@example.test" in done.text
    assert "/invitations/" in done.text


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_are_accessible(page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool) -> None:
    checked = axe if script else None
    browsing.sign_in(page, url, live, "compliance")
    browsing.look(page, f"{url}/people", checked)
    browsing.look(page, f"{url}/people/acceptances", checked)
    browsing.sign_in(page, url, live, "imb-admin")
    browsing.look(page, f"{url}/access-review", checked)
    browsing.look(page, f"{url}/accounts/{live.ids['vice']}/open-matters", checked)
    browsing.look(page, f"{url}/accounts/{live.ids['vice']}/open-matters/end", checked)
    browsing.look(page, f"{url}/people/import/people", checked)
    browsing.look(page, f"{url}/people/import/training", checked)


def test_the_review_shows_each_office_who_is_in_which_group_and_last_signed_in(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    group = in_a_group(live, f"Night visits {script}")
    with live.house.work(CONSOLE) as work:
        mine = work.identity.reviewed(everyone=True, actor=CONSOLE, now=work.now)
        line = next(each for each in mine if each.held.person_id == live.ids["staff"])
        assert live.ids["national"] in line.attesters
    Visitor(live, "staff")
    sequencing.settle(live.house)
    browsing.sign_in(page, url, live, "national")
    browsing.look(page, f"{url}/access-review", axe if script else None)
    assert page.locator("h3:has-text('IMB staff')").count() == 1
    row = page.locator("tr:has(th:text-is('Staff'))")
    assert filters.gds_date(live.now) in row.locator("td").nth(2).inner_text()
    fits = "[...document.querySelectorAll('main table')].every(t => t.scrollWidth <= t.parentElement.clientWidth)"
    assert page.evaluate(fits), "nobody need scroll for the link"
    assert group in page.inner_text("main")
    browsing.look(page, f"{url}/access-review/{line.held.id}", axe if script else None)
    page.check("input[name=decision][value=keep]")
    page.check("input[name=leave]")
    page.click("main button:has-text('Attest this access')")
    assert "It is attested." in page.inner_text("body")
    assert group not in page.inner_text("main")


def in_a_group(live: Live, name: str) -> str:
    """Somebody of IMB staff is in a group; the National Chair may be asked of them."""
    with live.house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        group = desk.create_group(name=name, party="imb", **given)
        desk.join_group(group_id=group, person_id=live.ids["staff"], **given)
    return name
