"""Sharing decisions and the register of processing in a real browser, with script and without."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor

PAGE = "/data-protection"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("decisions") / "state")
    yield made
    made.close()


def sent(live: Live, **changed: str) -> str:
    body = {
        "agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate",
        "marking": "OFFICIAL-SENSITIVE", "title": "Notes", "text": "Three letters.", "purpose": "To plan.",
        "establishment": "LEI", "subjects": [{"name": "Joan Smith"}], **changed,
    }  # fmt: skip
    made = live.api("staff").ok("POST", "/drafts", body)
    return str(live.api("staff").ok("POST", f"/drafts/{made['id']}/send")["reference"])


def test_the_pages_hold_in_a_browser(live: Live, page: Page, script: bool, axe: Callable[[Page], None]) -> None:
    reference = sent(live)
    run = axe if script else None
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "staff")
        browsing.look(page, f"{url}{PAGE}", run)
        assert "lack" in page.inner_text("main")
        browsing.look(page, f"{url}{PAGE}/decisions?missing=yes", run)
        page.click(f"tr:has-text('{reference}') a")
        browsing.seen(page, run)
        page.click("text=Answer now")
        page.click("main button:has-text('Complete the record')")
        browsing.seen(page, run)
        browsing.links_lead_to_fields(page, script)
        page.check("input[value=other]")
        page.click("main button:has-text('Complete the record')")
        assert "Say why they are not told" in page.inner_text("main")
        page.fill("textarea", "She asked that nobody write to her.")
        page.click("main button:has-text('Complete the record')")
        assert "She asked that nobody write to her." in page.inner_text("main")
        browsing.look(page, f"{url}{PAGE}/decisions/refuse", run)
        browsing.look(page, f"{url}{PAGE}/processing/hmip-imb", run)


def test_the_form_of_a_refusal_names_every_fault_and_then_records(live: Live) -> None:
    visitor = Visitor(live, "staff")
    page = f"{PAGE}/decisions/refuse"
    faulty = visitor.post(page, 422)
    assert all(text in faulty.text for text in ("Select who asked", "Say why it is not shared", "Enter the date"))
    now = live.now
    office = str(live.offices("secretariat")["number"])
    given = {"office": office, "asked_by": "outside", "who": "A solicitor", "what": "Names.", "why": "No lawful basis."}
    done = visitor.post(page, asked_on=[str(now.day), str(now.month), str(now.year)], kind="", **given)
    assert done.status_code == 303, done.text
    assert "No lawful basis." in visitor.get(done.location)


def test_the_files_hold_a_row_for_each_decision_and_each_statement_and_no_words(live: Live) -> None:
    reference = sent(live, purpose="=HYPERLINK(1)")
    visitor = Visitor(live, "staff")
    rows = list(csv.DictReader(io.StringIO(visitor.raw(f"{PAGE}/decisions.csv").text.lstrip("\ufeff"))))
    mine = next(row for row in rows if row["Reference"] == reference)
    assert mine["Lawful basis verified"] == "no"
    assert "HYPERLINK" not in visitor.raw(f"{PAGE}/decisions.csv").text
    register = visitor.raw(f"{PAGE}/processing/hmip-imb.csv").text.lstrip("\ufeff")
    standing = {row["Standing"] for row in csv.DictReader(io.StringIO(register))}
    assert standing == {"verified", "unverified", "missing"}


def test_after_sending_the_one_question_left_is_one_click_away(live: Live) -> None:
    reference = sent(live)
    page = Visitor(live, "staff").raw(f"/items/{reference}/sent").text
    assert "one answer is missing" in page
    told = sent(live, told="told")
    assert "See the record" in Visitor(live, "staff").raw(f"/items/{told}/sent").text
