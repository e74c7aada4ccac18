"""Rows of offices, establishments, appointments and need-to-know groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.orm import Instant
from identity.model import Appointment, Establishment, Group, Office, Window
from identity.store.people import add_principal
from identity.tables import (
    appointment,
    establishment,
    group_member,
    need_group,
    office,
    office_establishment,
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rows."""

    new: int
    changed: int
    same: int


def add_office(conn: Connection, *, office_id: str, party: str, kind: str, name: str) -> int:
    number = add_principal(conn, "office", office_id)
    conn.execute(office.insert().values(id=office_id, principal=number, party=party, kind=kind, name=name, active=True))
    return number


def find_offices(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Office]:
    """Offices that meet all the conditions, by name, each with what it covers."""
    rows = conn.execute(
        sa.select(office, office_establishment.c.establishment)
        .outerjoin(office_establishment, office_establishment.c.office_id == office.c.id)
        .where(*conditions)
        .order_by(office.c.name, office.c.id, office_establishment.c.establishment)
    )
    found: dict[str, Office] = {}
    for row in rows.mappings():
        values = dict(row)
        covered = values.pop("establishment")
        before = found[values["id"]].establishments if values["id"] in found else ()
        found[values["id"]] = Office(**values, establishments=(*before, covered) if covered else before)
    return list(found.values())


def find_office(conn: Connection, office_id: str) -> Office | None:
    return next(iter(find_offices(conn, office.c.id == office_id)), None)


def covers(conn: Connection, office_id: str, key: str) -> bool:
    row = sa.select(office_establishment).where(
        office_establishment.c.office_id == office_id, office_establishment.c.establishment == key
    )
    return conn.execute(row).first() is not None


def cover(conn: Connection, office_id: str, key: str) -> None:
    conn.execute(office_establishment.insert().values(office_id=office_id, establishment=key))


def uncover(conn: Connection, office_id: str, key: str) -> bool:
    done = conn.execute(
        office_establishment.delete().where(
            office_establishment.c.office_id == office_id, office_establishment.c.establishment == key
        )
    )
    return done.rowcount == 1


def find_establishments(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Establishment]:
    rows = conn.execute(establishment.select().where(*conditions).order_by(establishment.c.name, establishment.c.key))
    return [Establishment(**row) for row in rows.mappings()]


def put_establishments(conn: Connection, *, new: Sequence[Establishment], changed: Sequence[Establishment]) -> None:
    if new:
        conn.execute(establishment.insert(), [asdict(one) for one in new])
    for one in changed:
        conn.execute(establishment.update().where(establishment.c.key == one.key).values(**asdict(one)))


def add_appointment(conn: Connection, made: Appointment) -> None:
    conn.execute(
        appointment.insert().values(
            id=made.id,
            person_id=made.person_id,
            role=made.role,
            office_id=made.office_id,
            valid_from=made.window.since,
            valid_until=made.window.until,
        )
    )


def find_appointments(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Appointment]:
    """Appointments that meet all the conditions, oldest first."""
    rows = conn.execute(
        sa.select(appointment, office.c.name.label("office_name"))
        .join(office, office.c.id == appointment.c.office_id)
        .where(*conditions)
        .order_by(appointment.c.valid_from, appointment.c.id)
    )
    return [
        Appointment(
            id=row["id"],
            person_id=row["person_id"],
            role=row["role"],
            office_id=row["office_id"],
            office_name=row["office_name"],
            window=Window(row["valid_from"], row["valid_until"]),
            attested=row["attested"],
        )
        for row in rows.mappings()
    ]


def not_over(conn: Connection, person_id: str, now: datetime) -> list[Appointment]:
    """Appointments of a person in force or still to come."""
    return find_appointments(conn, appointment.c.person_id == person_id, appointment.c.valid_until > now)


def end_appointment(conn: Connection, appointment_id: str, now: datetime) -> bool:
    """End one now; one still to come never begins. False when it is over already."""
    ends = sa.case((appointment.c.valid_from > now, appointment.c.valid_from), else_=sa.literal(now, Instant))
    done = conn.execute(
        appointment.update()
        .where(appointment.c.id == appointment_id, appointment.c.valid_until > now)
        .values(valid_until=ends)
    )
    return done.rowcount == 1


def attested(conn: Connection, appointment_id: str, by: str, now: datetime) -> None:
    """Somebody said that it is still needed."""
    done = appointment.update().where(appointment.c.id == appointment_id).values(attested=now, attested_by=by)
    conn.execute(done)


def add_group(conn: Connection, *, group_id: str, name: str, party: str) -> int:
    number = add_principal(conn, "group", group_id)
    conn.execute(need_group.insert().values(id=group_id, principal=number, name=name, party=party))
    return number


def find_groups(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Group]:
    rows = conn.execute(need_group.select().where(*conditions).order_by(need_group.c.name, need_group.c.id))
    return [Group(**row) for row in rows.mappings()]


def groups_of(conn: Connection, person_id: str, now: datetime) -> list[Group]:
    """The groups a person is in now."""
    inside = sa.select(group_member.c.group_id).where(
        group_member.c.person_id == person_id, group_member.c.valid_from <= now, group_member.c.valid_until > now
    )
    return find_groups(conn, need_group.c.id.in_(inside))


def members(conn: Connection, group_id: str, now: datetime) -> list[str]:
    """Ids of the people in a group now."""
    rows = conn.execute(
        sa.select(group_member.c.person_id)
        .where(group_member.c.group_id == group_id, group_member.c.valid_from <= now, group_member.c.valid_until > now)
        .order_by(group_member.c.person_id)
    )
    return list(rows.scalars())


def join_group(conn: Connection, group_id: str, person_id: str, window: Window) -> None:
    """Add a membership; one begun and ended in the same instant is taken up again."""
    same = (
        group_member.c.group_id == group_id,
        group_member.c.person_id == person_id,
        group_member.c.valid_from == window.since,
    )
    again = conn.execute(group_member.update().where(*same).values(valid_until=window.until))
    if again.rowcount == 0:
        conn.execute(
            group_member.insert().values(
                group_id=group_id, person_id=person_id, valid_from=window.since, valid_until=window.until
            )
        )


def quit_groups(conn: Connection, person_id: str, now: datetime, *, group_id: str = "") -> int:
    """End membership of one group, or of all; how many there were in force."""
    which = [group_member.c.person_id == person_id, group_member.c.valid_until > now]
    if group_id:
        which.append(group_member.c.group_id == group_id)
    return conn.execute(group_member.update().where(*which).values(valid_until=now)).rowcount
