"""Signing in with an identity provider in a real browser, through the provider's own page, and back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.at_work import Work, at_work, house
from tests.house import Live
from tests.web import browsing

NAME = "Work sign-in"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Work, str]]:
    """A house that knows its address before it is served there, and the provider that sends people back to it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://localhost:{port}"
    with at_work(f"{address}/sign-in/with/work/return") as work:
        live = house(tmp_path_factory.mktemp("browser"), work.issuer, CUSTODES_ADDRESS=address)
        server = make_server("127.0.0.1", port, live.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield live, work, address
        server.shutdown()
        server.server_close()
        live.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert not wrong, wrong


def there(page: Page, who: str) -> None:
    """On the provider's page."""
    expect(page.locator("h1")).to_have_text("Sign in at work")
    page.fill("[name=who]", who)
    page.click("text=Sign in >> nth=-1")


def test_from_the_first_link_to_the_last_sign_out(
    place: tuple[Live, Work, str], opened: Page, axe: Callable[[Page], None]
) -> None:
    (live, work, url), page = place, opened
    work.knows(chair={"groups": ["leeds-chair", "leeds-vice"], "amr": ["pwd"]}, nobody={"groups": [], "amr": ["mfa"]})

    browsing.look(page, f"{url}/sign-in", axe)
    page.click(f"text=Sign in with {NAME}")
    there(page, "nobody")
    expect(page.locator("h1")).to_have_text(f"No account here is linked to you at {NAME}")
    browsing.seen(page, axe)

    browsing.sign_in(page, url, live, "chair")
    page.goto(f"{url}/account")
    page.click(f"text=Link your account to {NAME}")
    browsing.seen(page, axe)
    page.fill("#code", live.code("chair"))
    page.click("text=Continue")
    expect(page.locator("h1")).to_have_text(f"Now sign in with {NAME}")
    browsing.seen(page, axe)
    page.context.clear_cookies(name="_session")  # whoever was signed in at the provider before
    page.click(f"text=Go to {NAME}")
    there(page, "chair")
    expect(page.locator("main")).to_contain_text("Your account is linked")
    browsing.seen(page, axe)

    page.context.clear_cookies()
    page.goto(f"{url}/items")
    page.click(f"text=Sign in with {NAME}")
    there(page, "chair")
    expect(page.locator("main")).to_contain_text(f"{NAME} has said who you are")
    browsing.seen(page, axe)
    page.fill("#code", live.code("chair"))
    page.click("main button:has-text('Sign in')")
    expect(page).to_have_url(f"{url}/items")
    browsing.look(page, f"{url}/account", axe)
    expect(page.locator("main")).to_contain_text(f"with {NAME}")
    page.click("text=Sign out >> nth=0")
    expect(page.locator("main")).to_contain_text(f"You are still signed in at {NAME}")
    browsing.seen(page, axe)

    browsing.sign_in(page, url, live, "imb-admin")
    browsing.look(page, f"{url}/accounts/{live.ids['chair']}", axe)
    expect(page.locator("main")).to_contain_text("Board Vice Chair, Leeds Board Not appointed")
    page.click(f"text=Remove the link to {NAME}")
    browsing.seen(page, axe)
    page.click("text=Remove this link")
    expect(page.locator("main")).to_contain_text("The link is removed")


def test_it_works_without_script(place: tuple[Live, Work, str], browser: Browser) -> None:
    (_, work, url) = place
    work.knows(nobody={"groups": [], "amr": ["mfa"]})
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.click(f"text=Sign in with {NAME}")
    there(page, "nobody")
    expect(page.locator("h1")).to_have_text(f"No account here is linked to you at {NAME}")
    context.close()
