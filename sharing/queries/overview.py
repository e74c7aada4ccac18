"""How the exchange goes, in figures: what was sent month by month, how long it took to an outcome, what is late where.

Numbers alone: no item, no person. What only named people may know of yet, or what is held back, is in none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from foundation.calendar import LONDON, london_date
from foundation.orm import to_ms
from sharing.tables.items import item, item_step, item_step_office

DAY = 24 * 60 * 60 * 1000
# (name, days to its closing at most); then those that took longer, then those not closed.
BANDS: tuple[tuple[str, int], ...] = (("week", 7), ("four-weeks", 28))
LONGER, OPEN = "longer", "open"
TOOK = (*(name for name, _ in BANDS), LONGER, OPEN)


@dataclass(frozen=True, slots=True)
class Flow:
    """``months``: the first day of each. ``sent``: originating party -> items sent in each. ``took``: of these, by how
    long they took to be closed (``TOOK``).
    """

    months: Sequence[date]
    sent: Mapping[str, Sequence[int]]
    took: Mapping[str, Sequence[int]]


class Overview:
    """Reads on one connection. Who may look is decided before asking here."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def flow(self, agreements: Collection[str], months: Sequence[date], *, now: datetime) -> Flow:
        """Of these agreements; one walk over one index, no further back than the first month."""
        sent, closed = (sa.type_coerce(column, sa.BigInteger) for column in (item.c.sent_at, item.c.closed_at))
        starts = [to_ms(datetime.combine(day, time(), LONDON)) for day in months]
        place = sa.case(*((sent >= start, at) for at, start in reversed(list(enumerate(starts)))))
        bands = ((closed - sent <= days * DAY, name) for name, days in BANDS)
        took = sa.case((closed.is_(None), OPEN), *bands, else_=LONGER)
        where = (sent >= starts[0], item.c.agreement.in_(sorted(agreements)), *_known(now))
        one = sa.select(place.label("place"), item.c.originator, took.label("took")).where(*where).subquery()
        group = (one.c.place, one.c.originator, one.c.took)
        by_party: dict[str, list[int]] = {}
        by_time = {name: [0] * len(months) for name in TOOK}
        for at, party, name, number in self._conn.execute(sa.select(*group, sa.func.count()).group_by(*group)):
            by_party.setdefault(str(party), [0] * len(months))[int(at)] += int(number)
            by_time[str(name)][int(at)] += int(number)
        return Flow(tuple(months), dict(sorted(by_party.items())), by_time)

    def overdue(self, agreements: Collection[str], *, now: datetime) -> dict[int, int]:
        """Steps past their day now, by the number of the office that owes each, the most first."""
        owed, step = item_step_office.c, item_step.c
        query = (
            sa.select(owed.office, sa.func.count())
            .join(item_step, sa.and_(step.item_id == owed.item_id, step.number == owed.number))
            .join(item, item.c.id == owed.item_id)
            .where(
                owed.owed,
                owed.office == step.office,
                step.due_on < london_date(now),
                item.c.state == "open",
                item.c.step == step.number,
                item.c.agreement.in_(sorted(agreements)),
                *_known(now),
            )
            .group_by(owed.office)
            .order_by(sa.func.count().desc(), owed.office)
        )
        return {int(office): int(number) for office, number in self._conn.execute(query)}


def _known(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    over = sa.or_(item.c.embargo_until.is_(None), item.c.embargo_until <= now)
    return (item.c.quarantined == sa.false(), item.c.state.in_(("open", "closed", "destroyed")), over)


def months_back(today: date, count: int = 12) -> list[date]:
    """The first day of this month and of those before it, oldest first."""
    found = [date(today.year + (today.month - 1 - back) // 12, (today.month - 1 - back) % 12 + 1, 1)
             for back in range(count)]  # fmt: skip
    return found[::-1]
