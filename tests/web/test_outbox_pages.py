"""Notifications, the outbox and partner systems at their pages, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Axe, seen, sign_in
from playwright.sync_api import Browser, Page
from shell_house import serving

from outbox.model.message import FAILED, Outcome
from tests.api.api_acts import sent
from tests.house import Live
from tests.outbox.postbox import Taken, next_day, swept


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("outbox-pages") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as address:
        yield address


def press(page: Page, text: str) -> None:
    page.click(f"main button:has-text('{text}')")


@pytest.mark.once("its acts are tried on both in tests/outbox; this is the browser")
def test_people_choose_and_administrators_see_to_what_failed(
    browser: Browser, live: Live, url: str, axe: Axe, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sent(live)
    next_day(live)
    swept(live, Taken([Outcome(FAILED, "address-refused", permanent=True)] * 9))
    sign_in(page, url, live, "staff")
    page.goto(f"{url}/account/notifications")
    seen(page, axe)
    assert "We could not reach you at staff@example.test" in page.inner_text("main")
    assert "cannot be switched off" in page.inner_text("main")
    page.screenshot(path=tmp_path / "notifications.png", full_page=True)
    page.check("input[value=weekly]")
    press(page, "Save")
    seen(page, axe)
    assert page.is_checked("input[value=weekly]")
    context.clear_cookies()
    sign_in(page, url, live, "imb-admin")
    page.goto(f"{url}/outbox")
    seen(page, axe)
    assert "The address was refused" in page.inner_text("main")
    page.set_viewport_size({"width": 360, "height": 800})
    page.screenshot(path=tmp_path / "outbox.png", full_page=True)
    press(page, "Try again: Staff")
    seen(page, axe)
    assert "It will be tried again" in page.inner_text("body")
    page.goto(f"{url}/partner-systems")
    page.fill("[name=url]", "https://10.0.0.1/hooks")
    press(page, "Register")
    assert "private network" in page.inner_text(".govuk-error-summary")
    seen(page, axe)
    page.fill("[name=url]", "http://127.0.0.1:9/hooks")
    press(page, "Register")
    seen(page, axe)
    assert "whsec_" in page.inner_text("main")
    page.goto(f"{url}/partner-systems")
    seen(page, axe)
    page.screenshot(path=tmp_path / "systems.png", full_page=True)
    press(page, "New secret for")
    seen(page, axe)
    page.goto(f"{url}/partner-systems")
    press(page, "Disable")
    page.click("main a:has-text('Remove')")
    seen(page, axe)
    press(page, "Remove it")
    seen(page, axe)
    assert "None is registered yet" in page.inner_text("main")
    context.close()
