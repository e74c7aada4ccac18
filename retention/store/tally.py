"""What the annual report counts: a row a fact, added and never changed, so that nobody waits for a counter."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from audit.fact import Fact
from foundation.calendar import london_date
from retention.model.case import Case
from retention.model.foresight import Act
from retention.tables.cases import disposal_tally


class Tally:
    """Rows on one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add(self, counted: Sequence[tuple[Act, Case, Fact]]) -> None:
        """One more for each of these: the act, under the class the item has now, and the fact that says so."""
        rows = [
            {
                "entry": fact.id,
                "item": case.item,
                "act": act,
                "on": london_date(fact.at),
                "originator": case.originator,
                "retention_class": case.retention_class,
            }
            for act, case, fact in counted
        ]
        if rows:
            self._conn.execute(disposal_tally.insert(), rows)
