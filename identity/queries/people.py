"""Who is who: people, offices, groups, establishments, and the Actor a request acts as."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NoReturn, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.actor import NOBODY, Actor
from foundation.bound import Binder
from identity.errors import EstablishmentUnknown, GroupUnknown, OfficeUnknown, PersonUnknown
from identity.model import Appointment, Establishment, Group, Office, OfficeKind, Party, Person, Role, SessionView
from identity.policy.adequacy import Adequacy
from identity.policy.gates import Gates
from identity.rules.naming import fold_email
from identity.rules.session import alive
from identity.store import actors, offices, people, sessions
from identity.store.bound import Bound
from identity.tables import (
    appointment,
    establishment,
    group_member,
    need_group,
    office,
    office_establishment,
    person,
)


class People:
    """Reads only. Names what it finds; whether the asker may know is decided before it is asked."""

    def __init__(
        self,
        conn: Connection,
        *,
        parties: Mapping[str, Party],
        roles: Mapping[str, Role],
        gates: Gates,
        binder: Binder,
        adequacy: Adequacy | None = None,
    ) -> None:
        self._conn = conn
        self._bound = Bound(conn, binder)
        self._parties = parties
        self._roles = roles
        self._gates = gates
        self._adequacy = adequacy

    def actor(self, person_id: str, *, now: datetime, request_id: str = "") -> Actor:
        """The person with every appointment and membership in force now. Raises PersonUnknown, FactsAltered."""
        return actors.build(
            self._conn,
            self._bound,
            self.person(person_id),
            parties=self._parties,
            roles=self._roles,
            gates=self._gates,
            adequacy=self._adequacy,
            now=now,
            request_id=request_id,
        )

    def actor_of_session(self, token: str, *, now: datetime, request_id: str = "") -> Actor:
        """Who acts under this session; NOBODY unless it lives, is full, and its person is active.

        Raises FactsAltered.
        """
        found = sessions.find(self._conn, self._bound, sessions.digest(token)) if token else None
        return self.actor_of(found, now=now, request_id=request_id)

    def actor_of(self, found: SessionView | None, *, now: datetime, request_id: str = "") -> Actor:
        """The same of a session that was found in this unit of work."""
        if found is None or found.stage != "full" or not alive(created=found.created, seen=found.seen, now=now):
            return replace(NOBODY, request_id=request_id)
        actor = self.actor(found.person_id, now=now, request_id=request_id)
        return actor if actor.standing == "active" else replace(NOBODY, request_id=request_id)

    def sessions(self, person_id: str, *, now: datetime) -> list[SessionView]:
        """The live sessions of a person, newest first."""
        found = sessions.of_person(self._conn, person_id)
        return [view for view in found if alive(created=view.created, seen=view.seen, now=now)]

    def person(self, person_id: str) -> Person:
        """Raises PersonUnknown."""
        found = people.find(self._conn, person_id)
        if found is None:
            raise PersonUnknown("Choose a person from the list.")
        return found

    def by_email(self, email: str) -> Person | None:
        """Whoever has this address, in any standing."""
        return people.find_by_email(self._conn, fold_email(email))

    def by_principal(self, principal: int) -> Person | None:
        """The person of this number; None for a group, an office, or nobody."""
        return people.find_by_principal(self._conn, principal)

    def people(self, *, party: str | None = None, standing: str | None = None, text: str = "") -> list[Person]:
        """People by name: of a party, of a standing, with ``text`` in name or address."""
        wanted = [
            column == value for column, value in ((person.c.party, party), (person.c.standing, standing)) if value
        ]
        if text.strip():
            part = text.strip()
            name = sa.func.lower(person.c.name).contains(part.lower(), autoescape=True)
            wanted.append(sa.or_(name, person.c.email.contains(fold_email(part), autoescape=True)))
        return people.find_where(self._conn, *wanted)

    def standings(self, party: str) -> Mapping[str, int]:
        """How many accounts of a party are in each standing, and ``locked`` of them; for whoever administers them."""
        query = sa.select(person.c.standing, sa.func.count()).where(person.c.party == party)
        found = {str(row[0]): int(row[1]) for row in self._conn.execute(query.group_by(person.c.standing))}
        return {**found, "locked": people.count_locked(self._conn, party)}

    def holders(self, principal: int, *, now: datetime) -> list[Person]:
        """The active people appointed to the office of this number now: whom to tell that something reached it."""
        held = (
            sa.select(appointment.c.person_id)
            .join(office, office.c.id == appointment.c.office_id)
            .where(office.c.principal == principal, appointment.c.valid_from <= now, appointment.c.valid_until > now)
        )
        return people.find_where(self._conn, person.c.id.in_(held), person.c.standing == "active")

    def appointments(self, person_id: str, *, now: datetime | None = None) -> list[Appointment]:
        """Appointments of a person: all there ever were, or those in force ``now``."""
        wanted = [appointment.c.person_id == person_id]
        if now is not None:
            wanted += [appointment.c.valid_from <= now, appointment.c.valid_until > now]
        return offices.find_appointments(self._conn, *wanted)

    def appointed(self, *, now: datetime) -> Mapping[str, tuple[Appointment, ...]]:
        """Every appointment in force now, by person."""
        found: dict[str, list[Appointment]] = {}
        wanted = (appointment.c.valid_from <= now, appointment.c.valid_until > now)
        for each in offices.find_appointments(self._conn, *wanted):
            found.setdefault(each.person_id, []).append(each)
        return {person_id: tuple(held) for person_id, held in found.items()}

    def office(self, principal: int) -> Office:
        """The office of this number. Raises OfficeUnknown."""
        return _first(offices.find_offices(self._conn, office.c.principal == principal)) or _no_office()

    def office_by_id(self, office_id: str) -> Office:
        """Raises OfficeUnknown."""
        return offices.find_office(self._conn, office_id) or _no_office()

    def offices(
        self, party: str | None = None, kind: str | None = None, establishment: str | None = None
    ) -> list[Office]:
        """Active offices by name: of a party, of a kind, covering an establishment."""
        wanted: list[sa.ColumnElement[bool]] = [office.c.active]
        wanted += [column == value for column, value in ((office.c.party, party), (office.c.kind, kind)) if value]
        if establishment:
            covering = sa.select(office_establishment.c.office_id)
            wanted.append(office.c.id.in_(covering.where(office_establishment.c.establishment == establishment)))
        return offices.find_offices(self._conn, *wanted)

    def kinds_of(self, party: str) -> tuple[OfficeKind, ...]:
        """The kinds of office a party has; none of a party there is not."""
        found = self._parties.get(party)
        return found.office_kinds if found else ()

    def acts_everywhere(self, office: Office) -> bool:
        """Is it of a kind that covers no establishments? One that does, and covers none now, acts nowhere."""
        party = self._parties.get(office.party)
        kind = party.office_kind(office.kind) if party else None
        return kind is None or not kind.per_establishment

    def groups(self, party: str | None = None) -> list[Group]:
        """Need-to-know groups by name."""
        return offices.find_groups(self._conn, *([need_group.c.party == party] if party else []))

    def group(self, group_id: str) -> Group:
        """Raises GroupUnknown."""
        found = _first(offices.find_groups(self._conn, need_group.c.id == group_id))
        if found is None:
            raise GroupUnknown("Choose a group from the list.")
        return found

    def groups_of(self, person_id: str, *, now: datetime) -> list[Group]:
        """The groups somebody is in now, by name."""
        return offices.groups_of(self._conn, person_id, now)

    def members(self, group_id: str, *, now: datetime) -> list[Person]:
        """The people in a group now, by name."""
        inside = sa.select(group_member.c.person_id).where(
            group_member.c.group_id == group_id, group_member.c.valid_from <= now, group_member.c.valid_until > now
        )
        return people.find_where(self._conn, person.c.id.in_(inside))

    def name_of(self, principal: int) -> str:
        """The name of a person, office or group; empty when the number is nobody's."""
        return self.names([principal]).get(principal, "")

    def names(self, principals: Collection[int]) -> dict[int, str]:
        """Names by number, in one query; numbers that are nobody's are left out."""
        wanted = set(principals)
        arms = [
            sa.select(table.c.principal, table.c.name).where(table.c.principal.in_(wanted))
            for table in (person, office, need_group)
        ]
        return {row.principal: row.name for row in self._conn.execute(sa.union_all(*arms))} if wanted else {}

    def establishments(self, active: bool | None = True) -> list[Establishment]:
        """Establishments by name: the active, the others, or (None) all."""
        return offices.find_establishments(self._conn, *([] if active is None else [establishment.c.active == active]))

    def establishment(self, key: str) -> Establishment:
        """Raises EstablishmentUnknown."""
        found = _first(offices.find_establishments(self._conn, establishment.c.key == key))
        if found is None:
            raise EstablishmentUnknown("Choose an establishment from the list.")
        return found


_T = TypeVar("_T")


def _first(found: list[_T]) -> _T | None:
    return found[0] if found else None


def _no_office() -> NoReturn:
    raise OfficeUnknown("Choose an office from the list.")
