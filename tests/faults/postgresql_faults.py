"""How PostgreSQL refuses: the twins of what a SQLite file does when it is full, read-only, locked or gone."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import sqlalchemy as sa
from flask import request_started
from sqlalchemy.engine import make_url

from app.bootstrap.engines import make_engine
from app.bootstrap.house import House
from tests import databases

WAIT = 100  # milliseconds a lock is waited for here; the service waits longer


@contextmanager
def no_room(house: House) -> Iterator[House]:
    """The table of the log's entries cannot grow."""
    with house.engine.begin() as conn:
        databases.without_room(conn, "audit_entry")
    yield house
    with house.engine.begin() as conn:
        databases.with_room(conn, "audit_entry")


@contextmanager
def reads_only(house: House) -> Iterator[House]:
    """A standby, or a server told so: transactions begin, and their first write fails."""
    with telling(house, "default_transaction_read_only = on") as told:
        yield told


@contextmanager
def held(house: House) -> Iterator[House]:
    """Somebody holds the log's table for longer than anybody waits: from when it is known who asks."""
    holder = psycopg.connect(str(make_url(house.settings.database_url).set(drivername="postgresql")))

    def take(*_given: object) -> None:
        holder.execute("lock table audit_entry in exclusive mode")

    def let_go(*_given: object) -> None:
        holder.rollback()

    try:
        with telling(house, f"lock_timeout = {WAIT}") as told, request_started.connected_to(let_go):
            sa.event.listen(told.engine, "checkin", take)
            yield told
            sa.event.remove(told.engine, "checkin", take)
    finally:
        holder.close()


@contextmanager
def commit_refused(house: House) -> Iterator[House]:
    """Every statement is taken, and then the commit is not."""
    with house.engine.begin() as conn:
        conn.exec_driver_sql(
            "create function no_commit() returns trigger language plpgsql as "
            "$$ begin raise exception using errcode = '53100', message = 'could not extend file'; end $$"
        )
        conn.exec_driver_sql(
            "create constraint trigger no_commit after insert on audit_entry deferrable initially deferred "
            "for each row execute function no_commit()"
        )
    yield house
    with house.engine.begin() as conn:
        conn.exec_driver_sql("drop trigger no_commit on audit_entry")
        conn.exec_driver_sql("drop function no_commit()")


@contextmanager
def gone(house: House) -> Iterator[House]:
    """No server answers."""
    with tempfile.TemporaryDirectory() as nobody:
        engine = make_engine(f"postgresql://custodes@/custodes?host={nobody}")
        yield replace(house, engine=engine)
        engine.dispose()


@contextmanager
def telling(house: House, setting: str) -> Iterator[House]:
    """The same house, each of whose connections has a setting changed."""
    engine = make_engine(house.settings.database_url)

    def tell(raw: psycopg.Connection[tuple[object, ...]], _record: object) -> None:
        raw.execute(f"set {setting}")
        raw.commit()

    sa.event.listen(engine, "connect", tell)
    try:
        yield replace(house, engine=engine)
    finally:
        with contextlib.suppress(sa.exc.DBAPIError):
            engine.dispose()


FAULTS = (no_room, reads_only, held, commit_refused, gone)
