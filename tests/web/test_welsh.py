"""The pages that are done in Welsh, in a browser: switched, whole, read aloud rightly, and back in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Axe, look, seen
from flask.testing import FlaskClient
from item_house import Person
from playwright.sync_api import Page
from shell_house import serving

from app.http import language
from foundation.phrases import Phrase
from tests.house import PASSWORD, Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("welsh") / "state")
    yield made
    made.close()


@pytest.fixture
def visitor(live: Live) -> FlaskClient:
    return live.app.test_client()


def test_a_person_works_in_welsh_from_sign_in_to_an_item(page: Page, live: Live, axe: Axe, script: bool) -> None:
    tried = axe if script else None
    ref = Person(live, "staff").item()
    with serving(live.app) as url:
        page.goto(f"{url}/sign-in")
        page.click(".app-languages a[lang=cy]")
        page.wait_for_load_state()
        assert page.get_attribute("html", "lang") == "cy"
        assert page.inner_text("h1") == "Mewngofnodi"
        page.click("main button:has-text('Parhau')")
        seen(page, tried)
        assert page.title().startswith("Gwall: ")
        assert "Mae problem" in page.inner_text(".govuk-error-summary")
        page.fill("#email", "officer@example.test")
        page.fill("#password", PASSWORD)
        page.click("main button:has-text('Parhau')")
        page.fill("#code", live.code("officer"))
        page.click("main button:has-text('Mewngofnodi')")
        page.wait_for_load_state()
        assert page.get_attribute("html", "lang") == "en", "the home page is not done, and is English wholly"
        assert "nid yw’r dudalen hon ar gael yn Gymraeg eto" in page.inner_text(".app-languages [lang=cy]")
        look(page, f"{url}/items", tried)
        assert page.inner_text("h1") == "Eitemau"
        for address in (f"/items/{ref}", f"/items/{ref}/acknowledge", f"/items/{ref}/withdraw"):
            page.goto(f"{url}{address}")
            seen(page, tried)
            assert page.get_attribute("html", "lang") == "cy"
        page.goto(f"{url}/items/{ref}")
        assert "Memorandwm cyd-ddealltwriaeth" in page.inner_text("main")
        page.check("input[name=purpose] >> nth=0")
        page.click("form[action$='/open'] button")
        seen(page, tried)
        assert "Hanes" in page.inner_text("main")
        assert page.inner_text(".app-marking--top").endswith("OFFICIAL-SENSITIVE")
        page.click(".app-languages a[lang=en]")
        page.wait_for_load_state()
        assert page.get_attribute("html", "lang") == "en"
        assert "History" in page.inner_text("main")


def test_the_switch_leads_back_to_the_page_and_nowhere_else(visitor: FlaskClient) -> None:
    answer = visitor.get("/language/cy?back=/help")
    assert answer.headers["Location"] == "/help"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert visitor.get("/language/cy?back=https://elsewhere.example/").headers["Location"] == "/"
    assert visitor.get("/language/fr").status_code == 404


def test_an_answer_says_its_language_and_is_not_shared_between_two(visitor: FlaskClient) -> None:
    visitor.set_cookie(language.COOKIE, "cy")
    found = visitor.get("/sign-in")
    assert (found.headers["Content-Language"], found.headers["Cache-Control"]) == ("cy", "no-store")
    assert "Cookie" in found.headers["Vary"]
    visitor.set_cookie(language.COOKIE, "<nonsense>")
    assert visitor.get("/sign-in").headers["Content-Language"] == "en"


def test_what_has_no_welsh_says_that_it_is_english(live: Live) -> None:
    with live.app.test_request_context("/sign-in", headers={"Cookie": f"{language.COOKIE}=cy"}):
        language.identify()
        assert language.said("Nobody says <this>.") == '<span lang="en">Nobody says &lt;this&gt;.</span>'
        step = Phrase("This is for another office: %(step)s.", step="HMIP acknowledges it")
        assert language.said(step) == "Mater i swyddfa arall yw hyn: Mae Arolygiaeth Carchardai EF yn ei chydnabod."
        assert [language.in_number("%(num)s item", "%(num)s items", n) for n in (0, 1, 1204)] == [
            "0 eitem",
            "1 eitem",
            "1,204 eitem",
        ]
    assert str(step) == "This is for another office: HMIP acknowledges it."


def test_both_catalogues_are_part_of_the_package() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^app = .*"web/catalogues/\*\.po"', text, re.MULTILINE)
    assert re.search(r'^policies = .*"\*\*/\*\.po"', text, re.MULTILINE)
