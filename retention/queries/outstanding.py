"""What still stands between a destruction and its certificate: failures, and copies nobody has accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from retention.errors import CopyNotFound
from retention.model.copy import Copy
from retention.ports import Words
from retention.store.copies import Copies
from retention.tables.cases import disposal_case
from retention.tables.endings import disposal_copy

MOST = 100


@dataclass(frozen=True, slots=True)
class Failure:
    """A destruction that went wrong and is not done yet. ``cause`` is the code of an error."""

    item: str
    reference: str
    originator: str
    state: str
    failures: int
    failed_at: datetime
    cause: str


class Outstanding:
    """Reads on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._rows = Copies(conn, words)

    def failing(self) -> int:
        """How many destructions went wrong and are not done yet."""
        query = sa.select(sa.func.count()).select_from(disposal_case).where(disposal_case.c.failed_at.is_not(None))
        return int(self._conn.execute(query).scalar_one())

    def failures(self, limit: int = MOST) -> Sequence[Failure]:
        """Those, the one that has failed most often first."""
        column = disposal_case.c
        columns = (column.item, column.reference, column.originator, column.state, column.failures, column.failed_at)
        query = sa.select(*columns, column.failure.label("cause")).where(column.failed_at.is_not(None))
        rows = self._conn.execute(query.order_by(column.failures.desc(), column.reference).limit(min(limit, MOST)))
        return [Failure(*row) for row in rows]

    def copies(self, item: str) -> Sequence[Copy]:
        """All copies of an item on paper and media, accounted for or not."""
        return self._rows.of_item(item)

    def copy(self, copy: str) -> Copy:
        """One. Raises CopyNotFound."""
        found = self._rows.find(copy)
        if found is None:
            raise CopyNotFound("Look at the copies of the item.")
        return found

    def held_open(self) -> int:
        """How many items are erased and wait for their certificate because of a copy."""
        query = (
            sa.select(sa.func.count(sa.distinct(disposal_case.c.item)))
            .join(disposal_copy, disposal_copy.c.item == disposal_case.c.item)
            .where(disposal_case.c.state == "erased", disposal_copy.c.fate == "open")
        )
        return int(self._conn.execute(query).scalar_one())
