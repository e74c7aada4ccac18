"""Durable appends by many clients at once: our log, the bare insert of the same bytes, and what else could hold a log.

Every client is a process (pymerkle's, which is made for one, are threads of one) and waits for each event to be safe
before the next. All systems of one row stand ready beside each other and take turns, so that each meets the same
machine.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import psycopg
from pymerkle import SqliteTree

from app.bootstrap.engines import make_engine
from app.bootstrap.schema import upgrade
from app.bootstrap.ways import WAY, Way
from audit.chain import Chain
from audit.keys import LogKeys
from audit.sequence import BATCH, integrate
from audit.trail import Trail
from bench import results
from bench.audit import DONE, SUBJECT, WHO
from bench.filechain import FileChain
from bench.lag import Lag
from bench.postgresql import Server

EVENT = 400  # bytes of an event where the bytes are ours to choose
BODY, SEALED = b"b" * 423, b"s" * 600  # what an entry of ours and its disclosure take
BARE = "create table bare (id {serial} primary key, body {blob} not null, sealed {blob} not null)"
Append = Callable[[], None]
FORK = multiprocessing.get_context("fork")  # what the measurement has loaded need not be loaded by every client


@dataclass(frozen=True)
class System:
    """Something that keeps events. ``open`` is called in each client's process and gives what appends one event."""

    name: str
    durable: str
    open: Callable[[str], contextlib.AbstractContextManager[Append]]
    where: str
    stored: Callable[[], int]
    most: int = 64  # more clients are not asked of it
    threads: bool = False
    sequenced: bool = False


@dataclass
class Taken:
    """What the rounds of one system gave."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of single events
    waits: list[float] = field(default_factory=list)
    events: int = 0
    bytes: int = 0


# --- what each system does for one event --------------------------------------------------------------------------


@contextlib.contextmanager
def ours(where: str) -> Iterator[Append]:
    """As a unit of work does it: the engine of the service, one entry, commit."""
    folder, _, url = where.partition(" ")
    keys, engine = LogKeys.load(Path(folder)), make_engine(url)
    on_server = engine.dialect.name == "postgresql"
    chain: str | Chain = Chain(f"bench/{os.getpid()}") if on_server else "main"

    def append() -> None:
        nonlocal chain
        with engine.connect() as conn:
            conn.execution_options(**{WAY: Way.ACT})
            conn.begin()
            trail = Trail(conn, keys=keys, writer=chain, policies="p" * 64)
            trail.record(
                DONE,
                actor=WHO,
                now=datetime.now(UTC).replace(microsecond=0),
                subject=SUBJECT,
                what={"reference": "HMIP-2026-00412", "version": 3, "file": 1},
                why="Follow-up of correspondence",
                marking="OS",
                rules=("need-to-know",),
            )
            conn.commit()
            chain = trail.chain

    yield append
    engine.dispose()


@contextlib.contextmanager
def bare_postgresql(where: str) -> Iterator[Append]:
    with psycopg.connect(where, autocommit=True) as conn:
        yield lambda: void(conn.execute("insert into bare (body, sealed) values (%b, %b)", (BODY, SEALED)))


@contextlib.contextmanager
def bare_sqlite(where: str) -> Iterator[Append]:
    conn = sqlite3.connect(where, timeout=20, isolation_level=None)
    conn.execute("pragma synchronous=full")

    def append() -> None:
        conn.execute("begin immediate")
        conn.execute("insert into bare (body, sealed) values (?, ?)", (BODY, SEALED))
        conn.execute("commit")

    with contextlib.closing(conn):
        yield append


@contextlib.contextmanager
def file_chain(where: str) -> Iterator[Append]:
    chain = FileChain(Path(where))
    event = b"e" * EVENT
    with contextlib.closing(chain):
        yield lambda: chain.append(event)


@contextlib.contextmanager
def pymerkle(where: str) -> Iterator[Append]:
    event = b"e" * EVENT
    with SqliteTree(where) as tree:
        yield lambda: void(tree.append_entry(event))


def void(_any: object) -> None: ...


# --- many of them -------------------------------------------------------------------------------------------------


class Clients:
    """Processes that append for as long as they are told, and tell how long each event took."""

    def __init__(self, system: System, count: int) -> None:
        self.system = system
        self._pipes: list[Pipe] = []
        self._processes = []
        each = count if system.threads else 1
        for _ in range(count // each):
            mine, theirs = FORK.Pipe()
            process = FORK.Process(target=client, args=(system, theirs, each), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(mine)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()

    def round(self, seconds: float) -> list[float]:
        """The seconds of every event done within that time."""
        until = time.monotonic() + seconds
        for pipe in self._pipes:
            pipe.send(until)
        found = [pipe.recv() for pipe in self._pipes]
        if wrong := [each for each in found if isinstance(each, str)]:
            raise RuntimeError(f"{self.system.name}: {wrong[0]}")
        return [each for one in found for each in one]

    def stop(self) -> None:
        for pipe in self._pipes:
            pipe.send(0.0)
        for process in self._processes:
            process.join(30)


def client(system: System, pipe: Pipe, threads: int) -> None:
    """One process of a client."""
    with system.open(system.where) as append:
        append()  # connected, compiled
        pipe.send("ready")
        while until := pipe.recv():
            taken: list[float] = []
            try:
                if threads == 1:
                    until_then(append, until, taken)
                else:
                    run = [threading.Thread(target=until_then, args=(append, until, taken)) for _ in range(threads)]
                    [each.start() for each in run]
                    [each.join() for each in run]
            except Exception as error:
                pipe.send(f"{type(error).__name__}: {error}")
            else:
                pipe.send(taken)


def until_then(append: Append, until: float, taken: list[float]) -> None:
    while (began := time.monotonic()) < until:
        append()
        taken.append(time.monotonic() - began)


@contextlib.contextmanager
def sequencer(url: str) -> Iterator[None]:
    """Entries into the tree every 100 ms, as the service does it, in a process of its own."""
    over = FORK.Event()
    process = FORK.Process(target=take_in, args=(url, over), daemon=True)
    process.start()
    try:
        yield
    finally:
        over.set()
        process.join(30)


def take_in(url: str, over: Any) -> None:
    engine = make_engine(url)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    while not over.wait(0.1):
        came = BATCH
        while came == BATCH:
            with engine.begin() as conn:
                came = integrate(conn, BATCH)
    engine.dispose()


# --- the systems, set up ------------------------------------------------------------------------------------------


def make_tables(url: str) -> None:
    """The service's tables, and the bare one beside them."""
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as conn:
        types = ("bigserial", "bytea") if engine.dialect.name == "postgresql" else ("integer", "blob")
        conn.exec_driver_sql(BARE.format(serial=types[0], blob=types[1]))
    engine.dispose()


def systems(folder: Path, server: Server | None) -> list[System]:
    """All there are, empty; those of PostgreSQL where there is a server."""
    folder.mkdir(parents=True)
    LogKeys.create(folder / "keys", "bench.test/log")
    on_file = f"sqlite:///{folder / 'ours.db'}"
    make_tables(on_file)
    bare = folder / "bare.db"
    make_tables(f"sqlite:///{bare}")
    full, chain, merkle = "SQLite, WAL, synchronous=FULL", folder / "chain", folder / "merkle.db"
    with SqliteTree(str(merkle)):
        pass
    merkled = "SQLite as pymerkle sets it: rollback journal, synchronous=FULL"
    found = [
        System("ours, SQLite", full, ours, f"{folder / 'keys'} {on_file}", lambda: size(folder / "ours.db")),
        System("bare insert, SQLite", full, bare_sqlite, str(bare), lambda: size(bare)),
        System("file chain", "fsync for each event", file_chain, str(chain), lambda: size(chain), 32),
        System("pymerkle, SQLite", merkled, pymerkle, str(merkle), lambda: size(merkle), 32, threads=True),
    ]
    if server is not None:
        url, other = (server.url(server.create()) for _ in range(2))
        make_tables(url)
        make_tables(other)
        flushed = "PostgreSQL, fsync and synchronous_commit on"
        here = f"{folder / 'keys'} {url}"
        found = [
            System("ours, PostgreSQL", flushed, ours, here, lambda: on_disk(url, "audit_%"), sequenced=True),
            System("bare insert, PostgreSQL", flushed, bare_postgresql, other, lambda: on_disk(other, "bare")),
            *found,
        ]
    return found


def size(path: Path) -> int:
    if path.suffix == ".db":
        with contextlib.closing(sqlite3.connect(path)) as conn:
            conn.execute("pragma wal_checkpoint(truncate)")
    return path.stat().st_size if path.exists() else 0


def on_disk(url: str, like: str) -> int:
    with psycopg.connect(url) as conn:
        asked = "select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r' and relname like %s"
        row = conn.execute(asked, [like]).fetchone()
    return int(row[0]) if row else 0


def measure(found: list[System], clients: int, *, rounds: int, seconds: float) -> dict[str, Taken]:
    """All systems in turn, over and over."""
    chosen = [each for each in found if clients <= each.most]
    before = {each.name: each.stored() for each in chosen}
    taken = {each.name: Taken() for each in chosen}
    at_it = {each.name: Clients(each, clients) for each in chosen}
    for number in range(rounds):
        for system in chosen if number % 2 == 0 else reversed(chosen):
            with contextlib.ExitStack() as beside:
                lag = None
                if system.name.startswith("ours"):  # SQLite's too: the service takes in behind there as well
                    url = system.where.partition(" ")[2]
                    beside.enter_context(sequencer(url))
                    lag = beside.enter_context(Lag(url)) if system.sequenced else None
                began = time.monotonic()
                each = at_it[system.name].round(seconds)
                took = time.monotonic() - began
                if lag:
                    time.sleep(1.5)  # what was written last is taken in too
            one = taken[system.name]
            one.rates.append(len(each) / took)
            one.seconds += each
            one.events += len(each)
            one.waits += lag.waits if lag else []
    for system in chosen:
        at_it[system.name].stop()
        taken[system.name].bytes = system.stored() - before[system.name]
    return taken


# Of the bare insert, by database and clients: the design's targets.
AIMED = {
    ("PostgreSQL", 1): 0.85, ("PostgreSQL", 4): 0.85, ("PostgreSQL", 16): 0.70, ("PostgreSQL", 64): 0.80,
    ("SQLite", 1): 0.80, ("SQLite", 4): 0.80,
}  # fmt: skip


def report(found: list[System], clients: int, taken: dict[str, Taken]) -> None:
    """Figures of one number of clients."""
    many = f"{clients} client{'' if clients == 1 else 's'}"
    for system in found:
        if system.name in taken:
            report_one(system, taken[system.name], many, clients)
    for kind in ("PostgreSQL", "SQLite"):
        if f"ours, {kind}" in taken:
            aimed = AIMED.get((kind, clients))
            found_of = of(taken[f"ours, {kind}"], taken[f"bare insert, {kind}"])
            target = f">= {aimed:.2f}" if aimed else ""
            results.say(f"append, {kind}, {many}, of the bare insert", found_of, target=target)
    if "pymerkle, SQLite" in taken:
        found_of = of(taken["ours, SQLite"], taken["pymerkle, SQLite"])
        results.say(f"append, SQLite, {many}, of pymerkle", found_of, target=">= 3" if clients == 1 else "")


def of(one: Taken, other: Taken) -> list[float]:
    """The ratio of each pair of rounds."""
    return [a / b for a, b in zip(one.rates, other.rates, strict=True)]


def report_one(system: System, taken: Taken, many: str, clients: int) -> None:
    start = f"append, {system.name}, {many}"
    results.say(start, taken.rates, "events/s", durable=system.durable, places=0)
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        results.say(f"{start}, {name}", results.percentile(taken.seconds, part) * 1000, "ms")
    if clients == 1:
        results.say(f"{start}, stored", taken.bytes / taken.events, "bytes/event", places=0)
    if taken.waits:
        lag = results.percentile(taken.waits, 0.99) * 1000
        results.say(f"in the tree, p99, {many}", lag, "ms", target="<= 300" if clients <= 16 else "", places=0)


def release(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.strip().removeprefix("postgres (PostgreSQL) ")


def run(folder: Path, clients: list[int], *, rounds: int, seconds: float) -> None:
    """Every number of clients on systems that begin empty."""
    for count in clients:
        server = Server(durable=True).start()
        try:
            found = systems(folder / f"append-{count}", server)
            report(found, count, measure(found, count, rounds=rounds, seconds=seconds))
        finally:
            server.remove()
