"""Passkeys in a real browser with a security key of its own (the virtual authenticator of Chromium)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, CDPSession, Page, expect

import audit.tables
from app.config import Settings
from tests.house import Live
from tests.taken_in import take_in
from tests.web import browsing
from tests.web.addressed import addressed
from tests.web.record_pages import Visitor


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str]]:
    with addressed(tmp_path_factory.mktemp("passkeys") / "state") as found:
        yield found


@pytest.fixture
def opened(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    """A page with script whose browser has a key inside that verifies its owner."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    yield page, key
    context.close()
    assert not wrong, wrong


def plug(key: CDPSession, *, verifies: bool = True) -> str:
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    return str(key.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def acts(live: Live) -> list[str]:
    take_in(live.house.engine)
    index = audit.tables.audit_index
    with live.house.engine.begin() as conn:
        return list(conn.execute(sa.select(index.c.act).order_by(index.c.seq)).scalars())


def test_a_passkey_is_added_used_copied_and_removed(
    place: tuple[Live, str], opened: tuple[Page, CDPSession], axe: Callable[[Page], None]
) -> None:
    (live, url), (page, key) = place, opened
    held = plug(key)
    browsing.sign_in(page, url, live, "chair")
    browsing.look(page, f"{url}/account/passkeys/new", axe)
    page.fill("#name", "Work laptop")
    page.fill("#code", live.code("chair"))
    page.click("main button:has-text('Continue')")
    browsing.seen(page, axe)
    page.click("button:has-text('Make the passkey')")
    expect(page.locator("main")).to_contain_text("The passkey is added")
    browsing.seen(page, axe)
    assert "Work laptop" in page.inner_text("main")
    assert re.search(r"Chrome on \w+", page.inner_text("main"))
    page.click("text=Sign out >> nth=0")
    browsing.look(page, f"{url}/sign-in", axe)
    assert "THIS SYSTEM IS FOR AUTHORISED USERS ONLY" in page.inner_text("main")
    page.click("text=Sign in with a passkey")
    expect(page.locator(".app-header__person")).to_be_visible()
    page.goto(f"{url}/account")
    assert "by passkey" in page.inner_text("main")
    _copied(live, page, key, held, url)
    browsing.sign_in(page, url, live, "chair")
    page.goto(f"{url}/account")
    page.click("a:has-text('Remove')")
    browsing.seen(page, axe)
    page.click("text=Remove this passkey")
    expect(page.locator("#code-error")).to_contain_text("Enter the six digits your app shows now")
    browsing.seen(page, axe)
    page.fill("#code", live.code("chair"))
    page.click("text=Remove this passkey")
    expect(page.locator("main")).to_contain_text("The passkey is removed")
    assert "Work laptop" not in page.locator("table").all_inner_texts()


def _copied(live: Live, page: Page, key: CDPSession, held: str, url: str) -> None:
    """The same key with its count put back, as a copy taken earlier would have it."""
    (one,) = key.send("WebAuthn.getCredentials", {"authenticatorId": held})["credentials"]
    key.send("WebAuthn.removeCredential", {"authenticatorId": held, "credentialId": one["credentialId"]})
    key.send("WebAuthn.addCredential", {"authenticatorId": held, "credential": one | {"signCount": 0}})
    page.context.clear_cookies()
    page.goto(f"{url}/sign-in")
    page.click("text=Sign in with a passkey")
    expect(page.locator(".govuk-error-summary")).to_contain_text("The passkey was not accepted")
    assert "identity.passkey-copied" in acts(live)
    assert any(act.startswith("incidents.") for act in acts(live))


def test_a_device_that_does_not_verify_its_owner_or_has_none_is_told_so_on_the_page(
    place: tuple[Live, str], opened: tuple[Page, CDPSession]
) -> None:
    (_, url), (page, key) = place, opened
    plug(key, verifies=False)
    page.goto(f"{url}/sign-in")
    page.click("text=Sign in with a passkey")
    expect(page.locator("[data-passkey-trouble]")).to_contain_text("Your device gave no passkey")
    page.goto(f"{url.replace('localhost', '127.0.0.1')}/sign-in")
    page.click("text=Sign in with a passkey")
    expect(page.locator("[data-passkey-trouble]")).to_contain_text(f"Passkeys work at {url} alone")


def test_without_script_password_and_code_are_what_the_page_offers(place: tuple[Live, str], browser: Browser) -> None:
    live, url = place
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    assert not page.get_by_text("Sign in with a passkey").is_visible()
    browsing.sign_in(page, url, live, "vice")
    context.close()


def test_what_is_no_answer_is_refused_on_the_page_with_nothing_changed(place: tuple[Live, str]) -> None:
    live, _ = place
    hull = Visitor(live, "hull")
    assert "Start again" in hull.post("/account/passkeys", 422, page="/account/passkeys/new", answer="{").text
    assert hull.raw("/account/passkeys/none/remove").status_code == 404
    stranger = live.app.test_client()
    assert stranger.post("/sign-in/passkey/options").status_code == 400
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/sign-in").text)
    assert token
    refused = stranger.post("/sign-in/passkey", data={"csrf_token": token[1], "answer": "[]"})
    assert refused.status_code == 422
    assert "The passkey was not accepted" in refused.text


def test_where_no_address_is_set_there_are_no_passkeys(tmp_path: Path) -> None:
    found = Settings.from_env({"CUSTODES_STATE": str(tmp_path)})
    assert found.site is None


def test_other_sessions_end_and_this_one_stays(place: tuple[Live, str]) -> None:
    live, _ = place
    first, second = Visitor(live, "officer"), Visitor(live, "officer")
    assert "This session" in second.get("/account")
    second.post("/account/sessions/end-others")
    assert first.raw("/account").status_code == 303
    assert second.raw("/account").status_code == 200
