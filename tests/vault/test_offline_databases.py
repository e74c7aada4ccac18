"""The databases of a backup are read and never written, whichever they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.bootstrap.offline import reading
from tests import databases
from vault.tables import vault_part


def test_a_database_is_only_read_wherever_it_is(tmp_path: Path) -> None:
    where = databases.new(tmp_path).removeprefix("sqlite:///")
    with reading(where) as conn:
        assert conn.execute(sa.select(vault_part)).all() == []
        with pytest.raises(sa.exc.DBAPIError):
            conn.execute(sa.insert(vault_part).values(object="x", item="x", version=1, part=1, format="x"))
