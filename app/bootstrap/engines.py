"""Database engines. On SQLite every unit of work takes the write lock at once, since even reading writes the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

READING = "custodes_reading"


def make_engine(url: str) -> sa.Engine:
    """An engine for the application's database; the folder of a SQLite file is made if missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # hide_parameters: what people wrote must not get into the text of an error, and so into the process's log.
    engine = sa.create_engine(
        url, connect_args={"timeout": 20, "check_same_thread": False}, pool_size=16, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One moment of the database, read without keeping anybody from writing: for what walks over the whole log."""
    options: dict[str, Any] = (
        {READING: True} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    )
    with engine.connect() as conn:
        yield conn.execution_options(**options)


def _prepare(connection: Any, _record: Any) -> None:
    # pysqlite must not open transactions by itself, else BEGIN IMMEDIATE below comes too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
