"""The service as it is operated, really running: figures, its log, and restarts that break nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.live import Client, Person, Served, free_port, make, wait_for
from tests import databases

pytestmark = pytest.mark.once("processes and signals; the same whatever keeps the rows")
CANARY = "Canary-Wandsworth-7Q"
MIB = 1 << 20
SIZE = 4 * MIB


@dataclass
class Operated:
    """The service with two workers, its figures on a port of their own, and people in it."""

    service: Served
    people: dict[str, Person]
    metrics: int
    signed: dict[str, Client] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """Signed in to the API; each call another connection."""
        if who not in self.signed:
            self.signed[who] = self.service.client().sign_in_to_api(self.people[who])
        found = self.service.client()
        found.bearer = self.signed[who].bearer
        return found

    def figures(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/metrics", timeout=30) as answer:
            return str(answer.read().decode())

    def draft(self) -> str:
        written = {
            "agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate", "marking": "OFFICIAL",
            "title": f"About {CANARY}", "text": f"They told {CANARY}.", "purpose": "To operate", "establishment": "XFM",
        }  # fmt: skip
        answer = self.client("staff").api("POST", "/drafts", written)
        assert answer.status == 201, answer.text
        return str(answer.json["id"])

    def said(self) -> list[dict[str, Any]]:
        """The process's log, each line of which is JSON."""
        return [json.loads(line) for line in self.service.log.read_text().splitlines()]


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    folder, port = tmp_path_factory.mktemp("operated"), free_port()
    more = {**databases.settings(folder / "state"), "CUSTODES_METRICS": f"127.0.0.1:{port}", "CUSTODES_SCANNER": "none"}
    house, people = make(folder / "state", **more)
    house.engine.dispose()
    house.keystore.dispose()
    with Served(folder / "state", folder / "tmp", workers=2, more=more) as service:
        yield Operated(service, people, port)


def slowly(size: int, seconds: float, begun: threading.Event) -> Iterator[bytes]:
    """So many bytes over so many seconds."""
    pieces = 20
    for _ in range(pieces):
        yield os.urandom(size // pieces)
        begun.set()
        time.sleep(seconds / pieces)


def upload(
    operated: Operated, draft: str, name: str, seconds: float, begun: threading.Event, answers: list[int]
) -> None:
    size = SIZE // 20 * 20
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    path = f"/api/v1/drafts/{draft}/files/{name}"
    answers.append(operated.client("staff").ask("PUT", path, slowly(size, seconds, begun), headers=headers).status)


def test_figures_are_of_all_workers_and_name_nobody_and_nothing(operated: Operated) -> None:
    draft = operated.draft()
    for _ in range(12):
        assert operated.client("staff").api("GET", f"/drafts/{draft}").status == 200
    operated.service.client().get(f"/items/{CANARY}?q={CANARY}", headers={"Referer": f"http://x/{CANARY}"})
    text = operated.figures()
    line = r'^custodes_requests_total\{method="GET",route="/api/v1/drafts/<draft>",status="200"\} 12\.0$'
    assert re.search(line, text, re.M), text[:3000]
    for name in (
        "log_entries",
        "log_unsigned",
        "up",
        "finding",
        "destructions_failing",
        "disposals",
        "request_seconds",
    ):
        assert f"custodes_{name}" in text, name
    assert "custodes_up 1.0" in text
    for secret in (CANARY, draft, operated.people["staff"].email, *operated.people["staff"].email.split("@")[:1]):
        assert secret not in text or secret == "staff"
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", text), "an id"


def test_the_port_of_the_figures_serves_nothing_else_and_the_other_no_figures(operated: Operated) -> None:
    beside = Client(operated.metrics)
    assert [beside.get(path).status for path in ("/", "/sign-in", "/health/ready", "/metrics/")] == [404] * 4
    assert beside.ask("POST", "/metrics", b"x").status == 404
    assert operated.service.client().get("/metrics").status == 404
    assert operated.service.client().get("/metrics", headers={"Host": f"127.0.0.1:{operated.metrics}"}).status == 404


def test_the_log_is_lines_of_json_with_request_numbers_and_nothing_that_was_typed(operated: Operated) -> None:
    answer = operated.service.client().get(f"/items/{CANARY}?q={CANARY}")
    operated.client("staff").api("POST", "/drafts", {"title": CANARY})
    operated.service.client().sign_in_to_pages(operated.people["officer"])
    number = answer.headers["X-Request-Id"]
    wait_for(lambda: number in operated.service.log.read_text(), "the line")
    (line,) = [each for each in operated.said() if each.get("request") == number]
    assert (line["logger"], line["route"], line["method"]) == ("custodes.request", "/items/<ref>", "GET")
    assert {"time", "level", "event", "status", "ms"} <= set(line)
    text = operated.service.log.read_text()
    assert CANARY not in text
    for person in operated.people.values():
        assert person.email not in text


def test_reloading_under_load_breaks_no_request(operated: Operated) -> None:
    """HUP: what a new version or a new certificate asks for."""
    draft, begun, stop = operated.draft(), threading.Event(), threading.Event()
    uploads: list[int] = []
    answers: list[int] = []
    faults: list[str] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(operated.client("staff").api("GET", f"/drafts/{draft}").status)
            except OSError as error:
                faults.append(repr(error))

    before = set(operated.service.worker_pids())
    threads = [threading.Thread(target=ask) for _ in range(3)]
    threads.append(threading.Thread(target=upload, args=(operated, draft, "a.bin", 4.0, begun, uploads)))
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    os.kill(operated.service.root, signal.SIGHUP)
    wait_for(lambda: not before & set(operated.service.worker_pids()), "other workers", seconds=60)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert set(answers) == {200}
    assert uploads == [201]
    assert len(operated.client("staff").api("GET", f"/drafts/{draft}").json["files"]) == 1


def test_stopping_ends_what_was_begun_first(operated: Operated) -> None:
    """TERM, as a service manager sends it: an upload and a download under way come to their ends. Last: it stops."""
    draft, sent, uploads = operated.draft(), operated.draft(), list[int]()
    upload(operated, sent, "first.bin", 0, threading.Event(), uploads)
    reference = operated.client("staff").api("POST", f"/drafts/{sent}/send").json["reference"]
    begun, came, pieces = threading.Event(), threading.Event(), list[int]()

    def take(piece: bytes) -> None:
        pieces.append(len(piece))
        came.set()
        time.sleep(0.1)

    def download() -> None:
        operated.client("officer").ask("GET", f"/api/v1/items/{reference}/files/1?purpose=follow-up", into=take)

    threads = [threading.Thread(target=upload, args=(operated, draft, "b.bin", 3.0, begun, uploads))]
    threads.append(threading.Thread(target=download))
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    assert came.wait(30)
    process = operated.service.process
    assert process is not None
    process.terminate()
    for thread in threads:
        thread.join(60)
    assert uploads == [201, 201]
    assert sum(pieces) == SIZE // 20 * 20
    assert process.wait(60) == 0


def test_what_an_error_says_of_what_was_typed_stays_out_of_the_log(tmp_path: Path) -> None:
    import logging

    from app.http.logged import Lines, Plain

    try:
        raise ValueError(CANARY)
    except ValueError as error:
        mine = logging.LogRecord("custodes.http", logging.ERROR, "", 1, "unhandled", (), (ValueError, error, None))
        mine.exc_info = (ValueError, error, error.__traceback__)
    theirs = logging.LogRecord("sqlalchemy", logging.ERROR, "", 1, "row %s", (CANARY,), None)
    built = logging.LogRecord("other", logging.ERROR, "", 1, f"row {CANARY}", (), None)
    for lines in (Lines(), Plain()):
        for record in (mine, theirs, built):
            assert CANARY not in lines.format(record)
    said = json.loads(Lines().format(mine))
    assert said["error"] == "builtins.ValueError"
    assert "test_what_an_error_says" in said["frames"][-1]
    assert json.loads(Lines().format(theirs))["event"] == "row %s"
