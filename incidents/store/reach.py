"""The index of whom things reached: made by a walk through the log's own index, never by an act itself.

In the transaction of a read it would be a row that all readers of one item wait for (ADR 0037). What the walk has not
seen yet is read from the log's index, so that an answer is never behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import nlargest
from typing import Any

import sqlalchemy as sa

from audit.events import ENTRIES_REDACTED, ENTRY_REDACTED, REDACTION_DONE
from audit.tables import audit_index
from foundation.actor import NOBODY, SERVICE
from incidents.tables import incident_reach, incident_walk

BATCH = 10_000
NOT_PEOPLE = frozenset({SERVICE.id, NOBODY.id, "console", "witness"})
_ERASED = frozenset({ENTRY_REDACTED.name, ENTRIES_REDACTED.name, REDACTION_DONE.name})

_ADD = sa.text(
    "INSERT INTO incident_reach (item, actor, act, times, first_at, last_at) "
    "VALUES (:item, :actor, :act, :times, :first_at, :last_at) ON CONFLICT (item, actor, act) DO UPDATE SET "
    "times = incident_reach.times + excluded.times, "
    "first_at = CASE WHEN excluded.first_at < incident_reach.first_at THEN excluded.first_at "
    "ELSE incident_reach.first_at END, "
    "last_at = CASE WHEN excluded.last_at > incident_reach.last_at THEN excluded.last_at "
    "ELSE incident_reach.last_at END"
)


@dataclass(slots=True)
class Counted:
    """How often, from when to when (milliseconds since 1970)."""

    times: int
    first_at: int
    last_at: int

    def plus(self, times: int, first_at: int, last_at: int) -> None:
        """And as often again."""
        self.times += times
        self.first_at, self.last_at = min(self.first_at, first_at), max(self.last_at, last_at)


Key = tuple[str, str, str]  # item, actor, act


def name_of(acts: Collection[str]) -> str:
    """The walk over these acts: another list of acts is another walk."""
    return f"reach-{sha256(' '.join(sorted(acts)).encode()).hexdigest()[:16]}"


def position(conn: sa.Connection, name: str) -> int:
    """The first entry of the tree that a walk has not seen."""
    return int(conn.scalar(sa.select(incident_walk.c.seq).where(incident_walk.c.name == name)) or 0)


def walked(conn: sa.Connection, name: str, before: int, seq: int) -> bool:
    """A walk has come so far; False when another run of it was first."""
    if before == 0 and conn.scalar(sa.select(incident_walk.c.name).where(incident_walk.c.name == name)) is None:
        conn.execute(sa.insert(incident_walk).values(name=name, seq=seq))
        return True
    done = conn.execute(
        sa.update(incident_walk).where(incident_walk.c.name == name, incident_walk.c.seq == before).values(seq=seq)
    )
    return done.rowcount == 1


def walk(conn: sa.Connection, acts: Collection[str], *, batch: int = BATCH) -> int:
    """Count the next entries of the tree; how many were looked at, 0 when there were none."""
    name = name_of(acts)
    start = position(conn, name)
    if start == 0:
        _afresh(conn, name)
    column = audit_index.c
    rows = conn.execute(
        sa.select(column.seq, column.item, column.actor, column.act, column.outcome, column.at)
        .where(column.seq >= start)
        .order_by(column.seq)
        .limit(batch)
    ).all()
    if not rows or not walked(conn, name, start, rows[-1].seq + 1):
        return 0
    found = counted(rows, acts)
    if found:
        conn.execute(_ADD, [_row(key, each) for key, each in sorted(found.items())])
    if any(row.act in _ERASED for row in rows):
        forget(conn)
    return len(rows)


def unseen(conn: sa.Connection, where: sa.ColumnElement[bool], acts: Collection[str]) -> dict[Key, Counted]:
    """The same of the log's index after the walk, for one item or person: counted there, not a row of each entry here.

    By acts it is sifted here: a planner that sees them would rather go through all entries of an act.
    """
    column = audit_index.c
    key = (column.item, column.actor, column.act, column.outcome)
    rows = conn.execute(
        sa.select(*key, sa.func.count(), sa.func.min(column.at), sa.func.max(column.at))
        .where(where, column.seq >= position(conn, name_of(acts)))
        .group_by(*key)
    )
    return {
        (item, actor, act): Counted(times, first_at, last_at)
        for item, actor, act, outcome, times, first_at, last_at in rows
        if _counts(item, actor, act, outcome, acts)
    }


def counted(rows: Iterable[Any], acts: Collection[str]) -> dict[Key, Counted]:
    """What some entries say, by item, person and act."""
    found: dict[Key, Counted] = {}
    for row in rows:
        if not _counts(row.item, row.actor, row.act, row.outcome, acts):
            continue
        key = (row.item, row.actor, row.act)
        if key in found:
            found[key].plus(1, row.at, row.at)
        else:
            found[key] = Counted(1, row.at, row.at)
    return found


def _counts(item: str, actor: str, act: str, outcome: str, acts: Collection[str]) -> bool:
    return act in acts and outcome == "allowed" and bool(item) and bool(actor) and actor not in NOT_PEOPLE


def forget(conn: sa.Connection) -> None:
    """What was erased from the log is not kept here: rows that no entry of the log speaks for any more."""
    reach, index = incident_reach.c, audit_index.c
    said = sa.exists().where(index.item == reach.item, index.actor == reach.actor, index.act == reach.act)
    conn.execute(sa.delete(incident_reach).where(sa.not_(said)))


def of_item(conn: sa.Connection, item: str) -> dict[Key, Counted]:
    """Who did what to one item, as far as the walk has come."""
    rows = conn.execute(sa.select(incident_reach).where(incident_reach.c.item == item))
    return {(row.item, row.actor, row.act): Counted(row.times, row.first_at, row.last_at) for row in rows}


def of_actor(conn: sa.Connection, actor: str, acts: Sequence[str], most: int) -> list[tuple[Key, Counted]]:
    """What one person did last, of each act at most ``most`` things: from the index alone."""
    column = incident_reach.c
    found = []
    for act in acts:
        rows = conn.execute(
            sa.select(column.item, column.actor, column.act, column.times, column.first_at, column.last_at)
            .where(column.actor == actor, column.act == act)
            .order_by(column.last_at.desc())
            .limit(most)
        )
        found += [((row.item, row.actor, row.act), Counted(row.times, row.first_at, row.last_at)) for row in rows]
    return found


def of_keys(conn: sa.Connection, actor: str, keys: Collection[Key]) -> dict[Key, Counted]:
    """What the index has of these, all of one person."""
    if not keys:
        return {}
    column = incident_reach.c
    items = sorted({item for item, _, _ in keys})
    rows = conn.execute(sa.select(incident_reach).where(column.item.in_(items), column.actor == actor))
    found = {(row.item, row.actor, row.act): Counted(row.times, row.first_at, row.last_at) for row in rows}
    return {key: each for key, each in found.items() if key in keys}


def newest(found: Mapping[Key, Counted], most: int) -> dict[Key, Counted]:
    """Of each act at most ``most``, those done last."""
    by_act: dict[str, list[Key]] = defaultdict(list)
    for key in found:
        by_act[key[2]].append(key)
    last = (nlargest(most, keys, key=lambda key: (found[key].last_at, key)) for keys in by_act.values())
    return {key: found[key] for keys in last for key in keys}


def totals(conn: sa.Connection, actor: str) -> Mapping[str, tuple[int, int]]:
    """How many things one person did each act to, and how often in all."""
    column = incident_reach.c
    rows = conn.execute(
        sa.select(column.act, sa.func.count(), sa.func.sum(column.times))
        .where(column.actor == actor)
        .group_by(column.act)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _afresh(conn: sa.Connection, name: str) -> None:
    """A walk over other acts begins: what the one before had counted goes."""
    conn.execute(sa.delete(incident_reach))
    other = incident_walk.c.name.like("reach-%") & (incident_walk.c.name != name)
    conn.execute(sa.delete(incident_walk).where(other))


def _row(key: Key, found: Counted) -> dict[str, object]:
    item, actor, act = key
    return {
        "item": item,
        "actor": actor,
        "act": act,
        "times": found.times,
        "first_at": found.first_at,
        "last_at": found.last_at,
    }
