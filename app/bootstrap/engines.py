"""Database engines. Every unit of work is as if it were alone: SQLite takes one writer at a time, PostgreSQL checks.

On SQLite every unit takes the write lock at once, since even reading writes the log. On PostgreSQL it is serializable:
of two that would not have done the same one after the other, one is refused and done again (``contention``).
"""

from __future__ import annotations

import math
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from app.bootstrap.contention import Contended
from app.bootstrap.ways import WAY, Way
from vault.read_only import never_read_only

READING = "custodes_reading"
WROTE = "custodes_wrote"
SPARE = 4  # connections beside those of the serving threads: jobs, the lease, the log's sequencer, one waiting to close
_USED = "custodes_used"
_IDLE = 1.0  # seconds
_PATIENCE = 20  # seconds a unit of work waits for SQLite's one writer
_LOOKS = 3  # milliseconds it waits in SQLite before it asks anew: no longer than a pause of ``sweeps``

# Milliseconds, said to the server with the connection: whatever hangs, a thread and its locks come free again.
_LIMITS = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 300_000,  # erasing a large item's content happens between two statements
}
_ANSWER = 45.0  # seconds for an answer of the server: longer than its own limits take to refuse
# A sequential scan of a small table makes every writer to it a conflict (PostgreSQL, 13.2.3); index scans lock what
# they read. Forbidden scans cost so much that the compiler of queries would wake for each that has no index.
_PLANS = {"enable_seqscan": "off", "jit": "off"}
_CHANGES = re.compile(r'(?:insert into|(?<!for )(?<!do )update|delete from)\s+"?(?!audit_)\w', re.IGNORECASE)


def make_engine(url: str, *, threads: int = 12) -> sa.Engine:
    """An engine for the application's database; the folder of a SQLite file is made if missing.

    ``threads``: how many units of work there may be at once in this process.
    """
    parsed = make_url(url)
    return _postgresql(parsed, threads) if parsed.get_backend_name() == "postgresql" else _sqlite(parsed)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One moment of the database, read without keeping anybody from writing: for what walks over the whole log."""
    postgresql = engine.dialect.name == "postgresql"
    options: dict[str, Any] = {READING: True}
    if postgresql:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as opened:
        conn = opened.execution_options(**options)
        yield conn
        if postgresql:  # nothing was changed; at a ROLLBACK the driver forgets every statement it has prepared
            try:
                conn.commit()
            except DBAPIError:  # what was read is true all the same; nobody else is to get this connection
                conn.invalidate()


def forget_overwritten(engine: sa.Engine, *tables: str) -> bool:
    """Let go of the bytes that rows of these tables had before they were changed; False while somebody reads them.

    SQLite: they are overwritten in the file, and the write-ahead log, which has them too, is emptied. PostgreSQL:
    VACUUM; what it leaves in a page until that is used again, and in its own write-ahead log, is beyond it.
    """
    with engine.connect() as opened:
        conn = opened.execution_options(isolation_level="AUTOCOMMIT", **{READING: True})
        if engine.dialect.name == "sqlite":
            raw = conn.connection.dbapi_connection  # outside any transaction: within one nothing is moved
            return raw is not None and not raw.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        conn.exec_driver_sql("set statement_timeout = 0")
        driver: Any = conn.connection.driver_connection
        driver.patience = None
        for table in tables:
            conn.exec_driver_sql(f"vacuum {table}")
        driver.patience = _ANSWER
        conn.exec_driver_sql(f"set statement_timeout = {_LIMITS['statement_timeout']}")
    return True


def wrote(conn: sa.Connection) -> bool:
    """Whether a unit of work has changed anything but the log. On SQLite nobody asks.

    Most looks are entered in the log. Looking again enters it again, and both are true: it may be done.
    """
    return bool(conn.info.get(WROTE))


def _postgresql(url: URL, threads: int) -> sa.Engine:
    said = " ".join(f"-c {name}={value}" for name, value in {**_LIMITS, **_PLANS}.items())
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",  # the driver's own BEGIN would be a journey to the server of its own
        pool_size=threads,
        max_overflow=SPARE,
        pool_timeout=20,
        pool_use_lifo=True,  # few connections that know their statements, rather than all of them now and then
        hide_parameters=True,
        connect_args={"application_name": "custodes", "connect_timeout": 10, "options": said, **url.query},
    )
    from vault.answering import give_up_after  # here: SQLite needs none of it

    give_up_after(engine, _ANSWER)
    sa.event.listen(engine, "connect", _take_any_text)
    sa.event.listen(engine, "checkin", _put_down)
    sa.event.listen(engine, "checkout", _still_there)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "before_cursor_execute", _note_writing)
    return engine


def _put_down(_connection: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()


def _still_there(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that lay idle whether it is one. Each time would be a journey more for every unit of work, which
    tries once more anyway.
    """
    if time.monotonic() - record.info.get(_USED, math.inf) > _IDLE:
        try:
            connection.execute("")
        except Exception as error:
            raise sa.exc.DisconnectionError from error


def _take_any_text(connection: Any, _record: Any) -> None:
    """PostgreSQL's text has no U+0000. No name or reference has one either: it is looked for as what is nowhere."""
    from psycopg.types.string import StrDumperUnknown  # here: SQLite needs none of it

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, Text)


def _sqlite(url: URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # hide_parameters: what people wrote must not get into the text of an error, and so into the process's log.
    engine = sa.create_engine(
        url, connect_args={"timeout": _PATIENCE, "check_same_thread": False}, pool_size=16, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin_immediate)
    never_read_only(engine)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # pysqlite must not open transactions by itself, else BEGIN IMMEDIATE below comes too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    """SQLite itself looks ever more seldom whether its turn has come, up to every tenth of a second: whoever does many
    short units one after another would be ahead every time. So it is looked often here, and who waits is soon next.
    """
    if connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.driver_connection
    patience = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout={_LOOKS}")
    try:
        if not _taken(raw, patience / 1000):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # fails again, and is told as every statement's failure is
    finally:
        with suppress(sqlite3.ProgrammingError):  # it could only read, and was let go
            raw.execute(f"PRAGMA busy_timeout={patience}")


def _taken(raw: Any, patience: float) -> bool:
    """Whether its turn came. Asked of the driver itself, since many may be asking at once."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            code = error.sqlite_errorcode
            if code == sqlite3.SQLITE_BUSY_SNAPSHOT or code & 0xFF != sqlite3.SQLITE_BUSY:
                return False  # waiting mends neither what it still reads itself nor anything that is no wait
        else:
            return True
    return False


def _begin(conn: sa.Connection) -> None:
    conn.info[WROTE] = False
    options = conn.get_execution_options()
    if "isolation_level" not in options:  # whoever chose one does not do a unit of work
        conn.exec_driver_sql(_BEGIN[options[WAY]] if WAY in options else _SERIALIZABLE)


def _note_writing(conn: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
    if not statement.startswith("SELECT") and _CHANGES.search(statement):
        if conn.get_execution_options().get(WAY) is Way.LOOK:
            error = Contended("Nothing was changed. Try again.")
            error.as_act = True
            raise error
        conn.info[WROTE] = True


# One journey each. LOCK is the one statement that waits before the transaction has its moment of the database; the
# number is taken with it, since the order of the log's tree is that of the numbers. The modes, all of one table that is
# small and changed by sending alone: everybody who acts shares the weakest; who waits a turn keeps out its like; who is
# alone keeps out all who act (and no ordinary read), but waits for them no longer than it would be worth.
_NUMBER = " SELECT pg_current_xact_id()"
_SERIALIZABLE = "BEGIN ISOLATION LEVEL SERIALIZABLE;"
_GATE = " LOCK TABLE reference_counter IN {} MODE;"
_BEGIN = {
    Way.LOOK: "BEGIN ISOLATION LEVEL REPEATABLE READ;" + _NUMBER,
    Way.ACT: _SERIALIZABLE + _GATE.format("ROW SHARE") + _NUMBER,
    Way.TURN: _SERIALIZABLE + _GATE.format("SHARE UPDATE EXCLUSIVE") + _NUMBER,
    Way.ALONE: _SERIALIZABLE
    + " SET LOCAL lock_timeout = '1s';"
    + _GATE.format("EXCLUSIVE")
    + f" SET LOCAL lock_timeout = {_LIMITS['lock_timeout']};"
    + _NUMBER,
}
