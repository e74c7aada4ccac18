"""Of any number of processes one runs the jobs; when it dies another takes over, and never two at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.bootstrap import runs
from app.bootstrap.clock import SystemClock
from app.bootstrap.house import House, build
from app.bootstrap.lease import Lease, lease
from app.config import Settings
from app.jobs.schedule import SETTLE, Job, Leading
from bench.live import ROOT, environment, wait_for
from tests import databases

SHORT = 1.5  # seconds a lease is held here

# A process that stands ready, and says each time it is its turn.
STANDS = """
import json, sys, time
from app.bootstrap.house import build
from app.config import Settings
from app.jobs.schedule import Leading
leading = Leading(build(Settings.from_env(json.loads(sys.argv[1]))), held_for=float(sys.argv[2])).start()
while True:
    print("leads" if leading.lease.held else "waits", flush=True)
    time.sleep(0.05)
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    from app.bootstrap.house import init

    settings = Settings.from_env(told(tmp_path))
    init(settings)
    made = build(settings)
    yield made
    made.engine.dispose()


def told(folder: Path) -> dict[str, str]:
    return environment(folder / "state", **databases.settings(folder / "state"))


class Standing:
    """A process of its own, and the last thing it said."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-c", STANDS, json.dumps(told(folder)), str(SHORT)]
        self.process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.said = ""
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said = line.strip()

    @property
    def leads(self) -> bool:
        return self.process.poll() is None and self.said == "leads"

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(how)
        self.process.wait(20)
        self._listener.join(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.said = ""


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    made = Standing(folder)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.end()


def test_when_the_leader_is_killed_another_leads(house: House, tmp_path: Path) -> None:
    with ExitStack() as running:
        ready = [running.enter_context(standing(tmp_path)) for _ in range(3)]
        wait_for(lambda: any(one.leads for one in ready), "somebody to lead", seconds=60)
        for _ in range(2):
            wait_for(lambda: all(one.said for one in ready), "everybody to stand ready", seconds=60)
            (leader,) = [one for one in ready if one.leads]
            ready.remove(leader)
            leader.end(signal.SIGKILL)
            assert not any(one.leads for one in ready), "the lease is not over yet"
            wait_for(lambda: sum(one.leads for one in ready) == 1, "another to lead")


def test_a_leader_that_stops_in_order_is_followed_at_once(house: House) -> None:
    one, other = Lease(house.engine, "jobs"), Lease(house.engine, "jobs")
    assert one.keep()
    assert not other.keep()
    one.give_up()
    assert not one.held
    assert other.keep()
    assert other.held


def test_a_lease_is_held_as_long_as_it_is_kept_and_no_longer(house: House) -> None:
    one, other = (Lease(house.engine, "jobs", held_for=0.6) for _ in range(2))
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert one.keep()
        assert not other.keep()
        time.sleep(0.1)
    wait_for(lambda: not one.held, "it to run out for its holder first")
    assert one.held is False
    wait_for(other.keep, "it to be over")
    assert not one.keep()


def test_of_many_who_ask_at_once_one_gets_it(house: House) -> None:
    line, got = threading.Barrier(8), []

    def ask() -> None:
        mine = Lease(house.engine, "jobs")
        line.wait()
        got.append(mine.keep())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert sorted(got) == [False] * 7 + [True]


def test_leases_of_different_names_are_different(house: House) -> None:
    assert Lease(house.engine, "jobs").keep()
    assert Lease(house.engine, "other").keep()


def test_whoever_begins_to_lead_goes_on_where_the_last_one_stopped(house: House) -> None:
    now = SystemClock().now()
    for name, ago in (("dispose", 50), ("tidy", 300), ("fixity", 0)):
        runs.keep(house.engine, name, took=1, code="")
        with house.engine.begin() as conn:
            values = {"ended": now - timedelta(minutes=ago)}
            conn.execute(sa.update(runs.job_run).where(runs.job_run.c.name == name).values(**values))
    leader, other = Leading(house).start(), Leading(house).start()
    try:
        told, waits = leader.due(), other.due()
    finally:
        leader.stop()
        other.stop()
    late = timedelta(seconds=30)  # how long starting may take
    assert timedelta(0) <= told["dispose"] - (now + timedelta(minutes=10)) < timedelta(seconds=1)
    for name in ("tidy", "sessions", "fixity"):  # overdue, never run, and due in a minute whoever leads
        assert timedelta(0) <= told[name] - (now + SETTLE) < late
    assert waits["tidy"] - now > timedelta(minutes=59), "who does not lead catches nothing up"


def test_only_the_leader_runs_a_job_and_a_database_that_is_away_lets_the_lease_run_out(house: House) -> None:
    ran: list[str] = []
    job = Job("count", "count the runs", lambda _house: ran.append("ran"), 60)
    leader, other = Leading(house).start(), Leading(house).start()
    try:
        leader.turn(job)
        other.turn(job)
        assert ran == ["ran"]
        with house.engine.begin() as conn:
            conn.execute(sa.text("alter table lease rename to elsewhere"))
        leader.stand()  # says so in the process's log, and goes on
        with house.engine.begin() as conn:
            conn.execute(sa.text("alter table elsewhere rename to lease"))
        assert leader.lease.held
    finally:
        leader.stop()
        other.stop()
    with house.engine.begin() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(lease)) == 0
