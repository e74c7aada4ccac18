"""Several lines of the access review kept at once: checked first, all or none, never what is another’s to attest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import browsing
import pytest
from item_house import Person, fields_of, said
from playwright.sync_api import Page
from shell_house import serving

from tests.house import CONSOLE, Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("attesting") / "state")
    for name in ("amy", "ben", "cai"):
        made.join(name, "imb", "board-member", made.boards["Leeds Board"])
    yield made
    made.close()


def attested(live: Live, key: str) -> date | None:
    with live.house.work() as work:
        every = work.identity.reviewed(everyone=True, actor=CONSOLE, now=work.now)
        at = next(each for each in every if each.held.person_id == live.ids[key]).held.attested
        return at.date() if at else None


def offered(person: Person) -> list[str]:
    return re.findall(r'name="line" id="[^"]+" value="([^"]+)"', person.get("/access-review").text)


def address(lines: list[str]) -> str:
    return "/access-review/several?" + "&".join(f"line={each}" for each in lines)


def test_those_ticked_are_named_and_kept_together_and_nobody_elses(live: Live) -> None:
    chair, hull = Person(live, "chair"), Person(live, "hull")
    lines = offered(chair)
    assert len(lines) >= 4
    page = said(chair.get(address(lines)))
    assert all(name in page for name in ("Amy", "Ben", "Cai", "Vice"))
    assert "None of these is yours to attest now" in said(hull.get(address(lines)))
    refused = chair.send(address(lines), 422)
    assert "Say that you have looked at each of them" in said(refused)
    assert attested(live, "amy") is None
    chair.send(address(lines), sure="y")
    assert all(attested(live, each) == live.now.date() for each in ("amy", "ben", "cai", "vice"))
    assert attested(live, "chair") is None, "never one’s own"


def test_a_line_attested_in_between_stops_all_of_them(live: Live) -> None:
    chair = Person(live, "chair")
    live.later(days=1)
    chair.sign_in()
    lines = offered(chair)
    body = {**fields_of(chair.get(address(lines)).text, "stand"), "sure": "y"}
    chair.send(f"/access-review/{lines[0]}", decision="keep")
    before = [attested(live, each) for each in ("amy", "ben", "cai", "vice")]
    answer = chair.client.post(address(lines), data=body)
    assert answer.status_code == 422
    assert "These have changed since you looked" in said(answer)
    assert [attested(live, each) for each in ("amy", "ben", "cai", "vice")] == before


def kept(live: Live) -> list[str]:
    return [each["appointment"]["id"] for each in live.api("chair").ok("GET", "/access-review")["items"]]


def test_the_api_keeps_all_or_none(live: Live) -> None:
    live.later(days=1)
    chair, lines = live.api("chair"), kept(live)
    before = attested(live, "amy")
    answer = chair.post("/access-review", {"appointments": [*lines, "nothing of the kind"]})
    assert answer.status_code == 404
    assert attested(live, "amy") == before
    assert chair.post("/access-review", {"appointments": lines}).status_code == 204
    assert attested(live, "amy") == live.now.date()
    assert live.api("hull").post("/access-review", {"appointments": lines}).status_code == 403


def test_the_pages_read_well(live: Live, page: Page, axe: Callable[[Page], None], script: bool) -> None:
    checked = axe if script else None
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "chair")
        browsing.look(page, f"{url}/access-review", checked)
        page.check("input[name=line] >> nth=0")
        page.click("text=Keep the selected")
        browsing.seen(page, checked)
        browsing.look(page, f"{url}/access-review/several", checked)
