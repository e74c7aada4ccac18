"""The one place where an Actor is built: a person with what is in force for them at this instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.actor import Actor
from identity.model import RIGHTS, Party, Person, Role
from identity.policy.adequacy import ADEQUATE, Adequacy
from identity.policy.gates import Gates
from identity.store import abroad, training
from identity.store.bound import IN_USE, Bound


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
    account = bound.account(person.id)
    party = parties.get(person.party)
    country = person.country or (party.country if party else "")
    away = (adequacy or Adequacy()).standing(country, person.checked_until, now) != ADEQUATE
    offices, held = _appointed(account.held, person, roles, now)
    rights = gates.held_until(training.results(person.id, account.trained))
    return Actor(
        id=person.id,
        name=person.name,
        party=person.party,
        principal=person.principal,
        groups=frozenset(row["principal"] for row in account.groups if _in_force(row, now)),
        offices=frozenset(offices),
        duties=frozenset().union(*(role.duties for role in held)),
        attests=any(role.id in names for names in gates.reviews.by.values() for role in held),
        hmg=party is not None and party.hmg,
        abroad=away,
        cleared=abroad.cleared(conn, bound, person, country, now) if away else frozenset(),
        standing=person.standing,
        vetted_until=person.vetted_until,
        informed_until=gates.requirements.informed_until(account.texts(), now),
        **{field: rights[right] for right, field in RIGHTS.items()},
        request_id=request_id,
    )


def _appointed(
    rows: Sequence[sa.RowMapping], person: Person, roles: Mapping[str, Role], now: datetime
) -> tuple[set[int], list[Role]]:
    """Numbers of the offices held now, and the roles they are held as."""
    offices: set[int] = set()
    found: list[Role] = []
    for row in rows:
        role = roles.get(row["role"])
        if row[IN_USE] and _in_force(row, now) and role is not None and role.party == person.party:
            offices.add(row["principal"])
            found.append(role)
    return offices, found


def _in_force(row: sa.RowMapping, now: datetime) -> bool:
    return bool(row["valid_from"] <= now < row["valid_until"])
