"""Media and paper at their pages, in a real browser, as whoever uses them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Axe, look, seen, sign_in
from playwright.sync_api import Browser, Page
from shell_house import serving

from tests.custody.desk import APPROVER, ASKER, FILES, HOLDER, appoint, desk_of, item, opened
from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("custody-pages") / "state")
    desk_of(made)
    appoint(made, HOLDER, "imb-media-holder", "imb", "secretariat")
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as address:
        yield address


def open_item(page: Page, url: str, ref: str) -> None:
    page.goto(f"{url}/items/{ref}")
    page.check("input[name=purpose] >> nth=0")
    page.click("main button:has-text('Open this item')")


def fill_day(page: Page, name: str, day: object) -> None:
    parts = (day.day, day.month, day.year)  # type: ignore[attr-defined]
    for box, value in zip(page.locator(f"input[name={name}]").all(), parts, strict=True):
        box.fill(str(value))


def press(page: Page, text: str) -> None:
    page.click(f"main button:has-text('{text}')")


@pytest.mark.once("its acts are tried on both in tests/custody; this is the browser")
def test_a_medium_by_its_pages(browser: Browser, live: Live, url: str, axe: Axe, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    ref = item(live)
    sign_in(page, url, live, ASKER)
    open_item(page, url, ref)
    page.click("text=Ask for a removable medium")
    seen(page, axe)
    press(page, "Ask for this medium")
    assert page.locator(".govuk-error-summary__list li").count() >= 8
    seen(page, axe)
    page.check("input[name=parts] >> nth=0")
    for name, value in (
        ("least", "The notes alone are asked about."),
        ("why", "There is no network where it is heard."),
        ("to", "The panel, in the hearing room."),
        ("serial", "ast-77"),
        ("holder", f"{HOLDER}@example.test"),
    ):
        page.fill(f"[name={name}]", value)
    for name in ("outside", "medium"):
        page.check(f"input[name={name}] >> nth=0")
    page.check("input[name=issued]")
    fill_day(page, "back_on", live.now.date())
    press(page, "Ask for this medium")
    address = page.url
    seen(page, axe)
    assert "Asked for" in page.inner_text("main")

    sign_in(page, url, live, APPROVER)
    page.goto(address)
    page.click("text=Decide on it")
    seen(page, axe)
    page.check("input[name=choice] >> nth=0")
    page.fill("[name=note]", "The hearing cannot be moved.")
    press(page, "Record the decision")
    assert "It is approved" in page.inner_text("main")

    sign_in(page, url, live, ASKER)
    page.goto(address)
    page.click("text=Write the container")
    seen(page, axe)
    press(page, "Make the passphrase")
    seen(page, axe)
    words = page.inner_text("main strong.app-wrap").strip()
    with page.expect_download() as arriving:
        press(page, "Save the container")
    path = tmp_path / arriving.value.suggested_filename
    arriving.value.save_as(path)
    assert path.name.startswith("OFFICIAL-SENSITIVE MED-")
    files = opened(path.read_bytes(), words)
    assert files[f"{ref}/0001 notes one.txt"] == FILES["notes one.txt"]
    assert f"{ref}/item.json" not in files, "its text was not chosen"
    page.goto(address)
    assert words not in page.content(), "it is shown once"
    assert "not exported yet" in page.inner_text("main")

    sign_in(page, url, live, HOLDER)
    page.goto(f"{address}/read-back")
    seen(page, axe)
    harmed = tmp_path / "harmed.zip"
    harmed.write_bytes(path.read_bytes()[:-7])
    page.set_input_files("input[type=file]", harmed)
    press(page, "Compare it")
    assert "cut short" in page.inner_text(".govuk-error-summary")
    seen(page, axe)
    page.set_input_files("input[type=file]", path)
    press(page, "Compare it")
    assert "It is exported" in page.inner_text("main")
    look(page, f"{address}/label", axe)
    live.later(days=2)
    sign_in(page, url, live, HOLDER)
    look(page, f"{url}/media", axe)
    assert "Overdue: not back" in page.inner_text("main")
    look(page, f"{address}/loss", axe)
    page.goto(f"{address}/end")
    seen(page, axe)
    page.check("input[name=fate] >> nth=0")
    page.select_option("select[name=method]", "shred-media")
    fill_day(page, "on", live.now.date())
    page.fill("[name=witness]", HOLDER.title())
    page.fill("[name=evidence]", "Log 12")
    press(page, "Record what became of it")
    assert "somebody else than you" in page.inner_text(".govuk-error-summary")
    page.fill("[name=witness]", "Wilma Witness")
    press(page, "Record what became of it")
    assert "accounted for" in page.inner_text("main")
    look(page, f"{url}/media?over=yes", axe)
    context.close()


@pytest.mark.once("its acts are tried on both in tests/custody; this is the browser")
def test_paper_by_its_pages(browser: Browser, live: Live, url: str, axe: Axe, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=True)
    page = context.new_page()
    live.tokens.clear()
    ref = item(live, files={})
    sign_in(page, url, live, ASKER)
    open_item(page, url, ref)
    page.click("text=Print this item")
    seen(page, axe)
    press(page, "Show the sheet")
    assert page.locator(".govuk-error-summary__list li").count() == 4
    page.check("input[name=purpose] >> nth=0")
    page.fill("[name=copies]", "two")
    page.fill("[name=place]", "Room 4, cabinet 2")
    page.check("input[name=locked]")
    press(page, "Show the sheet")
    assert "between 1 and 10" in page.inner_text(".govuk-error-summary")
    page.fill("[name=copies]", "2")
    press(page, "Show the sheet")
    seen(page, axe)
    assert "Three people told us" in page.inner_text("main")
    sheet = tmp_path / "sheet.pdf"
    page.pdf(path=str(sheet))
    import pypdf

    for each in pypdf.PdfReader(str(sheet)).pages:
        text = each.extract_text()
        assert text.count("OFFICIAL-SENSITIVE") >= 2, "at the top and the bottom of every page"
        assert "registered. Print this page" not in text

    page.goto(f"{url}/items/{ref}/paper")
    seen(page, axe)
    page.fill("[name=place]", "Room 4, cabinet 3")
    fill_day(page, "made_on", live.now.date())
    page.check("input[name=locked]")
    press(page, "Register this copy")
    address = page.url
    seen(page, axe)
    look(page, f"{address}/cover", axe)
    page.goto(address)
    page.click("text=Hand it over to somebody")
    seen(page, axe)
    page.fill("[name=to]", f"{HOLDER}@example.test")
    page.check("input[name=way] >> nth=1")
    page.check("input[name=covered]")
    press(page, "Record that it was handed over")
    assert "On the way" in page.inner_text("main")

    sign_in(page, url, live, HOLDER)
    page.goto(address)
    page.click("text=It has arrived")
    seen(page, axe)
    page.fill("[name=place]", "Safe 1")
    page.check("input[name=locked]")
    press(page, "Record that it has arrived")
    live.later(days=92)
    sign_in(page, url, live, HOLDER)
    look(page, f"{url}/media", axe)
    assert "Locked storage to be confirmed" in page.inner_text("main")
    page.goto(f"{address}/lock")
    page.check("input[name=locked]")
    press(page, "Confirm it")
    assert "locked away" in page.inner_text("main")
    look(page, f"{address}/missing", axe)
    page.fill("[name=what]", "Not in the safe. Reported to the security lead.")
    press(page, "Record that it is missing")
    page.click("text=It was found")
    page.fill("[name=place]", "Safe 2")
    page.check("input[name=locked]")
    press(page, "Record that you have it")
    look(page, f"{address}/end", axe)
    page.check("input[name=fate] >> nth=0")
    page.select_option("select[name=method]", "pulp")
    fill_day(page, "on", live.now.date())
    page.fill("[name=witness]", "Wilma Witness")
    page.fill("[name=evidence]", "Log 13")
    press(page, "Record what became of it")
    assert "Pulped".lower() in page.inner_text("main").lower()
    context.close()


def test_without_script_and_for_whom_it_is_no_business(browser: Browser, live: Live, url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    live.tokens.clear()
    ref = item(live, files={})
    sign_in(page, url, live, HOLDER)
    page.goto(f"{url}/items/{ref}/paper")
    page.fill("[name=place]", "Room 4")
    fill_day(page, "made_on", live.now.date())
    page.check("input[name=locked]")
    press(page, "Register this copy")
    address = page.url
    sign_in(page, url, live, "chair")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    page.goto(f"{url}/media")
    assert "No copy on paper that you may know of" in page.inner_text("main")
    context.close()
