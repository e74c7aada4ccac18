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
