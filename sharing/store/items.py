"""Rows of items: their reference, their state, their steps and their timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sharing.model.item import OPEN
from sharing.tables.items import item, item_event, item_office, item_step, item_step_office

# Upsert with RETURNING reads the same on SQLite and PostgreSQL, and holds the row until the transaction ends: no two
# items get one number, and no number is lost but by a rollback.
_NEXT = sa.text(
    "INSERT INTO reference_counter (originator, year, last) VALUES (:originator, :year, 1) "
    "ON CONFLICT (originator, year) DO UPDATE SET last = reference_counter.last + 1 RETURNING last"
)


def allot(conn: sa.Connection, *, originator: str, heading: str, year: int) -> str:
    """The next reference of this originator in this London year, such as XX-2026-00412."""
    number = conn.execute(_NEXT, {"originator": originator, "year": year}).scalar_one()
    return f"{heading}-{year}-{number:05d}"


def add(conn: sa.Connection, values: Mapping[str, Any]) -> int:
    """A new item at version 1; its id."""
    added = conn.execute(sa.insert(item).values(**values, version=1).returning(item.c.id))
    return int(added.scalar_one())


def by_reference(conn: sa.Connection, reference: str) -> sa.Row[Any] | None:
    return conn.execute(sa.select(item).filter_by(reference=reference)).first()


def by_uuid(conn: sa.Connection, uuid: UUID) -> sa.Row[Any] | None:
    return conn.execute(sa.select(item).filter_by(uuid=str(uuid))).first()


def by_uuids(conn: sa.Connection, uuids: Sequence[UUID]) -> dict[UUID, sa.Row[Any]]:
    """Those of these that there are, in the order asked."""
    found = {row.uuid: row for row in conn.execute(sa.select(item).where(item.c.uuid.in_([str(u) for u in uuids])))}
    return {uuid: found[str(uuid)] for uuid in uuids if str(uuid) in found}


def by_id(conn: sa.Connection, item_id: int) -> sa.Row[Any]:
    return conn.execute(sa.select(item).filter_by(id=item_id)).one()


def answer_to(conn: sa.Connection, item_id: int) -> sa.Row[Any] | None:
    """The item that answers this one, if it has been sent."""
    return conn.execute(sa.select(item).filter_by(reply_to=item_id).order_by(item.c.id)).first()


def change(conn: sa.Connection, item_id: int, version: int, values: Mapping[str, Any]) -> bool:
    """Write and count the version up; False when the item is no longer at ``version``."""
    return change_all(conn, [(item_id, version)], values)


def change_all(conn: sa.Connection, seen: Sequence[tuple[int, int]], values: Mapping[str, Any]) -> bool:
    """The same values for many (item, version); False when one is no longer there, and the others may be written.

    Nothing is owed of an item that is not open.
    """
    if values.get("state", OPEN) != OPEN:
        _owe(conn, item_step_office.c.item_id.in_([item_id for item_id, _ in seen]), owed=False)
    rows = [{"_id": item_id, "_version": version, **values, "version": version + 1} for item_id, version in seen]
    return conn.execute(_CHANGE, rows).rowcount == len(rows)


_CHANGE = sa.update(item).where(item.c.id == sa.bindparam("_id"), item.c.version == sa.bindparam("_version"))


def come_to(conn: sa.Connection, item_id: int, reached: Sequence[int]) -> None:
    """The item has come to these offices, in this order, after those it came to before."""
    known = list(offices(conn, item_id))
    for office in reached:
        if office not in known:
            known.append(office)
            conn.execute(sa.insert(item_office).values(item_id=item_id, number=len(known), office=office))


def offices(conn: sa.Connection, item_id: int) -> tuple[int, ...]:
    """The offices the item came to, the sending one first."""
    rows = conn.execute(sa.select(item_office.c.office).filter_by(item_id=item_id).order_by(item_office.c.number))
    return tuple(rows.scalars())


@dataclass(frozen=True, slots=True)
class Owed:
    """A step as it is reached. ``offices``: the one that owes it first."""

    number: int
    act: str
    offices: tuple[int, ...]
    due_on: date | None


def reach(conn: sa.Connection, item_id: int, owed: Owed) -> None:
    """The item has come to this step."""
    conn.execute(
        sa.insert(item_step).values(
            item_id=item_id, number=owed.number, act=owed.act, office=owed.offices[0], due_on=owed.due_on
        )
    )
    conn.execute(
        sa.insert(item_step_office),
        [{"item_id": item_id, "number": owed.number, "office": office, "owed": True} for office in owed.offices],
    )


def take(conn: sa.Connection, item_id: int, number: int, by: int, now: datetime) -> bool:
    """The step is done; False when somebody did it before."""
    done = conn.execute(
        sa.update(item_step)
        .filter_by(item_id=item_id, number=number)
        .where(item_step.c.done_at.is_(None))
        .values(done_at=now, done_by=by)
    )
    _owe(conn, *_of_step(item_id, number), owed=False)
    return done.rowcount == 1


def untake(conn: sa.Connection, item_id: int, number: int, due_on: date | None) -> None:
    """The step is owed again."""
    conn.execute(
        sa.update(item_step).filter_by(item_id=item_id, number=number).values(done_at=None, done_by=None, due_on=due_on)
    )
    _owe(conn, *_of_step(item_id, number), owed=True)


def _of_step(item_id: int, number: int) -> tuple[sa.ColumnElement[bool], ...]:
    return item_step_office.c.item_id == item_id, item_step_office.c.number == number


def _owe(conn: sa.Connection, *which: sa.ColumnElement[bool], owed: bool) -> None:
    """Whether these steps wait for the offices that may take them."""
    conn.execute(sa.update(item_step_office).where(*which).values(owed=owed))


def steps(conn: sa.Connection, item_id: int) -> list[sa.Row[Any]]:
    """The steps reached so far, in order."""
    return list(conn.execute(sa.select(item_step).filter_by(item_id=item_id).order_by(item_step.c.number)))


def tell(conn: sa.Connection, item_id: int, *, act: str, by: int, office: int | None, now: datetime) -> int:
    """One more line of the timeline; its number."""
    return tell_all(conn, [item_id], act=act, by=by, office=office, now=now)[item_id]


def tell_all(
    conn: sa.Connection, item_ids: Sequence[int], *, act: str, by: int, office: int | None = None, now: datetime
) -> dict[int, int]:
    """The same line in the timelines of many; its number in each."""
    column = item_event.c
    query = sa.select(column.item_id, sa.func.max(column.number)).where(column.item_id.in_(item_ids))
    last = {int(each[0]): int(each[1]) for each in conn.execute(query.group_by(column.item_id))}
    numbers = {item_id: last.get(item_id, 0) + 1 for item_id in item_ids}
    same = {"act": act, "by": by, "office": office, "at": now}
    conn.execute(sa.insert(item_event), [{"item_id": each, "number": at, **same} for each, at in numbers.items()])
    return numbers


def events(conn: sa.Connection, item_id: int) -> list[sa.Row[Any]]:
    """The timeline, oldest first."""
    return list(conn.execute(sa.select(item_event).filter_by(item_id=item_id).order_by(item_event.c.number)))


def open_by_route(conn: sa.Connection, agreement: str, routes: Sequence[str], *, most: int) -> dict[str, int]:
    """How many open items travel each of these ways, none counted further than ``most``: by an index of open ones."""
    found = {}
    for route in routes:
        wanted = (item.c.agreement == agreement, item.c.route == route, item.c.state == sa.literal_column("'open'"))
        some = sa.select(sa.literal_column("1")).select_from(item).where(*wanted).limit(most).subquery()
        found[route] = conn.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    return found
