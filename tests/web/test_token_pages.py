"""Making and taking back a token on one's account page, in a browser, with script and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from shell_house import serving

from tests.house import Caller, Live
from tests.web import browsing
from tests.web.record_pages import Visitor, in_days


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("tokens") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as address:
        yield address


def _day(live: Live, days: int) -> dict[str, list[str]]:
    found = in_days(live, days)
    return {"until": [found["day"], found["month"], found["year"]]}


@pytest.mark.parametrize("script", ["js"], indirect=True)
def test_a_token_is_made_shown_once_used_and_taken_back(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    browsing.sign_in(page, url, live, "chair")
    browsing.look(page, f"{url}/account", axe)
    assert "You have made none" in page.inner_text("main")
    page.click("text=Make a token")
    browsing.seen(page, axe)
    page.click("main button:has-text('Make the token')")
    browsing.seen(page, axe)
    browsing.links_lead_to_fields(page, script)
    assert page.locator(".govuk-error-summary__list a").count() == 4
    page.fill("#name", "Nightly list of my Board")
    code = live.code("chair")
    page.fill("#code", code)
    page.click("main button:has-text('Make the token')")
    assert page.input_value("#code") == code  # nobody has looked at it yet, so it is good still
    page.check("text=Everything you hold")
    page.check("text=Look only")
    last = live.now + timedelta(days=20)
    for part, value in (("day", last.day), ("month", last.month), ("year", last.year)):
        page.fill(f"#until-{part}", str(value))
    page.click("main button:has-text('Make the token')")
    browsing.seen(page, axe)
    text = page.inner_text(".app-code").strip()
    assert Caller(live.app.test_client(), text).ok("GET", "/me")["id"] == live.ids["chair"]
    browsing.look(page, f"{url}/account", axe)
    assert text not in page.content()
    assert "Nightly list of my Board" in page.inner_text("main")
    page.click("a:has-text('Take back')")
    browsing.seen(page, axe)
    page.click("main button:has-text('Take back this token')")
    browsing.seen(page, axe)
    assert Caller(live.app.test_client(), text).get("/me").status_code == 401


def test_the_page_refuses_what_the_room_refuses(live: Live) -> None:
    visitor = Visitor(live, "staff")
    given = {"name": "Import", "reach": "all", "acts": "look"}
    given["code"] = live.code("staff")
    answer = visitor.post("/account/tokens/new", 422, **given, **_day(live, 200))
    assert "within 90 days" in answer.text
    assert "Select what it should reach" in visitor.post("/account/tokens/new", 422, **{**given, "reach": ""}).text
    made = live.prove("staff").ok(
        "POST", "/me/tokens", {"name": "Import", "until": (live.now + timedelta(1)).isoformat()}
    )
    other = Visitor(live, "hull")
    other.get(f"/account/tokens/{made['id']}/revoke", 404)
    held = visitor.client.get("/account").text
    assert made["token"] not in held
    visitor.post(f"/account/tokens/{made['id']}/revoke")
    assert "taken back" in visitor.get("/account")
