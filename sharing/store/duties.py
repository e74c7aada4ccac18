"""Rows of duties and of their evidence. Written here alone, as facts tell (``service.duty_follower``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from sharing.model.circle import NOTHING_NAMED, Knows
from sharing.model.coverage import LAPSED, MET, OPEN, Occurrence, Tally
from sharing.store.records import known_of
from sharing.tables.agreements import agreement_duty as table
from sharing.tables.agreements import agreement_evidence as evidence

_C = table.c
_IS_OPEN = _C.state == sa.literal_column("'open'")  # as the index has it, which is of open rows alone


class DutyRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add(self, occurrence: Occurrence) -> bool:
        """Insert it; False where it stands already."""
        if self.find(occurrence.id) is not None:
            return False
        self._conn.execute(table.insert().values(asdict(occurrence) | {"who": ",".join(occurrence.who)}))
        return True

    def find(self, id_: str) -> Occurrence | None:
        """One occurrence."""
        row = self._conn.execute(sa.select(table).where(_C.id == id_)).mappings().first()
        return None if row is None else occurrence_of(row)

    def change(self, id_: str, **values: Any) -> None:
        """Set columns of one."""
        self._conn.execute(table.update().where(_C.id == id_).values(**values))

    def open_of(
        self, agreement: str, duties: Collection[str], *, thread: str | None = None, establishment: str | None = None
    ) -> list[Occurrence]:
        """What is open of these duties, oldest first, about one thread or establishment where it is given."""
        wanted = [_C.agreement == agreement, _C.duty.in_(sorted(duties)), _C.state == OPEN]
        if thread is not None:
            wanted.append(sa.or_(_C.thread == thread, _C.source == thread))
        if establishment is not None:
            wanted.append(_C.establishment == establishment)
        return self._all(sa.select(table).where(*wanted).order_by(_C.opened_on, _C.id))

    def open_some(
        self, agreement: str, duties: Collection[str], limit: int, *, knows: Knows = NOTHING_NAMED
    ) -> list[Occurrence]:
        """What is open of these, what is due first at the top of each."""
        found: list[Occurrence] = []
        for duty in duties:
            of = sa.select(table).where(_C.agreement == agreement, _C.duty == duty, _IS_OPEN, known_of(_C, knows))
            found += self._all(of.order_by(_C.due_on).limit(limit - len(found)))
            if len(found) >= limit:
                break
        return found

    def open_about(
        self,
        agreement: str,
        establishments: Collection[str],
        duties: Collection[str],
        limit: int,
        *,
        knows: Knows = NOTHING_NAMED,
    ) -> list[Occurrence]:
        """What is open of these duties about these establishments, due first at the top, by the index of places."""
        wanted = (_C.agreement == agreement, _C.establishment.in_(sorted(establishments)), _IS_OPEN)
        of = sa.select(table).where(*wanted, _C.duty.in_(sorted(duties)), known_of(_C, knows))
        return self._all(of.order_by(_C.due_on.is_(None), _C.due_on, _C.id).limit(limit))

    def had(self, agreement: str, duty: str, due: date) -> bool:
        """Was it ever owed for that day, under any version?"""
        wanted = (_C.agreement == agreement, _C.duty == duty, _C.due_on == due)
        return bool(self._conn.execute(sa.select(sa.exists().where(*wanted))).scalar())

    def asked(self, agreement: str, duty: str, *, knows: Knows = NOTHING_NAMED, limit: int = 100) -> list[Occurrence]:
        """Each time it is, or was, owed: what is open first, the longest due at the top, then the latest ended."""
        of = sa.select(table).where(_C.agreement == agreement, _C.duty == duty, known_of(_C, knows))
        found = self._all(of.where(_IS_OPEN).order_by(_C.due_on).limit(limit))
        found.sort(key=lambda each: (each.due_on is None, each.due_on or each.opened_on, each.id))
        ended = [
            each
            for state in (MET, LAPSED)
            for each in self._all(of.where(_C.state == state).order_by(_C.ended_on.desc()).limit(limit))
        ]
        ended.sort(key=lambda each: (each.ended_on or each.opened_on, each.id), reverse=True)
        return [*found, *ended][:limit]

    def about(self, thread: str, *, knows: Knows = NOTHING_NAMED) -> list[Occurrence]:
        """Everything owed, ever, about one record, oldest first."""
        of = sa.or_(_C.thread == thread, _C.source == thread)
        return self._all(sa.select(table).where(of, known_of(_C, knows)).order_by(_C.opened_on, _C.id))

    def open_up(self, circle: str) -> None:
        """A circle is closed no longer: the log is told in full of what it was told the half of."""
        mine = table.update().where(_C.circle == circle, _C.closed)
        self._conn.execute(mine.values(closed=False, opened_told=False, ended_told=False, overdue_told=False))

    def untold(self, limit: int) -> list[Occurrence]:
        """Those whose beginning or end the log has not been told."""
        # In no order: sorted by id, the database would rather walk all there ever were than the few the index has.
        begun = sa.select(table).where(_C.opened_told.is_(False)).limit(limit)
        ended = sa.select(table).where(_C.ended_told.is_(False), _C.state.in_((MET, LAPSED))).limit(limit)
        found = {each.id: each for each in (*self._all(begun), *self._all(ended))}
        return [found[id_] for id_ in sorted(found)][:limit]

    def late(self, today: date, now: datetime, limit: int) -> list[Occurrence]:
        """Open ones whose day, or hour, is past, and of which the log does not say so yet."""
        past = _past(today, now)
        query = sa.select(table).where(_C.state == OPEN, _C.overdue_told.is_(False), past)
        return self._all(query.order_by(_C.due_on, _C.id).limit(limit))

    def higher(
        self, of: tuple[str, int, str], escalated: int, due: tuple[date, datetime | None], limit: int
    ) -> list[Occurrence]:
        """Open ones of a duty of an agreement's version that went up so many steps and were due by then, by index."""
        agreement, version, duty = of
        day, moment = due
        wanted = [
            _C.agreement == agreement,
            _C.version == version,
            _C.duty == duty,
            _C.escalated == escalated,
            _IS_OPEN,
        ]
        wanted += [_IS_OPEN, _C.due_on <= day, *(() if moment is None else (_C.due_at < moment,))]
        return self._all(sa.select(table).where(*wanted).order_by(_C.due_on).limit(limit))

    def comes(self, agreement: str, duty: str) -> bool:
        """Is it open because time brought it?"""
        wanted = (_C.agreement == agreement, _C.duty == duty, _IS_OPEN, _C.source == "")
        return bool(self._conn.execute(sa.select(sa.exists().where(*wanted))).scalar())

    def last_met(self, agreement: str, duty: str) -> date | None:
        """The day it was last met by an occurrence; None: never."""
        query = sa.select(sa.func.max(_C.ended_on)).where(_C.agreement == agreement, _C.duty == duty, _C.state == MET)
        return self._conn.execute(query).scalar()

    def was(self, id_: str) -> bool:
        """Is, or was, there one of this id?"""
        return bool(self._conn.execute(sa.select(sa.exists().where(_C.id == id_))).scalar())

    # --- evidence -------------------------------------------------------------------------------------------------

    def note(self, agreement: str, duty: str, on: date, entry: str) -> None:
        """There was evidence of it on that day; the first entry of a day stays."""
        key = (evidence.c.agreement == agreement, evidence.c.duty == duty, evidence.c.on == on)
        if not self._conn.execute(sa.select(sa.exists().where(*key))).scalar():
            self._conn.execute(evidence.insert().values(agreement=agreement, duty=duty, on=on, entry=entry))

    def tallies(
        self, agreement: str, duties: Mapping[str, bool], today: date, now: datetime, *, most: int
    ) -> dict[str, Tally]:
        """What the rows say of these duties; each with whether it is tracked, so that there is anything to count.

        No more than ``most`` of each are counted: seeks, and no walk. What is known to named people alone is not, not
        even for them: everybody sees the same numbers.
        """
        counted = [duty for duty, tracked in duties.items() if tracked]
        given = {"a": agreement, "today": today, "now": now, "most": most}
        rows = [*self._each(_TALLY, counted, given), *self._each(_LAST, list(duties), {"a": agreement})]
        found: dict[str, dict[str, Any]] = {duty: {} for duty in duties}
        for row in rows:
            values = dict(row)
            found[values.pop("duty")] |= values
        return {duty: Tally(**values) for duty, values in found.items()}

    def _each(
        self, columns: Sequence[sa.ColumnElement[Any]], duties: Sequence[str], given: Mapping[str, Any]
    ) -> Sequence[sa.RowMapping]:
        """These columns of each of the duties, all in one statement: a register has a hundred."""
        if not duties:
            return ()
        names = {f"d{number}": duty for number, duty in enumerate(duties)}
        rows = ", ".join(f"(:{name})" for name in names)
        # Both databases call the column of such rows column1.
        wanted = sa.text(f"values {rows}").columns(_D).cte("wanted")  # names of parameters alone
        query = sa.select(wanted.c.column1.label("duty"), *columns).select_from(wanted)
        return self._conn.execute(query, {**given, **names}).mappings().all()

    def _all(self, query: sa.Select[Any]) -> list[Occurrence]:
        return [occurrence_of(row) for row in self._conn.execute(query).mappings()]


def occurrence_of(row: sa.RowMapping) -> Occurrence:
    """The occurrence of a row."""
    return Occurrence(**{**row, "who": tuple(str(row["who"]).split(","))})


def rows_of(conn: sa.Connection) -> Sequence[tuple[str, tuple[Any, ...]]]:
    """Every row by its key: what a rebuild is held against. The entry of a day's evidence is left out: of acts at the
    same moment, which was first is for the log to say."""
    duties = [(f"duty {row.id}", tuple(row)) for row in conn.execute(sa.select(table).order_by(_C.id))]
    days = sa.select(evidence.c.agreement, evidence.c.duty, evidence.c.on).order_by(*evidence.primary_key)
    return [*duties, *((f"evidence of {row.duty} on {row.on}", tuple(row)) for row in conn.execute(days))]


def _past(today: Any, now: Any) -> sa.ColumnElement[bool]:
    """Its day, or its hour where it has one, is past. Whose hour is past, its day is today at the latest."""
    hour = sa.and_(_C.due_at.is_not(None), _C.due_at < now)
    day = sa.and_(_C.due_at.is_(None), _C.due_on < today)
    return sa.and_(_C.due_on <= today, sa.or_(hour, day))


def _counted(*wanted: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    most = sa.bindparam("most", type_=sa.Integer)
    some = sa.select(sa.literal_column("1")).select_from(table).where(_OF, *wanted).limit(most).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _first(*wanted: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(_C.due_on).where(_OF, *wanted).order_by(_C.due_on).limit(1).scalar_subquery()


_DAY, _NOW = sa.bindparam("today", type_=sa.Date), sa.bindparam("now", type_=_C.due_at.type)
_D = sa.column("column1", sa.String)  # of ``wanted``: the duty asked about
_OF = sa.and_(
    _C.agreement == sa.bindparam("a"), _C.duty == sa.literal_column("wanted.column1"), _IS_OPEN, _C.closed.is_(False)
)
_COMING = sa.or_(_C.due_on > _DAY, sa.and_(_C.due_on == _DAY, sa.or_(_C.due_at.is_(None), _C.due_at >= _NOW)))
_TALLY = (
    _counted().label("open"),
    _counted(_past(_DAY, _NOW)).label("overdue"),
    _first(_C.due_on >= _DAY, _COMING).label("next_due"),
    _first(_past(_DAY, _NOW)).label("overdue_since"),
)


def _last(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    of = (evidence.c.agreement == sa.bindparam("a"), evidence.c.duty == sa.literal_column("wanted.column1"))
    return sa.select(column).where(*of).order_by(evidence.c.on.desc()).limit(1).scalar_subquery()


_LAST = (_last(evidence.c.on).label("last_on"), sa.func.coalesce(_last(evidence.c.entry), "").label("last_entry"))
