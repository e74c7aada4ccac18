"""Who could have seen an item, who did, and what left; and the same of one person. For incidents, never for reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap.engines import reading
from app.bootstrap.incidents import Items
from identity.tables import appointment, group_member, need_group, office, person
from incidents.queries.reach import Reach, Reached
from sharing.queries.visible import VISIBLE_STATES
from sharing.tables.items import item, item_access

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work

MOST = 500  # people or items listed


@dataclass(frozen=True, slots=True)
class Could:
    """Somebody with a basis, by themselves or through an office or group, from (included) until (excluded)."""

    person: str
    through: str
    basis: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """One item: who could, and whom it reached. ``could`` lists at most ``MOST``."""

    reference: str
    could: Sequence[Could]
    reached: Sequence[Reached]


@dataclass(frozen=True, slots=True)
class Exposed:
    """One person: how many items they could see, and what reached them. ``totals``: (things, times) by how."""

    person: str
    could: int
    totals: Mapping[str, tuple[int, int]]
    reached: Sequence[Reached]
    references: Mapping[str, str]


def of_item(work: Work, uuid: str) -> Affected:
    """Everything the log and the facts of access say of one item."""
    thing = next(iter(Items(work.conn).known([uuid])), None)
    reached = Reach(work.conn, work.house.policies.incidents).of_item(uuid)
    return Affected(thing.reference if thing else uuid, _could(work.conn, uuid), reached)


def of_person(work: Work, account: str) -> Exposed:
    """The same of one person. Items that are gone have no reference any more.

    What concerns other bodies alone is counted and not named: their own leads see it.
    """
    reach = Reach(work.conn, work.house.policies.incidents)
    reached, ours = reach.of_person(account), work.actor.party
    things = Items(work.conn).known({each.item for each in reached})
    others = {each.item for each in things if ours and ours not in each.parties}
    references = {each.item: each.reference for each in things if each.item not in others}
    named = [each for each in reached if each.item not in others]
    return Exposed(account, _could_count(work, account), reach.totals(account), named, references)


def who_took(work: Work, uuid: str) -> list[str]:
    """The people who read it, took it away or copied it: who is asked to delete what they have."""
    reached = Reach(work.conn, work.house.policies.incidents).of_item(uuid)
    return sorted({each.person for each in reached if each.how != "shown"})


def served(house: House, reference: str) -> bool:
    """Whether files of this item may go on being sent: it was not recalled, held back or taken away meanwhile, nor its
    key disabled."""
    wanted = sa.select(item.c.quarantined, item.c.state, item.c.uuid).where(item.c.reference == reference)
    with reading(house.engine) as conn:
        row = conn.execute(wanted).one_or_none()
    if row is None or row.quarantined or row.state not in VISIBLE_STATES:
        return False
    return not _closed(house, [row.uuid])


def held_back(house: House, references: Collection[str]) -> bool:
    """Whether one of these items is held back, or its key disabled: then a package with it is not sent to its end."""
    wanted = sa.select(item.c.uuid, item.c.quarantined).where(item.c.reference.in_(references))
    with reading(house.engine) as conn:
        rows = conn.execute(wanted).all()
    return any(row.quarantined for row in rows) or _closed(house, [row.uuid for row in rows])


def _closed(house: House, items: Sequence[str]) -> bool:
    """Whether the key of one of these is disabled or gone: what was opened before goes no further."""
    return any(house.keystore.state(UUID(each)) in ("disabled", "destroyed") for each in items)


def _could(conn: sa.Connection, uuid: str) -> list[Could]:
    held = conn.execute(
        sa.select(item_access).join(item, item.c.id == item_access.c.item_id).where(item.c.uuid == uuid)
    ).all()
    wanted = {row.principal for row in held}
    people = {row.principal: row for row in conn.execute(sa.select(person).where(person.c.principal.in_(wanted)))}
    members = _members(conn, wanted)
    found: list[Could] = []
    for row in held:
        if row.principal in people:
            found.append(Could(people[row.principal].id, "", row.basis, row.valid_from, row.valid_until))
        for account, through, since, until in members.get(row.principal, ()):
            since, until = max(since, row.valid_from), min(until, row.valid_until)  # noqa: PLW2901
            if since < until:
                found.append(Could(account, through, row.basis, since, until))
    return sorted(found, key=lambda each: (each.since, each.person, each.basis))[:MOST]


def _members(conn: sa.Connection, wanted: set[int]) -> Mapping[int, list[tuple[str, str, datetime, datetime]]]:
    """Who was in these offices and groups, and when."""
    found: dict[int, list[tuple[str, str, datetime, datetime]]] = defaultdict(list)
    offices = (
        sa.select(office.c.principal, office.c.name, appointment)
        .join(office, office.c.id == appointment.c.office_id)
        .where(office.c.principal.in_(wanted))
    )
    groups = (
        sa.select(need_group.c.principal, need_group.c.name, group_member)
        .join(need_group, need_group.c.id == group_member.c.group_id)
        .where(need_group.c.principal.in_(wanted))
    )
    for query in (offices, groups):
        for row in conn.execute(query):
            found[row.principal].append((row.person_id, row.name, row.valid_from, row.valid_until))
    return found


def _could_count(work: Work, account: str) -> int:
    """How many items stand open to them now, by what they are and where they sit."""
    who = work.people.actor(account, now=work.now)
    column = item_access.c
    return int(
        work.conn.scalar(
            sa.select(sa.func.count(sa.distinct(column.item_id))).where(
                column.principal.in_(who.principals), column.valid_from <= work.now, column.valid_until > work.now
            )
        )
        or 0
    )
