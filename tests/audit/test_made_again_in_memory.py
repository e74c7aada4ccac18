"""Tables in memory: each asked for is a database of its own, empty, and the same tables are made."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from audit.replica import in_memory
from outbox.tables import TABLES, outbox_told

pytestmark = pytest.mark.once("in memory, whatever the database is")


def test_each_is_a_database_of_its_own_and_gone_when_it_is_closed() -> None:
    counted = sa.select(sa.func.count()).select_from(outbox_told)
    first, second = in_memory(TABLES), in_memory(TABLES)
    first.execute(sa.text("insert into outbox_told (notice, person, at, message, urgent) values ('n', 'p', 0, '', 1)"))
    assert (first.scalar(counted), second.scalar(counted)) == (1, 0)
    first.close()
    second.close()
    third = in_memory(TABLES)
    assert third.scalar(counted) == 0
    third.close()


def test_it_has_the_tables_and_indexes_that_were_asked_for_and_no_others() -> None:
    with in_memory(TABLES) as conn:
        found = sa.inspect(conn)
        assert set(found.get_table_names()) == {table.name for table in TABLES}
        for table in TABLES:
            made = {each["name"] for each in found.get_indexes(table.name)}
            assert made >= {str(index.name) for index in table.indexes}
