"""Disposal at size: what is due found among very many, due items destroyed with certificates, and readers meanwhile.

    python -m bench.disposal [--cases 1000000] [--due 10000] [--kib 100] [--prepared FOLDER]

The cases that are only looked for are rows; what is destroyed went the whole way: sealed, sent, closed, offered back,
reviewed by one, approved by another. ``shred -n3 -u`` overwrites files of the same bytes on the same disk in the same
run. The destruction runs in a process of its own beside the served pages, as the job does. Taking 10,000 items that
way takes a quarter of an hour: ``--prepare FOLDER`` does that alone and keeps it, ``--prepared FOLDER`` (or
PREPARED=FOLDER in the environment) measures with it and uses it up.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from app.bootstrap import sweeps
from app.bootstrap.clock import DemonstrationClock
from app.bootstrap.house import House, build
from app.bootstrap.work import Work
from app.config import Settings
from bench import results
from bench.live import PLACE, Client, Person, Served, actor_of, environment, make
from foundation.actor import SERVICE, Actor
from foundation.calendar import london_date
from retention.model.case import Case
from retention.rules.foresight import year
from retention.store.cases import NEVER, Cases
from retention.tables.cases import disposal_case
from sharing.model.item import Written

MIB = 1 << 20
CHUNK = 100  # items a unit of work, while they are made
ROWS = 10_000  # rows an insert
DEMONSTRATION = {"CUSTODES_DEMONSTRATION": "1", "CUSTODES_SECURE": "0"}
QUIET = 10.0  # seconds the reader reads before anything is destroyed
WAY = {"agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate"}
MARK = "destroyed: "
PEOPLE = "people.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.disposal")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--kib", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--prepare", type=Path, help="make the items there, and measure nothing")
    given = Path(os.environ["PREPARED"]) if os.environ.get("PREPARED") else None
    parser.add_argument("--prepared", type=Path, default=given, help="made before")
    parser.add_argument("--dispose", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.dispose:
        return disposed(chosen.dispose)
    if chosen.prepare:
        return 0 if prepared(chosen.prepare, chosen.due, chosen.kib * 1024) else 1
    folder = Path(tempfile.mkdtemp(prefix="bench-disposal-", dir=chosen.folder))
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        finding(folder / "many", chosen.cases, chosen.due)
        shutil.rmtree(folder / "many", ignore_errors=True)
        destroying(chosen.prepared or folder, chosen.due, chosen.kib)
    return 0 if all(each.met is not False for each in results.HERE.figures) else 1


# --- finding ------------------------------------------------------------------------------------------------------


def finding(state: Path, number: int, due: int) -> None:
    """Rows alone: what a sweep, the forecast and the report ask of the database."""
    house, _ = make(state, **DEMONSTRATION)
    today = london_date(house.now())
    filled(house, number, due, today)
    with house.engine.connect() as conn:
        conn.exec_driver_sql("analyze")
        conn.rollback()
    many = f"{number:,} cases"

    def sweep_none(work: Work) -> object:
        early = house.now() - timedelta(days=400)
        return work.retention.sweep(actor=SERVICE, now=early, batch=1)

    def found(work: Work) -> int:
        with_words = Cases(work.conn, work.disposals._words)
        return len(with_words.ended(today, due))

    asked: Sequence[tuple[str, Callable[[Work], object], str]] = (
        (f"{due:,} due among {many} found", found, "<= 2"),
        (f"forecast of a year, {many}", lambda work: work.foresight.forecast(today), ""),
        (f"due and not disposed of, {many}", lambda work: work.foresight.waiting(today), ""),
        (f"the first page of what is owed, {many}", lambda work: work.foresight.owed(today), ""),
        (f"statistics of a year, {many}", lambda work: work.foresight.counted(*year(today.year)), ""),
        (f"sweep that finds nothing, {many}", sweep_none, "<= 2"),
    )
    for what, ask, target in asked:
        taken = []
        for _ in range(3):
            with contextlib.suppress(Undo), house.work() as work:
                began = time.perf_counter()
                ask(work)
                taken.append(time.perf_counter() - began)
                raise Undo
        results.say(what, taken, "s", target=target, places=3)
    house.engine.dispose()
    house.keystore.dispose()


class Undo(Exception):
    """Nothing is to be kept."""


def filled(house: House, number: int, due: int, today: date) -> None:
    """Two bodies, four classes, twenty years; ``due`` of them today, one in twenty gone, one in fifty undated."""
    parties, classes = ("hmip", "imb"), ("correspondence", "intelligence", "inspection-report", "outcome-report")
    like = Case(
        item="", item_id=0, reference="", originator="", kind="intelligence", agreement="hmip-imb", agreement_version=1,
        establishment=PLACE, marking="OS", retention_class="", schedule_version=1, schedule_digest="0" * 64,
        action="review", verified=False, trigger_kind="sharing.item-closed", trigger_entry=str(uuid4()),
        trigger_on=today, state="running", clock_logged=True, period_months=12, period_authority="",
    )  # fmt: skip
    row = {each.name: getattr(like, each.name) for each in fields(Case) if each.name != "held"}
    for start in range(0, number, ROWS):
        rows = []
        for at in range(start, min(start + ROWS, number)):
            ends: date | None = today if at < due else today + timedelta(days=1 + at % 7300)
            state = "running" if at < due or at % 20 else "destroyed"
            if at >= due and at % 50 == 1:
                ends, state = None, "no-period"
            rows.append({
                **row, "item": str(uuid4()), "item_id": at, "reference": f"BENCH-{at:09}", "state": state,
                "originator": parties[at % 2], "retention_class": classes[at % 4],
                "due_on": ends, "sort_on": ends or NEVER,
            })  # fmt: skip
        with house.engine.begin() as conn:
            conn.execute(disposal_case.insert(), rows)


# --- destroying ---------------------------------------------------------------------------------------------------


def destroying(folder: Path, due: int, kib: int) -> None:
    """What two people agreed to, destroyed by the job while somebody reads; and ``shred`` over as many bytes."""
    size = kib * 1024
    shred = shredded(folder / "shred", due, size)
    people = kept(folder, due, size) or prepared(folder, due, size)
    house = build(Settings.from_env(environment(folder / "state", **DEMONSTRATION)))
    with Served(folder / "state", folder / "tmp", more=DEMONSTRATION) as service:
        client = service.client().sign_in_to_pages(people["officer"], house.now())
        alone = read_until(client, threading.Event(), QUIET)
        done = threading.Event()
        reading: list[float] = []
        reader = threading.Thread(target=lambda: reading.extend(read_until(client, done)))
        reader.start()
        said = in_a_process(folder / "state")
        done.set()
        reader.join()
    if (said["destroyed"], said["certified"]) != (due, due):
        raise RuntimeError(f"{said['destroyed']} of {due} were destroyed, {said['certified']} certified")
    many = f"{due:,} items of {kib} KiB"
    limit = "<= 60" if (due, kib) == (10_000, 100) else ""
    results.say(f"{many} destroyed, with certificates", said["seconds"], "s", target=limit, places=1)
    results.say(f"shred -n3 -u, {due:,} files of {kib} KiB", shred, "s", places=1)
    results.say("destruction with certificates, of the time of shred", said["seconds"] / shred, "times")
    results.say("memory at the end above that after the first tenth", said["grown"], "MiB", target="<= 16")
    before, during = results.percentile(alone, 0.95) * 1000, results.percentile(reading, 0.95) * 1000
    results.say("a reader’s page, p95, nothing else going on", before, "ms", places=1)
    results.say("a reader’s page, p95, while items are destroyed", during, "ms", places=1)
    results.say("the same, of that without", during / before, "times", target="<= 2")


def shredded(folder: Path, number: int, size: int) -> float:
    """Seconds to overwrite as many files of as many bytes three times and remove them."""
    folder.mkdir()
    paths = [folder / f"{at:06}" for at in range(number)]
    for path in paths:
        path.write_bytes(os.urandom(size))
    os.sync()
    began = time.perf_counter()
    for start in range(0, number, 500):
        subprocess.run(["shred", "-n3", "-u", *map(str, paths[start : start + 500])], check=True)
    return time.perf_counter() - began


def prepared(folder: Path, due: int, size: int) -> dict[str, Person]:
    """A state with so many items of that size at the end of their cooling-off; its people."""
    house, people = make(folder / "state", **DEMONSTRATION)
    ready(house, people, due, size)
    house.engine.dispose()
    told = {"due": due, "size": size, "people": [asdict(each) for each in people.values()]}
    (folder / PEOPLE).write_text(json.dumps(told))
    return people


def kept(folder: Path, due: int, size: int) -> dict[str, Person] | None:
    """The people of a state made before; None where there is none, or another."""
    path = folder / PEOPLE
    told = json.loads(path.read_text()) if path.exists() else {}
    if (told.get("due"), told.get("size")) != (due, size):
        return None
    path.unlink()  # it is used up
    return {each["key"]: Person(**each) for each in told["people"]}


def ready(house: House, people: dict[str, Person], number: int, size: int) -> None:
    """Items with a file each, at the end of their cooling-off."""
    references = [each for start in range(0, number, CHUNK)
                  for each in sent(house, people, min(CHUNK, number - start), size)]  # fmt: skip
    later(house, days=1)
    each_of(house, people["imb-records"], references, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    later(house, days=32)
    sweeps.dispose(house)
    each_of(house, people["hmip-records"], references, "offer_return")
    each_of(house, people["imb-records"], references, "answer_return", answer="declined", reason="We have our own.")
    each_of(house, people["imb-records"], references, "review", proposal="destroy", reason="No longer needed.")
    each_of(house, people["imb-owner"], references, "approve")
    later(house, days=15)


def sent(house: House, people: dict[str, Person], number: int, size: int) -> list[str]:
    """So many items, each with one file, acknowledged and closed."""
    staff, officer = (actor_of(house, people[key]) for key in ("staff", "officer"))
    written = Written("OFFICIAL-SENSITIVE", "Measured", "Noted.", "To measure", establishment=PLACE)

    def start(work: Work) -> list[Any]:
        given = {"office": min(staff.offices), "actor": staff, "now": work.now}
        drafts = [work.sharing.start_draft(written, **WAY, **given).uuid for _ in range(number)]
        return [(each, work.sharing.begin_file(each, "a.bin", actor=staff, now=work.now)) for each in drafts]

    sealed = []
    for draft, writer in acted(house, staff, start):
        writer.write(os.urandom(size))
        sealed.append((draft, writer.finish()))

    def send(work: Work) -> list[str]:
        found = []
        for draft, part in sealed:
            work.sharing.attach(draft, part, "a.bin", actor=staff, now=work.now)
            found.append(str(work.sharing.send(draft, actor=staff, now=work.now).reference))
        return found

    def close(work: Work) -> None:
        for reference in references:
            work.sharing.acknowledge(reference, actor=officer, now=work.now)
            work.sharing.close(reference, "Nothing more is owed.", actor=officer, now=work.now)

    references: list[str] = acted(house, staff, send)
    acted(house, officer, close)
    return references


def each_of(house: House, who: Person, references: Sequence[str], step: str, **given: Any) -> None:
    """One step of every case, a few a unit of work."""
    person = actor_of(house, who)
    for start in range(0, len(references), CHUNK):
        some = references[start : start + CHUNK]

        def act(work: Work, some: Sequence[str] = some) -> None:
            for reference in some:
                case = work.disposals.case(reference)
                do = getattr(work.retention, step)
                do(case.item, version=case.version, actor=person, now=work.now, **given)

        acted(house, person, act)


def acted(house: House, who: Actor, act: Callable[[Work], Any]) -> Any:
    with house.work(who) as work:
        return act(work)


def later(house: House, **delta: float) -> None:
    clock = house.clock
    assert isinstance(clock, DemonstrationClock)
    clock.move_to(house.now() + timedelta(**delta))


def read_until(client: Client, over: threading.Event, seconds: float = 3600) -> list[float]:
    """Seconds each page took, one after another."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    while not over.is_set() and time.monotonic() < until:
        began = time.perf_counter()
        answer = client.get("/items")
        taken.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"the reader got {answer.status}")
    return taken


def in_a_process(state: Path) -> dict[str, float]:
    """``disposed`` in a process of its own; what it said."""
    command = [sys.executable, "-m", "bench.disposal", "--dispose", str(state)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    line = next(each for each in done.stdout.splitlines() if each.startswith(MARK))
    found: dict[str, float] = json.loads(line.removeprefix(MARK))
    return found


def disposed(state: Path) -> int:
    """What the job does, once; how long it took, what it did, and by how much its memory grew."""
    house = build(Settings.from_env(environment(state, **DEMONSTRATION)))
    memory = list[tuple[float, float]]()
    over = threading.Event()
    watching = threading.Thread(target=lambda: memory.extend(watched(over)))
    watching.start()
    began = time.perf_counter()
    done = sweeps.dispose(house)
    taken = time.perf_counter() - began
    over.set()
    watching.join()
    early = max((size for at, size in memory if at <= taken / 10), default=memory[0][1])
    said = {"seconds": taken, "destroyed": done.destroyed, "certified": done.certified,
            "grown": max(0.0, max(size for _, size in memory) - early)}  # fmt: skip
    print(f"{MARK}{json.dumps(said)}", flush=True)
    return 0


def watched(over: threading.Event) -> Iterator[tuple[float, float]]:
    """Seconds since the beginning, and what this process holds, in MiB."""
    process, began = psutil.Process(), time.perf_counter()
    while True:
        yield time.perf_counter() - began, process.memory_info().rss / MIB
        if over.wait(0.05):
            return


if __name__ == "__main__":
    sys.exit(main())
