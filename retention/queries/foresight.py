"""What falls due when, what is due and not disposed of, and what a year's report counts. Counts in the index alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from retention.model.case import STATES, Case
from retention.model.foresight import Act, Counted, Forecast, Line, Waiting, Why
from retention.model.transfer import Transfer
from retention.ports import Words
from retention.queries.disposals import place_of
from retention.rules import foresight
from retention.store.cases import HELD, STANDS, case_of
from retention.store.transfers import TransferRows
from retention.tables.cases import disposal_case, disposal_tally
from retention.tables.holds import disposal_hold, disposal_hold_item

MOST = 100  # rows a page
_CASE = disposal_case.c
# Nothing is owed of these by the clock. Whatever state there is besides is due, or without a date.
_NOT_OWED = frozenset({"stopped", "running", "destroyed", "kept", "transferred"})
_OWED = sorted(frozenset(STATES) - _NOT_OWED - {"no-period"})
ENDINGS: frozenset[Act] = frozenset({"destroyed", "returned", "transferred", "kept"})
_SETTLED = ("returned", "declined", "cannot")


@dataclass(frozen=True, slots=True)
class Owed:
    """One item due and not disposed of: why, and since when."""

    case: Case
    why: Why
    since: date


@dataclass(frozen=True, slots=True)
class OwedPage:
    """Longest owed first; ``next`` goes back in as the cursor, "" at the end."""

    rows: tuple[Owed, ...]
    next: str


class Foresight:
    """Reads on one connection. Who may look is decided before asking here."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def forecast(self, today: date, *, months: int = 12, body: str = "", retention_class: str = "") -> Forecast:
        """What falls due in this month from today, and in those after it. ``months``: 1 to ``MOST_MONTHS``."""
        ahead = foresight.months(today, max(1, min(months, foresight.MOST_MONTHS)) + 1)
        first, end, shown = today, ahead[-1], ahead[:-1]
        mine = _of(body, retention_class)
        running = [_CASE.state == "running", *mine]
        inside = [*running, _CASE.sort_on >= first, _CASE.sort_on < end]
        found: dict[tuple[str, str], list[int]] = {}
        for party, code, year, month, number in self._conn.execute(_by_month(inside)):
            place = (int(year) - first.year) * 12 + int(month) - first.month
            found.setdefault((str(party), str(code)), [0] * len(shown))[place] = int(number)
        held = {(str(party), str(code)): int(number) for party, code, number in self._conn.execute(_held(inside))}
        return Forecast(
            shown,
            tuple(Line(*key, tuple(counts), held.get(key, 0)) for key, counts in sorted(found.items())),
            overdue=self._count(*mine, _owed(today)),
            later=self._count(*running, _CASE.sort_on >= end),
            undated=self._count(_CASE.state == "no-period", *mine),
        )

    def waiting(self, today: date, *, body: str = "", retention_class: str = "") -> Sequence[Waiting]:
        """Everything due and not disposed of, and everything without a period: why, and how long."""
        group = (_CASE.originator, _CASE.retention_class)
        mine, found = _of(body, retention_class), list[Waiting]()
        for where, since, why in (
            ([_CASE.state == "no-period"], _CASE.trigger_on, sa.literal("unverified")),
            ([_owed(today)], _CASE.sort_on, _why(today)),
        ):
            band = _band(since, today)
            shown = sa.select(*group, why.label("why"), band.label("band")).where(*where, *mine).subquery()
            columns = list(shown.c)
            query: sa.Select[Any] = sa.select(*columns, sa.func.count()).group_by(*columns)
            for party, code, reason, place, number in self._conn.execute(query):
                found.append(Waiting(cast(Why, reason), int(place), str(party), str(code), int(number)))
        return found

    def owed(
        self,
        today: date,
        *,
        why: Why | None = None,
        body: str = "",
        retention_class: str = "",
        cursor: str = "",
        size: int = 50,
    ) -> OwedPage:
        """The items behind ``waiting``: those without a period are asked for by ``why``, else those that are due."""
        size = max(1, min(size, MOST))
        undated = why == "unverified"
        since = _CASE.trigger_on if undated else _CASE.sort_on
        reason: sa.ColumnElement[str] = sa.literal("unverified") if undated else _why(today)
        where = [_CASE.state == "no-period" if undated else _owed(today), *_of(body, retention_class)]
        if why is not None and not undated:
            where.append(reason == why)
        if place := place_of(cursor):
            where.append(sa.or_(since > place[0], sa.and_(since == place[0], _CASE.item > place[1])))
        query = sa.select(disposal_case, HELD.label("held"), reason.label("why")).where(*where)
        rows = []
        for row in self._conn.execute(query.order_by(since, _CASE.item).limit(size + 1)).mappings():
            values = {name: row[name] for name in (*(each.name for each in disposal_case.columns), "held")}
            case = case_of(cast(sa.RowMapping, values), self._words)
            rows.append(Owed(case, cast(Why, row["why"]), case.due_on or case.trigger_on))
        last = rows[size - 1] if len(rows) > size else None
        return OwedPage(tuple(rows[:size]), f"{last.since.isoformat()}_{last.case.item}" if last else "")

    def counted(self, since: date, until: date, *, body: str = "") -> Sequence[Counted]:
        """Items by class, body and act, both days included. An item counts once under each act."""
        row = disposal_tally.c
        where = [row.on >= since, row.on <= until, *([row.originator == body] if body else [])]
        group = (row.originator, row.retention_class, row.act)
        query = sa.select(*group, sa.func.count(sa.distinct(row.item))).where(*where).group_by(*group).order_by(*group)
        return [
            Counted(str(party), str(code), cast(Act, act), int(number))
            for party, code, act, number in self._conn.execute(query)
        ]

    def disposed(self, months: Sequence[date], bodies: Sequence[str]) -> Mapping[Act, Sequence[int]]:
        """Items of these bodies that were ended in each month, by how; ``months``: the first day of each, in order."""
        row = disposal_tally.c
        place = sa.case(*((row.on >= day, at) for at, day in reversed(list(enumerate(months)))))
        where = (row.on >= months[0], row.act.in_(sorted(ENDINGS)), row.originator.in_(sorted(bodies)))
        one = sa.select(row.act, place.label("place"), row.item).where(*where).subquery()
        group = (one.c.act, one.c.place)
        found: dict[Act, list[int]] = {}
        query = sa.select(*group, sa.func.count(sa.distinct(one.c.item))).group_by(*group).order_by(*group)
        for act, at, number in self._conn.execute(query):
            found.setdefault(cast(Act, act), [0] * len(months))[int(at)] = int(number)
        return found

    def first_year(self) -> int | None:
        """The year of the first fact that counts."""
        first = self._conn.scalar(sa.select(sa.func.min(disposal_tally.c.on)))
        return None if first is None else int(first.year)

    def transfer(self, item: str) -> Transfer | None:
        """The newest package of an item for the archive."""
        return TransferRows(self._conn).find(item)

    def _count(self, *where: sa.ColumnElement[bool]) -> int:
        return self._conn.scalar(sa.select(sa.func.count()).select_from(disposal_case).where(*where)) or 0


def _of(body: str, retention_class: str) -> list[sa.ColumnElement[bool]]:
    named = ((_CASE.originator, body), (_CASE.retention_class, retention_class))
    return [column == value for column, value in named if value]


def _by_month(where: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    year, month = sa.extract("year", _CASE.sort_on), sa.extract("month", _CASE.sort_on)
    group = (_CASE.originator, _CASE.retention_class, year, month)
    return sa.select(*group, sa.func.count()).where(*where).group_by(*group)


def _held(where: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """From the side of what is held: never more rows than holds stand on."""
    group = (_CASE.originator, _CASE.retention_class)
    return (
        sa.select(*group, sa.func.count(sa.distinct(_CASE.item)))
        .select_from(disposal_hold)
        .join(disposal_hold_item, disposal_hold_item.c.hold == disposal_hold.c.id)
        .join(disposal_case, _CASE.item == disposal_hold_item.c.item)
        .where(STANDS, *where)
        .group_by(*group)
    )


def _owed(today: date) -> sa.ColumnElement[bool]:
    """Due, by its state or by its date. What was disposed of long ago is never walked."""
    running = sa.and_(_CASE.state == "running", _CASE.sort_on < today)
    return sa.or_(_CASE.state.in_(_OWED), running)


def _why(today: date) -> sa.ColumnElement[str]:
    """``WHYS`` in their order."""
    state = _CASE.state
    return sa.case(
        (sa.and_(state == "destroying", _CASE.failures > 0), "failed"),
        (state == "destroying", "destroying"),
        (state == "erased", "certificate"),
        (HELD, "held"),
        (state == "transferring", "transfer"),
        (state == "cooling-off", "cooling-off"),
        (state == "reviewed", "approval"),
        (sa.and_(state == "running", _CASE.sort_on < today), "sweep"),
        (_CASE.period_months.is_(None), "unverified"),
        (_CASE.return_state.not_in(_SETTLED), "return"),
        else_="review",
    )


def _band(since: sa.ColumnElement[date], today: date) -> sa.ColumnElement[int]:
    days = foresight.thresholds(today)
    return sa.case(*((since >= day, sa.literal(place)) for place, day in enumerate(days)), else_=len(days))
