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
from tests import databases


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return make_engine(databases.empty(tmp_path))


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
    columns = {"audit_entry": "pos, body", "audit_leaf": "seq, pos, entry_id, leaf"}[table]
    values = {"audit_entry": "1, x'00'", "audit_leaf": "0, 1, 'a', x'00'"}[table]
    with engine.begin() as connection:
        databases.run(connection, f"insert into {table} ({columns}) values ({values})")
    for statement in (f"delete from {table}", f"update {table} set {columns.split(', ')[-1]} = x'01'"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            databases.run(connection, statement)


def test_text_is_compared_by_its_bytes_whatever_the_locale_of_the_database(engine: sa.Engine) -> None:
    """Else the order of pages, and where a cursor goes on, would depend on how somebody made the database."""
    upgrade(engine)
    with engine.begin() as connection:
        for key in ("a", "B", "é", "Z", "_", "ab"):
            connection.execute(
                sa.insert(metadata.tables["establishment"]).values(
                    key=key, name=key, name_welsh="", kind="PRISON", active=True, town="", country="", source=""
                )
            )
        found = connection.scalars(sa.text("select key from establishment order by name")).all()
        assert found == sorted(found, key=str.encode) == ["B", "Z", "_", "a", "ab", "é"]
        if databases.on_postgresql():
            others = connection.execute(
                sa.text(
                    "select table_name, column_name from information_schema.columns where table_schema = 'public' and "
                    "data_type in ('text', 'character varying') and coalesce(collation_name, '') <> 'C'"
                )
            )
            assert others.all() == []
