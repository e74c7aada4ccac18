"""Rows of circles: who may know of a record kept to named people. Written as facts tell (``service.duty_follower``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sharing.model.circle import BARRED, NAMED, Knows, Named
from sharing.tables.agreements import agreement_named as table

_C = table.c


class CircleRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def put(self, circle: str, person: str, *, state: str, at: datetime, by: str) -> None:
        """From now on they stand to it so."""
        key = (_C.circle == circle, _C.person == person)
        values = {"state": state, "at": at, "by": by}
        if not self._conn.execute(table.update().where(*key).values(values)).rowcount:
            self._conn.execute(table.insert().values(circle=circle, person=person, **values))

    def of(self, circle: str) -> list[Named]:
        """Everybody who was ever named or barred, in the order of the last act on each."""
        rows = self._conn.execute(sa.select(table).where(_C.circle == circle).order_by(_C.at, _C.person))
        return [Named(row.person, row.state, row.at, row.by) for row in rows]

    def knows(self, person: str) -> Knows:
        """The circles this person is in or barred from."""
        query = sa.select(_C.circle, _C.state).where(_C.person == person, _C.state.in_((NAMED, BARRED)))
        rows = self._conn.execute(query).all()
        return Knows(*(frozenset(row.circle for row in rows if row.state == state) for state in (NAMED, BARRED)))


def rows_of(conn: sa.Connection) -> list[tuple[str, tuple[Any, ...]]]:
    """Every row by its key: what a rebuild is held against."""
    query = sa.select(table).order_by(_C.circle, _C.person)
    return [(f"person {row.person} of record {row.circle}", tuple(row)) for row in conn.execute(query)]
