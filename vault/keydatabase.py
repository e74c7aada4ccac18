"""The database under the key store: SQLite in a file of its own, or PostgreSQL in a database and role of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from vault.errors import ErasureUnfinished, StorageFailed
from vault.keystore_tables import metadata, object_key, remarking
from vault.read_only import never_read_only

_MAKING: Final = 0x6B657973  # “keys”: the advisory lock of whoever makes the tables
_LIMITS: Final = {"statement_timeout": 120_000, "lock_timeout": 20_000, "idle_in_transaction_session_timeout": 60_000}
_ANSWER: Final = 150.0  # seconds for an answer of the server: longer than its own limits take to refuse
_HOLDING: Final = (object_key, remarking)  # tables with wrapped keys


def open_engine(where: Path | str) -> sa.Engine:
    """An engine on the SQLite file of that path, made 0600 if absent, or on ``postgresql://…``.

    On SQLite what is deleted is overwritten. PostgreSQL has no such thing: docs/formats/envelope.md, section 4.
    """
    if str(where).startswith("postgresql"):
        return _postgresql(str(where))
    path = Path(where)
    # Never opened where it is there: closing it again would give up the locks of every connection this process has to
    # it (POSIX), and another process, thinking it is alone, would remove the write-ahead log under them.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    # hide_parameters: a wrapped key must not get into the text of an error.
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare)
    never_read_only(engine)
    return engine


def _postgresql(url: str) -> sa.Engine:
    said = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    from vault.answering import give_up_after  # here: SQLite needs none of it

    parsed = make_url(url)
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        # Each act here is a statement or two that lock what they look at: the server's own level is asked for by name
        # so that no default of the role changes it.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "application_name": "custodes-keys",
            "connect_timeout": 10,
            **parsed.query,
            "options": f"{parsed.query.get('options', '')} {said}".strip(),
        },
    )
    give_up_after(engine, _ANSWER)
    return engine


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class KeyDatabase:
    """Transactions on it, each by itself. A fault of the database is StorageFailed."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> sa.Engine:
        """As given."""
        return self._engine

    def make_tables(self) -> None:
        """Those that are not there yet."""
        with self.writing() as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))
            else:
                conn.exec_driver_sql("begin immediate")  # else two would look, and both make them
            metadata.create_all(conn)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction, committed at the end."""
        with refusing(), self._engine.begin() as conn:
            if conn.dialect.name == "sqlite":
                conn.exec_driver_sql("PRAGMA secure_delete=ON")
            yield conn

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """For looking."""
        with refusing(), self._engine.connect() as conn:
            yield conn

    @contextmanager
    def moment(self) -> Iterator[sa.Connection]:
        """All of it as it is at one moment, without keeping anybody from writing."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with refusing(), self._engine.connect() as conn:
            if conn.dialect.name == "postgresql":
                conn.execution_options(**options)
            else:
                conn.exec_driver_sql("begin")
            yield conn

    def shut_out_writers(self, conn: sa.Connection) -> None:
        """Until the transaction ends nobody wraps anything, and what was being wrapped is there to be seen.

        On SQLite the first statement that writes does that: call this, then write, then look.
        """
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"lock table {', '.join(table.name for table in _HOLDING)} in share mode")

    def forget_deleted(self) -> None:
        """Have the database let go of the bytes of deleted and replaced rows, as far as it can.

        SQLite: the write-ahead log is emptied; raises ErasureUnfinished while somebody is reading. PostgreSQL: VACUUM;
        what is left even so is said in docs/formats/envelope.md, section 4.
        """
        if self._engine.dialect.name == "postgresql":
            self._vacuum()
            return
        with self.reading() as conn:
            busy = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            raise ErasureUnfinished("The key is deleted, but its old bytes are not overwritten yet. Repeat this.")

    def _vacuum(self) -> None:
        with refusing(), self._engine.connect() as conn:
            conn.execution_options(isolation_level="AUTOCOMMIT")
            for table in _HOLDING:
                conn.exec_driver_sql(f"vacuum {table.name}")


@contextmanager
def refusing() -> Iterator[None]:
    """Faults of the database as refusals."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        raise StorageFailed(
            "The key store cannot be used now. Try again; if it stays so, call the operator."
        ) from error
