"""The log: appends against a bare insert, verification, proofs. Ratios of one run; durability is SQLite WAL, FULL.

python bench/audit.py [--appends 2000] [--entries 100000]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audit.bundle import export, receipt
from audit.checkpoint import Checkpoints
from audit.examine import verify_database
from audit.fact import kind
from audit.keys import LogKeys
from audit.tables import TRIGGERS
from audit.trail import Trail
from audit.verify import verify_receipt
from foundation.actor import Actor
from foundation.orm import metadata

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


def per_second(act: Callable[[int], None], count: int) -> float:
    """Median rate of five rounds."""
    rates = []
    for turn in range(5):
        start = time.perf_counter()
        for at in range(turn * count // 5, (turn + 1) * count // 5):
            act(at)
        rates.append(count / 5 / (time.perf_counter() - start))
    return statistics.median(rates)


def appends(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        engine, keys = make_log(Path(name))
        body, sealed = b"b" * 423, b"s" * 600

        def logged(at: int) -> None:
            with engine.begin() as conn:
                append(Trail(conn, keys=keys, writer="bench", policies="p" * 64), at)

        insert = sa.text("insert into bare values (:id, :body, :sealed)")

        def core(at: int) -> None:
            with engine.begin() as conn:
                conn.execute(insert, {"id": f"core-{at:032}", "body": body, "sealed": sealed})

        raw = engine.raw_connection()

        def driver(at: int) -> None:
            raw.execute("begin immediate")  # type: ignore[attr-defined]
            raw.execute("insert into bare values (?, ?, ?)", (f"raw-{at:033}", body, sealed))  # type: ignore[attr-defined]
            raw.execute("commit")  # type: ignore[attr-defined]

        one_driver, one_core, one = per_second(driver, count), per_second(core, count), per_second(logged, count)
        print(f"bare INSERT+COMMIT, driver     {one_driver:10,.0f} /s")
        print(f"bare INSERT+COMMIT, Core       {one_core:10,.0f} /s")
        print(
            f"record+COMMIT, Core            {one:10,.0f} /s   "
            f"{one / one_driver:.2f} of driver, {one / one_core:.2f} of Core"
        )
        extra = (1 / one - 1 / one_core) * 1e6
        with engine.begin() as conn:
            trail = Trail(conn, keys=keys, writer="bench", policies="p" * 64)
            inside = per_second(lambda at: append(trail, count + at), count)
        print(
            f"record inside a transaction    {inside:10,.0f} /s   "
            f"{1e6 / inside:.0f} us each; with commit {extra:.0f} us over a bare Core insert"
        )
        raw.close()
        engine.dispose()


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
            export(conn, keys, Path(name) / "out.zip", now=NOW)
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
    verification(chosen.entries)


if __name__ == "__main__":
    main()
