"""The duties as the log has them, made again in memory, and held against the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from audit.fact import Fact
from foundation.orm import metadata
from sharing.model.agreement import Agreements
from sharing.ports import Words
from sharing.service.duty_follower import Duties
from sharing.store import duties, records
from sharing.tables import agreement_duty, agreement_evidence, agreement_record

TABLES = [agreement_duty, agreement_evidence, agreement_record]


class DutyReplay:
    """Told every fact in order, then asked. ``close`` it.

    What was concluded under other policies was concluded from other duties: of a log that has such facts the rows are
    not compared, since nobody could tell an edit from an older agreement.
    """

    def __init__(self, agreements: Agreements, words: Words, policies: str) -> None:
        """``policies`` is the digest of those in force."""
        self._follower = Duties(agreements, words)
        self._policies = policies
        self._older = False
        self._engine = sa.create_engine("sqlite://")
        self._conn = self._engine.connect()
        metadata.create_all(self._conn, tables=TABLES)
        self.kinds = self._follower.kinds

    def close(self) -> None:
        """Forget it."""
        self._conn.close()
        self._engine.dispose()

    def follow(self, fact: Fact, policies: str) -> None:
        """One fact, and the digest of the policies it was recorded under."""
        self._older = self._older or policies != self._policies
        if not self._older:
            self._follower.follow(self._conn, fact)

    def differences(self, conn: sa.Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        if self._older:
            return
        follows, found = _rows(self._conn), _rows(conn)
        for key in sorted(follows.keys() | found.keys()):
            if key not in found:
                yield f"{key}: is missing"
            elif follows.get(key) != found[key]:
                yield f"{key}: {'was never recorded' if key not in follows else 'not as recorded'}"


def _rows(conn: sa.Connection) -> dict[str, tuple[Any, ...]]:
    return dict([*duties.rows_of(conn), *records.rows_of(conn)])
