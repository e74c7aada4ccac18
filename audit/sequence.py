"""The sequencer: takes committed entries into the tree, in batches, in one order for ever.

An act writes its entry and its disclosure and nothing else. Leaves, nodes, head, index and the writers' chains follow
from those rows and are made here: on SQLite inside any writing transaction, on PostgreSQL in one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.errors import LogDamaged, LogUnavailable, NotYetInTree
from audit.merkle import Frontier, leaf_hash
from audit.statements import SQLITE
from audit.tables import (
    audit_disclosure,
    audit_entry,
    audit_head,
    audit_index,
    audit_leaf,
    audit_node,
    audit_writer,
)
from foundation.orm import from_ms

BATCH = 1000
_FEW = 8
LOCK = 0x6C6F67  # “log”: the advisory lock of whoever takes entries in

_Row = sa.Row[Any]


@dataclass(slots=True)
class _Head:
    """How far the tree has come. ``born``: there is no row yet."""

    tree: Frontier
    time: int
    xid: int
    pos: int
    born: bool


@dataclass(slots=True)
class _Batch:
    """Rows to add, made from one step of entries."""

    leaves: list[tuple[Any, ...]] = field(default_factory=list)
    index: list[tuple[Any, ...]] = field(default_factory=list)
    nodes: list[tuple[Any, ...]] = field(default_factory=list)
    writers: dict[str, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Committed entries not yet in the tree, and the time of the oldest."""

    entries: int
    since: datetime | None


def integrate(conn: Connection, most: int | None = None, *, batch: int = BATCH) -> int:
    """Take in what is committed (SQLite: and the transaction's own entries), at most ``most``; how many came in.

    On PostgreSQL: in a transaction of its own, READ COMMITTED or REPEATABLE READ. There an entry comes in only when no
    transaction that could still commit before it is under way, so that a late commit is never passed over; 0 also while
    somebody else is at it. Flat memory for any backlog. Raises LogDamaged; LogUnavailable if another moved the head.
    """
    if conn.dialect.name != SQLITE and not conn.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    head, done = _head(conn), 0
    if not head.born and conn.scalar(_LAST, {"seq": head.tree.size - 1}) != head.pos:
        raise LogDamaged(_DAMAGED)
    if conn.dialect.name != SQLITE and (conn.scalar(sa.select(_OVER)) or 0) <= head.xid:
        raise LogDamaged(_ELSEWHERE)
    while most is None or done < most:
        step = batch if most is None else min(batch, most - done)
        rows = conn.execute(_decided(conn, head).limit(step)).all()
        if rows:
            head = _taken(conn, head, rows)
            done += len(rows)
        if len(rows) < step:
            break
    return done


def take_in(conn: Connection) -> None:
    """Bring the tree up to date where the transaction may do so itself (SQLite). On PostgreSQL the sequencer does."""
    if conn.dialect.name == SQLITE:
        integrate(conn)


def all_in(conn: Connection) -> None:
    """See to it that every entry visible here stands in the tree. Raises NotYetInTree (PostgreSQL)."""
    take_in(conn)
    if any(waiting_rows(conn)):
        detail = "Entries made a moment ago do not stand in the tree yet. Try again in a moment."
        raise NotYetInTree(detail)


def waiting_rows(conn: Connection) -> Iterator[_Row]:
    """Visible entries not yet in the tree, decided or not, in order: pos, xid, body, item, actor, period, sealed."""
    head = _head(conn)
    while True:
        rows = conn.execute(_behind(conn, head).limit(BATCH)).all()
        yield from rows
        if len(rows) < BATCH:
            return
        head.xid, head.pos = rows[-1].xid, rows[-1].pos


def newest_waiting(conn: Connection) -> Iterator[_Row]:
    """The same, by place from the newest back: of one writer the first is its newest."""
    where: sa.ColumnElement[bool] = _later(conn, _head(conn))
    step = _FEW
    while True:
        back: sa.Select[Any] = _ENTRIES.where(where).order_by(audit_entry.c.pos.desc())
        rows: Sequence[_Row] = conn.execute(back.limit(step)).all()
        yield from rows
        if len(rows) < step:
            return
        where, step = where & (audit_entry.c.pos < rows[-1].pos), BATCH


def ids_waiting(conn: Connection) -> set[str]:
    """Ids of the visible entries not yet in the tree. Few, unless the sequencer stands still."""
    found = (_ID(row.body) for row in waiting_rows(conn))
    return {each[1].decode() for each in found if each}


def waiting(conn: Connection) -> Waiting:
    """How many entries wait for their place in the tree, and since when."""
    head = _head(conn)
    count = sa.select(sa.func.count()).select_from(audit_entry).where(_later(conn, head))
    first = conn.execute(_behind(conn, head).limit(1)).first()
    if first is None:
        return Waiting(0, None)
    try:
        since = from_ms(form.read(first.body).t // 1000)
    except form.Malformed:
        since = from_ms(head.time // 1000)
    return Waiting(conn.scalar(count) or 0, since)


def started(conn: Connection) -> int:
    """PostgreSQL: every transaction that is over by now, or under way, has a lower number."""
    return conn.scalar(sa.select(_UNDER_WAY)) or 0


def over(conn: Connection, before: int) -> bool:
    """PostgreSQL: do all entries committed by transactions of a number below ``before`` stand in the tree?"""
    return conn.execute(_behind(conn, _head(conn)).where(audit_entry.c.xid < before).limit(1)).first() is None


def _head(conn: Connection) -> _Head:
    row = conn.execute(_HEAD).first()
    if row is None:
        return _Head(Frontier(), 0, 0, 0, born=True)
    try:
        tree = Frontier.unpack(row.size, row.frontier)
        return _Head(tree, int(row.time), int(row.last_xid), int(row.last_pos), born=False)
    except (TypeError, ValueError, AttributeError):
        raise LogDamaged(_DAMAGED) from None


def _later(conn: Connection, head: _Head) -> sa.ColumnElement[bool]:
    """Entries that come after the newest one in the tree."""
    if conn.dialect.name == SQLITE:
        return audit_entry.c.pos > head.pos
    here = sa.tuple_(sa.literal(head.xid, sa.BigInteger), sa.literal(head.pos, sa.BigInteger))
    return sa.tuple_(audit_entry.c.xid, audit_entry.c.pos) > here


def _behind(conn: Connection, head: _Head) -> sa.Select[Any]:
    order = (audit_entry.c.pos,) if conn.dialect.name == SQLITE else (audit_entry.c.xid, audit_entry.c.pos)
    return _ENTRIES.where(_later(conn, head)).order_by(*order)


def _decided(conn: Connection, head: _Head) -> sa.Select[Any]:
    """Those whose transaction, and every one before it, is over."""
    select = _behind(conn, head)
    return select if conn.dialect.name == SQLITE else select.where(audit_entry.c.xid < _OVER)


def _taken(conn: Connection, head: _Head, rows: Sequence[_Row]) -> _Head:
    try:
        return _add_all(conn, head, rows)
    except sa.exc.IntegrityError as error:
        detail = "There is something where new entries belong. Verify the log, and report it as an incident."
        raise LogDamaged(detail) from error


def _add_all(conn: Connection, head: _Head, rows: Sequence[_Row]) -> _Head:
    made, was = _Batch(), head.tree.size
    time = head.time
    for row in rows:
        time = _add(made, head.tree, time, row)
    values = {"size": head.tree.size, "frontier": head.tree.pack(), "time": time}
    moved = {**values, "last_xid": rows[-1].xid, "last_pos": rows[-1].pos}
    if head.born:
        conn.execute(sa.insert(audit_head).values(id=1, **moved))
    elif conn.execute(_move(head, was).values(moved)).rowcount != 1:
        detail = "Somebody else took entries into the log in the same moment, so this was not done. Try again."
        raise LogUnavailable(detail)
    _fill(conn, audit_leaf, made.leaves)
    _fill(conn, audit_node, made.nodes)
    _fill(conn, audit_index, made.index)
    for name, (n, prev) in sorted(made.writers.items()):
        conn.execute(_WRITER, {"writer": name, "n": n, "prev": prev})
    return _Head(head.tree, time, rows[-1].xid, rows[-1].pos, born=False)


def _add(made: _Batch, tree: Frontier, time: int, row: _Row) -> int:
    """One entry: its place, its rows. Returns the greatest time so far. What somebody altered goes in as it is: the
    examiner will say so, and the log goes on."""
    body, seq = bytes(row.body), tree.size
    hashed = leaf_hash(body)
    made.nodes += tree.append(hashed)
    try:
        leaf = form.read(body)
    except form.Malformed:
        made.leaves.append((seq, row.pos, "", hashed))
        made.index.append((seq, "", row.item, row.actor, "", "", time // 1000))
        return time
    made.leaves.append((seq, row.pos, leaf.id, hashed))
    made.index.append((seq, leaf.id, row.item, row.actor, leaf.act, leaf.out, leaf.t // 1000))
    made.writers[leaf.w] = (leaf.n + 1, hashed)
    return leaf.t if leaf.act == form.CLOCK_SET else max(leaf.t, time)


def _move(head: _Head, was: int) -> sa.Update:
    """Only from where it was read."""
    place = (audit_head.c.last_xid == head.xid, audit_head.c.last_pos == head.pos)
    return sa.update(audit_head).where(audit_head.c.id == 1, audit_head.c.size == was, *place)


def _fill(conn: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows at once, in the order of the table's columns."""
    if not rows:
        return
    names = ", ".join(column.name for column in table.c)
    if conn.dialect.name == SQLITE:
        marks = ", ".join("?" * len(table.c))
        conn.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - our own names
        return
    arrays = ", ".join(f"%s::{column.type.compile(conn.dialect)}[]" for column in table.c)
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    conn.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})", columns)  # noqa: S608


_DAMAGED = "The log’s head is damaged, so nothing is done. Verify the log, and report it as an incident."
_ELSEWHERE = (
    "The numbers of this server’s transactions lie behind those in the log, as after a restore from a dump: new "
    "entries would never come into the tree. Set the server’s counter beyond them (pg_resetwal), then go on."
)
_LAST = sa.select(audit_leaf.c.pos).where(audit_leaf.c.seq == sa.bindparam("seq"))
_ID = re.compile(rb'"id":"([0-9a-f-]{36})","n":').search
_HEAD = sa.select(
    audit_head.c.size, audit_head.c.frontier, audit_head.c.time, audit_head.c.last_xid, audit_head.c.last_pos
).where(audit_head.c.id == 1)
_ENTRIES = sa.select(
    audit_entry.c.pos,
    audit_entry.c.xid,
    audit_entry.c.body,
    audit_disclosure.c.item,
    audit_disclosure.c.actor,
    audit_disclosure.c.period,
    audit_disclosure.c.sealed,
).outerjoin(audit_disclosure, audit_disclosure.c.pos == audit_entry.c.pos)
# Every transaction of a lower number is over: nothing can still be committed before what is below it.
_OVER = sa.literal_column("(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint", sa.BigInteger)
_UNDER_WAY = sa.literal_column("(pg_snapshot_xmax(pg_current_snapshot())::text)::bigint", sa.BigInteger)
_WRITER = sa.text(
    f"INSERT INTO {audit_writer.name} (writer, n, prev) VALUES (:writer, :n, :prev) "  # noqa: S608 - our own name
    "ON CONFLICT (writer) DO UPDATE SET n = excluded.n, prev = excluded.prev"
)
