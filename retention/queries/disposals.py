"""The disposal pages: frozen rows, one keyset page at a time. Who may look is decided before asking here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from retention.errors import CaseNotFound, CertificateNotFound
from retention.model.case import STATES, Case, Certificate, Return, State
from retention.model.hold import Hold
from retention.ports import Words
from retention.store.cases import HELD, NEVER, STANDS, case_of, hold_of
from retention.tables.cases import disposal_case
from retention.tables.endings import disposal_certificate
from retention.tables.holds import disposal_hold, disposal_hold_item

MOST = 100  # rows a page
CAP = 1000  # of a state, are counted
# One without its proofs is no certificate yet.
_PROVEN = disposal_certificate.c.text != ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; an empty value filters nothing. ``text`` is the start of a reference."""

    states: frozenset[State] = frozenset()
    body: str = ""
    retention_class: str = ""
    establishment: str = ""
    held: bool | None = None
    beyond: bool | None = None  # kept, or to be kept by what is proposed, for twenty years or more
    due_by: date | None = None
    text: str = ""
    returns: frozenset[Return] = frozenset()
    not_body: str = ""  # of any other body than this


@dataclass(frozen=True, slots=True)
class Page:
    """Rows soonest due first, those without a date last; ``next`` goes back in as the cursor, "" at the end."""

    rows: tuple[Case, ...]
    next: str


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate in the list."""

    number: str
    item: str
    originator: str
    issued_at: datetime
    retention_class: str
    establishment: str
    erased_at: datetime | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Issued:
    """Which certificates; an empty value filters nothing. ``since`` is in it, ``until`` not. ``text`` begins one."""

    retention_class: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    establishment: str = ""


class Disposals:
    """Reads on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def page(self, wanted: Filter, *, cursor: str = "", size: int = 50) -> Page:
        """One page of cases. A cursor that is not one of ours starts from the beginning."""
        size = max(1, min(size, MOST))
        due = disposal_case.c.sort_on
        query = sa.select(disposal_case, HELD.label("held")).where(*_conditions(wanted))
        if place := place_of(cursor):
            after, item = place
            query = query.where(sa.or_(due > after, sa.and_(due == after, disposal_case.c.item > item)))
        query = query.order_by(due, disposal_case.c.item).limit(size + 1)
        rows = tuple(case_of(row, self._words) for row in self._conn.execute(query).mappings())
        if len(rows) <= size:
            return Page(rows, "")
        last = rows[size - 1]
        return Page(rows[:size], f"{(last.due_on or NEVER).isoformat()}_{last.item}")

    def counts(self, *, body: str = "") -> dict[str, int]:
        """Cases per state, and under "held" those a hold stands on; CAP + 1 where there are more than CAP.

        After some years a million lie destroyed, and nobody waits for them to be counted.
        """
        mine = [disposal_case.c.originator == body] if body else []
        cases = sa.select(sa.literal(1)).select_from(disposal_case)
        per_state = {str(state): cases.where(disposal_case.c.state == state, *mine) for state in STATES}
        held = sa.select(disposal_hold_item.c.item).distinct().select_from(disposal_hold_item)
        held = held.join(disposal_hold, disposal_hold.c.id == disposal_hold_item.c.hold)
        held = held.join(disposal_case, disposal_case.c.item == disposal_hold_item.c.item).where(STANDS, *mine)
        queries: dict[str, sa.Select[Any]] = {**per_state, "held": held}
        capped = {name: query.limit(CAP + 1).subquery() for name, query in queries.items()}
        numbers = [sa.select(sa.func.count()).select_from(few).scalar_subquery() for few in capped.values()]
        found = self._conn.execute(sa.select(*numbers)).one()
        return dict(zip(capped, map(int, found), strict=True))

    def case(self, key: str) -> Case:
        """One case by its item's uuid or its reference. Raises CaseNotFound."""
        where = sa.or_(disposal_case.c.item == key, disposal_case.c.reference == key)
        found = self._conn.execute(sa.select(disposal_case, HELD.label("held")).where(where)).mappings().one_or_none()
        if found is None:
            raise CaseNotFound("Check the reference.")
        return case_of(found, self._words)

    def holds(self, *, item: str = "", in_force: bool | None = None, review_by: date | None = None) -> Sequence[Hold]:
        """Holds, those to be looked at soonest first: of one item, in force or lifted, due for a look by a date."""
        query = sa.select(disposal_hold).order_by(disposal_hold.c.review_on, disposal_hold.c.id)
        if item:
            known = sa.select(disposal_hold_item.c.hold).where(disposal_hold_item.c.item == item)
            query = query.where(disposal_hold.c.id.in_(known))
        if in_force is not None:
            lifted = disposal_hold.c.lifted_at
            query = query.where(lifted.is_(None) if in_force else lifted.is_not(None))
        if review_by is not None:
            query = query.where(disposal_hold.c.review_on <= review_by)
        return [hold_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def certificates(
        self, *, body: str = "", before: str = "", size: int = 50, wanted: Issued | None = None
    ) -> Sequence[CertificateRow]:
        """The log of disposals: certificates by number, newest numbers first.

        ``before`` is the last number of the page before; ``body`` and ``wanted`` filter.
        """
        issued, case = disposal_certificate.c, disposal_case.c
        columns = (issued.number, issued.item, issued.originator, issued.issued_at)
        more = (case.retention_class, case.establishment, case.erased_at, case.size)
        query = sa.select(*columns, *more).join(disposal_case, case.item == issued.item)
        query = query.where(_PROVEN, *_issued(wanted or Issued())).order_by(issued.number.desc()).limit(min(size, MOST))
        if body:
            query = query.where(issued.originator == body)
        if before:
            query = query.where(issued.number < before)
        return [CertificateRow(**cast(dict[str, Any], dict(row))) for row in self._conn.execute(query).mappings()]

    def certificate(self, number: str) -> Certificate:
        """One certificate; ``text`` encoded as UTF-8 is the file. Raises CertificateNotFound."""
        query = sa.select(disposal_certificate).where(disposal_certificate.c.number == number, _PROVEN)
        row = self._conn.execute(query).mappings().one_or_none()
        if row is None:
            raise CertificateNotFound("Check the number.")
        return Certificate(**cast(dict[str, Any], dict(row)))


def certificates_of(conn: sa.Connection, begins: datetime, over: datetime, *, body: str = "") -> Iterator[Certificate]:
    """Proven certificates issued from ``begins`` to before ``over``, by number; one after the other."""
    column = disposal_certificate.c
    query = sa.select(disposal_certificate).where(_PROVEN, column.issued_at >= begins, column.issued_at < over)
    if body:
        query = query.where(column.originator == body)
    rows = conn.execution_options(yield_per=100).execute(query.order_by(column.number))
    for row in rows.mappings():
        yield Certificate(**cast(dict[str, Any], dict(row)))


def unproven_of(conn: sa.Connection, begins: datetime, over: datetime) -> list[str]:
    """Items whose certificate was issued then and is not proven yet."""
    column = disposal_certificate.c
    query = sa.select(column.item).where(column.text == "", column.issued_at >= begins, column.issued_at < over)
    return list(conn.scalars(query.order_by(column.number)))


def _issued(wanted: Issued) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.retention_class:
        found.append(disposal_case.c.retention_class == wanted.retention_class)
    if wanted.establishment:
        found.append(disposal_case.c.establishment == wanted.establishment)
    if wanted.since is not None:
        found.append(disposal_certificate.c.issued_at >= wanted.since)
    if wanted.until is not None:
        found.append(disposal_certificate.c.issued_at < wanted.until)
    if wanted.text:
        found.append(disposal_case.c.reference.startswith(wanted.text.upper(), autoescape=True))
    return found


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    column = disposal_case.c
    exact = {
        "originator": wanted.body,
        "retention_class": wanted.retention_class,
        "establishment": wanted.establishment,
    }
    found: list[sa.ColumnElement[bool]] = [column[name] == value for name, value in exact.items() if value]
    if wanted.states:
        found.append(column.state.in_(sorted(wanted.states)))
    if wanted.returns:
        found.append(column.return_state.in_(sorted(wanted.returns)))
    if wanted.not_body:
        found.append(column.originator != wanted.not_body)
    if wanted.held is not None:
        found.append(HELD if wanted.held else sa.not_(HELD))
    if wanted.beyond is not None:
        ends = (column.due_on, column.proposed_until)
        late = sa.or_(*(sa.and_(each.is_not(None), each >= column.longest_on) for each in ends))
        found.append(late if wanted.beyond else sa.not_(late))
    if wanted.due_by is not None:
        found.append(column.due_on <= wanted.due_by)
    if wanted.text:
        found.append(column.reference.startswith(wanted.text.upper(), autoescape=True))
    return found


def place_of(cursor: str) -> tuple[date, str] | None:
    """Where a list by date and item goes on; None for what is no such place."""
    day, _, item = cursor.partition("_")
    try:
        return date.fromisoformat(day), item
    except ValueError:
        return None
