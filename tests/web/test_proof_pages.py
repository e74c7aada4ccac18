"""Showing again that it is oneself, on the pages that open an account to something else. None of it needs script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from shell_house import serving

from identity.tables import credential
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, hidden, in_days


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("proof") / "state")
    yield made
    made.close()


def _token(live: Live, name: str = "Import") -> dict[str, object]:
    day = in_days(live, 9)
    until = {"until": [day["day"], day["month"], day["year"]]}
    return {"name": name, "reach": "all", "acts": "look", **until}


NEW = "/account/tokens/new"


def test_the_field_says_what_is_wrong_and_is_gone_once_it_was_right(live: Live) -> None:
    visitor = Visitor(live, "staff")
    assert "Security code" in visitor.get(NEW)
    missing = visitor.post(NEW, 422, **_token(live))
    assert 'id="code-error"' in missing.text
    assert "Enter the six digits your app shows now" in missing.text
    assert 'value="Import"' in missing.text
    assert "wrong or was used before" in visitor.post(NEW, 422, **_token(live), code="000000").text
    assert "The token is made" in visitor.post(NEW, 200, **_token(live), code=live.code("staff")).text
    assert "Security code" not in visitor.get(NEW)
    assert "The token is made" in visitor.post(NEW, 200, **_token(live, "Another")).text


def test_a_form_left_open_until_it_wore_off_asks_again_and_keeps_what_was_typed(live: Live) -> None:
    visitor = Visitor(live, "officer")
    visitor.post(NEW, 200, **_token(live), code=live.code("officer"))
    held = hidden(visitor.client.get(NEW).text)
    live.later(minutes=6)
    answer = visitor.client.post(NEW, data={**held, **_token(live, "Weekly import")})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    assert 'value="Weekly import"' in answer.text
    used = live.code("officer")
    visitor.post(NEW, 200, **_token(live), code=used)
    live.later(minutes=6)
    assert "wrong or was used before" in visitor.post(NEW, 422, **_token(live), code=used).text


def test_who_has_no_app_is_led_to_sign_in_and_back(live: Live) -> None:
    visitor = Visitor(live, "inspector")
    live.later(minutes=6)
    with live.house.engine.begin() as conn:
        kept = conn.scalar(sa.select(credential.c.totp_sealed).where(credential.c.person_id == live.ids["inspector"]))
        mine = sa.update(credential).where(credential.c.person_id == live.ids["inspector"])
        conn.execute(mine.values(totp_sealed=None))
    try:
        page = visitor.client.get(NEW).text
        assert f'href="/sign-in?back={NEW}"' in page
        assert 'id="code"' not in page
        refused = visitor.post(NEW, 422, **_token(live))
        assert "Sign in again, then do this within 5 minutes" in refused.text
        assert visitor.client.get(f"/sign-in?back={NEW}").status_code == 200
    finally:
        with live.house.engine.begin() as conn:
            conn.execute(mine.values(totp_sealed=kept))
    visitor.post(f"/sign-in?back={NEW}", email="inspector@example.test", password="seven tall ships sailing by")
    back = visitor.post("/sign-in/code", code=live.code("inspector"), back=NEW)
    assert back.location == NEW


def test_a_session_that_ended_meanwhile_does_nothing(live: Live) -> None:
    visitor = Visitor(live, "vice")
    held = hidden(visitor.client.get(NEW).text)
    live.later(minutes=31)
    answer = visitor.client.post(NEW, data={**held, **_token(live), "code": live.code("vice")})
    assert answer.status_code in (303, 401)
    assert live.api("vice").ok("GET", "/me/tokens")["items"] == []


def test_it_looks_as_it_should_with_script_and_without(
    page: Page, live: Live, axe: Callable[[Page], None], script: bool, tmp_path: Path
) -> None:
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "chair")
        browsing.look(page, f"{url}{NEW}", axe if script else None)
        page.fill("#name", "Nightly import")
        page.click("main button:has-text('Make the token')")
        expect(page.locator("#code")).to_be_visible()
        browsing.seen(page, axe if script else None)
