"""The shell in a real browser: components, forms, sign-in, and a session that ends in the middle of a form."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from shell_house import EMAIL, PASSWORD, Shell

OPEN = [
    "/sign-in",
    "/help",
    "/privacy",
    "/cookies",
    "/accessibility-statement",
    "/gallery/list",
    "/gallery/item",
    "/nowhere",
]
SHOTS = os.environ.get("CUSTODES_SHOTS", "")


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sign_in(page: Page, url: str, shell: Shell) -> None:
    if "/sign-in" not in page.url:
        page.goto(f"{url}/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("text=Continue")
    page.fill("#code", shell.code())
    page.click("button:has-text('Sign in')")


def sound(page: Page) -> None:
    """What axe does not see."""
    assert page.locator("h1").count() == 1
    assert all(text.strip() for text in page.locator("fieldset > legend").all_inner_texts())
    assert page.locator("fieldset").count() == page.locator("fieldset > legend").count()
    assert page.locator(".app-marking").count() == 2


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("script", [True], ids=["js"])
def test_every_open_page_is_accessible(path: str, page: Page, shell_url: str, axe: Callable[[Page], None]) -> None:
    page.goto(shell_url + path)
    sound(page)
    axe(page)
    shoot(page, path.strip("/").replace("/", "-"))
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    shoot(page, path.strip("/").replace("/", "-") + "-320")


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_pages_for_people_signed_in_are_accessible(
    page: Page, shell_url: str, shell: Shell, axe: Callable[[Page], None]
) -> None:
    sign_in(page, shell_url, shell)
    paths = ["/account", "/account/password", "/account/sign-out-everywhere", "/gallery/form", "/gallery/upload"]
    for path in paths:
        page.goto(shell_url + path)
        sound(page)
        axe(page)
        shoot(page, path.strip("/").replace("/", "-"))


def test_signing_in_and_out(page: Page, shell_url: str, shell: Shell) -> None:
    page.goto(f"{shell_url}/account")
    assert "/sign-in" in page.url
    page.fill("#email", EMAIL)
    page.fill("#password", "not this one, surely")
    page.click("text=Continue")
    assert page.title().startswith("Error: ")
    sign_in(page, shell_url, shell)
    assert page.url == f"{shell_url}/account"
    assert page.locator("h1").inner_text() == "Your account"
    page.click("text=Sign out >> nth=0")
    assert page.url == f"{shell_url}/signed-out"
    page.goto(f"{shell_url}/account")
    assert "/sign-in" in page.url


def test_each_line_of_the_error_summary_leads_to_its_field(
    page: Page, script: bool, shell_url: str, shell: Shell, axe: Callable[[Page], None]
) -> None:
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/form")
    page.click("text=Send this item")
    assert page.title().startswith("Error: ")
    links = page.locator(".govuk-error-summary__list a")
    assert links.count() == 5
    for at in range(links.count()):
        target = links.nth(at).get_attribute("href") or ""
        assert page.locator(target).count() == 1, target
        if script:
            links.nth(at).click()
            assert page.evaluate("document.activeElement.matches('input, select, textarea')"), target
    if script:
        axe(page)
        shoot(page, "form-errors")


def test_a_refusal_of_a_room_stands_on_the_form_with_its_source(page: Page, shell_url: str, shell: Shell) -> None:
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/form")
    fill(page, "refuse")
    page.click("text=Send this item")
    said = page.locator(".govuk-error-summary").inner_text()
    assert "National Chair" in said
    assert "M30" in said
    assert page.input_value("#subject") == "refuse"


def fill(page: Page, subject: str) -> None:
    page.fill("#subject", subject)
    page.select_option("#to", "a")
    page.check("input[name=marking][value=OS]")
    page.check("input[name=handling][value=e]")
    for part, value in (("day", "27"), ("month", "3"), ("year", "2033")):
        page.fill(f"#due-{part}", value)
    page.fill("#text", 'Two\nlines, "quoted" & <b>bold</b>')
    page.check("#sure")


def test_what_was_typed_is_kept_when_the_session_ends_in_the_middle_of_a_form(
    page: Page, shell_url: str, shell: Shell
) -> None:
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/form")
    fill(page, "About the visit")
    shell.later(minutes=31)
    page.click("text=Send this item")
    assert "Nothing was sent" in page.inner_text("main")
    shoot(page, "session-ended")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("text=Continue")
    page.fill("#code", shell.code())
    page.click("button:has-text('Sign in')")
    assert page.locator("h1").inner_text() == "You are signed in again"
    shoot(page, "signed-in-again")
    page.click("text=Show what I typed")
    assert page.url == f"{shell_url}/gallery/form"
    assert page.input_value("#subject") == "About the visit"
    assert page.input_value("#to") == "a"
    assert page.is_checked("input[name=marking][value=OS]")
    assert page.is_checked("input[name=handling][value=e]")
    assert page.input_value("#due-month") == "3"
    assert page.input_value("#text") == 'Two\nlines, "quoted" & <b>bold</b>'
    assert page.locator(".govuk-error-summary").count() == 0
    page.click("text=Send this item")
    assert page.url == f"{shell_url}/account"


def test_an_upload_goes_through_with_and_without_script(
    page: Page, script: bool, shell_url: str, shell: Shell, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.bin", tmp_path / "<img src=x onerror=alert(1)>.bin"
    one.write_bytes(bytes(2_000_000))
    two.write_bytes(b"x" * 10)
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/upload")
    page.set_input_files("#files", [str(one), str(two)])
    page.click("text=Upload this file")
    page.wait_for_url("**/uploaded?sizes=*")
    assert page.inner_text("main p") == "2000000-10"
    assert [sink.ended for sink in shell.sunk[-2:]] == ["finished", "finished"]


def test_a_file_over_the_limit_is_refused_before_or_while_it_is_sent(
    page: Page, script: bool, shell_url: str, shell: Shell, tmp_path: Path
) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(3_100_000))
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/upload")
    page.set_input_files("#files", str(large))
    page.click("text=Upload this file")
    if script:
        assert "larger than 3MB" in page.inner_text("[data-upload-trouble]")
        assert page.url == f"{shell_url}/gallery/upload"
    else:
        assert page.locator("h1").inner_text() == "The file is too large"
        assert shell.sunk[-1].ended == "aborted"


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_a_refused_upload_shows_its_page_and_works_again(
    page: Page, shell_url: str, shell: Shell, tmp_path: Path
) -> None:
    small = tmp_path / "small.bin"
    small.write_bytes(b"abc")
    sign_in(page, shell_url, shell)
    page.goto(f"{shell_url}/gallery/upload")
    shell.later(minutes=31)
    page.set_input_files("#files", str(small))
    page.click("text=Upload this file")
    page.wait_for_selector("#password")
    assert page.locator("h1").inner_text() == "Sign in"


def test_taking_up_an_invitation(page: Page, script: bool, shell_url: str, shell: Shell) -> None:
    import pyotp

    token = shell.invite(f"new-{script}@example.test")
    page.goto(f"{shell_url}/invitations/{token}")
    page.fill("#password", "three random words here")
    page.fill("#again", "three random words")
    page.click("text=Continue")
    assert "not the same" in page.inner_text(".govuk-error-summary")
    page.fill("#password", "three random words here")
    page.fill("#again", "three random words here")
    page.click("text=Continue")
    assert page.locator("svg.app-qr").count() == 1
    shoot(page, "invitation-code")
    key = page.inner_text("#totp-key").replace(" ", "")
    page.fill("#code", "000000")
    page.click("text=Finish")
    assert page.inner_text("#totp-key").replace(" ", "") == key
    page.fill("#code", pyotp.TOTP(key).at(shell.now()))
    page.click("text=Finish")
    assert "Your account is ready" in page.inner_text("main")


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_every_printed_sheet_carries_the_marking_at_top_and_bottom(page: Page, shell_url: str, tmp_path: Path) -> None:
    page.goto(f"{shell_url}/gallery/item")
    page.evaluate(
        "document.querySelector('main').append(...Array.from({length: 120}, () => document.createElement('p')))"
    )
    page.evaluate("document.querySelectorAll('main > p').forEach((p, at) => { p.textContent = `line ${at}` })")
    sheets = sheets_of(page.pdf())
    assert len(sheets) > 2
    assert [len(drawn("OFFICIAL-SENSITIVE").findall(sheet)) for sheet in sheets] == [2] * len(sheets)


def sheets_of(pdf: bytes) -> list[str]:
    """What is drawn on each sheet: glyph numbers, four hexadecimal digits each, in order."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            content = zlib.decompress(packed)
            if b"BT" in content:
                found.append("".join(run.decode() for run in re.findall(rb"<([0-9A-Fa-f]+)> ?Tj", content)))
    return found


def drawn(text: str) -> re.Pattern[str]:
    """Glyphs that repeat as the letters of ``text`` do, whatever numbers the font gives them."""
    known: dict[str, str] = {}
    parts = []
    for letter in text:
        if letter in known:
            parts.append(f"(?P={known[letter]})")
        else:
            others = "".join(f"(?!(?P={name}))" for name in known.values())
            known[letter] = f"c{len(known)}"
            parts.append(f"{others}(?P<{known[letter]}>[0-9A-Fa-f]{{4}})")
    return re.compile("".join(parts))


# What somebody tries who got a piece of script in, or a piece of a page: each ends in an error of the browser.
TRIED = {
    "document.body.innerHTML = '<b>x</b>'": "TypeError",
    "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')": "TypeError",
    "new DOMParser().parseFromString('<b>x</b>', 'text/html')": "TypeError",
    "document.write('<b>x</b>')": "TypeError",
    "document.createElement('script').src = '/assets/js/app.js'": "TypeError",
    "document.createElement('iframe').srcdoc = '<b>x</b>'": "TypeError",
    "document.body.setAttribute('onclick', 'window.ran = 1')": "",  # Chromium lets it stand and does not run it
    "trustedTypes.createPolicy('mine', {createHTML: text => text})": "TypeError",
}


def test_no_text_becomes_a_page_or_a_script(browser: Browser, shell_url: str) -> None:
    """Trusted types, with no policy allowed; nothing inline; nothing in what the browser keeps."""
    context = browser.new_context(base_url=shell_url)
    page = context.new_page()
    page.goto(f"{shell_url}/sign-in")
    page.wait_for_load_state()
    for tried, error in TRIED.items():
        said = page.evaluate(f"(() => {{ try {{ {tried}; return '' }} catch (error) {{ return error.name }} }})()")
        assert said == error or (not error and said), (tried, said)
    page.evaluate(
        "() => { const one = document.createElement('button'); one.textContent = 'x'; one.id = 'tried'; "
        "document.body.append(one); one.click(); document.body.click() }"
    )
    assert page.evaluate("window.ran") is None
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    context.close()
