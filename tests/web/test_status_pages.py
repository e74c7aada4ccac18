"""How the service stands: for everybody in short, for the operator line by line, by page and by API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import logbook, runs, sequencing
from app.bootstrap.clock import SystemClock
from app.bootstrap.configured import shown
from app.jobs.schedule import JOBS, run_once
from app.settings import SETTINGS
from audit.reading import page as entries
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, words

EVERYBODY = ("staff", "chair", "officer", "compliance", "records", "admin")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("status") / "state")
    run_once(made.house)
    yield made
    made.close()


def test_everybody_signed_in_sees_whether_they_can_send_and_nothing_of_the_machine(live: Live) -> None:
    for who in EVERYBODY:
        page = Visitor(live, who).get("/status")
        assert "You can write, send and add files." in page
        assert "None yet" in page
        assert str(live.house.settings.state) not in page
    assert live.app.test_client().get("/status").status_code == 303
    found = live.api("chair").ok("GET", "/status")
    assert (found["send"], found["files"], found["backup"], found["drill"]) == (True, True, None, None)


def test_only_the_operator_sees_the_lines_and_a_refusal_stands_in_the_log(live: Live) -> None:
    for who in EVERYBODY:
        visitor = Visitor(live, who)
        visitor.get("/operation", 403)
        assert 'href="/operation"' not in visitor.raw("/account").text
        assert live.api(who).get("/operation").status_code == 403
    logbook.sign(live.house)
    with live.house.work() as work:
        refused = entries(work.conn, live.house.keys.log, outcome="refused").rows
    assert {live.ids[who] for who in EVERYBODY} <= {row.who["id"] for row in refused}
    operator = Visitor(live, "operator")
    assert 'href="/operation"' in operator.raw("/").text
    page = operator.get("/operation")
    for job in JOBS:
        assert f"{job.name} (" in page
    assert "Backup: there was none yet." in page
    assert "custodes vault shares make --service" in page
    found = live.api("operator").ok("GET", "/operation")
    assert found["word"] == "attention"
    assert all(each["do"] for each in found["findings"] if each["word"] != "well")


def lines(live: Live, check: str) -> list[dict[str, Any]]:
    return [each for each in live.api("operator").ok("GET", "/operation")["findings"] if each["check"] == check]


def test_a_job_that_failed_or_is_late_is_said(live: Live) -> None:
    engine = live.house.engine
    runs.keep(engine, "dispose", took=1, code="app.database-unavailable")
    assert "app.database-unavailable" in lines(live, "job-dispose")[0]["text"]
    runs.keep(engine, "dispose", took=1, code="")
    assert lines(live, "job-dispose")[0]["word"] == "well"
    with engine.begin() as conn:
        long_ago = SystemClock().now() - timedelta(minutes=126)
        conn.execute(runs.job_run.update().where(runs.job_run.c.name == "dispose").values(ended=long_ago))
    assert "is late" in lines(live, "job-dispose")[0]["text"]
    runs.keep(engine, "dispose", took=1, code="")


@pytest.mark.folder("takes away the folder of the keys; where a service keeps them there is none")
def test_without_keys_nothing_can_be_sent_and_the_page_says_so(live: Live, tmp_path: Path) -> None:
    folder = live.house.settings.keys / "vault"
    away = folder.rename(tmp_path / "away")
    try:
        assert "Sending is not possible" in Visitor(live, "staff").get("/status")
        assert [each["word"] for each in lines(live, "keys")] == ["wrong", "wrong"]
    finally:
        away.rename(folder)
    assert live.api("staff").ok("GET", "/status")["send"] is True


def test_a_scanner_that_is_away_keeps_files_out_and_words_not(live: Live, tmp_path: Path) -> None:
    chosen = live.house.settings.scanner
    object.__setattr__(live.house.settings, "scanner", f"clamd:{tmp_path / 'nobody'}")
    try:
        page = Visitor(live, "staff").get("/status")
        assert "Files cannot be added" in page
        assert lines(live, "scanner")[0]["word"] == "wrong"
    finally:
        object.__setattr__(live.house.settings, "scanner", chosen)


def test_entries_nobody_signs_are_said_after_an_hour(live: Live) -> None:
    logbook.sign(live.house)
    assert lines(live, "checkpoint")[0]["word"] == "well"
    live.later(minutes=61)
    live.tokens.clear()
    Visitor(live, "operator")
    sequencing.catch_up(live.house)
    assert lines(live, "checkpoint")[0]["word"] == "attention"
    logbook.sign(live.house)


def test_the_configuration_is_the_table_and_the_operators_alone(live: Live) -> None:
    Visitor(live, "admin").get("/operation/configuration", 403)
    assert live.api("staff").get("/operation/configuration").status_code == 403
    page = Visitor(live, "operator").get("/operation/configuration")
    found = {each["name"]: each for each in live.api("operator").ok("GET", "/operation/configuration")["settings"]}
    assert list(found) == [each.name for each in SETTINGS]
    for name in found:
        assert name in page
    assert (found["CUSTODES_STATE"]["source"], found["CUSTODES_PORT"]["source"]) == ("environment", "default")
    assert found["CUSTODES_STATE"]["value"] == str(live.house.settings.state)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://me:hidden@db.example:5432/custodes",
        "postgresql://db.example/custodes?user=me&password=hidden",
        "https://tsa.example/stamp?token=hidden",
        "s3://[hidden",
    ],
)
def test_no_password_in_an_address_is_shown(value: str) -> None:
    said = shown(value, secret=False)
    assert "hidden" not in said
    assert "set" in said


def test_of_a_secret_only_that_it_is_set_is_said() -> None:
    assert (shown("hidden", secret=True), shown("", secret=True)) == ("set", "not set")
    assert shown("sqlite:////srv/custodes.db", secret=False) == "sqlite:////srv/custodes.db"


def test_the_pages_in_a_browser(live: Live, page: Page, axe: Callable[[Page], None], script: bool) -> None:
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "operator")
        for path in ("/status", "/operation", "/operation/configuration"):
            browsing.look(page, f"{url}{path}", axe if script else None)
    assert words(page.content())
