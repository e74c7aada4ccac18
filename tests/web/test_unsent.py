"""What somebody typed and did not send: kept by itself or by a button, theirs alone, shown again, erased once sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from browsing import look, seen, sign_in
from item_house import Person, fields_of, said
from playwright.sync_api import Page, expect
from shell_house import serving

from app.bootstrap import sweeps
from app.bootstrap.unsent import MOST, unsent
from tests.house import PASSWORD, Live

TYPED = "Fjordwick told us on the landing"
REPORT = "/report-an-incident"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("unsent") / "state")
    yield made
    made.close()


@pytest.fixture
def staff(live: Live) -> Person:
    live.later(minutes=2)  # a code is good once
    return Person(live, "staff")


def kept(live: Live) -> list[str]:
    """The rows, as somebody with a copy of the database reads them."""
    with live.house.engine.connect() as conn:
        return [" ".join(map(str, row)) for row in conn.execute(sa.select(unsent))]


@pytest.mark.parametrize("how", ["auto", "later"])
def test_what_was_typed_is_kept_sealed_shown_again_and_erased_when_it_is_sent(
    live: Live, staff: Person, how: str
) -> None:
    draft = staff.draft()
    edit = f"{draft}/edit"
    body = {**fields_of(staff.get(edit).text), "title": "", "text": TYPED, "unsent": how}
    answer = staff.client.post(edit, data=body)
    assert answer.status_code == {"auto": 204, "later": 303}[how]
    assert "Three people told us" in said(staff.get(draft)), "nothing of the draft is changed"
    assert kept(live)
    for row in kept(live):
        assert TYPED not in row
        assert draft.rpartition("/")[2] not in row
    assert "Go on with what you typed and have not sent" in said(staff.get("/"))
    assert "Go on: An item you are writing" in said(staff.get("/unsent"))
    staff.client.post("/sign-out", data={"csrf_token": body["csrf_token"]})
    live.later(minutes=40)
    staff.sign_in()
    again = staff.get(edit)
    assert "You did not send this" in said(again)
    form = fields_of(again.text, "title")
    assert (form["title"], form["text"].strip(), form["unsent"]) == ("", TYPED, "was")
    refused = staff.client.post(edit, data=form)
    assert refused.status_code == 422
    assert kept(live), "a form that was refused is not sent"
    sent = {**fields_of(refused.text, "title"), "title": "A title after all"}
    assert staff.client.post(edit, data=sent).status_code == 303
    assert not kept(live)
    assert TYPED in said(staff.get(draft))


def test_it_is_theirs_alone_and_thrown_away_by_nobody_else(live: Live, staff: Person) -> None:
    body = {**fields_of(staff.get(REPORT).text), "happened": TYPED, "unsent": "later"}
    assert staff.client.post(REPORT, data=body).status_code == 303
    other = Person(live, "staff2")
    assert TYPED not in other.get(REPORT).text
    assert "Nothing." in said(other.get("/unsent"))
    name = re.search(r"/unsent/(\w+)/forget", staff.get("/unsent").text)
    assert name
    token = fields_of(other.get(REPORT).text)["csrf_token"]
    assert other.client.post(f"/unsent/{name[1]}/forget", data={"csrf_token": token}).status_code == 404
    assert TYPED in staff.get(REPORT).text
    assert "thrown away" in said(staff.get(staff.send(f"/unsent/{name[1]}/forget", page="/unsent").headers["Location"]))
    assert TYPED not in staff.get(REPORT).text
    assert not kept(live)


def test_it_ends_with_its_week_with_its_draft_and_with_the_twenty_first(live: Live, staff: Person) -> None:
    draft = staff.draft()
    body = {**fields_of(staff.get(f"{draft}/edit").text), "text": TYPED, "unsent": "auto"}
    staff.client.post(f"{draft}/edit", data=body)
    assert len(kept(live)) == 1
    staff.send(f"{draft}/discard")
    assert not kept(live)
    token = {"csrf_token": body["csrf_token"], "happened": TYPED, "unsent": "auto"}
    for number in range(MOST + 2):
        assert staff.client.post(f"{REPORT}?n={number}", data=token).status_code == 204
    assert len(kept(live)) == MOST
    live.later(days=7)
    staff.sign_in()
    assert TYPED not in staff.get(f"{REPORT}?n={MOST}").text
    sweeps.sessions(live.house)
    assert not kept(live)
    staff.sign_in()


def test_no_secret_is_kept_and_nothing_of_nobody(live: Live, staff: Person) -> None:
    page = "/account/password"
    body = {**fields_of(staff.get(page).text), "current": TYPED, "password": TYPED, "unsent": "auto"}
    assert staff.client.post(page, data=body).status_code == 204
    assert TYPED not in staff.get(page).text
    assert not kept(live)
    stranger = live.app.test_client()
    token = fields_of(stranger.get("/sign-in").text)["csrf_token"]
    stranger.post("/sign-in", data={"csrf_token": token, "email": TYPED, "unsent": "auto"})
    assert stranger.post(REPORT, data={"csrf_token": token, "unsent": "auto"}).status_code == 401
    assert not kept(live)


def test_typing_is_kept_the_end_is_announced_and_the_form_comes_back(
    page: Page, script: bool, live: Live, axe: Callable[[Page], None]
) -> None:
    with serving(live.app) as url:
        live.later(minutes=2)
        sign_in(page, url, live, "staff")
        if not script:
            look(page, url + REPORT, None)
            page.fill("#happened", TYPED)
            page.click("text=Save and continue later")
            seen(page, None)
            page.click("text=Go on: A report of an incident")
            seen(page, None)
            assert page.input_value("#happened") == TYPED
            page.click("text=Throw it away")
            page.wait_for_load_state()
            assert "thrown away" in page.inner_text("main")
            return
        page.clock.install(time=live.now)
        page.goto(url + REPORT)
        with page.expect_response(lambda answer: answer.status == 204):
            page.fill("#happened", TYPED)
            page.clock.run_for(4000)
        expect(page.locator("[data-unsent-said]")).to_contain_text("What you typed is kept")
        axe(page)
        page.clock.run_for(26 * 60 * 1000)
        box = page.locator("dialog[open]")
        expect(box).to_contain_text("You will be signed out at")
        expect(box).to_contain_text(re.compile(r"[34]:\d\d"))
        axe(page)
        assert page.evaluate("document.activeElement.textContent") == "Stay signed in"
        with page.expect_response(lambda answer: answer.url.endswith("/stay")):
            page.keyboard.press("Escape")
        expect(box).to_have_count(0)
        page.clock.run_for(25 * 60 * 1000)
        expect(box).to_contain_text("You will be signed out at")
        live.later(minutes=31)
        with page.expect_navigation():
            page.clock.run_for(5 * 60 * 1000 + 1000)
        page.wait_for_url(lambda address: "/sign-in" in address)
        page.fill("#email", "staff@example.test")
        page.fill("#password", PASSWORD)
        page.click("text=Continue")
        page.fill("#code", live.code("staff"))
        page.click("main button:has-text('Sign in')")
        page.wait_for_url(f"**{REPORT}")
        assert page.input_value("#happened") == TYPED
        seen(page, axe)
