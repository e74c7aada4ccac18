"""How agreements are kept, for those who look: every duty with its state, what is owed, the records made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from foundation.calendar import london_date
from sharing.errors import DutyNotFound, RecordNotFound
from sharing.model.agreement import Agreement, Agreements
from sharing.model.coverage import Line, Occurrence, Record, Standing
from sharing.model.duty import Duty
from sharing.model.record import RecordKind
from sharing.ports import Words
from sharing.rules.duties import coverage
from sharing.store.duties import DutyRows
from sharing.store.records import RecordRows

MOST_COUNTED = 1_001  # a page says “more than 1,000”; a file is given all
ALL = 1_000_000_000


class Agreed:
    """On one connection. Says nothing of who may look: the tallies are for everybody signed in, the rest is asked."""

    def __init__(self, conn: sa.Connection, agreements: Agreements, words: Words) -> None:
        self._agreements = agreements
        self._duties = DutyRows(conn)
        self._records = RecordRows(conn, words)

    def in_force(self, now: datetime) -> tuple[Agreement, ...]:
        """The version of each agreement that stands today."""
        return self._agreements.in_force(london_date(now))

    def agreement(self, agreement: str, now: datetime) -> Agreement:
        """One of them. Raises DutyNotFound."""
        found = self._agreements.current(agreement, london_date(now))
        if found is None:
            raise DutyNotFound("No agreement of that name is in force.")
        return found

    def coverage(
        self,
        agreement: Agreement,
        now: datetime,
        standings: Mapping[str, Standing] | None = None,
        *,
        most: int = MOST_COUNTED,
    ) -> tuple[Line, ...]:
        """Every duty, in the order of the agreement. What is owed is counted up to ``most`` of each."""
        tracked = {each.id: each.home == "tracked" for each in agreement.duties.values()}
        tallies = self._duties.tallies(agreement.id, tracked, london_date(now), now, most=most)
        return coverage.lines(agreement, tallies, standings)

    def duty(self, agreement: Agreement, number: str) -> Duty:
        """The duty of a number, or of an id. Raises DutyNotFound."""
        found = next((each for each in agreement.duties.values() if number in (each.number, each.id)), None)
        if found is None:
            raise DutyNotFound("Check the number of the duty.")
        return found

    def occurrences(self, agreement: Agreement, duty: Duty, *, limit: int = 100) -> list[Occurrence]:
        """Each time it is, or was, owed: what is open first, the longest due at the top."""
        return self._duties.asked(agreement.id, duty.id, limit=limit)

    def records(self, agreement: Agreement, kind: RecordKind, *, limit: int = 200) -> list[Record]:
        """Those of a kind, newest first, without their words."""
        return self._records.of_kind(agreement.id, kind.id, limit=limit)

    def kind(self, agreement: Agreement, kind: str) -> RecordKind:
        """Raises RecordNotFound."""
        found = agreement.records.get(kind)
        if found is None:
            raise RecordNotFound("Choose one of the records that the agreement asks for.")
        return found

    def record(self, id_: str, *, words: bool) -> Record:
        """One record, its words opened only where ``words`` says so. Raises RecordNotFound."""
        found = self._records.find(id_, words=words)
        if found is None:
            raise RecordNotFound("Check the address.")
        return found
