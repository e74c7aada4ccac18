"""Every room's tables on one metadata, and the way to bring a database to the newest step of the migrations."""

from __future__ import annotations

from pathlib import Path

import alembic.command
import alembic.config
import alembic.script
import sqlalchemy as sa

import app.bootstrap.idempotency
import audit.tables
import identity.tables
import incidents.tables
import retention.tables
import sharing.tables
import vault.tables
from foundation.errors import Unavailable
from foundation.orm import metadata

ROOMS = (
    app.bootstrap.idempotency,
    audit.tables,
    identity.tables,
    incidents.tables,
    retention.tables,
    sharing.tables,
    vault.tables,
)

__all__ = ["ROOMS", "SchemaBehind", "at_head", "metadata", "upgrade"]


class SchemaBehind(Unavailable):
    """The database is not at the step this version needs."""

    code = "app.schema-behind"
    title = "The database needs bringing up to date"


def _config(connection: sa.Connection | None = None) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Run every step not yet run."""
    with engine.begin() as connection:
        alembic.command.upgrade(_config(connection), "head")


def at_head(engine: sa.Engine) -> None:
    """Raises SchemaBehind unless the database stands at the newest step."""
    head = alembic.script.ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        known = sa.inspect(connection).has_table("alembic_version")
        found = connection.execute(sa.text("select version_num from alembic_version")).scalar() if known else None
    if found != head:
        msg = "Run “custodes init” to bring the database up to date."
        raise SchemaBehind(msg)
