"""What shows of tampering: ours, a hash chain in a file, pymerkle's tree; each really tampered with.

The insider owns the files and the database, so triggers, stored hashes, nodes and heads are no obstacle. "Re-sealed":
whatever follows from what was altered is made anew, as far as that can be done without the log's key. "Kept": somebody
outside has the newest signed checkpoint, the chain's last hash, the tree's root; a witness holds one for everybody.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from pymerkle import SqliteTree

from app.bootstrap.engines import make_engine
from audit import leaf as form
from audit.bundle import export
from audit.checkpoint import Checkpoints
from audit.errors import ClockWentBack
from audit.examine import verify_database
from audit.keys import LogKeys
from audit.merkle import leaf_hash
from audit.sequence import integrate
from audit.trail import Trail
from audit.verify import verify_bundle
from bench import results
from bench.appending import make_tables
from bench.audit import NOW, append
from bench.filechain import START, FileChain, linked, verify
from bench.proving import event
from foundation.errors import ServiceError

ENTRIES, SIGNED_AT, HIT = 200, (100, 200), 120
SEEN, UNSEEN, REFUSED = "detected", "NOT DETECTED", "refused when written"
RESEALED = "delete one, all that follows re-sealed"
BACK = "the same, and the newest signed checkpoint removed"
ANOTHER = "the same, and signed with another key"
OWN = "the same, and signed with the log’s own key"
CLOCK = "an event written with the clock set back"
Events = list[bytes]


def flip(events: Events) -> Events:
    """One bit of one event."""
    changed = bytearray(events[HIT])
    changed[-20] ^= 1
    return [*events[:HIT], bytes(changed), *events[HIT + 1 :]]


def delete_one(events: Events) -> Events:
    return [*events[:HIT], *events[HIT + 1 :]]


def delete_two(events: Events) -> Events:
    return [*events[:HIT], *events[HIT + 2 :]]


def swap(events: Events) -> Events:
    return [*events[:HIT], events[HIT + 1], events[HIT], *events[HIT + 2 :]]


def truncate(events: Events) -> Events:
    """The end is cut off, here to where the first checkpoint stood."""
    return events[: SIGNED_AT[0]]


WAYS: dict[str, Callable[[Events], Events]] = {
    "flip one bit": flip,
    "delete one": delete_one,
    "delete two adjacent": delete_two,
    "swap two": swap,
    "truncate": truncate,
}


# --- ours ---------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """A log with two checkpoints, the second of which somebody kept; ``tampered`` gives a copy to alter."""

    folder: Path
    keys: LogKeys
    kept: str = ""

    @classmethod
    def make(cls, folder: Path) -> Log:
        folder.mkdir(parents=True)
        make_tables(f"sqlite:///{folder / 'log.db'}")
        made = cls(folder, LogKeys.create(folder / "keys", "bench.test/log"))
        engine = made.engine(folder / "log.db")
        for stop in SIGNED_AT:
            with engine.begin() as conn:
                trail = Trail(conn, keys=made.keys, writer="main", policies="p" * 64)
                for at in range(stop - 100, stop):
                    append(trail, at)
                made.kept = Checkpoints(conn, made.keys).make(now=NOW + timedelta(milliseconds=stop)).text
        engine.dispose()
        return made

    @staticmethod
    def engine(path: Path) -> sa.Engine:
        return make_engine(f"sqlite:///{path}")

    def altered(
        self, way: Callable[[Events], Events], *, chain: bool = False, sign: LogKeys | None = None, back: bool = False
    ) -> Path:
        """A copy whose entries were altered, all rows that follow from them made anew.

        ``chain``: the writer's numbers and hashes inside the entries too. ``sign``: one checkpoint by this key in
        place of all. ``back``: the newest checkpoint is taken away.
        """
        path = self.folder / "altered.db"
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self.folder / "log.db")) as conn:
            conn.execute("pragma wal_checkpoint(truncate)")
        shutil.copyfile(self.folder / "log.db", path)
        engine = self.engine(path)
        with engine.begin() as conn:
            for (name,) in conn.exec_driver_sql("select name from sqlite_master where type = 'trigger'").all():
                conn.exec_driver_sql(f"drop trigger {name}")
            self._rewrite(conn, way, chain=chain)
            for table in ("leaf", "node", "head", "index", "writer"):
                conn.exec_driver_sql(f"delete from audit_{table}")
            integrate(conn)
            if back:
                conn.exec_driver_sql("delete from audit_checkpoint where number > 1")
            if sign:
                conn.exec_driver_sql("delete from audit_checkpoint")
                Checkpoints(conn, sign).make(now=NOW + timedelta(milliseconds=SIGNED_AT[-1]))
        engine.dispose()
        return path

    def _rewrite(self, conn: sa.Connection, way: Callable[[Events], Events], *, chain: bool) -> None:
        rows = conn.exec_driver_sql("select pos, body from audit_entry order by pos").all()
        bodies = way([body for _, body in rows])
        disclosed = {row.pos: row for row in conn.exec_driver_sql("select * from audit_disclosure").all()}
        beside = {form.read(body).id: disclosed[pos] for pos, body in rows}
        conn.exec_driver_sql("delete from audit_disclosure")
        conn.exec_driver_sql("delete from audit_entry")
        prev = form.START
        for pos, body in enumerate(bodies, 1):
            found = form.read(body)
            if chain:
                body = found._replace(n=pos - 1, prev=prev).encode()  # noqa: PLW2901
            prev = leaf_hash(body)
            conn.exec_driver_sql("insert into audit_entry (pos, body) values (?, ?)", (pos, body))
            row = beside[found.id]
            values = (pos, row.period, row.sealed, row.item, row.actor)
            conn.exec_driver_sql(
                "insert into audit_disclosure (pos, period, sealed, item, actor) values (?, ?, ?, ?, ?)", values
            )

    def seen(self, path: Path, *, kept: bool) -> bool:
        """Whether a check shows it: the service's own, and an auditor's who has nothing but the log's public key."""
        engine = self.engine(path)
        bundle = self.folder / "bundle.zip"
        bundle.unlink(missing_ok=True)
        try:
            with engine.begin() as conn:
                if not verify_database(conn, self.keys).ok:
                    return True
                export(conn, self.keys, bundle, now=NOW, verifier=b"# none\n")
            return not verify_bundle(bundle, [self.keys.vkey], kept=[self.kept] if kept else []).ok
        except ServiceError:
            return True  # it cannot even be exported
        finally:
            engine.dispose()

    def both(self, path: Path) -> tuple[str, str]:
        return word(self.seen(path, kept=False)), word(self.seen(path, kept=True))


def of_ours(folder: Path) -> dict[str, tuple[str, str]]:
    """By way of tampering: with the log alone, with a checkpoint kept outside."""
    log = Log.make(folder)
    assert log.both(log.altered(list)) == (UNSEEN, UNSEEN), "what nobody altered is good"
    found = {name: log.both(log.altered(way)) for name, way in WAYS.items()}
    other = LogKeys.create(folder / "other", "bench.test/log")
    found[RESEALED] = log.both(log.altered(delete_one, chain=True))
    found[BACK] = log.both(log.altered(delete_one, chain=True, back=True))
    found[ANOTHER] = log.both(log.altered(delete_one, chain=True, sign=other))
    found[OWN] = log.both(log.altered(delete_one, chain=True, sign=log.keys))
    found[CLOCK] = (clock_of_ours(log),) * 2
    return found


def clock_of_ours(log: Log) -> str:
    engine = log.engine(log.folder / "log.db")
    try:
        with engine.begin() as conn:
            append(Trail(conn, keys=log.keys, writer="main", policies="p" * 64), -3_600_000)
    except ClockWentBack:
        return REFUSED
    finally:
        engine.dispose()
    return UNSEEN


# --- the others ---------------------------------------------------------------------------------------------------


def of_chain(folder: Path) -> dict[str, tuple[str, str]]:
    """The same of the chain in a file."""
    folder.mkdir(parents=True)
    path = folder / "chain"
    chain = FileChain(path)
    for at in range(ENTRIES):
        chain.append(event(at), flush=False)
    chain.close()
    good = path.read_bytes().splitlines(keepends=True)
    head = good[-1][:64].decode()

    def both(lines: Events) -> tuple[str, str]:
        path.write_bytes(b"".join(lines))
        return word(breaks(lambda: verify(path))), word(breaks(lambda: verify(path, head)))

    assert both(good) == (UNSEEN, UNSEEN)
    found = {name: both(way(good)) for name, way in WAYS.items()}
    found[RESEALED] = found[BACK] = both(chained([line[65:-1] for line in delete_one(good)]))
    found[CLOCK] = (UNSEEN, UNSEEN)  # it takes any event; times are no concern of a chain
    return found


def chained(events: Events) -> Events:
    before, lines = START, []
    for each in events:
        before = linked(before, each)
        lines.append(before.encode() + b" " + each + b"\n")
    return lines


def of_pymerkle(folder: Path) -> dict[str, tuple[str, str]]:
    """The same of pymerkle; every event is hashed again, which its user must do, since it looks at stored hashes."""
    folder.mkdir(parents=True)
    events = [event(at) for at in range(ENTRIES)]
    with SqliteTree(str(folder / "good.db")) as tree:
        tree.append_entries(events)
        rows = [(each, tree.get_leaf(at)) for at, each in enumerate(events, 1)]
        kept = tree.get_root()

    def both(altered: list[tuple[bytes, bytes]]) -> tuple[str, str]:
        path = folder / "altered.db"
        path.unlink(missing_ok=True)
        with SqliteTree(str(path)):
            pass
        with contextlib.closing(sqlite3.connect(path)) as conn, conn:
            conn.executemany("insert into leaf (entry, hash) values (?, ?)", altered)
        return word(breaks(lambda: look(path, b""))), word(breaks(lambda: look(path, kept)))

    assert both(rows) == (UNSEEN, UNSEEN)
    found = {}
    for name, way in WAYS.items():
        altered = way(events)
        hashes = [rows[events.index(each) if each in events else HIT][1] for each in altered]
        found[name] = both(list(zip(altered, hashes, strict=True)))
    found[RESEALED] = found[BACK] = both(delete_one(rows))  # type: ignore[arg-type,assignment]
    found[CLOCK] = (UNSEEN, UNSEEN)
    return found


def look(path: Path, kept: bytes) -> None:
    with SqliteTree(str(path)) as tree:
        for at in range(1, tree.get_size() + 1):
            if tree.hash_buff(tree.get_entry(at)) != tree.get_leaf(at):
                raise ValueError("an event is not what its hash was made of")
        if kept and tree.get_root() != kept:
            raise ValueError("another root")


def breaks(act: Callable[[], object]) -> bool:
    try:
        act()
    except ValueError:
        return True
    return False


def word(seen: bool) -> str:
    return SEEN if seen else UNSEEN


def detection(folder: Path) -> None:
    """The table."""
    columns = [of_ours(folder / "ours"), of_chain(folder / "chain"), of_pymerkle(folder / "merkle")]
    names = ("ours", "file chain", "pymerkle")
    head = ["what was done", *(f"{name}{more}" for name in names for more in (", alone", ", head kept outside"))]
    rows = [
        [what, *(cell for column in columns for cell in column.get(what, ("has no signature",) * 2))]
        for what in (*WAYS, RESEALED, BACK, ANOTHER, OWN, CLOCK)
    ]
    results.table("What shows of tampering", [head, *rows])
