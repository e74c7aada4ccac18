"""SQLite: a connection that can only read, or still reads what is past, is not kept."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext


def never_read_only(engine: sa.Engine) -> None:
    """Let go of a connection that turns out to be read-only; whoever comes next opens the file anew.

    Where a file cannot be opened for writing, SQLite opens it for reading and says nothing (sqlite3_open_v2). One
    failure of the disk at that moment, and the connection would refuse to write for as long as the pool keeps it.

    Likewise one whose last user broke off while rows were read: its cursor lives as long as the error does, a ROLLBACK
    does not end it, and until then every beginning meets SQLITE_BUSY_SNAPSHOT.
    """
    sa.event.listen(engine, "handle_error", _let_go)


def _let_go(context: ExceptionContext) -> None:
    error = context.original_exception
    code = getattr(error, "sqlite_errorcode", 0)  # the driver's own refusals have none
    past = code == sqlite3.SQLITE_BUSY_SNAPSHOT
    if isinstance(error, sqlite3.Error) and (past or code & 0xFF == sqlite3.SQLITE_READONLY):
        context.is_disconnect = True
