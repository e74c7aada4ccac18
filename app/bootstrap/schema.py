"""Every room's tables on one metadata, and the way to bring a database to the newest step of the migrations."""

from __future__ import annotations

from pathlib import Path

import alembic.command
import alembic.config
import alembic.script
import sqlalchemy as sa

import app.bootstrap.idempotency
import app.bootstrap.lease
import app.bootstrap.runs
import app.bootstrap.unsent
import audit.tables
import custody.tables
import identity.power_tables
import identity.tables
import incidents.tables
import outbox.tables
import retention.tables.batches
import retention.tables.cases
import retention.tables.endings
import retention.tables.holds
import retention.tables.schedules
import sharing.tables.agreements
import sharing.tables.alerts
import sharing.tables.decisions
import sharing.tables.items
import sharing.tables.overrides
import sharing.tables.rights
import sharing.tables.uploads
import sharing.tables.versions
import vault.tables
from app.bootstrap.contention import is_wait
from app.bootstrap.engines import reading
from app.bootstrap.stepping import contracts
from foundation.errors import Unavailable
from foundation.orm import metadata

ROOMS = (
    app.bootstrap.idempotency,
    app.bootstrap.lease,
    app.bootstrap.runs,
    app.bootstrap.unsent,
    audit.tables,
    identity.power_tables,
    identity.tables,
    incidents.tables,
    custody.tables,
    outbox.tables,
    retention.tables.batches,
    retention.tables.cases,
    retention.tables.endings,
    retention.tables.holds,
    retention.tables.schedules,
    sharing.tables.agreements,
    sharing.tables.alerts,
    sharing.tables.decisions,
    sharing.tables.items,
    sharing.tables.overrides,
    sharing.tables.uploads,
    sharing.tables.versions,
    sharing.tables.rights,
    vault.tables,
)

SCRIPTS = Path(__file__).parents[2] / "migrations"
PATIENCE = "5s"  # a step waits so long for a lock: whoever asks for what it waits for waits behind it
STEPPING = 0x637573746F646573  # “custodes”: the advisory lock of whoever runs the steps

# The steps whose versions may serve with this database: the newest, and those before it since one took something away.
schema_step = sa.Table("schema_step", metadata, sa.Column("step", sa.String(32), primary_key=True))

__all__ = [
    "ROOMS",
    "SchemaAltered",
    "SchemaBehind",
    "SchemaBusy",
    "altered",
    "at_head",
    "metadata",
    "newest_step",
    "unaltered",
    "upgrade",
    "upgrade_within",
]


class SchemaBehind(Unavailable):
    """The database is not at the step this version needs."""

    code = "app.schema-behind"
    title = "The database needs bringing up to date"


class SchemaBusy(Unavailable):
    """Somebody uses what a step would change, and did not let go in time."""

    code = "app.schema-busy"
    title = "The database is in use"


class SchemaAltered(Unavailable):
    """The database does by itself what nobody told it to, or no longer refuses what it must."""

    code = "app.schema-altered"
    title = "Somebody changed the database itself"


def _config(connection: sa.Connection | None = None) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Run every step not yet run. Of two who run them at once on PostgreSQL the second waits for the first.

    Raises SchemaBusy, with nothing changed.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="READ COMMITTED")
        try:
            with connection.begin():
                upgrade_within(connection)
        except sa.exc.DBAPIError as error:
            if is_wait(error):
                raise SchemaBusy(
                    "Nothing was changed. Run “custodes init” again; best when little is going on."
                ) from error
            raise


def upgrade_within(connection: sa.Connection) -> None:
    """The same within a transaction, of which no statement then has a limit of time, and a lock a short one."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"set local {limit} = 0")
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({STEPPING})")
        connection.exec_driver_sql(f"set local lock_timeout = '{PATIENCE}'")
    before = _step_of(connection)
    alembic.command.upgrade(_config(connection), "head")
    if before is not None and not _serves(connection, before):  # the one that was served with until now
        connection.execute(sa.insert(schema_step).values(step=before))
    for script in _since(before):
        if contracts(Path(script.path).read_text("utf-8")):
            connection.execute(sa.delete(schema_step))
        connection.execute(sa.insert(schema_step).values(step=script.revision))


def _since(step: str | None) -> list[alembic.script.Script]:
    """The steps after one, the oldest first."""
    scripts = alembic.script.ScriptDirectory.from_config(_config())
    return list(reversed(list(scripts.iterate_revisions("head", step or "base"))))


def _step_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def newest_step() -> str | None:
    """The last step of the migrations this version has."""
    head: str | None = alembic.script.ScriptDirectory.from_config(_config()).get_current_head()
    return head


def at_head(engine: sa.Engine) -> None:
    """Raises SchemaBehind unless this version may serve with the database as it stands.

    That is: it stands at this version's newest step, or has gone on from there by steps that only added.
    """
    step = newest_step()
    with reading(engine) as connection:
        found = _step_of(connection)
        serves = found == step or (found is not None and _serves(connection, step))
    if not serves:
        msg = "Run “custodes init” to bring the database up to date; if it was, install the version it is of."
        raise SchemaBehind(msg)


def _serves(connection: sa.Connection, step: str | None) -> bool:
    return connection.scalar(sa.select(schema_step.c.step).where(schema_step.c.step == step)) is not None


def unaltered(engine: sa.Engine) -> None:
    """Raises SchemaAltered if the database has a trigger, view, rule or function too many, too few or changed.

    A trigger could add a row in the same moment as the service, and the service would take it for its own.
    """
    with reading(engine) as connection:
        if found := altered(connection):
            msg = f"Keep the database as it is, and report it as an incident. It differs in: {', '.join(found)}."
            raise SchemaAltered(msg)


def altered(connection: sa.Connection) -> list[str]:
    """Names of triggers, views, rules and functions that are not as the migrations left them."""
    dialect = connection.dialect.name
    expected = {_named(text): _plain(text) for text in audit.tables.TRIGGERS[dialect]}
    found = {row.name: _plain(row.text) for row in connection.execute(_ACTING[dialect])}
    return sorted(name for name in expected.keys() | found.keys() if not _same(expected.get(name), found.get(name)))


def _same(expected: str | None, found: str | None) -> bool:
    # PostgreSQL tells a statement in words of its own; what must stand in it is the body, or the name of the function.
    return expected is not None and found is not None and (expected == found or _body(expected) == _body(found))


def _named(statement: str) -> str:
    return statement.split()[2].partition("(")[0]


def _plain(statement: str) -> str:
    return " ".join(statement.lower().replace("public.", "").split())


def _body(statement: str) -> str:
    for sign in ("$$", "$function$"):
        if sign in statement:
            return statement.split(sign)[1].strip()
    head, _, run = statement.partition(" execute function ")
    words = set(head.replace(",", " ").split()) - {"create", "trigger"}
    return f"{sorted(words)} {run.strip()}" if run else statement


_ACTING = {
    "sqlite": sa.text("select name, sql as text from sqlite_master where type in ('trigger', 'view')"),
    # Only what is enabled counts as there. Rules named _RETURN are views.
    "postgresql": sa.text(
        "select t.tgname as name, pg_get_triggerdef(t.oid) as text from pg_trigger t"
        " where not t.tgisinternal and t.tgenabled in ('O', 'A')"
        " union all select p.proname, pg_get_functiondef(p.oid) from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace where n.nspname = current_schema() and p.prokind in ('f', 'p')"
        " union all select r.rulename || ' on ' || r.ev_class::regclass, '' from pg_rewrite r"
        " join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = current_schema()"
    ),
}
