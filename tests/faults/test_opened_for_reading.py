"""The disk fails once, while a database is opened: SQLite opens it for reading, and nobody is to keep that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap.engines import make_engine
from vault.keydatabase import open_engine

pytestmark = pytest.mark.database("sqlite")


def service(path: Path) -> sa.Engine:
    return make_engine(f"sqlite:///{path}")


@pytest.mark.parametrize("made", [service, open_engine], ids=["service", "key store"])
def test_a_connection_that_can_only_read_refuses_once_and_is_let_go(
    tmp_path: Path, made: Callable[[Path], sa.Engine]
) -> None:
    path = tmp_path / "some.db"
    engine = made(path)
    with engine.begin() as conn:
        conn.exec_driver_sql("create table word (text varchar)")
    engine.dispose()
    failing = [True]

    def opened(_dialect: Any, _record: Any, args: Any, given: dict[str, Any]) -> Any:
        """As SQLite does it where the file cannot be opened for writing."""
        if not failing:
            return None
        failing.clear()
        kept = {name: value for name, value in given.items() if name != "uri"}
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, **kept)

    sa.event.listen(engine, "do_connect", opened)
    with pytest.raises(sa.exc.OperationalError, match="readonly"), engine.begin() as conn:
        conn.exec_driver_sql("insert into word values ('lost')")
    with engine.begin() as conn:
        conn.exec_driver_sql("insert into word values ('kept')")
        assert conn.exec_driver_sql("select text from word").scalars().all() == ["kept"]
    engine.dispose()


def test_a_connection_whose_last_user_broke_off_while_it_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The error that is kept keeps the cursor, and the cursor what was there when it began."""
    engine = service(tmp_path / "some.db")
    with engine.begin() as conn:
        conn.exec_driver_sql("create table word (text varchar)")
        conn.exec_driver_sql("insert into word values ('one'), ('two'), ('three')")
    kept = []
    nothing: dict[str, str] = {}
    try:
        with engine.begin() as conn:
            print([nothing[row.text] for row in conn.exec_driver_sql("select text from word")])
    except KeyError as error:
        kept.append(error)
    other = sqlite3.connect(tmp_path / "some.db")
    with other:
        other.execute("insert into word values ('four')")
    other.close()
    with pytest.raises(sa.exc.OperationalError) as refused, engine.begin():
        pass
    assert refused.value.connection_invalidated, "whoever begins a unit of work tries again at once"
    with engine.begin() as conn:
        conn.exec_driver_sql("insert into word values ('five')")
        assert len(conn.exec_driver_sql("select text from word").all()) == 5
    assert kept
    engine.dispose()
