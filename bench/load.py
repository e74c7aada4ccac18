"""Many people at once: gunicorn with several workers on PostgreSQL, mixed real work from another process.

    python -m bench.load [--database postgresql|sqlite|both] [--workers 2] [--users 32] [--seconds 60] [--items 3000]

Everybody works without a pause: lists, opens, downloads 100 kB, writes a draft with a file and sends it, searches, and
a few look at the audit log. A 503 that says when to ask again is counted and asked again, as any client must; the time
it took is part of what its user waited. At the end the log is verified whole, and every acknowledged request is sought
in it by its number. PostgreSQL with fsync and synchronous_commit on, the key store in a database of its own; SQLite
with synchronous=FULL. The client has the same processors as the service and takes its share of them.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from app.bootstrap import sequencing
from app.bootstrap.engines import reading
from app.bootstrap.house import House, build
from app.config import Settings
from audit import leaf as form
from audit.examine import verify_database
from audit.follow import disclosures_of, stored
from bench import results
from bench.appending import release
from bench.driving import KINDS, OS, content
from bench.lag import Lag
from bench.live import CONSOLE, ROOT, Person, Served, actor_of, enrol, environment, make
from bench.postgresql import Server, binary
from sharing.model.item import Subject, Written

MIB = 1 << 20
# Of sixteen people: what they are.
CAST = ("imb-staff",) * 6 + ("hmip-correspondence-officer",) * 9 + ("hmip-auditor",)
CONFLICTS = ("could not serialize", "deadlock detected", "duplicate key value")
FILED = 4  # every so manieth item carries a file


class Stage:
    """A service over its own database, with a crowd in it and items to find."""

    def __init__(self, folder: Path, database: str) -> None:
        self.database, self.folder = database, folder
        self.server = Server(durable=True).start() if database == "postgresql" else None
        self.settings: dict[str, str] = {}
        if self.server:
            name = self.server.create()
            keys = self.server.create()
            # What the database refuses for somebody else's sake is counted from what it says itself.
            self.server.admin().execute(f"alter database {name} set log_min_messages = 'error'")
            self.settings = {
                "CUSTODES_DATABASE_URL": self.server.url(name),
                "CUSTODES_KEYSTORE_URL": self.server.url(keys),
            }
        self.state = folder / "state"
        self.house, self.people = make(self.state, **self.settings)

    def crowd(self, count: int) -> list[tuple[Person, str]]:
        """As many people, of the roles of CAST."""
        with self.house.work(CONSOLE) as work:
            board = work.people.offices(party="imb", kind="board")[0].id
        made = []
        for number in range(count):
            role = CAST[-1] if number == 0 else CAST[number % len(CAST)]
            with self.house.work(CONSOLE) as work:
                found = enrol(self.house, work, f"user{number}", role.partition("-")[0], role, board)
            made.append((found, role))
        return made

    def fill(self, items: int) -> None:
        """Intelligence for the inspectorate; every fourth with a file."""
        who = actor_of(self.house, self.people["staff"])
        given = {"agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate"}
        for number in range(items):
            written = Written(
                marking=OS,
                title=f"Noise at night, wing {number % 26}",
                text="It was heard again, and written down. " * 20,
                sharing_purpose="So that it is known",
                subjects=(Subject("", (("prison-number", prison_number(number)),)),),
                establishment="XFM",
            )
            with self.house.work(who) as work:
                draft = work.sharing.start_draft(written, **given, office=min(who.offices), actor=who, now=work.now)
            if number % FILED == 0:
                with self.house.work(who) as work:
                    writer = work.sharing.begin_file(draft.uuid, "a.bin", actor=who, now=work.now)
                writer.write(content(number))
                sealed = writer.finish()
                with self.house.work(who) as work:
                    work.sharing.attach(draft.uuid, sealed, "a.bin", actor=who, now=work.now)
            with self.house.work(who) as work:
                work.sharing.send(draft.uuid, actor=who, now=work.now)

    def conflicts(self) -> int:
        """How often the database has refused one of two."""
        said = (self.server.folder / "log").read_text(errors="replace") if self.server else ""
        return sum(said.count(words) for words in CONFLICTS)

    def close(self) -> None:
        self.house.engine.dispose()
        self.house.keystore.dispose()
        if self.server:
            self.server.remove()


def prison_number(number: int) -> str:
    return f"A{number % 10_000:04}{chr(65 + number // 10_000 % 26)}X"


class Memory:
    """What each worker holds, looked at now and then."""

    def __init__(self, pids: list[int]) -> None:
        self._processes = [psutil.Process(pid) for pid in pids]
        self.most = [0.0 for _ in pids]
        self.rest = [self._of(each) for each in self._processes]
        self._looks = 0

    def look(self) -> None:
        self._looks += 1
        if self._looks % 25 == 1:
            self.most = [max(before, self._of(each)) for before, each in zip(self.most, self._processes, strict=True)]

    @staticmethod
    def _of(process: psutil.Process) -> float:
        return float(process.memory_info().rss) / MIB


def measure(folder: Path, database: str, chosen: argparse.Namespace) -> None:
    """One database, from an empty one to a verified log."""
    stage = Stage(folder, database)
    try:
        crowd = stage.crowd(chosen.users)
        began = time.perf_counter()
        stage.fill(chosen.items)
        print(f"{chosen.items:,} items in {time.perf_counter() - began:.0f} s, {database}", flush=True)
        before = stage.conflicts()
        more = {**stage.settings, "CUSTODES_WORKERS": str(chosen.workers)}
        with Served(stage.state, folder / "tmp", workers=chosen.workers, more=more) as service, ExitStack() as watched:
            memory = Memory(service.worker_pids())
            drive = Drive(folder, service.port, crowd, chosen)
            lag = watched.enter_context(Lag(stage.house.settings.database_url, memory.look))
            done = drive.wait()
        name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database]
        tell(name, done, memory, lag.waits, conflicts=stage.conflicts() - before if stage.server else None)
        outcome(name, stage, done)
        faults = [line for line in service.log.read_text().splitlines() if "Traceback" in line]
        results.say(f"load, {name}: faults in the service's own words", len(faults), target="= 0", places=0)
    finally:
        stage.close()


class Drive:
    """The other process."""

    def __init__(self, folder: Path, port: int, crowd: list[tuple[Person, str]], chosen: argparse.Namespace) -> None:
        told, self._found = folder / "crowd.json", folder / "found.json"
        told.write_text(json.dumps([{**asdict(each), "role": role} for each, role in crowd]))
        numbers = [prison_number(number) for number in range(chosen.items)]
        (folder / "numbers.json").write_text(json.dumps(random.Random(1).sample(numbers, min(len(numbers), 200))))
        command = [sys.executable, "-m", "bench.driving", str(port), str(chosen.seconds), str(folder)]
        self._process = subprocess.Popen(command, cwd=ROOT)

    def wait(self) -> dict[str, Any]:
        if self._process.wait():
            raise RuntimeError("the users fell over")
        found: dict[str, Any] = json.loads(self._found.read_text())
        return found


def tell(name: str, done: dict[str, Any], memory: Memory, waits: list[float], *, conflicts: int | None) -> None:
    """Figures of the run."""
    flushed = "fsync and synchronous_commit on" if name == "PostgreSQL" else "WAL, synchronous=FULL"
    took = {kind: times for kind, times in done["took"].items() if times}
    count = sum(map(len, took.values()))
    start = f"load, {name}"
    results.say(f"{start}: requests", count / done["seconds"], "requests/s", durable=flushed, places=1)
    for kind in KINDS:
        if kind in took:
            for part, words in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
                results.say(f"{start}: {kind}, {words}", results.percentile(took[kind], part) * 1000, "ms", places=0)
            results.say(f"{start}: {kind}, answered", len(took[kind]), "requests", places=0)
    statuses = Counter(done["refused"])
    results.say(f"{start}: answers 5xx that are no orderly refusal", broken(statuses), target="= 0", places=0)
    results.say(f"{start}: other unexpected answers", other(statuses), target="= 0", places=0)
    if statuses:
        print(f"  refused: {dict(statuses)}")
    results.say(f"{start}: 503 with Retry-After, asked again", done["again"], places=0)
    if conflicts is not None:
        results.say(
            f"{start}: refused by the database for another's sake, for 1,000 requests", conflicts / count * 1000
        )
    if waits:
        results.say(f"{start}: in the tree, p99", results.percentile(waits, 0.99) * 1000, "ms", places=0)
    results.say(f"{start}: memory of a worker at rest", memory.rest, "MiB", places=0)
    results.say(f"{start}: memory of a worker, most", memory.most, "MiB", places=0)


def broken(statuses: Counter[str]) -> int:
    return sum(count for status, count in statuses.items() if status.startswith("5"))


def other(statuses: Counter[str]) -> int:
    return sum(count for status, count in statuses.items() if not status.startswith("5"))


def outcome(name: str, stage: Stage, done: dict[str, Any]) -> None:
    """The log as it is afterwards, against what was acknowledged."""
    house = build(Settings.from_env(environment(stage.state, **stage.settings)))
    try:
        sequencing.settle(house)
        began = time.perf_counter()
        with reading(house.engine) as conn:
            report = verify_database(conn, house.keys.log)
            entries = by_request(conn, house)
        print(f"  log of {report.entries:,} entries verified in {time.perf_counter() - began:.1f} s: {report.faults}")
    finally:
        house.engine.dispose()
        house.keystore.dispose()
    lost = extra = 0
    for kind, request in done["acknowledged"]:
        found = entries.get(request, Counter())
        if any(found[act] < 1 for act in KINDS[kind]):
            lost += 1
            print(f"  not in the log: {kind}, request {request}; there is {dict(found)}")
        extra += sum(max(0, found[act] - 1) for act in KINDS[kind])
    results.say(f"load, {name}: faults found in the log", len(report.faults), target="= 0", places=0)
    results.say(f"load, {name}: acknowledged requests", len(done["acknowledged"]), places=0)
    results.say(f"load, {name}: acknowledged requests not in the log", lost, target="= 0", places=0)
    results.say(f"load, {name}: acts entered twice", extra, target="= 0", places=0)


def by_request(conn: Any, house: House) -> dict[str, Counter[str]]:
    """Which acts the log has of each request."""
    found: dict[str, Counter[str]] = {}
    for row in stored(conn):
        raw = disclosures_of(house.keys.log, row.entry_id, row.period, row.sealed) or []
        who = next((json.loads(value) for _, field, value in raw if field == "who"), {})
        if who.get("request"):
            found.setdefault(who["request"], Counter())[form.read(row.body).act] += 1
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--database", choices=("postgresql", "sqlite", "both"), default="both")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--items", type=int, default=3000)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    chosen = parser.parse_args(arguments)
    results.condition("PostgreSQL", release(binary("postgres")))
    results.condition("load", f"{chosen.workers} workers, {chosen.users} people, {chosen.items:,} items")
    for database in ("postgresql", "sqlite") if chosen.database == "both" else (chosen.database,):
        folder = Path(tempfile.mkdtemp(prefix="bench-load-", dir=chosen.folder))
        try:
            measure(folder, database, chosen)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
