"""What people try who mean no good: the log looked at unseen, the service held up, the disk filled."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from api_acts import draft, form_of

import app.bootstrap.logbook
from app.bootstrap import sweeps
from foundation.errors import ServiceError
from identity.store.hasher import Hasher
from identity.tables import session
from tests.house import PASSWORD, Live
from vault.tables import vault_part


def _newest(live: Live, act: str) -> Any:
    return live.api("compliance").ok("GET", f"/audit/entries?act={act}&limit=1")["items"][0]


def _write_now(live: Live) -> None:
    """Take the write lock and let it go. Raises sqlite3.OperationalError where somebody holds it."""
    with closing(sqlite3.connect(str(live.house.engine.url.database), timeout=0, isolation_level=None)) as conn:
        conn.execute("begin immediate")
        conn.execute("rollback")


def test_looking_at_the_log_through_the_api_is_in_the_log(live: Live) -> None:
    api = live.api("compliance")
    api.ok("GET", f"/audit/entries?outcome=refused&actor={live.ids['chair']}")
    viewed = _newest(live, "audit.log-viewed")
    assert viewed["who"]["id"] == live.ids["compliance"]
    assert (viewed["what"]["outcome"], viewed["what"]["actor"]) == ("refused", live.ids["chair"])
    api.ok("GET", f"/audit/entries/{viewed['id']}")
    entries = api.ok("GET", "/audit/entries?act=audit.log-viewed&limit=5")["items"]
    assert viewed["id"] in [one["what"]["item"] for one in entries]


def test_others_can_write_while_the_log_is_taken_away(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    real, wrote = app.bootstrap.logbook.export_log, []

    def meanwhile(*args: Any, **given: Any) -> Any:
        _write_now(live)
        wrote.append(True)
        return real(*args, **given)

    monkeypatch.setattr(app.bootstrap.logbook, "export_log", meanwhile)
    assert live.api("compliance").get("/audit/bundle").status_code == 200
    assert wrote == [True]


def test_others_can_write_while_a_password_is_compared(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    comparing, go_on = Event(), Event()
    real = Hasher.verify

    def slow(self: Hasher, password: str, kept: str | None) -> bool:
        comparing.set()
        assert go_on.wait(10)
        return real(self, password, kept)

    monkeypatch.setattr(Hasher, "verify", slow)
    answers: list[int] = []
    body = {"email": "chair@example.test", "password": PASSWORD}
    trying = Thread(target=lambda: answers.append(live.api().post("/session", body).status_code))
    trying.start()
    assert comparing.wait(10)
    try:
        _write_now(live)
    finally:
        go_on.set()
        trying.join(10)
    assert answers == [201]


def test_files_beyond_the_limit_are_refused_before_they_are_sealed(live: Live) -> None:
    made = draft(live)
    many = [("files", f"{number}.txt", b"x") for number in range(40)]
    answer = live.api("officer").post(f"/drafts/{made}/files", **form_of(*many))
    assert (answer.status_code, answer.json["code"]) == (400, "sharing.too-many-files")
    with live.house.work() as work:
        begun = work.conn.scalar(sa.select(sa.func.count()).where(vault_part.c.item == made))
    assert begun <= live.house.settings.files_per_item
    live.nothing_half_stored()


def test_sessions_that_are_over_are_swept(live: Live) -> None:
    live.app.test_client().get("/sign-in")
    live.later(hours=13)
    live.tokens.clear()
    sweeps.sessions(live.house)
    with live.house.work() as work:
        assert work.conn.scalar(sa.select(sa.func.count()).select_from(session)) == 0


def test_an_error_of_the_database_does_not_repeat_what_was_written(live: Live) -> None:
    with live.house.engine.begin() as conn, pytest.raises(sa.exc.DBAPIError) as caught:
        conn.execute(sa.text("insert into nowhere values (:words)"), {"words": "Joan Smith"})
    assert not isinstance(caught.value, ServiceError)
    assert "Joan" not in str(caught.value)
