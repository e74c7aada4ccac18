"""The reference of the API in a browser: for everybody, on a narrow screen, with script and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from tests.house import Live
from tests.web import browsing


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("reference") / "state")
    yield made
    made.close()


def test_it_is_read_and_leads_on(page: Page, live: Live, axe: Callable[[Page], None], script: bool) -> None:
    with serving(live.app) as url:
        browsing.look(page, f"{url}/api/docs", axe if script else None)
        page.get_by_role("link", name="POST /api/v1/drafts", exact=True).click()
        for each in page.locator("details").all():
            if script:
                each.evaluate("part => part.open = true")
        browsing.seen(page, axe if script else None)
        assert page.url.endswith("/api/docs/drafts#post-drafts")
