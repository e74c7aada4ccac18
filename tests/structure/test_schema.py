"""One line of migrations that ends exactly where the tables stand."""

from __future__ import annotations

from pathlib import Path

import alembic.autogenerate
import alembic.migration
import alembic.script
import pytest
import sqlalchemy as sa

from app.bootstrap.engines import make_engine
from app.bootstrap.schema import SchemaBehind, _config, at_head, metadata, upgrade


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return make_engine(f"sqlite:///{tmp_path}/custodes.db")


def test_the_migrations_have_one_head() -> None:
    assert len(alembic.script.ScriptDirectory.from_config(_config()).get_heads()) == 1


def test_the_migrations_end_where_the_tables_stand(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = alembic.migration.MigrationContext.configure(connection)
        assert alembic.autogenerate.compare_metadata(context, metadata) == []


def test_an_empty_database_is_refused_until_it_is_brought_up_to_date(engine: sa.Engine) -> None:
    with pytest.raises(SchemaBehind, match="custodes init"):
        at_head(engine)
    upgrade(engine)
    at_head(engine)


@pytest.mark.parametrize("table", ["audit_entry", "audit_leaf"])
def test_the_database_itself_refuses_to_change_the_log(engine: sa.Engine, table: str) -> None:
    upgrade(engine)
    columns = {"audit_entry": "id, body", "audit_leaf": "seq, entry_id, leaf"}[table]
    values = {"audit_entry": "'a', x'00'", "audit_leaf": "0, 'a', x'00'"}[table]
    with engine.begin() as connection:
        connection.exec_driver_sql(f"insert into {table} ({columns}) values ({values})")
    for statement in (f"delete from {table}", f"update {table} set {columns.split(', ')[-1]} = x'01'"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
