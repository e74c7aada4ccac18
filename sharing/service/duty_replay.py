"""The duties as the log has them, made again in memory, and held against the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from audit.fact import Fact
from audit.replica import Replica
from sharing.model.agreement import Agreements
from sharing.ports import Words
from sharing.service.duty_follower import Duties
from sharing.store import circles, duties, records
from sharing.tables.agreements import agreement_duty, agreement_evidence, agreement_named, agreement_record

TABLES = [agreement_duty, agreement_evidence, agreement_record, agreement_named]


class DutyReplay(Replica):
    """Told every fact in order, with the digest of the policies it was recorded under, then asked.

    What was concluded under other policies was concluded from other duties: of a log that has such facts the rows are
    not compared, since nobody could tell an edit from an older agreement.
    """

    def __init__(self, agreements: Agreements, words: Words, policies: str) -> None:
        """``policies`` is the digest of those in force."""
        super().__init__(Duties(agreements, words), TABLES, _rows)
        self._policies = policies
        self._older = False

    def follow(self, fact: Fact, policies: str = "") -> None:
        """One fact, and the digest of the policies it was recorded under."""
        self._older = self._older or policies != self._policies
        if not self._older:
            super().follow(fact)

    def differences(self, conn: sa.Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        if not self._older:
            yield from super().differences(conn)


def _rows(conn: sa.Connection) -> dict[str, tuple[Any, ...]]:
    return dict([*duties.rows_of(conn), *records.rows_of(conn), *circles.rows_of(conn)])
