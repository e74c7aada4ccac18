"""Recovering an account through the pages and the API: three people, a code and a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyotp
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page
from shell_house import serving

from app.cli.main import cli
from tests import house as houses
from tests.house import Live, environ_of
from tests.web import browsing
from tests.web.record_pages import Visitor

CHECKED = {"checked": "known-number", "words": "I rang the number in the register."}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("recoveries") / "state")
    found = houses._join(made.house, "imb-admin2", "imb", "imb-administrator", "")
    made.ids["imb-admin2"], made.secrets["imb-admin2"] = found
    yield made
    made.close()


def test_two_administrators_give_an_account_back(live: Live, browser: Browser, axe: Callable[[Page], None]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "imb-admin")
        browsing.look(page, f"{url}/accounts/{live.ids['chair']}/recover", axe)
        page.click("main button:has-text('Propose the recovery')")
        browsing.seen(page, axe)
        browsing.links_lead_to_fields(page, True)
        page.click("text=By a call I made to a number we held before")
        page.fill("#words", "I rang the number in the register.")
        page.click("main button:has-text('Propose the recovery')")
        browsing.seen(page, axe)
        code = page.inner_text(".app-code")
        page.goto(f"{url}/accounts/recoveries")
        page.click("main li a")
        browsing.seen(page, axe)
        assert "another administrator decides" in page.inner_text("main")
        browsing.sign_in(page, url, live, "imb-admin2")
        browsing.look(page, f"{url}/accounts", axe)
        assert "1 recovery waits for a second administrator" in page.inner_text("main")
        page.click("text=Look at what waits")
        page.click("main li a")
        page.click("main button:has-text('Approve the recovery')")
        browsing.seen(page, axe)
        link = page.inner_text(".app-code")
        page.context.clear_cookies()
        browsing.look(page, link, axe)
        page.fill("#password", "eleven quiet gardens by the sea")
        page.fill("#again", "eleven quiet gardens by the sea")
        page.fill("#code", "AAAAA-AAAAA")
        page.click("main button:has-text('Continue')")
        browsing.seen(page, axe)
        assert "Enter the code that the administrator" in page.inner_text(".govuk-error-summary")
        for field in ("#password", "#again"):
            page.fill(field, "eleven quiet gardens by the sea")
        page.fill("#code", code)
        page.click("main button:has-text('Continue')")
        page.wait_for_selector("#totp-key")
        secret = page.inner_text("#totp-key").replace(" ", "")
        page.fill("#code", pyotp.TOTP(secret).at(live.now))
        page.click("main button:has-text('Finish')")
        browsing.seen(page, axe)
        assert "Your account is ready" in page.inner_text("main")
    context.close()


def test_a_recovery_is_refused_by_the_other_and_a_stranger_sees_none(live: Live) -> None:
    one, other = Visitor(live, "imb-admin"), Visitor(live, "imb-admin2")
    at = f"/accounts/{live.ids['hull']}/recover"
    assert "Recovery proposed" in one.post(at, 200, **CHECKED).text
    assert "waits for a decision" in one.post(at, 409, **CHECKED).text
    found = re.search(r"/accounts/recoveries/[0-9a-f-]{36}", other.raw("/accounts/recoveries").text)
    assert found
    assert one.post(found[0], 403).status_code == 403
    assert Visitor(live, "admin").raw(found[0]).status_code == 404
    assert Visitor(live, "vice").raw("/accounts/recoveries").status_code == 403
    other.post(f"{found[0]}/refuse", why="It was not she.")
    assert other.raw(found[0]).status_code == 404
    assert Visitor(live, "hull").raw("/account").status_code == 200


def test_the_same_through_the_api(live: Live) -> None:
    one, other = live.api("imb-admin"), live.api("imb-admin2")
    account = f"/accounts/{live.ids['vice']}"
    needed = one.post(f"{account}/invite-again", {})
    assert (needed.status_code, needed.json["code"]) == (409, "identity.recovery-needed")
    made = one("POST", f"{account}/recoveries", CHECKED)
    assert made.status_code == 201, made.text
    (waits,) = other.ok("GET", "/recoveries")["recoveries"]
    assert (waits["id"], waits["words"]) == (made.json["id"], CHECKED["words"])
    own = one.post(f"/recoveries/{waits['id']}/approve", {})
    assert (own.status_code, own.json["code"]) == (403, "identity.recovery-refused")
    invited = other("POST", f"/recoveries/{waits['id']}/approve", {})
    assert invited.status_code == 201, invited.text
    body = {"token": invited.json["invitation"], "password": "eleven quiet gardens by the sea"}
    assert live.api().post("/invitations/accept", body).json["code"] == "identity.recovery-code-wrong"
    assert live.api().ok("POST", "/invitations/accept", {**body, "code": made.json["code"]})["secret"]
    again = other.post(f"/recoveries/{waits['id']}/refuse", {})
    assert (again.status_code, again.json["code"]) == (404, "identity.recovery-unknown")


def test_at_the_console_where_no_two_administrators_are_left(live: Live) -> None:
    environ = environ_of(live.house.settings.state)
    done = CliRunner().invoke(
        cli, ["accounts", "recover", "--email", "imb-admin@example.test", "--why", "She stood before me."], env=environ
    )
    assert done.exit_code == 0, done.output
    assert "/invitations/" in done.output
    with live.house.work() as work:
        assert work.people.person(live.ids["imb-admin"]).standing == "invited"
    unknown = CliRunner().invoke(cli, ["accounts", "recover", "--email", "no@example.test", "--why", "x"], env=environ)
    assert unknown.exit_code != 0
    assert "no account has the address" in unknown.output
