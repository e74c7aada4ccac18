"""A room's rows as the log has them, made again in memory, and held against the rows that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from audit.fact import Fact
from audit.follow import Follower
from foundation.errors import Unavailable
from foundation.orm import metadata

# One engine for all of them, so that each question is put into SQL once and not at every verification. It keeps no
# connection: each that is asked for is a database of its own, and gone when it is closed.
_ENGINE = sa.create_engine("sqlite://", poolclass=NullPool, query_cache_size=2000)
# What each row is called in a report, and all that is in it; no two rows alike in name.
Rows = Callable[[Connection], Mapping[str, Any]]


def by_key(nouns: Mapping[sa.Table, str]) -> Rows:
    """Every row of these tables whole, called by the table's noun and its key."""

    def rows(conn: Connection) -> dict[str, Any]:
        found = {}
        for table, noun in nouns.items():
            keys = [column.name for column in table.primary_key]
            for row in conn.execute(sa.select(table)).mappings():
                found[f"{noun} {'/'.join(str(row[key]) for key in keys)}"] = tuple(row.values())
        return found

    return rows


def in_memory(tables: Sequence[sa.Table]) -> Connection:
    """A database of one connection with these tables, empty. ``forget`` it."""
    conn = _ENGINE.connect()
    for statement in _made_by(tuple(tables)):
        conn.exec_driver_sql(statement)
    return conn


@cache
def _made_by(tables: tuple[sa.Table, ...]) -> tuple[str, ...]:
    """What the database is told to make them."""
    with _ENGINE.connect() as conn:
        metadata.create_all(conn, tables)
        rows = conn.exec_driver_sql("select name, sql from sqlite_master where sql is not null order by rowid").all()
    return tuple(row[1] for row in rows if not row[0].startswith("sqlite_"))  # those it makes itself


def forget(conn: Connection) -> None:
    """Give back a database in memory."""
    conn.close()


def differing(follows: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """What is found that does not follow, and what follows and is not found, in words that name no content."""
    for key in sorted(follows.keys() | found.keys()):
        if key not in found:
            yield f"{key}: is missing"
        elif key not in follows:
            yield f"{key}: was never recorded"
        elif follows[key] != found[key]:
            yield f"{key}: not as recorded"


class Replica:
    """Told every fact in the log's order, then asked. The room's own follower concludes, so it concludes the same.

    ``noun`` says what of it was written and cannot be opened, where somebody edited what is sealed. ``close`` it.
    """

    def __init__(self, follower: Follower, tables: Sequence[sa.Table], rows: Rows, noun: str = "") -> None:
        self.kinds = follower.kinds
        self._follower, self._rows, self._noun = follower, rows, noun
        self._conn = in_memory(tables)

    def close(self) -> None:
        """Forget it."""
        forget(self._conn)

    def follow(self, fact: Fact) -> None:
        """One fact of ``kinds``. Raises what the follower raises."""
        self._follower.follow(self._conn, fact)

    def differences(self, conn: Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        try:
            follows, found = self._rows(self._conn), self._rows(conn)
        except Unavailable:
            yield f"{self._noun}: what was written about one does not open"
            return
        yield from differing(follows, found)
