"""Too many attempts: 429 on the page and in the API, alike for accounts that are there and that are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.bootstrap import house as houses
from tests.house import Live
from tests.served import app_over


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("limits") / "state")
    yield made
    made.close()


def guess(live: Live, email: str, forwarded: str = "192.0.2.7") -> tuple[int, str, str]:
    given = {"email": email, "password": "wrong, wrong, wrong"}
    answer = live.app.test_client().post("/api/v1/session", json=given, headers={"X-Forwarded-For": forwarded})
    return answer.status_code, answer.json["code"], answer.headers.get("Retry-After", "")


@pytest.mark.parametrize("email", ["hull@example.test", "nobody@example.test"])
def test_the_twenty_first_in_a_quarter_of_an_hour_waits_on_every_worker(live: Live, email: str) -> None:
    answers = [guess(live, email) for _ in range(21)]
    assert {answer[:2] for answer in answers[:20]} == {(401, "api.sign-in-failed")}
    status, code, wait = answers[20]
    assert (status, code) == (429, "identity.too-many-attempts")
    assert 30 <= int(wait) <= 45
    second = houses.build(live.house.settings)
    other = app_over(second).test_client().post("/api/v1/session", json={"email": email, "password": "x" * 12})
    assert other.status_code == 429
    second.engine.dispose()
    second.keystore.dispose()


def test_the_page_says_how_long_to_wait(live: Live) -> None:
    for _ in range(20):
        guess(live, "officer@example.test")
    stranger = live.app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/sign-in").text)
    assert token
    given = {"csrf_token": token[1], "email": "officer@example.test", "password": "wrong, wrong, wrong"}
    answer = stranger.post("/sign-in", data=given)
    assert (answer.status_code, answer.content_type.partition(";")[0]) == (429, "text/html")
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many attempts" in answer.text
    assert "Try again in 1 minute." in answer.text


def test_only_the_proxy_is_believed_about_addresses(live: Live) -> None:
    from flask import Flask

    from app.http.source import source

    def seen(peer: str, forwarded: str) -> str:
        app: Flask = live.app
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        with app.test_request_context(environ_base={"REMOTE_ADDR": peer}, headers=headers):
            return source()

    assert seen("127.0.0.1", "203.0.113.9, 192.0.2.7") == "192.0.2.7"
    assert seen("198.51.100.4", "192.0.2.7") == "198.51.100.4"
    assert seen("127.0.0.1", "") == "127.0.0.1"
    assert seen("127.0.0.1", "2001:db8:1:2:aaaa::1") == seen("127.0.0.1", "2001:db8:1:2:bbbb::9")
    assert seen("127.0.0.1", "::ffff:192.0.2.7") == "192.0.2.7"
    assert seen("127.0.0.1", "no address") == "unknown"
