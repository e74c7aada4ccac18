"""The one place where an Actor is built: a person with what is in force for them at this instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.actor import Actor
from identity.model import RIGHTS, Party, Person, Role
from identity.policy.adequacy import ADEQUATE, Adequacy
from identity.policy.gates import Gates
from identity.store import abroad, training
from identity.store.bound import Bound
from identity.tables import appointment, group_member, need_group, office


def build(
    conn: Connection,
    bound: Bound,
    person: Person,
    *,
    parties: Mapping[str, Party],
    roles: Mapping[str, Role],
    gates: Gates,
    adequacy: Adequacy | None = None,
    now: datetime,
    request_id: str = "",
) -> Actor:
    """Appointments and memberships from (included) until (excluded); a party or role no longer known gives nothing.

    Raises FactsAltered where the account is not as the service left it.
    """
    bound.check(person.id)
    party = parties.get(person.party)
    country = person.country or (party.country if party else "")
    away = (adequacy or Adequacy()).standing(country, person.checked_until, now) != ADEQUATE
    offices, held = _appointed(conn, person, roles, now)
    rights = gates.held_until(training.of(conn, person.id))
    return Actor(
        id=person.id,
        name=person.name,
        party=person.party,
        principal=person.principal,
        groups=_groups(conn, person.id, now),
        offices=frozenset(offices),
        duties=frozenset().union(*(role.duties for role in held)),
        attests=any(role.id in names for names in gates.reviews.by.values() for role in held),
        hmg=party is not None and party.hmg,
        abroad=away,
        cleared=abroad.cleared(conn, bound, person, country, now) if away else frozenset(),
        standing=person.standing,
        vetted_until=person.vetted_until,
        informed_until=gates.requirements.informed_until(training.accepted(conn, person.id), now),
        **{field: rights[right] for right, field in RIGHTS.items()},
        request_id=request_id,
    )


def _appointed(
    conn: Connection, person: Person, roles: Mapping[str, Role], now: datetime
) -> tuple[set[int], list[Role]]:
    """Numbers of the offices held now, and the roles they are held as."""
    offices: set[int] = set()
    found: list[Role] = []
    held = sa.select(appointment.c.role, office.c.principal).join(office, office.c.id == appointment.c.office_id)
    in_force = (appointment.c.valid_from <= now, appointment.c.valid_until > now, office.c.active)
    for row in conn.execute(held.where(appointment.c.person_id == person.id, *in_force)):
        role = roles.get(row.role)
        if role is not None and role.party == person.party:
            offices.add(row.principal)
            found.append(role)
    return offices, found


def _groups(conn: Connection, person_id: str, now: datetime) -> frozenset[int]:
    rows = conn.execute(
        sa.select(need_group.c.principal)
        .join(group_member, group_member.c.group_id == need_group.c.id)
        .where(
            group_member.c.person_id == person_id, group_member.c.valid_from <= now, group_member.c.valid_until > now
        )
    )
    return frozenset(rows.scalars())
