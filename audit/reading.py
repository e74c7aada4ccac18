"""The log for those who may look at it: the list, newest first, and the state of its proofs. The caller decides who."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.checkpoint import Checkpoints, Note, agree, head
from audit.errors import LogDamaged
from audit.events import CLOCK_CORRECTED, LOG_VERIFIED
from audit.fact import kinds
from audit.follow import values_of
from audit.keys import LogKeys
from audit.sequence import Waiting, waiting
from audit.tables import audit_disclosure, audit_entry, audit_index, audit_leaf
from foundation.errors import Unavailable
from foundation.orm import from_ms, to_ms

_SLACK = timedelta(microseconds=form.SLACK)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry, opened. ``state`` is "disclosed", "redacted" or "damaged"; the latter two are blank.

    ``who`` has id, name, party, principal and request. ``meaning`` is the kind in words.
    """

    seq: int
    id: str
    at: datetime
    act: str
    meaning: str
    outcome: str
    marking: str
    rules: tuple[str, ...]
    writer: str
    state: str
    who: Mapping[str, Any]
    subject: str
    what: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first; ``cursor`` fetches the next page, None at the end."""

    rows: tuple[Row, ...]
    cursor: int | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The newest full verification that was recorded."""

    at: datetime
    entries: int
    faults: int


@dataclass(frozen=True, slots=True)
class State:
    """How the log stands. ``sound``: stored hashes, head and newest checkpoint tell one story (the quick check).

    ``waiting`` entries are committed and not yet in the tree, the oldest since ``since``: longer than moments is wrong.
    """

    size: int
    root: bytes
    checkpoint: Note | None
    unsigned: int
    sound: bool
    verified: Verified | None
    waiting: int = 0
    since: datetime | None = None


def page(  # noqa: PLR0913 - each a filter of the list
    conn: Connection,
    keys: LogKeys,
    cursor: int | None = None,
    n: int = 50,
    *,
    item: str | None = None,
    act: str | None = None,
    outcome: str | None = None,
    actor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page:
    """Up to ``n`` entries of the tree below ``cursor``, newest first. ``since`` is included, ``until`` is not.

    A redacted entry is still found by act, outcome and time, no longer by item or actor.
    """
    table = audit_index.c
    equal = {table.item: item, table.act: act, table.outcome: outcome, table.actor: actor}
    where = [column == value for column, value in equal.items() if value is not None]
    if cursor is not None:
        where.append(table.seq < cursor)
    if since or until:
        where += _between(conn, since, until)
    rows = conn.execute(_ROWS.where(*where).order_by(table.seq.desc()).limit(n + 1)).all()
    return Page(tuple(_row(keys, row) for row in rows[:n]), rows[n - 1].seq if len(rows) > n else None)


def entry(conn: Connection, keys: LogKeys, entry_id: str) -> Row | None:
    """One entry by its id."""
    row = conn.execute(_ROWS.where(audit_leaf.c.entry_id == entry_id).order_by(audit_leaf.c.seq)).first()
    return None if row is None else _row(keys, row)


def times(conn: Connection, item: str, act: str) -> tuple[int, int]:
    """How often something was done with an item, and by how many people, as far as the tree has it."""
    table = audit_index.c
    done = sa.select(sa.func.count(), sa.func.count(sa.distinct(table.actor)))
    row = conn.execute(done.where(table.item == item, table.act == act, table.outcome == "allowed")).one()
    return int(row[0]), int(row[1])


def latest(conn: Connection, act: str, actors: Collection[str]) -> dict[str, datetime]:
    """When each of these did something last, as far as the tree has it; who never did is left out."""
    table = audit_index.c
    asked = sa.select(table.actor, sa.func.max(table.at).label("at")).group_by(table.actor)
    done = asked.where(table.actor.in_(sorted(actors)), table.act == act, table.outcome == "allowed")
    return {row.actor: from_ms(row.at) for row in conn.execute(done)}


def policies_before(conn: Connection) -> str:
    """The digest of the policies under which the newest entry was made; "" where there is none that can be read."""
    body = conn.scalar(sa.select(audit_entry.c.body).order_by(audit_entry.c.pos.desc()).limit(1))
    try:
        return form.read(body or b"").pol
    except form.Malformed:
        return ""


def state(conn: Connection, keys: LogKeys) -> State:
    """Size, root, newest checkpoint, the quick check, what waits, the newest full verification. Cheap at any size."""
    last, sound, behind = None, True, Waiting(0, None)
    try:
        behind = waiting(conn)
        last = Checkpoints(conn, keys).latest()
        tree = head(conn)
        size, root = tree.size, tree.root()
        agree(conn, tree, last)
    except LogDamaged:
        sound = False
        size = conn.scalar(sa.select(sa.func.count()).select_from(audit_index)) or 0
        root = b""
    unsigned = max(0, size - (last.checkpoint.size if last else 0))
    return State(size, root, last, unsigned, sound, _verified(conn, keys), behind.entries, behind.since)


def _verified(conn: Connection, keys: LogKeys) -> Verified | None:
    found = page(conn, keys, n=1, act=LOG_VERIFIED.name).rows
    if not found or found[0].state != "disclosed":
        return None
    what = found[0].what
    return Verified(found[0].at, int(what.get("entries") or 0), int(what.get("faults") or 0))


def _between(conn: Connection, since: datetime | None, until: datetime | None) -> list[sa.ColumnElement[bool]]:
    """Conditions on time, and on seq so that no walk is longer than the time asked for.

    Times rise with seq but for the slack, so an entry older than ``since`` by more than it has only older ones before
    it. Not where a clock was corrected: there only the times themselves count.
    """
    table = audit_index.c
    where: list[sa.ColumnElement[bool]] = []
    rising = conn.scalar(sa.select(table.seq).where(table.act == CLOCK_CORRECTED.name).limit(1)) is None
    if since:
        where.append(table.at >= to_ms(since))
        before = sa.select(table.seq).where(table.at < to_ms(since - _SLACK)).order_by(table.at.desc()).limit(1)
        first = conn.scalar(before) if rising else None
        where += [] if first is None else [table.seq > first]
    if until:
        where.append(table.at < to_ms(until))
        after = sa.select(table.seq).where(table.at >= to_ms(until + _SLACK)).order_by(table.at).limit(1)
        stop = conn.scalar(after) if rising else None
        where += [] if stop is None else [table.seq < stop]
    return where


def _row(keys: LogKeys, row: sa.Row[*tuple[Any, ...]]) -> Row:
    try:
        leaf = form.read(row.body or b"")
        values = values_of(keys, leaf, row.period, row.sealed)
        told = "redacted" if values is None else "disclosed"
    except (form.Malformed, Unavailable):
        leaf, values, told = None, None, "damaged"
    known = kinds().get(row.act)
    return Row(
        seq=row.seq,
        id=row.entry_id,
        at=from_ms(row.at),
        act=row.act,
        meaning=known.meaning if known else "",
        outcome=row.outcome,
        marking=leaf.cls if leaf else "",
        rules=leaf.rules if leaf else (),
        writer=leaf.w if leaf else "",
        state=told,
        who=json.loads(values["who"]) if values else {},
        subject=values["subject"] if values else "",
        what=json.loads(values["what"]) if values else {},
        why=values["why"] if values else "",
    )


_ROWS = (
    sa.select(
        audit_index.c.seq,
        audit_index.c.entry_id,
        audit_index.c.at,
        audit_index.c.act,
        audit_index.c.outcome,
        audit_entry.c.body,
        audit_disclosure.c.period,
        audit_disclosure.c.sealed,
    )
    .outerjoin(audit_leaf, audit_leaf.c.seq == audit_index.c.seq)
    .outerjoin(audit_entry, audit_entry.c.pos == audit_leaf.c.pos)
    .outerjoin(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
)
