"""A database for whoever needs one in a test: on SQLite or on PostgreSQL, as ``pytest --database`` says.

Every test gets its databases here and nowhere else, so the whole suite runs on both. What a fixture or a test asked for
is gone when that fixture or test is over.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url

from app.bootstrap.engines import make_engine
from app.bootstrap.schema import metadata, upgrade
from bench.postgresql import Server
from tests import reach, stores

KINDS = ("sqlite", "postgresql")
MOST_SPARE = 20


class Databases:
    """Those of this process. The server and the template are made by the first who needs one."""

    def __init__(self) -> None:
        self._kind = "sqlite"
        self._server: Server | None = None
        self._template: str = ""
        self._made: list[list[str]] = [[]]
        self.houses: dict[Path, str] = {}
        self._open: dict[str, list[psycopg.Connection[Any]]] = {}
        self._like: dict[str, str] = {}
        self._spare: list[str] = []  # made from the template, used, to be emptied and used again
        self._scratch = tempfile.TemporaryDirectory(prefix="custodes-template-")

    @property
    def kind(self) -> str:
        """One of ``KINDS``; refused to a test that was found not to ask (``tests.reach``)."""
        reach.HERE.asked()
        return self._kind

    @kind.setter
    def kind(self, kind: str) -> None:
        self._kind = kind

    @property
    def server(self) -> Server:
        """PostgreSQL; a server for each process of tests, so that no other's transactions are seen by it."""
        if self._server is None:
            self._server = Server().start()
        return self._server

    def template(self) -> str:
        """A database with every table and nothing in it: its name on PostgreSQL, its file on SQLite."""
        if not self._template:
            if self.kind == "postgresql":
                name = self.server.create()
                self._bring_up(self.server.url(name))
                self._template = name
            else:
                path = Path(self._scratch.name) / "template.db"
                self._bring_up(f"sqlite:///{path}")
                with sqlite3.connect(path) as conn:  # one file, without its log beside it
                    conn.execute("pragma wal_checkpoint(truncate)")
                conn.close()
                self._template = str(path)
        return self._template

    def _bring_up(self, url: str) -> None:
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()

    def create(self, like: str) -> str:
        """On PostgreSQL: a copy of ``like``, for as long as whoever is asking just now lasts; its URL."""
        name = ""
        while like == self._template and self._spare and not name:
            name = self._spare.pop()
            if not self.server.reset(name, like):
                self.server.drop(name)
                name = ""
        name = name or self.server.create(like)
        self._like[name] = like
        self._made[-1].append(name)
        return self.server.url(name)

    @contextmanager
    def lasting(self, made: list[str]) -> Iterator[None]:
        """What is made within is entered in ``made``, to be dropped by whoever holds that."""
        self._made.append(made)
        try:
            yield
        finally:
            del self._made[max(at for at, one in enumerate(self._made) if one is made)]

    def drop(self, made: list[str]) -> None:
        while made:
            name = made.pop()
            # An engine nobody disposed of: its connections would be complained about when they are collected.
            for connection in self._open.pop(name, ()):
                connection.close()
            if self._like.pop(name) == self._template and len(self._spare) < MOST_SPARE:
                self._spare.append(name)
            else:
                self.server.drop(name)
            self.houses = {state: url for state, url in self.houses.items() if url != self.server.url(name)}

    def stop(self) -> None:
        if self._server is not None:
            self._server.remove()
            self._server = None
        self._scratch.cleanup()

    def opened(self, connection: object, _record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            others = self._open.setdefault(connection.info.dbname, [])
            others[:] = [*(one for one in others if not one.closed), connection]


HERE = Databases()
sa.event.listen(sa.Pool, "connect", HERE.opened)


def on_postgresql() -> bool:
    """Whether this run is the one on PostgreSQL."""
    return HERE.kind == "postgresql"


def new(folder: Path, name: str = "custodes.db") -> str:
    """The URL of a database with every table and nothing in it; on SQLite the file ``name`` in ``folder``."""
    template = HERE.template()
    if on_postgresql():
        return HERE.create(template)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(template, folder / name)
    return f"sqlite:///{folder / name}"


def empty(folder: Path, name: str = "custodes.db") -> str:
    """The URL of a database without a table."""
    return HERE.create("template0") if on_postgresql() else f"sqlite:///{folder / name}"


def copy(url: str, folder: Path) -> str:
    """The URL of another just like the one of ``url``, which nobody uses just now; on SQLite its file in ``folder``."""
    parsed = make_url(url)
    assert parsed.database is not None
    if on_postgresql():
        return HERE.create(parsed.database)
    kept = Path(parsed.database)
    if not (folder / kept.name).exists():
        shutil.copyfile(kept, folder / kept.name)
    return f"sqlite:///{folder / kept.name}"


def engine(folder: Path, name: str = "custodes.db") -> sa.Engine:
    """An engine on a new database with every table, as the service makes it, but flushed by nobody."""
    return engine_of(new(folder, name))


def engine_of(url: str) -> sa.Engine:
    """The same on a database there is. No test of these cuts the power."""
    made = make_engine(url)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", lambda raw, _: raw.execute("pragma synchronous=off"))
    return made


def memory() -> sa.Engine:
    """Where there is no folder: on SQLite in memory, seen by one connection; on PostgreSQL a new database."""
    if on_postgresql():
        return engine_of(HERE.create(HERE.template()))
    made = sa.create_engine("sqlite://")
    metadata.create_all(made)
    return made


def settings(state: Path) -> dict[str, str]:
    """The environment of the house in ``state``: which database and stores are its. The same each time for a folder."""
    if state not in HERE.houses:
        HERE.houses[state] = new(state)
    return {"CUSTODES_DATABASE_URL": HERE.houses[state], **stores.settings(state)}


def everything(url: str) -> bytes:
    """What a thief of the database would read: on SQLite its files, on PostgreSQL every row as the server keeps it."""
    parsed = make_url(url)
    assert parsed.database is not None
    if parsed.get_backend_name() == "sqlite":
        kept = Path(parsed.database)
        return b"\n".join(path.read_bytes() for path in sorted(kept.parent.glob(f"{kept.name}*")))
    found = []
    with psycopg.connect(str(parsed.set(drivername="postgresql"))) as conn:
        tables = conn.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        )
        for (table,) in tables.fetchall():
            with conn.cursor().copy(sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(table))) as out:
                found += [bytes(piece) for piece in out]
    return b"\n".join(found)


def on_disk(url: str) -> tuple[Path, ...]:
    """Where PostgreSQL keeps what a database holds and was told; nothing on SQLite, whose file is known."""
    if not on_postgresql():
        return ()
    with psycopg.connect(str(make_url(url).set(drivername="postgresql"))) as conn:
        ((oid,),) = conn.execute("select oid from pg_database where datname = current_database()").fetchall()
    data = HERE.server.data
    return (data / "base" / str(oid), data / "pg_wal")


def run(conn: sa.Connection, statement: str) -> sa.CursorResult[Any]:
    """A statement as SQLite writes bytes (``x'00'``, ``zeroblob(n)``), on either."""
    if conn.dialect.name == "postgresql":
        statement = re.sub(r"zeroblob\(((?:[^()]|\([^()]*\))*)\)", r"decode(repeat('00', \1), 'hex')", statement)
        statement = re.sub(r"\bx'([0-9a-f]*)'", r"decode('\1', 'hex')", statement).replace("%", "%%")
    return conn.exec_driver_sql(statement)


def unguarded(conn: sa.Connection) -> None:
    """Take away the triggers that refuse to alter the log, as whoever owns the database can."""
    if conn.dialect.name == "postgresql":
        found = "select tgname || ' on ' || tgrelid::regclass from pg_trigger where not tgisinternal"
    else:
        found = "select name from sqlite_master where type = 'trigger'"
    for (trigger,) in conn.exec_driver_sql(found).all():
        conn.exec_driver_sql(f"drop trigger {trigger}")


def without_room(conn: sa.Connection, table: str) -> None:
    """From now on the database has no room for another row of a table, and says so as each says it."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(
            "create function no_room() returns trigger language plpgsql as "
            "$$ begin raise exception using errcode = '53100', message = 'could not extend file'; end $$"
        )
        conn.exec_driver_sql(f"create trigger no_room before insert on {table} execute function no_room()")
    else:
        raising = "select raise(abort, 'database or disk is full')"
        conn.exec_driver_sql(f"create trigger no_room before insert on {table} begin {raising}; end")


def with_room(conn: sa.Connection, table: str) -> None:
    """Undo ``without_room``."""
    on = f" on {table}" if conn.dialect.name == "postgresql" else ""
    conn.exec_driver_sql(f"drop trigger no_room{on}")
    if on:
        conn.exec_driver_sql("drop function no_room()")
