"""What officers look at of requests: the list with its clocks, one as their body sees it, what recipients were told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from foundation.calendar import add_months, london_date
from sharing.errors.rights import RequestNotFound
from sharing.model.rights import OPEN, Case, Part, Request, Rights, Time
from sharing.ports import Words
from sharing.rules.rights.clock import time_of
from sharing.rules.rights.seen import deals, seen
from sharing.store.rights import RightsRows


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request with its clock: ``left`` days to the last, below nought when it is over. ``mine``: this body's."""

    request: Request
    time: Time
    left: int | None
    mine: Part | None


class RequestList:
    """Reads on one connection. Who may look is decided before asking here; what a body sees is not."""

    def __init__(self, conn: sa.Connection, words: Words, rights: Rights) -> None:
        self._rows = RightsRows(conn, words)
        self._rights = rights

    def requests(self, party: str, *, now: datetime, state: str = "") -> list[RequestRow]:
        """Those a body deals with: what is open first, the shortest time left at the top."""
        found = self._rows.of(party, state=state)
        ids = [each.id for each in found]
        pauses, parts = self._rows.pauses(ids), self._rows.parts(ids)
        rows = []
        for each in found:
            part = next((one for one in parts[each.id] if one.party == party), None)
            time = time_of(self._rights.clock, each.received_on, pauses[each.id], extended=each.extended_on is not None)
            rows.append(RequestRow(each, time, left(each, time, london_date(now)), part))
        return sorted(
            rows, key=lambda row: (row.request.state != OPEN, row.left is None, row.left or 0, row.request.id)
        )

    def case(self, key: str, party: str, *, words: bool) -> Case:
        """One, as this body sees it. Raises RequestNotFound."""
        request = self._rows.find(key)
        case = self._rows.case(request) if request is not None else None
        if case is None or not deals(case, party):
            raise RequestNotFound("Check the reference, or ask whoever gave it to you.")
        return seen(case, party, words=words)

    def time(self, case: Case) -> Time:
        """How its clock stands."""
        extended = case.request.extended_on is not None
        return time_of(self._rights.clock, case.request.received_on, case.pauses, extended=extended)

    def same_person(self, case: Case, party: str) -> Sequence[Request]:
        """Other requests of this body that have a name or number in common."""
        tokens = {each.token for each in case.aliases if not each.removed}
        found = self._rows.same_person(party, tokens, but=case.request.id)
        return [each for each in found if each.party == party]

    def called(self, ids: Collection[str]) -> list[Request]:
        """Requests by id."""
        found = (self._rows.find(id_) for id_ in sorted(ids))
        return [each for each in found if each is not None]

    def kept_until(self, request: Request) -> date | None:
        """When its own period ends, if anybody had confirmed one; the policy says whether it is verified."""
        return add_months(request.closed_on, self._rights.kept_months) if request.closed_on else None


def left(request: Request, time: Time, today: date) -> int | None:
    """Days to the last one; None of what is closed or stands still."""
    return (time.due_on - today).days if time.due_on is not None and request.state == OPEN else None
