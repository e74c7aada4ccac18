"""The statements of an append, and how they reach the database.

An append stands in every request. On SQLite its three statements cost a few microseconds each, and passing them
through SQLAlchemy five times as much again, so there they go to the driver itself. PostgreSQL, where a round trip is
dearer than a statement, says all in one sentence.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.tables import audit_head, audit_writer

SQLITE = "sqlite"

# What a failing database may raise on this path.
FAILED = (sa.exc.DBAPIError, sqlite3.Error, OSError)


def driver(conn: Connection) -> sqlite3.Connection:
    """SQLite: the driver's own connection, in the caller's transaction."""
    if not conn.in_transaction():
        conn.begin()
    raw: Any = conn.connection.driver_connection
    found: sqlite3.Connection = raw
    return found


def newest(conn: Connection) -> Sequence[Any] | None:
    """SQLite: place and body of the newest entry, and how far the tree has come."""
    row: Sequence[Any] | None = driver(conn).execute(_NEWEST).fetchone()
    return row


def add(conn: Connection, pos: int, row: dict[str, Any]) -> None:
    """SQLite: an entry and its disclosure at a place of the writer's choosing."""
    raw = driver(conn)
    raw.execute(_ENTRY, (pos, row["body"]))
    raw.execute(_DISCLOSURE, (pos, row["period"], row["sealed"], row["item"], row["actor"]))


def enter(conn: Connection, row: dict[str, Any], latest: int) -> bool:
    """PostgreSQL: both at once, unless the newest entry in the tree is later than ``latest``."""
    return conn.exec_driver_sql(_ENTER, {**row, "latest": latest}).first() is not None


_NEWEST = "SELECT pos, body, (SELECT last_pos FROM audit_head WHERE id = 1) FROM audit_entry ORDER BY pos DESC LIMIT 1"
_ENTRY = "INSERT INTO audit_entry (pos, body) VALUES (?, ?)"
_DISCLOSURE = "INSERT INTO audit_disclosure (pos, period, sealed, item, actor) VALUES (?, ?, ?, ?, ?)"
_ENTER = """WITH entry AS (
  INSERT INTO audit_entry (body) SELECT %(body)s::bytea
  WHERE coalesce((SELECT time FROM audit_head WHERE id = 1), 0) <= %(latest)s::bigint RETURNING pos
), disclosure AS (
  INSERT INTO audit_disclosure (pos, period, sealed, item, actor)
  SELECT pos, %(period)s::varchar, %(sealed)s::bytea, %(item)s::varchar, %(actor)s::varchar FROM entry
)
SELECT pos FROM entry"""

# Where a writer and the log stand, as far as the tree goes.
HEAD = sa.select(audit_head.c.time, audit_head.c.last_pos, audit_writer.c.n, audit_writer.c.prev).outerjoin(
    audit_writer, audit_writer.c.writer == sa.bindparam("name")
)
