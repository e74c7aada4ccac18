"""A person of a whole house in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from otherwise import otherwise
from playwright.sync_api import Page

from tests.house import PASSWORD, Live

SHOTS = os.environ.get("CUSTODES_SHOTS", "")


def sign_in(page: Page, url: str, live: Live, key: str) -> None:
    """By the sign-in page, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto(f"{url}/sign-in")
    page.fill("#email", f"{key}@example.test")
    page.fill("#password", PASSWORD)
    page.click("text=Continue")
    page.fill("#code", live.code(key))
    page.click("main button:has-text('Sign in')")
    assert "/sign-in" not in page.url, page.inner_text("main")


Axe = Callable[[Page], None]


def look(page: Page, address: str, axe: Axe | None) -> None:
    """The page is there, axe finds nothing (None where script is off: it is script itself), nor does what it lacks."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, address
    seen(page, axe)


def seen(page: Page, axe: Axe | None) -> None:
    """As ``look``, of the page that stands there; also on paper, in other colours and on a narrow screen."""
    page.wait_for_load_state()  # a click waits for the answer, not for the page that it brings
    assert page.locator("h1").count() == 1
    assert page.locator(".app-marking").count() == 2
    legends = page.locator("fieldset > legend").all_text_contents()
    assert len(legends) == page.locator("fieldset").count()
    assert all(text.strip() for text in legends)
    if axe:
        axe(page)
    if SHOTS:
        name = re.sub(r"\W+", "-", page.url.partition("://")[2].partition("/")[2]).strip("-")
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size({"width": 1280, "height": 900})
    otherwise(page)


def open_filters(page: Page) -> None:
    """The filters of a list, by what opens them where they are shut: above the list, or without script."""
    panel = page.locator("details.app-filter")
    if not panel.evaluate("panel => panel.open"):
        panel.locator("summary").click()
    assert panel.locator("button:has-text('Apply filters')").is_visible()


def links_lead_to_fields(page: Page, script: bool) -> None:
    """Each line of the error summary that is a link leads to an input."""
    links = page.locator(".govuk-error-summary__list a")
    assert links.count()
    for at in range(links.count()):
        target = links.nth(at).get_attribute("href") or ""
        assert page.locator(target).count() == 1, target
        if script:
            links.nth(at).click()
            assert page.evaluate("document.activeElement.matches('input, select, textarea')"), target
