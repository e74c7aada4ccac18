"""One key store, several processes: what one has committed the others see, whoever comes and goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from vault.keystore import open_engine

# What a worker does at its end: it looks, and closes the last connection it has.
COMES_AND_GOES = (
    "import sqlite3, sys; conn = sqlite3.connect(sys.argv[1]); "
    "print(conn.execute('select count(*) from seen').fetchone()[0]); conn.close()"
)


def looked_at(path: Path) -> int:
    done = subprocess.run([sys.executable, "-c", COMES_AND_GOES, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_process_that_opens_it_twice_keeps_its_hold_on_it(tmp_path: Path) -> None:
    """Else another, thinking itself alone, removes the write-ahead log under it, and what is committed next is lost."""
    path = tmp_path / "keys.db"
    first = open_engine(path)
    with first.begin() as conn:
        conn.execute(sa.text("create table seen (a int)"))
    with first.connect() as held:
        second = open_engine(path)
        assert looked_at(path) == 0
        with second.begin() as conn:
            conn.execute(sa.text("insert into seen values (1)"))
        assert looked_at(path) == 1
        assert held.execute(sa.text("select count(*) from seen")).scalar_one() == 1
    assert path.with_name("keys.db-wal").exists()
    for engine in (first, second):
        engine.dispose()


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    open_engine(tmp_path / "keys.db").dispose()
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600
