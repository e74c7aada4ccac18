"""New versions beside old ones: a step only adds, and what was before it goes on serving until one says otherwise."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.bootstrap import schema
from app.bootstrap.engines import make_engine
from app.bootstrap.schema import SchemaBehind, SchemaBusy, at_head, upgrade
from app.bootstrap.stepping import faults
from tests import databases
from tests.api.api_acts import sent
from tests.house import Live

VERSIONS = schema.SCRIPTS / "versions"
HEAD = '''"""a sample"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{0}", "{1}"
branch_labels = depends_on = None
{2}

def upgrade() -> None:
    {3}
'''
EXPANDS = """op.add_column("item", sa.Column("later", sa.String(20), nullable=True))
    op.add_column("draft", sa.Column("counted", sa.Integer(), nullable=False, server_default="0"))
    op.create_table("later_thing", sa.Column("id", sa.Integer(), primary_key=True))"""
TAKES = 'op.drop_table("later_thing")'


def step(folder: Path, number: str, does: str, mark: str = "") -> Path:
    path = folder / "versions" / f"{number}_sample.py"
    path.write_text(HEAD.format(number, f"{int(number) - 1:04}", mark, does))
    return path


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations of a version to come."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live.create(tmp_path / "state")
    yield made
    made.close()


def upgraded(live: Live, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the new version's “custodes init” does it."""
    with monkeypatch.context() as new:
        new.setattr(schema, "SCRIPTS", scripts)
        upgrade(live.house.engine)
        at_head(live.house.engine)


def test_every_step_after_the_first_only_adds_or_says_that_it_takes_away() -> None:
    first, *others = sorted(VERSIONS.glob("[0-9]*.py"))
    assert first.name.startswith("0001")
    assert [fault for path in others for fault in faults(path)] == []


@pytest.mark.parametrize(
    ("does", "word"),
    [
        ('op.drop_table("item")', "drop_table"),
        ('op.drop_column("item", "title")', "drop_column"),
        ('op.alter_column("item", "title", new_column_name="name")', "alter_column"),
        ('op.rename_table("item", "thing")', "rename_table"),
        ('op.execute("update item set kind = 1")', "execute"),
        ('op.add_column("item", sa.Column("needed", sa.String(20), nullable=False))', "server_default"),
        ('op.create_index("ix", "item", ["kind"], unique=True)', "unique index"),
        ('with op.batch_alter_table("item") as batch_op:\n        batch_op.drop_column("title")', "drop_column"),
    ],
)
def test_a_step_that_would_break_who_still_serves_is_found(later: Path, does: str, word: str) -> None:
    (fault,) = faults(step(later, "0002", does))
    assert word in fault
    assert faults(step(later, "0002", does, 'CONTRACTS = "unused since 1.2"')) == []


def test_a_step_that_adds_is_none(later: Path) -> None:
    assert faults(step(later, "0002", EXPANDS)) == []


def test_the_version_before_goes_on_serving_and_stops_when_something_is_taken_away(
    live: Live, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sent(live)
    step(later, "0002", EXPANDS)
    upgraded(live, later, monkeypatch)
    at_head(live.house.engine)
    assert live.app.test_client().get("/health/ready").status_code == 200
    after = sent(live, files={"a.txt": b"after the step"})
    for reference in (before, after):
        opened = live.api("staff").post(f"/items/{reference}/open", {"purpose": "pass-on"})
        assert opened.status_code == 200, opened.text
    step(later, "0003", TAKES, 'CONTRACTS = "nobody uses it since the version of 0002"')
    upgraded(live, later, monkeypatch)
    with pytest.raises(SchemaBehind, match="install the version"):
        at_head(live.house.engine)
    assert live.app.test_client().get("/health/ready").status_code == 503


def test_a_new_version_does_not_serve_with_the_database_of_an_old_one(
    live: Live, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(later, "0002", EXPANDS)
    monkeypatch.setattr(schema, "SCRIPTS", later)
    with pytest.raises(SchemaBehind, match="custodes init"):
        at_head(live.house.engine)


@pytest.mark.database("postgresql")
def test_a_step_does_not_make_everybody_wait_behind_it(
    live: Live, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(later, "0002", EXPANDS)
    monkeypatch.setattr(schema, "PATIENCE", "300ms")
    monkeypatch.setattr(schema, "SCRIPTS", later)
    other = make_engine(live.house.settings.database_url)
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with other.connect() as conn, conn.execution_options(isolation_level="READ COMMITTED").begin():
            conn.execute(sa.text("lock table item in access share mode"))
            held.set()
            over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        with pytest.raises(SchemaBusy, match="Nothing was changed"):
            upgrade(live.house.engine)
    finally:
        over.set()
        thread.join()
        other.dispose()
    upgrade(live.house.engine)
    assert databases.on_postgresql()
