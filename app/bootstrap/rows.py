"""What the database is: reached, of a version that serves, set so that an answer given is kept, and as it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from app.bootstrap.clock import SystemClock
from app.bootstrap.engines import make_engine, reading
from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from app.bootstrap.schema import at_head, unaltered
from app.config import Settings
from audit.tables import audit_head
from foundation.errors import ServiceError
from foundation.orm import from_ms

OLDEST = 130_000  # PostgreSQL 13, as server_version_num says it
STEP = timedelta(minutes=1)  # the log refuses to go back further
_KEEPS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_SAYS = {"log_statement": "none", "log_parameter_max_length": "0"}


def looked_at(settings: Settings) -> Iterator[Finding]:
    """Reach first; nothing else can be said without it."""
    engine = make_engine(settings.database_url)
    try:
        with reading(engine) as conn:
            conn.execute(sa.select(1))
    except sa.exc.DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        do = "Start it, and see CUSTODES_DATABASE_URL, its role and its network; docs/deployment.md."
        yield Finding("database", WRONG, f"The database cannot be reached: {reason}", do)
        return
    try:
        if engine.dialect.name == "postgresql":
            yield from _postgresql(engine)
        yield from _made(engine)
    finally:
        engine.dispose()


def _made(engine: sa.Engine) -> Iterator[Finding]:
    for check in (at_head, unaltered):
        try:
            check(engine)
        except ServiceError as error:
            yield Finding("schema", WRONG, f"{error.title}.", error.detail)
            return
    yield Finding("schema", WELL, "The database is as this version makes it.")
    with reading(engine) as conn:
        newest = conn.scalar(sa.select(audit_head.c.time)) or 0
    ahead = from_ms(newest // 1000) - SystemClock().now()
    if ahead > STEP:
        text = f"The newest entry of the log is {ahead} later than this machine’s clock: nothing can be recorded."
        yield Finding(
            "clock",
            WRONG,
            text,
            "Set the clock (NTP). If it is right, the log was written by one that was not: docs/runbooks/breach.md.",
        )
    else:
        yield Finding("clock", WELL, "The machine’s clock is not behind the log.")


def _postgresql(engine: sa.Engine) -> Iterator[Finding]:
    with reading(engine) as conn:

        def shown(name: str) -> str:
            return str(conn.exec_driver_sql(f"show {name}").scalar_one())

        version = int(shown("server_version_num"))
        if version < OLDEST:
            yield Finding("database", WRONG, f"PostgreSQL {shown('server_version')} is too old.", "Use 13 or newer.")
        else:
            yield Finding("database", WELL, f"PostgreSQL {shown('server_version')} answers.")
        for name, wanted in _KEEPS.items():
            if (found := shown(name)) != wanted:
                text = f"{name} is {found}: what was acknowledged may be lost with the power."
                yield Finding("database-keeps", WRONG, text, f"Set {name} = {wanted} at the server.")
        for name, wanted in _SAYS.items():
            if (found := shown(name)) not in (wanted, "-1" if wanted == "none" else wanted):
                text = f"{name} is {found}: the server’s log holds what people typed."
                yield Finding(
                    "database-says", ATTENTION, text, f"Set {name} = {wanted} at the server; docs/deployment.md."
                )
        if (encoding := shown("server_encoding")) != "UTF8":
            yield Finding("database", WRONG, f"The database’s encoding is {encoding}.", "Make it anew with UTF8.")
        yield from _role(conn)


def _role(conn: sa.Connection) -> Iterator[Finding]:
    if conn.scalar(sa.text("select to_regclass('audit_entry') is null")):
        return  # the schema's own finding says so
    may = conn.scalar(sa.text("select has_table_privilege('audit_entry', 'UPDATE')"))
    if may:
        text = "The role the service works as may alter the log."
        yield Finding("role", ATTENTION, text, "Give serving and migrating roles of their own: deploy/postgresql.sql.")
    else:
        yield Finding("role", WELL, "The role the service works as can add to the log and not alter it.")
