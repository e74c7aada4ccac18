"""The statements of an append, compiled once for each kind of database.

An append stands in every request, and compiling anew (even from the cache) cost it more than the database did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult

from audit.tables import (
    audit_disclosure,
    audit_entry,
    audit_head,
    audit_index,
    audit_leaf,
    audit_writer,
)


class Prepared:
    """One statement. Values go to the driver as they are: text, whole numbers, bytes."""

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement
        self._made: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def run(self, conn: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute with the values it names; there may be more."""
        made = self._made.get(conn.dialect.name) or self._make(conn.dialect)
        text, names = made
        return conn.exec_driver_sql(text, dict(values) if names is None else tuple(values[name] for name in names))

    def _make(self, dialect: sa.Dialect) -> tuple[str, tuple[str, ...] | None]:
        compiled: Any = self.statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        names = tuple(compiled.positiontup) if compiled.positional else None
        self._made[dialect.name] = str(compiled), names
        return self._made[dialect.name]


ONE: sa.ColumnElement[int] = sa.literal_column("1")  # a literal, so that every parameter has a name of ours

HEAD = Prepared(
    sa.select(audit_head.c.size, audit_head.c.frontier, audit_head.c.time, audit_writer.c.n, audit_writer.c.prev)
    .outerjoin(audit_writer, audit_writer.c.writer == sa.bindparam("name"))
    .where(audit_head.c.id == ONE)
    .with_for_update(of=audit_head)
)
ENTRY = Prepared(sa.insert(audit_entry).values(id=sa.bindparam("entry_id"), body=sa.bindparam("body")))
DISCLOSURE = Prepared(
    sa.insert(audit_disclosure).values(
        entry_id=sa.bindparam("entry_id"), period=sa.bindparam("period"), sealed=sa.bindparam("sealed")
    )
)
INDEX = Prepared(sa.insert(audit_index).values({each.name: sa.bindparam(each.name) for each in audit_index.c}))
LEAF = Prepared(sa.insert(audit_leaf).values({each.name: sa.bindparam(each.name) for each in audit_leaf.c}))
BEGIN_HEAD = Prepared(
    sa.insert(audit_head).values(
        id=ONE, size=sa.bindparam("size"), frontier=sa.bindparam("frontier"), time=sa.bindparam("time")
    )
)
MOVE_HEAD = Prepared(
    sa.update(audit_head)
    .where(audit_head.c.id == ONE, audit_head.c.size == sa.bindparam("was"))
    .values(size=sa.bindparam("size"), frontier=sa.bindparam("frontier"), time=sa.bindparam("time"))
)
BEGIN_WRITER = Prepared(
    sa.insert(audit_writer).values(writer=sa.bindparam("name"), n=sa.bindparam("n"), prev=sa.bindparam("prev"))
)
MOVE_WRITER = Prepared(
    sa.update(audit_writer)
    .where(audit_writer.c.writer == sa.bindparam("name"), audit_writer.c.n == sa.bindparam("was"))
    .values(n=sa.bindparam("n"), prev=sa.bindparam("prev"))
)
