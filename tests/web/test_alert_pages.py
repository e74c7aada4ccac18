"""Alerts through their pages and the API: raised in one page, on top of a home page, acknowledged by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, words

RAISE = "/alerts/hmip-imb/serious-issue-to-boards/new"
GIST = "A wing is without water since Friday."
GIVEN: dict[str, Any] = {
    "establishment": "LEI", "to": ["imb/board"], "urgency": "now", "gist": GIST, "marking": "OS",
}  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("alerts") / "state")
    with made.house.work() as work:
        board = next(each for each in work.people.offices(party="imb", kind="board") if "LEI" in each.establishments)
    chair = Visitor(made, "chair")
    chair.post(f"/alerts/offices/{board.id}", first=made.ids["chair"], deputy=made.ids["vice"])
    yield made
    made.close()


def raised(live: Live, **changed: Any) -> str:
    """The address of an alert that the inspector raised."""
    return Visitor(live, "inspector").post(RAISE, **{**GIVEN, **changed}).location


def test_it_stands_on_top_of_the_page_the_person_on_duty_starts_on_and_of_nobody_elses(live: Live) -> None:
    path = raised(live)
    home = Visitor(live, "chair").get("/items")
    assert "Leeds (HMP): Somebody may be at risk now" in home
    assert "Acknowledge it by" in home
    assert GIST not in home
    assert "at risk" not in Visitor(live, "chair").get("/drafts")
    for other in ("vice", "hull", "staff", "inspector"):
        assert "at risk" not in Visitor(live, other).get("/items")
    chair = Visitor(live, "chair")
    page = chair.get(path)
    assert GIST in page
    assert "I acknowledge this alert" in page
    chair.post(f"{path}/calls/1/acknowledge", page=path)
    assert "at risk" not in chair.get("/items")
    assert "Acknowledged" in Visitor(live, "inspector").get(path)
    chair.post(f"{path}/notes/new", words="Went to see it.", ends="yes")
    assert "Went to see it." in Visitor(live, "inspector").get(path)
    assert "Ended" in chair.get("/alerts")


def test_unacknowledged_it_goes_to_the_deputy_and_then_to_both_offices(live: Live) -> None:
    path = raised(live)
    live.later(minutes=61)
    sweeps.alerts(live.house)
    assert "at risk" in Visitor(live, "vice").get("/items")
    live.later(minutes=61)
    sweeps.alerts(live.house)
    for who in ("chair", "vice", "inspector", "staff"):
        assert "at risk" in Visitor(live, who).get("/items"), who
    told = Visitor(live, "staff").get(path)
    assert "Nobody acknowledged it in time" in told
    answer = Visitor(live, "inspector").post(f"{path}/calls/1/acknowledge", 403, page=path)
    assert "You raised it" in words(answer.text)
    Visitor(live, "staff").post(f"{path}/calls/1/acknowledge", page=path)
    assert "Acknowledged late" in Visitor(live, "chair").get(path)
    again = Visitor(live, "chair").post(f"{path}/calls/1/acknowledge", 409, page=path)
    assert "Somebody has acknowledged it already" in words(again.text)


def test_what_is_wrong_is_said_beside_its_field(live: Live) -> None:
    inspector = Visitor(live, "inspector")
    said = words(inspector.post(RAISE, 422).text)
    for fault in ("Choose an establishment", "Choose whom it is for", "Choose how urgent", "Say what the concern is"):
        assert fault in said
    answer = inspector.post(RAISE, 422, **GIVEN, item="IMB-2020-00001")
    assert "an item that you may see" in words(answer.text)
    assert GIST in words(answer.text)


def test_nobody_else_learns_of_it(live: Live) -> None:
    path = raised(live)
    for who in ("hull", "national", "officer", "compliance", "admin"):
        Visitor(live, who).get(path, 404)
    for who in ("chair", "compliance"):
        Visitor(live, who).get(RAISE, 403)
    board = Visitor(live, "imb-admin").get("/offices")
    assert "Leeds Board" in board
    assert live.app.test_client().get(path).location.partition("?")[0] == "/sign-in"


def test_the_pages_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    browsing.sign_in(page, url, live, "inspector")
    browsing.look(page, f"{url}/alerts", checked)
    page.click("a:has-text('Raise: serious issue')")
    page.click("button:has-text('Raise the alert')")
    browsing.links_lead_to_fields(page, script)
    browsing.seen(page, checked)
    page.select_option("select[name='establishment']", "LEI")
    page.check("input[value='imb/board']")
    page.check("input[value='now']")
    page.check("input[value='OS']")
    page.fill("textarea[name='gist']", GIST)
    page.click("button:has-text('Raise the alert')")
    assert GIST in page.inner_text("main")
    browsing.seen(page, checked)
    browsing.sign_in(page, url, live, "chair")
    page.goto(f"{url}/items")
    browsing.seen(page, checked)
    page.click("a:has-text('Read the alert and acknowledge it')")
    page.click("button:has-text('pass it on now')")
    browsing.seen(page, checked)
    page.click("button:has-text('I acknowledge this alert')")
    page.click("a:has-text('Say what was done')")
    browsing.seen(page, checked)
    page.goto(f"{url}/alerts")
    page.click("a:has-text('Leeds Board')")
    browsing.seen(page, checked)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_api_does_the_same(live: Live) -> None:
    api = live.api("inspector")
    kinds = {each["id"]: each for each in api.ok("GET", "/agreements/hmip-imb/alert-kinds")["items"]}
    assert (kinds["serious-issue-to-boards"]["may"], kinds["concern-to-inspectorate"]["may"]) == (True, False)
    path = "/agreements/hmip-imb/alerts/serious-issue-to-boards"
    assert api.post(path, {**GIVEN, "marking": "SECRET"}).status_code == 400
    made = api.post(path, GIVEN)
    assert made.status_code == 201, made.text
    id_ = made.json["id"]
    chair = live.api("chair")
    assert id_ in [each["id"] for each in chair.ok("GET", "/alerts/standing")["items"]]
    assert chair.ok("GET", f"/alerts/{id_}")["words"] == GIST
    assert live.api("hull").get(f"/alerts/{id_}").status_code == 404
    assert chair.post(f"/alerts/{id_}/calls/1/pass-on", {}).status_code == 200
    assert live.api("vice").post(f"/alerts/{id_}/calls/1/acknowledge", {}).json["calls"][0]["late"] is False
    assert chair.post(f"/alerts/{id_}/notes", {"words": "Seen.", "ends": True}).json["ended_at"]
