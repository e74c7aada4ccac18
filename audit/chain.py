"""Where a writer's chain stands, and the two rows of an append: each database in its own way, behind one front.

SQLite takes one writer at a time, so the newest row tells everything. On PostgreSQL nothing may be read or written that
others write too: a writer knows its own chain, and is one unit of work at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.errors import ClockWentBack, LogDamaged
from audit.merkle import leaf_hash
from audit.sequence import integrate, newest_waiting
from audit.statements import HEAD, SQLITE, add, newest
from audit.statements import enter as enter_there

# SQLite: with more than this many waiting an append takes them in itself; the backlog stays small without a job.
MOST_WAITING = 512


@dataclass(frozen=True, slots=True)
class Chain:
    """``name`` has written ``n`` entries; ``prev`` is the hash of the newest of them."""

    name: str
    n: int = 0
    prev: bytes = form.START


@dataclass(frozen=True, slots=True)
class Stand:
    """What an entry about to be written continues. ``pos``: its place, where the writer says it (SQLite)."""

    n: int
    prev: bytes
    pos: int | None = None


# The three numbers of a leaf that a chain needs. No text of it can look like them: quotation marks in it are escaped.
_TELLS = re.compile(rb'"n":([0-9]{1,16}),"out":.*"t":([0-9]{1,16}),"v":1,"w":"([a-z0-9][a-z0-9._/-]{0,63})"\}\Z').search


def stand(conn: Connection, writer: str | Chain, t: int, *, clock_set: bool) -> Stand:
    """What the writer's next entry, of time ``t``, continues.

    A name alone is looked up; a Chain is taken at its word where several write at once. Raises ClockWentBack,
    LogDamaged.
    """
    name = writer if isinstance(writer, str) else writer.name
    if conn.dialect.name == SQLITE:
        return _newest(conn, name, t) or _read_again(conn, name, t, clock_set=clock_set)
    if isinstance(writer, Chain):
        return Stand(writer.n, writer.prev)
    return _resumed(conn, name)


def enter(conn: Connection, at: Stand, row: dict[str, Any], *, latest: int) -> None:
    """Write entry and disclosure: ``body``, ``period``, ``sealed``, ``item``, ``actor``.

    ``latest``: the greatest time in the tree that the entry may come after. Raises ClockWentBack.
    """
    if at.pos is not None:
        add(conn, at.pos, row)
    elif not enter_there(conn, row, latest):
        raise ClockWentBack(_BACK)


def _newest(conn: Connection, name: str, t: int) -> Stand | None:
    """The short way: the newest entry is this writer's own and not later, so it is not too late for any before it."""
    pos, body, last = newest(conn) or (None, b"", None)
    told = _TELLS(body) if isinstance(body, bytes) else None
    if not isinstance(body, bytes) or told is None or told[3] != name.encode() or int(told[2]) > t:
        return None
    if not (isinstance(pos, int) and isinstance(last, int) and 0 <= pos - last <= MOST_WAITING):
        return None
    return Stand(int(told[1]) + 1, leaf_hash(body), pos + 1)


def _read_again(conn: Connection, name: str, t: int, *, clock_set: bool) -> Stand:
    """The long way: take in what waits, then the tree says where writer and time stand."""
    integrate(conn)
    row = conn.execute(HEAD, {"name": name}).first()
    if row is None:
        return Stand(0, form.START, 1)
    try:
        behind = t < int(row.time) - form.SLACK
        last = 0 if row.n is None else int(row.n)
        found = Stand(last, form.START if row.n is None else bytes(row.prev), int(row.last_pos) + 1)
    except (TypeError, ValueError):
        raise LogDamaged(_DAMAGED) from None
    if behind and not clock_set:
        raise ClockWentBack(_BACK)
    return found


def _resumed(conn: Connection, name: str) -> Stand:
    """From the tree and what waits. For a name that only one unit of work uses."""
    row = conn.execute(HEAD, {"name": name}).first()
    n, prev = (row.n, bytes(row.prev)) if row is not None and row.n is not None else (0, form.START)
    for waiting in newest_waiting(conn):
        told = _TELLS(waiting.body)
        if told is not None and told[3] == name.encode():
            return Stand(int(told[1]) + 1, leaf_hash(waiting.body))
    return Stand(n, prev)


_BACK = (
    "The clock is behind the newest entry of the log, so nothing is done. The operator sets it right; "
    "if it had run ahead before, “custodes audit correct-clock” records that first."
)
_DAMAGED = "The log’s head is damaged, so nothing is done. Verify the log, and report it as an incident."
