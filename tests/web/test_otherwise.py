"""Each look at a page that is had otherwise finds what it is for, and nothing where nothing is amiss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import otherwise
import pytest
from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
GOOD = (HERE / "otherwise_good.html").read_text(encoding="utf-8")
LONG = "words that go on and on " * 12
_BAD = (HERE / "otherwise_bad.html").read_text(encoding="utf-8").replace("WORDS", LONG)
BAD = dict(re.findall(r"^<!-- (.*) -->\n(.+)$", _BAD, re.MULTILINE))
TABLE = f'<div class="wide" style="overflow-x:auto;white-space:nowrap"%s>{LONG}</div>'
CHART = '<svg viewBox="0 0 300 50"><rect width="40" height="20" fill="currentColor"/></svg>'


@pytest.fixture(scope="module")
def small(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=otherwise.SCREEN)
    yield page
    page.close()


def faults(page: Page, more: str) -> list[str]:
    page.set_content(GOOD.replace("<!-- more -->", more))
    return otherwise.faults_of(page)


def test_a_page_with_nothing_amiss_is_left_in_peace_and_stands_as_before(small: Page) -> None:
    more = TABLE % ' role="region" aria-label="Words" tabindex="0"' + CHART
    assert faults(small, more + "<details class='more'><summary>More</summary><p>Said</p></details>") == []
    assert small.viewport_size == otherwise.SCREEN
    assert not small.evaluate("matchMedia('print').matches || matchMedia('(forced-colors: active)').matches")
    assert small.evaluate("document.querySelectorAll('[open]').length + document.adoptedStyleSheets.length") == 0


@pytest.mark.parametrize("told", BAD)
def test_what_is_amiss_is_told(small: Page, told: str) -> None:
    found = faults(small, BAD[told])
    assert any(each.startswith(told) for each in found), found


def test_what_is_shut_is_looked_into(small: Page) -> None:
    assert faults(small, "<details class='more'><summary>More</summary>" + TABLE % "" + "</details>") != []


def test_a_page_of_a_kind_is_looked_at_once_and_each_kind(small: Page) -> None:
    small.set_content(GOOD.replace("<!-- more -->", BAD["in forced colours, it has no edge"]))
    with pytest.raises(AssertionError, match="it has no edge"):
        otherwise.otherwise(small)
    with pytest.raises(AssertionError, match="it has no edge"):
        otherwise.otherwise(small)  # what was wrong once is not taken for looked at
    small.set_content(GOOD)
    otherwise.otherwise(small)
    small.set_content(GOOD + BAD["at 320 px, the page scrolls sideways"])
    otherwise.otherwise(small)
