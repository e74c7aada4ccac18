"""Somebody who has not accepted the handling requirements is led to them, and back to where they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap.wiring import console_identity
from identity.tables import handling_acceptance
from identity.tables import person as account
from tests.house import CONSOLE, Live
from tests.web import browsing
from tests.web.record_pages import Visitor


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("handling") / "state")
    yield made
    made.close()


def forget(live: Live, key: str) -> None:
    """As if they had never accepted, and bound so."""
    person = live.ids[key]
    with live.house.work(CONSOLE) as work:
        desk = console_identity(work)
        desk._bound.check(person)
        work.conn.execute(sa.delete(handling_acceptance).where(handling_acceptance.c.person_id == person))
        name = work.conn.execute(sa.select(account.c.name).where(account.c.id == person)).scalar_one()
        desk.change_name(person_id=person, name=name, actor=CONSOLE, now=work.now)


def test_the_first_item_asks_leads_back_and_is_asked_once(live: Live) -> None:
    forget(live, "chair")
    visitor = Visitor(live, "chair")
    led = visitor.raw("/items?state=open")
    assert (led.status_code, led.location) == (303, "/handling-requirements?back=/items?state%3Dopen")
    assert "Know what you are holding" in visitor.get(led.location)
    unticked = visitor.post(led.location, 422, agreed="")
    assert "Tick to accept them" in unticked.text
    back = visitor.post(led.location, agreed="y")
    assert back.location == "/items?state=open"
    assert visitor.raw("/items?state=open").status_code == 200


def test_a_text_that_was_not_shown_is_not_accepted(live: Live) -> None:
    forget(live, "vice")
    visitor = Visitor(live, "vice")
    stale = visitor.post("/handling-requirements", 409, agreed="y", digest="0" * 64)
    assert "Read them again" in stale.text
    assert visitor.raw("/items").status_code == 303


def test_nobody_is_sent_elsewhere_by_a_crafted_way_back(live: Live) -> None:
    forget(live, "hull")
    answer = Visitor(live, "hull").post("/handling-requirements", agreed="y", back="https://elsewhere.example/")
    assert answer.location == "/"


def test_the_api_refuses_with_the_rule_and_accepts_what_was_read(live: Live) -> None:
    forget(live, "staff2")
    caller = live.api("staff2")
    refused = caller.get("/items/IMB-2026-00001")
    assert (refused.status_code, refused.json["reasons"][0]["rule"]) == (403, "PER-05-informed")
    asked = caller.ok("GET", "/handling-requirements")
    assert asked["accepted"] is False
    given = {"version": asked["asked"]["number"], "digest": asked["asked"]["digest"]}
    wrong = caller.post("/handling-requirements/accept", given | {"digest": "0" * 64})
    assert (wrong.status_code, wrong.json["code"]) == (409, "identity.requirements-changed")
    caller.ok("POST", "/handling-requirements/accept", given)
    assert caller.ok("GET", "/handling-requirements")["accepted"] is True


def test_who_reaches_no_item_is_not_led_there(live: Live) -> None:
    forget(live, "compliance")
    assert Visitor(live, "compliance").raw("/search").status_code != 303


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_page_is_accessible_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    forget(live, "national")
    browsing.sign_in(page, url, live, "national")
    page.goto(f"{url}/items")
    assert page.url.startswith(f"{url}/handling-requirements")
    browsing.seen(page, checked)
    page.click("text=Accept and continue")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.check("#agreed")
    page.click("text=Accept and continue")
    assert page.url.startswith(f"{url}/items")
    live.later(minutes=2)
