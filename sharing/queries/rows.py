"""Lines of lists: rows of items and drafts with everything named, in a fixed number of queries a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from foundation.actor import Actor
from foundation.calendar import london_date
from identity.queries.people import People
from sharing.model.agreement import Agreements, Step
from sharing.tables.items import item, item_file, item_office, item_step, item_step_office


@dataclass(frozen=True, slots=True)
class StepRow:
    """What is owed now. ``mine``: an office of the reader’s may do it. ``basis`` says whose period the date is."""

    act: str
    title: str
    office: str
    due_on: date | None
    late: bool
    mine: bool
    basis: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of a list."""

    id: int
    reference: str
    version: int
    kind: str
    kind_name: str
    route_title: str
    state: str
    marking: str
    marking_code: str
    from_office: str
    to_offices: tuple[str, ...]
    establishment: str | None
    sent_at: datetime
    closed_at: datetime | None
    files: int
    sent_by_me: bool
    step: StepRow | None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One line of an author’s drafts."""

    uuid: str
    version: int
    kind: str
    kind_name: str
    route_title: str
    marking: str
    establishment: str | None
    to_office: str
    files: int
    updated: datetime


class Lines:
    """Makes lines of rows that somebody else has decided may be shown."""

    def __init__(self, conn: sa.Connection, agreements: Agreements, people: People) -> None:
        self._conn = conn
        self._agreements = agreements
        self._people = people

    def items(self, rows: Sequence[sa.Row[Any]], actor: Actor, now: datetime) -> tuple[ItemRow, ...]:
        """In the order given."""
        if not rows:
            return ()
        ids = [row.id for row in rows]
        reached: dict[int, list[int]] = defaultdict(list)
        came = sa.select(item_office).where(item_office.c.item_id.in_(ids))
        for office in self._conn.execute(came.order_by(item_office.c.number)):
            reached[office.item_id].append(office.office)
        owed = self._owed(ids)
        names = self._people.names(
            {number for numbers in reached.values() for number in numbers}
            | {offices[0] for _, offices in owed.values()}
        )
        files = self._files([row.uuid for row in rows])
        return tuple(
            self._row(row, reached[row.id], owed.get(row.id), names, files, actor, london_date(now)) for row in rows
        )

    def _row(
        self,
        row: sa.Row[Any],
        reached: Sequence[int],
        owed: tuple[date | None, Sequence[int]] | None,
        names: Mapping[int, str],
        files: Mapping[str, int],
        actor: Actor,
        today: date,
    ) -> ItemRow:
        agreement = self._agreements.version(row.agreement, row.agreement_version)
        route = agreement.routes[row.route]
        step = route.step(row.step) if row.state == "open" else None
        return ItemRow(
            id=row.id,
            reference=row.reference,
            version=row.version,
            kind=row.kind,
            kind_name=agreement.kinds[row.kind].name,
            route_title=route.title,
            state=row.state,
            marking=row.marking,
            marking_code=row.marking_code,
            from_office=names.get(row.sender_office, ""),
            to_offices=tuple(names.get(number, "") for number in reached[1:]),
            establishment=row.establishment,
            sent_at=row.sent_at,
            closed_at=row.closed_at,
            files=files.get(row.uuid, 0),
            sent_by_me=row.sender_id == actor.principal,
            step=_step(step, owed, names, actor, today) if step is not None and owed is not None else None,
        )

    def _owed(self, ids: Sequence[int]) -> dict[int, tuple[date | None, Sequence[int]]]:
        """(due, offices that may do it) of the current step of each open item; the office that owes it stands first."""
        rows = self._conn.execute(
            sa.select(
                item_step.c.item_id, item_step.c.due_on, item_step.c.office, item_step_office.c.office.label("may")
            )
            .join(item, sa.and_(item.c.id == item_step.c.item_id, item.c.step == item_step.c.number))
            .join(
                item_step_office,
                sa.and_(
                    item_step_office.c.item_id == item_step.c.item_id,
                    item_step_office.c.number == item_step.c.number,
                ),
            )
            .where(item_step.c.item_id.in_(ids), item.c.state == "open")
        )
        found: dict[int, tuple[date | None, list[int]]] = {}
        for row in rows:
            found.setdefault(row.item_id, (row.due_on, [row.office]))[1].append(row.may)
        return {key: (due, tuple(offices)) for key, (due, offices) in found.items()}

    def _files(self, uuids: Sequence[str]) -> dict[str, int]:
        rows = self._conn.execute(
            sa.select(item_file.c.item_uuid, sa.func.count().label("files"))
            .where(item_file.c.item_uuid.in_(uuids))
            .group_by(item_file.c.item_uuid)
        )
        return {row.item_uuid: row.files for row in rows}

    def drafts(self, rows: Sequence[sa.Row[Any]], today: date) -> tuple[DraftRow, ...]:
        """In the order given."""
        names = self._people.names({row.to_office for row in rows if row.to_office})
        files = self._files([row.uuid for row in rows])
        return tuple(self._draft_row(row, names, files, today) for row in rows)

    def _draft_row(self, row: sa.Row[Any], names: Mapping[int, str], files: Mapping[str, int], today: date) -> DraftRow:
        agreement = self._agreements.current(row.agreement, today)
        kind = agreement.kinds.get(row.kind) if agreement else None
        route = agreement.routes.get(row.route) if agreement else None
        return DraftRow(
            uuid=row.uuid,
            version=row.version,
            kind=row.kind,
            kind_name=kind.name if kind else row.kind,
            route_title=route.title if route else row.route,
            marking=row.marking,
            establishment=row.establishment,
            to_office=names.get(row.to_office, ""),
            files=files.get(row.uuid, 0),
            updated=row.updated,
        )


def _step(
    step: Step, owed: tuple[date | None, Sequence[int]], names: Mapping[int, str], actor: Actor, today: date
) -> StepRow:
    due, offices = owed
    return StepRow(
        act=step.act,
        title=step.title,
        office=names.get(offices[0], ""),
        due_on=due,
        late=due is not None and due < today,
        mine=bool(actor.offices & set(offices)),
        basis=step.within.basis if step.within else "",
    )
