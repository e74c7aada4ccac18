"""What incidents need of the other rooms, and where the facts they follow are noticed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap import wiring
from audit.fact import Fact
from audit.trail import Trail
from custody.model import chosen_of
from custody.tables import custody_export, custody_paper
from foundation.actor import Actor
from identity.errors import FactsAltered, PersonUnknown
from identity.queries.people import People
from identity.tables import office
from incidents.errors import MeasureUnknown
from incidents.model.rules import Rules
from incidents.ports import Thing
from incidents.rules.standing import LEAD
from incidents.service.detecting import Detecting
from incidents.service.ending import Incidents
from retention.model.case import BEGUN
from retention.tables.cases import disposal_case
from sharing.tables.items import item, item_office

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work


class Noticing:
    """Keeps the facts of one unit of work that something else follows when it ends; concludes nothing itself."""

    name = "noticing"

    def __init__(self, kinds: Collection[str]) -> None:
        self.kinds = frozenset(kinds)
        self._facts: list[Fact] = []

    def follow(self, conn: sa.Connection, fact: Fact) -> None:  # noqa: ARG002
        """Remember it until the unit of work ends."""
        self._facts.append(fact)

    def taken(self) -> list[Fact]:
        """What was noticed, once."""
        found, self._facts = self._facts, []
        return found


def noticing(rules: Rules) -> Noticing:
    """For the facts that a rule may open an incident for."""
    return Noticing(frozenset().union(*(rule.facts for rule in rules.detectors if not rule.count)))


def incidents(work: Work) -> Incidents:
    """What people do about incidents."""
    house = work.house
    return Incidents(
        work.conn,
        work.trail,
        rules=house.policies.incidents,
        words=wiring.words(house),
        things=Items(work.conn),
        leads=Colleagues(work.people),
        containing=Stopping(work),
        parties=house.policies.parties,
    )


def detecting(house: House, conn: sa.Connection, trail: Trail) -> Detecting:
    """The rules, for facts that were recorded through this connection."""
    policies = house.policies
    return Detecting(
        conn,
        trail,
        rules=policies.incidents,
        words=wiring.words(house),
        things=Items(conn),
        leads=Colleagues(
            People(conn, parties=policies.parties, roles=policies.roles, gates=policies.gates, binder=house.binder)
        ),
        containing=Nothing(),
        parties=policies.parties,
    )


class Items:
    """``incidents.ports.Things`` over sharing."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def named(self, references: Collection[str]) -> Sequence[Thing]:
        """By reference."""
        return self._found(item.c.reference.in_(list(references))) if references else []

    def known(self, items: Collection[str]) -> Sequence[Thing]:
        """By id; of a medium or a paper, those that are on it: what became of it became of them."""
        return self._found(item.c.uuid.in_({*items, *self._carried(items)})) if items else []

    def _carried(self, things: Collection[str]) -> set[str]:
        paper, medium = custody_paper.c, custody_export.c
        found = set(self._conn.scalars(sa.select(paper.item).where(paper.id.in_(list(things)))))
        for chosen in self._conn.scalars(sa.select(medium.chosen).where(medium.id.in_(list(things)))):
            found |= {chosen_of(line).item for line in chosen.splitlines()}
        return found

    def _found(self, which: sa.ColumnElement[bool]) -> list[Thing]:
        rows = self._conn.execute(
            sa.select(item.c.uuid, item.c.reference, item.c.originator, office.c.party)
            .join(item_office, item_office.c.item_id == item.c.id)
            .join(office, office.c.principal == item_office.c.office)
            .where(which)
            .order_by(item.c.id)
        )
        things: dict[str, Thing] = {}
        for row in rows:
            before = things.get(row.uuid)
            parties = (before.parties if before else frozenset()) | {row.originator, row.party}
            things[row.uuid] = Thing(row.uuid, row.reference, parties)
        return list(things.values())


class Colleagues:
    """``incidents.ports.Leads`` over identity."""

    def __init__(self, people: People) -> None:
        self._people = people

    def has(self, party: str, *, now: datetime) -> bool:
        """By the appointments in force now."""
        active = self._people.people(party=party, standing="active")
        return any(self._leads(each.id, now) for each in active)

    def _leads(self, account: str, now: datetime) -> bool:
        """Not whoever cannot be told for sure: altered rows must not keep an incident from being opened."""
        try:
            return LEAD in self._people.actor(account, now=now).duties
        except FactsAltered:
            return False

    def account(self, address: str) -> str:
        """Whoever has the address, in any standing."""
        found = self._people.by_email(address)
        return found.id if found else ""

    def person(self, account: str) -> bool:
        """In any standing."""
        try:
            self._people.person(account)
        except PersonUnknown:
            return False
        return True


class Nothing:
    """``incidents.ports.Containing`` of a detection, which contains nothing: people do."""

    def apply(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> str:  # noqa: ARG002
        """Raises RuntimeError: nobody asks."""
        msg = "a rule contains nothing"
        raise RuntimeError(msg)

    def release(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> None:  # noqa: ARG002
        """Raises RuntimeError: nobody asks."""
        msg = "a rule releases nothing"
        raise RuntimeError(msg)


_KEY_OF_DISPOSAL = frozenset({"cooling-off", "destroying", "erased", "destroyed"})


class Stopping:
    """``incidents.ports.Containing``: each act in the room whose it is, through the same unit of work."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def apply(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> str:
        """Raises MeasureUnknown for an item or a person there is not, and an item that is not of the lead's body."""
        if act == "end-sessions":
            return self._sign_out(target, actor, now)
        thing = next(iter(Items(self._work.conn).known([target])), None)
        if thing is None or actor.party not in thing.parties:
            raise MeasureUnknown("Choose an item.", fields={"target": ["Choose an item"]})
        given: dict[str, Any] = {"actor": actor, "now": now}
        uuid, work = UUID(target), self._work
        if act == "quarantine":
            work.sharing.hold_back(uuid, incident, **given)
        elif act == "end-grants":
            work.sharing.end_grants(uuid, incident, **given)
        elif act == "disable-key":
            work.vault.disable(item=uuid, **given)
        else:
            self._must_be_left(target)
            work.retention.freeze(target, incident, **given)
        return thing.reference

    def release(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> None:
        """What another incident holds as well stays."""
        work, uuid = self._work, UUID(target)
        others = [each for each in work.incident_register.standing_on(target, act) if each != incident]
        if act == "quarantine" and not others:
            work.sharing.set_free(uuid, incident, actor=actor, now=now)
        elif act == "disable-key" and not others and not self._disposed(target):
            work.vault.enable(item=uuid, actor=actor, now=now)
        elif act == "freeze-disposal":
            work.retention.unfreeze(target, incident, actor=actor, now=now)

    def _must_be_left(self, uuid: str) -> None:
        """Raises MeasureUnknown for what no hold reaches any more: nobody is to think that it was stopped."""
        if self._disposal(uuid) in BEGUN:
            said = "Its destruction has begun, and can only be finished"
            raise MeasureUnknown(f"{said}.", fields={"act": [said]})

    def _disposed(self, uuid: str) -> bool:
        """Whether a disposal under way keeps the item closed: then its key stays as it is."""
        return self._disposal(uuid) in _KEY_OF_DISPOSAL

    def _disposal(self, uuid: str) -> str:
        return self._work.conn.scalar(sa.select(disposal_case.c.state).where(disposal_case.c.item == uuid)) or ""

    def _sign_out(self, person: str, actor: Actor, now: datetime) -> str:
        self._work.people.person(person)
        self._work.identity.sign_out_for_incident(person_id=person, actor=actor, now=now)
        return ""
