"""Wrong codes on the page and in the API: counted for all workers together, said to the owner, told by message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from app.bootstrap import house as houses
from tests.house import PASSWORD, Live
from tests.outbox.postbox import emptied, swept
from tests.served import app_over
from tests.web import browsing
from tests.web.addressed import addressed
from tests.web.record_pages import Visitor, hidden, words

WRONG = "12345"  # no code at all, so never right by chance; it counts as one


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str]]:
    with addressed(tmp_path_factory.mktemp("codes") / "state") as found:
        yield found


@pytest.fixture
def live(place: tuple[Live, str]) -> Live:
    return place[0]


def first(client: FlaskClient, key: str) -> dict[str, str]:
    answer = client.post("/api/v1/session", json={"email": f"{key}@example.test", "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json['token']}"}


def guessed(live: Live, key: str, times: int, client: FlaskClient | None = None) -> list[Any]:
    client = client or live.app.test_client()
    bearer = first(client, key)
    return [client.post("/api/v1/session/code", json={"code": WRONG}, headers=bearer) for _ in range(times)]


def test_the_eleventh_waits_on_every_worker_and_the_answer_says_how_long(live: Live) -> None:
    other = houses.build(live.house.settings)
    there = app_over(other).test_client()
    answers = guessed(live, "hull", 5) + guessed(live, "hull", 4, there)
    assert {answer.status_code for answer in answers} == {401}
    for answer in guessed(live, "hull", 1, there) + guessed(live, "hull", 2):
        assert (answer.status_code, answer.json["code"]) == (429, "identity.too-many-attempts")
        assert 1790 <= int(answer.headers["Retry-After"]) <= 1800
    other.engine.dispose()
    other.keystore.dispose()


def test_the_owner_is_told_at_once_and_administrators_from_the_third_in_a_row_on(live: Live) -> None:
    emptied(live)
    told = []
    for tries in (10, 1, 1):
        last = guessed(live, "national", tries)[-1]
        assert last.status_code == 429
        taken = swept(live)
        told.append({each.address.partition("@")[0] for each in taken.letters})
        assert {each.subject for each in taken.letters} <= {"OFFICIAL: URGENT: 1 item waits for you in Custodes"}
        live.later(seconds=int(last.headers["Retry-After"]) + 1)
    assert told == [{"national"}, {"national"}, {"national", "imb-admin"}]
    live.tokens.clear()
    bearer = first(client := live.app.test_client(), "national")
    answer = client.post("/api/v1/session/code", json={"code": live.code("national")}, headers=bearer)
    assert answer.json["wrong_codes"] == 12
    assert answer.json["person"]["wrong_codes"] == 0


def test_the_page_says_until_when_and_what_is_open_and_then_what_was_tried(live: Live) -> None:
    guessed(live, "staff", 10)
    visitor = live.app.test_client()
    form = hidden(visitor.get("/sign-in").text)
    visitor.post("/sign-in", data={**form, "email": "staff@example.test", "password": PASSWORD})
    page = visitor.get("/sign-in/code")
    assert page.status_code == 200
    said = words(page.text)
    for text in ("No code is looked at until", "If you have a passkey, it opens your account", "Tell an administrator"):
        assert text in said
    given = {**hidden(page.text), "code": live.code("staff")}
    assert visitor.post("/sign-in/code", data=given).status_code == 429, "not even the right one"
    live.later(minutes=31)
    back = Visitor(live, "staff")
    assert "10 wrong security codes were tried with your password" in back.get("/")
    assert "wrong security codes" not in back.get("/account")
    guessed(live, "staff", 2)
    assert "2 wrong security codes" in back.get("/account")


def test_somebody_who_manages_accounts_sees_it_and_has_one_more_looked_at(live: Live) -> None:
    last = guessed(live, "staff2", 10)[-1]
    assert last.status_code == 429
    admin, person = Visitor(live, "imb-admin"), live.ids["staff2"]
    assert "Locked" in admin.get(f"/accounts/{person}")
    assert "one more is looked at, not ten" in admin.get(f"/accounts/{person}/unlock")
    admin.post(f"/accounts/{person}/unlock")
    assert live.sign_in("staff2")


def test_the_page_is_whole_in_a_browser_in_both_languages(
    place: tuple[Live, str], page: Page, script: bool, axe: Callable[[Page], None]
) -> None:
    (live, url), look = place, axe if script else None
    guessed(live, "chair" if script else "officer", 10)
    page.goto(f"{url}/sign-in")
    page.fill("#email", f"{'chair' if script else 'officer'}@example.test")
    page.fill("#password", PASSWORD)
    page.click("main button:has-text('Continue')")
    browsing.seen(page, look)
    assert "No code is looked at until" in page.inner_text("main")
    assert page.locator("button:has-text('Use a passkey')").is_visible() is script
    page.goto(f"{url}/language/cy?back=/sign-in/code")
    browsing.seen(page, look)
    assert "Ni edrychir ar unrhyw god" in page.inner_text("main")
