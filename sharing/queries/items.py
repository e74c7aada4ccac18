"""Lists people look at: what they may see, what waits for them, whom they search for. Rows show no title and no text.

Which rows is for ``visible`` alone; here they are named and entered in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.trail import Trail
from foundation.actor import Actor
from foundation.bound import Binder
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.items import AccessDisagrees, ActRefused, PurposeUnknown, SearchFaulty
from sharing.events import items as events
from sharing.model.agreement import Agreements, Purpose
from sharing.queries.rows import DraftRow, ItemRow, Lines
from sharing.queries.visible import EVERYTHING, Filters, checked_page, count_capped, count_held_back
from sharing.queries.ways import Ways, purposes_of, ways_of
from sharing.rules.blind import blind
from sharing.rules.identifiers import Unreadable
from sharing.store.bound import Bound
from sharing.tables.items import draft, item, item_step, item_step_office

MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    """``next`` is the cursor of the page after. ``count`` above ``CAP`` reads “more than CAP”. ``barred``: why a
    person whose standing keeps them from every item sees nothing. ``held_back``: how many more an incident keeps from
    them; it says not which.
    """

    rows: tuple[ItemRow, ...]
    next: int | None
    count: int
    barred: tuple[Reason, ...] = ()
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How much waits for this person’s offices, and how much of it is late; above ``MOST_WAITING`` reads “more”."""

    waiting: int
    late: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person finds first: the most urgent that waits for their offices, the newest they may see, and how many.

    ``waiting`` and ``late`` count up to ``MOST_WAITING``; above that they read “more”. ``barred`` as of ``ListPage``.
    """

    first: tuple[ItemRow, ...]
    newest: tuple[ItemRow, ...]
    waiting: int
    late: int
    drafts: int
    barred: tuple[Reason, ...] = ()


class Items:
    """Reads only; what was shown is entered in the log."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        decider: Decider,
        agreements: Agreements,
        people: People,
        index_key: bytes,
        binder: Binder,
    ) -> None:
        self._conn = conn
        self._trail = trail
        self._decider = decider
        self._agreements = agreements
        self._people = people
        self._lines = Lines(conn, agreements, people)
        self._index_key = index_key
        self._bound = Bound(conn, binder)

    def page(
        self,
        *,
        actor: Actor,
        now: datetime,
        filters: Filters = EVERYTHING,
        cursor: int | None = None,
        size: int = 50,
    ) -> ListPage:
        """The newest items below ``cursor`` that they may see.

        Raises AccessDisagrees and FactsAltered, which withhold the whole page.
        """
        barred = self._barred(actor, now)
        if barred:
            return ListPage((), None, 0, barred)
        rows, following = self._checked("items", actor, now, filters, cursor, size, ())
        count = count_capped(self._conn, actor, now, filters=filters)
        held_back = count_held_back(self._conn, actor, now)
        self._record(actor, now, "items", len(rows))
        return ListPage(self._lines.items(rows, actor, now), following, count, held_back=held_back)

    def search(
        self,
        identifier_type: str,
        value: str,
        purpose: str,
        *,
        actor: Actor,
        now: datetime,
        cursor: int | None = None,
        size: int = 50,
    ) -> ListPage:
        """The items about a data subject, by one identifier or by name, among those they may see.

        Entered in the log with type and purpose, never with the value. Raises ActRefused, PurposeUnknown,
        SearchFaulty, AccessDisagrees, FactsAltered.
        """
        self._may_search(purpose, actor, now)
        try:
            term = blind(self._index_key, identifier_type, value)
        except Unreadable as error:
            raise SearchFaulty(f"{error}.", fields={"value": [str(error)]}) from None
        rows, following = self._checked("search", actor, now, EVERYTHING, cursor, size, (term,))
        count = count_capped(self._conn, actor, now, terms=(term,))
        self._trail.record(
            events.PEOPLE_SEARCHED,
            actor=actor,
            now=now,
            what={"identifier_type": identifier_type, "purpose": purpose, "shown": len(rows)},
        )
        return ListPage(self._lines.items(rows, actor, now), following, count)

    def waiting(self, *, actor: Actor, now: datetime) -> ListPage:
        """What the person’s offices owe a step of, the most urgent first."""
        barred = self._barred(actor, now)
        if barred:
            return ListPage((), None, 0, barred)
        rows = self._waiting(actor, now)
        self._record(actor, now, "waiting", len(rows))
        shown = self._lines.items(rows, actor, now)
        return ListPage(shown, None, len(shown))

    def counts(self, *, actor: Actor, now: datetime) -> DeskCounts:
        """The numbers of a desk: waiting for the person’s offices, late, and their drafts."""
        if self._barred(actor, now):
            return DeskCounts(0, 0, 0)
        return self._desk_counts(self._waiting(actor, now), actor, now)

    def _desk_counts(self, rows: Sequence[sa.Row[Any]], actor: Actor, now: datetime) -> DeskCounts:
        today = london_date(now)
        late = sum(row.due_on is not None and row.due_on < today for row in rows)
        mine = sa.select(sa.func.count()).select_from(draft).where(draft.c.author == actor.principal)
        return DeskCounts(len(rows), late, self._conn.execute(mine).scalar_one())

    def desk(self, *, actor: Actor, now: datetime, size: int = 5) -> Desk:
        """The first ``size`` of what waits and the newest ``size``, with the counts; one entry of the log for both.

        Raises AccessDisagrees and FactsAltered, which withhold it whole.
        """
        barred = self._barred(actor, now)
        if barred:
            return Desk((), (), 0, 0, 0, barred)
        waits = self._waiting(actor, now)
        newest, _ = self._checked("desk", actor, now, EVERYTHING, None, size, ())
        counts = self._desk_counts(waits, actor, now)
        self._record(actor, now, "desk", len(waits[:size]) + len(newest))
        return Desk(
            self._lines.items(waits[:size], actor, now),
            self._lines.items(newest, actor, now),
            counts.waiting,
            counts.late,
            counts.drafts,
        )

    def drafts(self, *, actor: Actor, now: datetime) -> tuple[DraftRow, ...]:
        """The person’s own drafts, the newest change first."""
        if self._barred(actor, now):
            return ()
        rows = self._conn.execute(
            sa.select(draft).filter_by(author=actor.principal).order_by(draft.c.updated.desc(), draft.c.uuid)
        ).all()
        return self._lines.drafts(rows, london_date(now))

    def ways(self, *, actor: Actor, now: datetime) -> Ways:
        """What the person may send, by which way and as which office; or why nothing."""
        barred = self._barred(actor, now)
        return Ways((), (), barred) if barred else ways_of(self._agreements, self._people, actor, now)

    def purposes(self, *, now: datetime) -> tuple[Purpose, ...]:
        """What a search may be for, by the agreements in force."""
        return purposes_of(self._agreements, now)

    def _barred(self, actor: Actor, now: datetime) -> tuple[Reason, ...]:
        verdict = self._decider.gate(actor, now=now)
        return () if verdict.allowed else tuple(Reason("access", why) for why in verdict.why)

    def _may_search(self, purpose: str, actor: Actor, now: datetime) -> None:
        verdict = self._decider.gate(actor, now=now)
        if not verdict.allowed:
            raise ActRefused(
                " ".join(verdict.why),
                reasons=self._barred(actor, now),
                fact=events.ACCESS_REFUSED,
                what={"act": "search", "reference": ""},
                rules=verdict.rules,
            )
        known = {p.id: p.words for a in self._agreements.in_force(london_date(now)) for p in a.purposes.values()}
        if purpose not in known:
            words = "; ".join(f"{said} ({code})" for code, said in known.items())
            raise PurposeUnknown(f"Choose one of: {words}.", fields={"purpose": ["Choose what you need it for"]})

    def _checked(
        self,
        name: str,
        actor: Actor,
        now: datetime,
        filters: Filters,
        cursor: int | None,
        size: int,
        terms: Sequence[bytes],
    ) -> tuple[Sequence[sa.Row[Any]], int | None]:
        try:
            found = checked_page(
                self._conn,
                self._decider,
                actor,
                now,
                cursor=cursor,
                size=size,
                filters=filters,
                terms=terms,
                bound=self._bound,
            )
        except AccessDisagrees as error:
            error.fact, error.what = events.LIST_WITHHELD, {"list": name}
            raise
        return found.rows, found.next

    def _waiting(self, actor: Actor, now: datetime) -> Sequence[sa.Row[Any]]:
        """Steps of the person’s offices, late ones first. Each is decided: who owes it may yet be barred."""
        mine = (
            sa.select(item_step_office.c.item_id, item_step_office.c.number)
            .where(item_step_office.c.office.in_(actor.offices), item_step_office.c.owed)
            .distinct()
            .subquery()
        )
        step = item_step.c
        rows = self._conn.execute(
            sa.select(item, step.due_on)
            .join(item_step, sa.and_(step.item_id == item.c.id, step.number == item.c.step))
            .join(mine, sa.and_(mine.c.item_id == step.item_id, mine.c.number == step.number))
            .where(item.c.state == "open", step.done_at.is_(None))
            .order_by(step.due_on.is_(None), step.due_on, item.c.id)
            .limit(MOST_WAITING + 1)
        ).all()
        facts = self._bound.facts_of_rows(rows, now)
        verdicts = self._decider.decide_many(actor, "see", facts, now=now) if facts else []
        return [row for row, verdict in zip(rows, verdicts, strict=True) if verdict.allowed]

    def _record(self, actor: Actor, now: datetime, name: str, shown: int) -> None:
        self._trail.record(events.ITEMS_LISTED, actor=actor, now=now, what={"list": name, "shown": shown})
