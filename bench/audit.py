"""The log: appends against a bare insert, taking in, verification, proofs. Ratios of one run.

python bench/audit.py [--appends 2000] [--entries 100000]
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.bootstrap.engines import make_engine as service_engine
from app.bootstrap.schema import upgrade
from audit import chain
from audit.bundle import export
from audit.checkpoint import Checkpoints
from audit.examine import verify_database
from audit.fact import kind
from audit.keys import LogKeys
from audit.receipts import receipt
from audit.sequence import BATCH, integrate
from audit.tables import TRIGGERS, audit_disclosure, audit_entry
from audit.trail import Trail
from audit.verify import verify_receipt
from bench import results
from bench.postgresql import Server
from foundation.actor import Actor
from foundation.orm import metadata

DURABLE = "SQLite, WAL, synchronous=FULL"
PAGES = 200  # commits over which pages are counted
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
WHO = Actor(
    id="0190d6c2-0000-7000-8000-000000000001", name="Invented Person", party="imb", principal=7, request_id="r" * 32
)
DONE = kind("bench.item-opened", "An item was opened, in a measurement", "reference", "version", "file")
SUBJECT = "01a1f84f-25b8-765a-9312-94290f09c365"


def make_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def _connect(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            raw.execute(f"pragma {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        conn.exec_driver_sql("begin immediate")

    return engine


def make_log(folder: Path) -> tuple[sa.Engine, LogKeys]:
    engine, keys = make_engine(folder / "log.db"), LogKeys.create(folder / "keys", "bench.test/log")
    with engine.begin() as conn:
        metadata.create_all(conn, tables=[each for each in metadata.sorted_tables if each.name.startswith("audit_")])
        for statement in TRIGGERS["sqlite"]:
            conn.exec_driver_sql(statement)
        conn.exec_driver_sql("create table bare (id text primary key, body blob not null, sealed blob not null)")
    return engine, keys


def append(trail: Trail, at: int) -> None:
    trail.record(
        DONE,
        actor=WHO,
        now=NOW + timedelta(milliseconds=at),
        subject=SUBJECT,
        what={"reference": "HMIP-2026-00412", "version": at % 7, "file": 1},
        why="Follow-up of correspondence",
        marking="OS",
        rules=("need-to-know",),
    )


def appends(count: int) -> None:
    """One writer in this process, three ways of a commit each; many processes: bench/appending.py."""
    with tempfile.TemporaryDirectory() as name:
        engine, keys = make_log(Path(name))
        chain.MOST_WAITING = 10 * count  # taking in is measured by itself, below

        def logged(at: int) -> None:
            with engine.begin() as conn:
                append(Trail(conn, keys=keys, writer="bench", policies="p" * 64), at)

        logged(0)
        with engine.begin() as conn:
            body = conn.scalars(sa.select(audit_entry.c.body)).one()
            sealed = conn.scalars(sa.select(audit_disclosure.c.sealed)).one()
        insert = sa.text("insert into bare values (:id, :body, :sealed)")

        def core(at: int) -> None:
            with engine.begin() as conn:
                conn.execute(insert, {"id": f"core-{at:032}", "body": body, "sealed": sealed})

        raw = engine.raw_connection()

        def driver(at: int) -> None:
            raw.execute("begin immediate")  # type: ignore[attr-defined]
            raw.execute("insert into bare values (?, ?, ?)", (f"raw-{at:033}", body, sealed))  # type: ignore[attr-defined]
            raw.execute("commit")  # type: ignore[attr-defined]

        ways = {"INSERT+COMMIT, driver": driver, "INSERT+COMMIT, Core": core, "record+COMMIT, Core": logged}
        rates: dict[str, list[float]] = {each: [] for each in ways}
        done = 1
        for _ in range(5):
            for way, act in ways.items():
                rates[way].append(rate(act, done, done + count // 5))
            done += count // 5
        tell(rates)
        for way, act in ways.items():
            pages = wal_pages(engine, Path(name) / "log.db-wal", act, done)
            results.say(f"{way}: pages written a commit", pages)
            done += PAGES
        raw.close()
        engine.dispose()


def tell(rates: dict[str, list[float]]) -> None:
    for way, found in rates.items():
        results.say(f"{way}, 1 writer", found, "/s", durable=DURABLE, places=0)
    for way in ("driver", "Core"):
        pairs = zip(rates["record+COMMIT, Core"], rates[f"INSERT+COMMIT, {way}"], strict=True)
        results.say(f"record+COMMIT of INSERT+COMMIT, {way}", [ours / bare for ours, bare in pairs])


def rate(act: Callable[[int], None], start: int, stop: int) -> float:
    began = time.perf_counter()
    for at in range(start, stop):
        act(at)
    return (stop - start) / (time.perf_counter() - began)


def wal_pages(engine: sa.Engine, wal: Path, act: Callable[[int], None], start: int) -> float:
    """Counted, not timed: the same on any machine."""
    raw = engine.raw_connection()
    raw.execute("pragma wal_checkpoint(truncate)")  # type: ignore[attr-defined]
    raw.close()
    for at in range(start, start + PAGES):
        act(at)
    return (wal.stat().st_size - 32) / 4120 / PAGES


def draining(count: int) -> None:
    """A backlog taken into the tree, a transaction for each batch, on both databases."""
    for on in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as name, database(on, Path(name)) as engine:
            keys, chained = LogKeys.create(Path(name) / "keys", "bench.test/log"), chain.Chain("bench")
            chain.MOST_WAITING = 10 * count
            for start in range(0, count, 5_000):
                with engine.begin() as conn:
                    trail = Trail(conn, keys=keys, writer=chained, policies="p" * 64)
                    for at in range(start, min(start + 5_000, count)):
                        append(trail, at)
                    chained = trail.chain  # type: ignore[assignment]
            before, began, done = memory(), time.perf_counter(), 0
            options = {} if on == "SQLite" else {"isolation_level": "READ COMMITTED"}
            while came := batch(engine.execution_options(**options)):
                done += came
            results.say(f"taken into the tree, {on}", done / (time.perf_counter() - began), "/s", places=0)
            results.say(f"taken into the tree, {on}, memory above", memory() - before, "MiB", places=0)


def batch(engine: sa.Engine) -> int:
    with engine.begin() as conn:
        return integrate(conn, BATCH)


@contextlib.contextmanager
def database(on: str, folder: Path) -> Iterator[sa.Engine]:
    server = Server(durable=True).start() if on == "PostgreSQL" else None
    engine = service_engine(server.url(server.create()) if server else f"sqlite:///{folder / 'log.db'}")
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()
        if server:
            server.remove()


def memory() -> float:
    """MiB this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verification(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        engine, keys = make_log(Path(name))
        for start in range(0, count, 10_000):
            with engine.begin() as conn:
                trail = Trail(conn, keys=keys, writer="bench", policies="p" * 64)
                for at in range(start, min(start + 10_000, count)):
                    append(trail, at)
                Checkpoints(conn, keys).make(now=NOW + timedelta(milliseconds=start))
        with engine.begin() as conn:
            start_time = time.perf_counter()
            report = verify_database(conn, keys)
            print(f"verify database, everything    {per(start_time, count)}   {report.ok=}")
            start_time = time.perf_counter()
            export(conn, keys, Path(name) / "out.zip", now=NOW, verifier=b"# none here\n")
            print(f"export                         {per(start_time, count)}")
        proofs(engine, keys, count)
        child = subprocess.run(
            [sys.executable, __file__, "--verify", str(Path(name) / "out.zip"), keys.vkey],
            capture_output=True,
            text=True,
            check=True,
        )
        print(f"verify bundle, every disclosure {child.stdout.strip()}")
        engine.dispose()


def proofs(engine: sa.Engine, keys: LogKeys, count: int) -> None:
    with engine.begin() as conn:
        ids = [row[0] for row in conn.exec_driver_sql("select entry_id from audit_leaf where seq % 97 = 0 limit 200")]
        times = []
        for each in ids:
            start = time.perf_counter()
            made = receipt(conn, keys, each, now=NOW)
            times.append(time.perf_counter() - start)
        start = time.perf_counter()
        for _ in range(200):
            verify_receipt(made, [keys.vkey])
        print(f"receipt made                   {statistics.median(times) * 1e3:10.2f} ms at {count:,} entries")
        print(f"receipt verified               {(time.perf_counter() - start) / 200 * 1e3:10.2f} ms")


def per(start: float, count: int) -> str:
    taken = time.perf_counter() - start
    return f"{taken * 100_000 / count:10.2f} s per 100,000 entries"


def verify(path: str, vkey: str) -> None:
    """In a process of its own, for its memory."""
    from audit.verify import verify_bundle

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    report = verify_bundle(Path(path), [vkey])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{per(start, report.entries)}   peak {after / 1024:.0f} MiB (+{(after - before) / 1024:.0f})   {report.ok=}")


def main() -> None:
    if sys.argv[1:2] == ["--verify"]:
        verify(*sys.argv[2:4])
        return
    options = argparse.ArgumentParser()
    options.add_argument("--appends", type=int, default=2000)
    options.add_argument("--entries", type=int, default=100_000)
    chosen = options.parse_args()
    appends(chosen.appends)
    draining(chosen.entries)
    verification(chosen.entries)


if __name__ == "__main__":
    main()
