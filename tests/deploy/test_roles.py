"""The role the service runs as on PostgreSQL: it serves, and it cannot touch what was written in the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.bootstrap import house as houses
from app.bootstrap import logbook
from bench.postgresql import USER
from identity.store.hasher import Hasher
from tests.api.api_acts import sent
from tests.house import CONSOLE, Live, settings_of
from tests.served import app_over

pytestmark = pytest.mark.database("postgresql")  # on SQLite there are no roles: the triggers and the tree stand alone

SQL = Path(__file__).parents[2] / "deploy" / "postgresql.sql"
ROLE = "custodes_app"
FORBIDDEN = (
    "update audit_entry set body = ''",
    "delete from audit_entry",
    "truncate audit_entry",
    "update audit_leaf set leaf = ''",
    "delete from audit_checkpoint",
    "delete from audit_disclosure",
    "alter table audit_entry disable trigger all",
    "drop trigger audit_entry_no_change on audit_entry",
    "set session_replication_role = replica",
    "create table mine (a int)",
    "delete from alembic_version",
    "delete from schema_step",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    state = tmp_path_factory.mktemp("roles") / "state"
    made = Live.create(state)
    url = make_url(made.house.settings.database_url)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(), autocommit=True) as conn:
        assert conn.info.user == USER
        conn.execute(f"create role {ROLE} login")
        conn.execute(SQL.read_text())
    made.house.engine.dispose()
    settings = settings_of(state, CUSTODES_DATABASE_URL=url.set(username=ROLE).render_as_string())
    house = houses.build(settings, hasher=Hasher(passes=1, memory_kib=64, lanes=1))
    yield replace(made, house=house, app=app_over(house))
    house.engine.dispose()


def test_the_service_serves_as_that_role(served: Live) -> None:
    reference = sent(served, files={"a.txt": b"overheard"})
    opened = served.api("staff").post(f"/items/{reference}/open", {"purpose": "pass-on"})
    assert opened.status_code == 200, opened.text
    assert served.api("compliance").get("/audit/entries?limit=5").status_code == 200
    houses.started(served.house)
    report = logbook.verify(served.house, CONSOLE)
    assert report.ok, report.faults


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_was_written_in_the_log_is_out_of_its_reach(served: Live, statement: str) -> None:
    url = served.house.settings.database_url
    with psycopg.connect(url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)
