"""Every page of the address map that the demonstration has, looked at as whoever uses it has it (``tools/tour.txt``).

What the demonstration begins without, the tests of those pages make and look at; ``--every-page`` holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import browsing
import otherwise
import pytest
from playwright.sync_api import Browser, Page

from tools import tour
from tools.screenshots import demonstration, pages_of

GOERS = sorted({each.who for each in tour.lines() if each.who})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with demonstration() as found:
        yield found


@pytest.mark.parametrize("who", GOERS)
def test_nothing_is_amiss_with_the_pages_of(
    who: str, address: str, browser: Browser, axe: Callable[[Page], None]
) -> None:
    wanted = {each.rule for each in tour.lines() if each.who == who}
    page = browser.new_page(viewport=otherwise.SCREEN)
    faults = []
    for _, found in pages_of(page, address, who, wanted):
        try:
            browsing.look(page, found, axe)
        except AssertionError as fault:  # the others are told too: each of these walks is dear
            faults.append(str(fault))
    page.close()
    assert not faults, "\n\n".join(faults)
    assert not wanted, f"{who} did not come to {sorted(wanted)}"
