"""The one place where an Actor is built: a person with what is in force for them at this instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.actor import Actor
from identity.model import Party, Person, Role
from identity.store.bound import Bound
from identity.tables import appointment, group_member, need_group, office


def build(
    conn: Connection,
    bound: Bound,
    person: Person,
    *,
    parties: Mapping[str, Party],
    roles: Mapping[str, Role],
    now: datetime,
    request_id: str = "",
) -> Actor:
    """Appointments and memberships from (included) until (excluded); a party or role no longer known gives nothing.

    Raises FactsAltered where the account is not as the service left it.
    """
    bound.check(person.id)
    offices: set[int] = set()
    duties: set[str] = set()
    held = sa.select(appointment.c.role, office.c.principal).join(office, office.c.id == appointment.c.office_id)
    in_force = (appointment.c.valid_from <= now, appointment.c.valid_until > now, office.c.active)
    for row in conn.execute(held.where(appointment.c.person_id == person.id, *in_force)):
        role = roles.get(row.role)
        if role is not None and role.party == person.party:
            offices.add(row.principal)
            duties |= role.duties
    party = parties.get(person.party)
    return Actor(
        id=person.id,
        name=person.name,
        party=person.party,
        principal=person.principal,
        groups=_groups(conn, person.id, now),
        offices=frozenset(offices),
        duties=frozenset(duties),
        hmg=party is not None and party.hmg,
        standing=person.standing,
        vetted_until=person.vetted_until,
        trained_until=person.trained_until,
        request_id=request_id,
    )


def _groups(conn: Connection, person_id: str, now: datetime) -> frozenset[int]:
    rows = conn.execute(
        sa.select(need_group.c.principal)
        .join(group_member, group_member.c.group_id == need_group.c.id)
        .where(
            group_member.c.person_id == person_id, group_member.c.valid_from <= now, group_member.c.valid_until > now
        )
    )
    return frozenset(rows.scalars())
