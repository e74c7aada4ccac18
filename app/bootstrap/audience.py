"""Who hears of something, by the rooms that know: nobody who may not see it, and nobody who has left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from custody.tables import custody_export, custody_paper
from foundation.actor import Actor
from foundation.errors import NotFound, ServiceError
from identity.model import Office, Person
from incidents.rules.standing import LEAD
from incidents.tables import incident_party
from outbox.model.message import CONCERNS, NOT_TO, Notice
from outbox.model.rules import Topic
from sharing.model.coverage import Occurrence
from sharing.rules.duties.recording import stands_at
from sharing.service.recording import held_by
from sharing.store.circles import CircleRows
from sharing.store.duties import DutyRows
from sharing.tables.items import item
from sharing.tables.rights import subject_request

if TYPE_CHECKING:
    from app.bootstrap.work import Work

OFFICERS = "data-protection"


class Audience:
    """``outbox.ports.Audience`` in one unit of work. What it found of people it keeps: many notices come together."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._actors: dict[str, Actor | None] = {}
        self._active: dict[str, list[Person]] = {}
        self._found: Mapping[str, Callable[[Notice, Topic], Iterator[str]]] = {
            "named": self._named,
            "duty": lambda notice, topic: self._holding(topic.duties, _values(notice)),
            "leads": lambda notice, _: self._holding((LEAD,), self._concerned(notice.subject)),
            "owed": self._owing,
            "places": lambda notice, _: self._standing(_values(notice), ""),
            "keepers": self._keepers,
            "handlers": self._handlers,
            "subject": lambda notice, _: iter((notice.subject,)),
        }

    def of(self, notice: Notice, topic: Topic, *, now: datetime) -> Sequence[str]:
        """Accounts, each once, each of which may be told now."""
        left_out = set(self._each(notice.fields.get(NOT_TO, [])))
        found = [each for each in dict.fromkeys(self._found[topic.to](notice, topic)) if each not in left_out]
        return [each for each in found if self.may(each, [(notice, topic)], now=now)]

    def systems(self, notice: Notice, topic: Topic, people: Collection[str], *, now: datetime) -> Collection[str]:
        """Bodies of which one office that it concerns heard of it whole, or every lead did: what is told to a body's
        system may be read by anybody there. Nothing of an item for named people alone.
        """
        named_alone = sa.select(item.c.recipients_only).where(item.c.uuid == notice.subject)
        if topic.about == "item" and self._work.conn.execute(named_alone).scalar() is not False:
            return set()
        return {body for body, whole in self._circles(notice, topic, now) if whole and whole <= set(people)}

    def _circles(self, notice: Notice, topic: Topic, now: datetime) -> Iterator[tuple[str, set[str]]]:
        """(body, everybody of it who would hear), for each office or body that it concerns. Whoever did it knows."""
        kept = set(map(str, notice.fields.get(NOT_TO, [])))
        if topic.to == "leads":
            for party in self._concerned(notice.subject):
                yield party, set(self._holding((LEAD,), [party])) - kept
        for office in (each for each in self._offices_in(notice) if str(each.principal) not in kept):
            holders = {each.id for each in self._work.people.holders(office.principal, now=now)}
            yield office.party, holders - kept

    def may(self, person: str, notices: Sequence[tuple[Notice, Topic]], *, now: datetime) -> frozenset[str]:
        """Those of the notices they may hear of."""
        actor = self._actor(person)
        if actor is None:
            return frozenset()
        able = self._work.house.decider.standing(actor, now=now).allowed
        heard = [(notice, topic) for notice, topic in notices if able or topic.to == "subject"]
        things = {notice.id: self._thing(notice, topic) for notice, topic in heard}
        asked = {each for each in things.values() if each}
        seen = self._work.sharing.seen_by(asked, actor=actor, now=now) if asked else frozenset()
        knows = CircleRows(self._work.conn).knows(person)
        return frozenset(
            notice.id
            for notice, topic in heard
            if (not things[notice.id] or things[notice.id] in seen)
            and (not (owed := self._occurrence(notice, topic)) or knows.of(owed.circle, closed=owed.closed))
        )

    def _thing(self, notice: Notice, topic: Topic) -> str:
        """The item they must be able to see; empty where it is about none."""
        if topic.about == "item":
            return notice.subject
        owed = self._occurrence(notice, topic)
        if owed is None:
            return ""
        wanted = (owed.thread, owed.source)
        found = self._work.conn.execute(sa.select(item.c.uuid).where(item.c.uuid.in_(wanted))).scalars().first()
        return str(found) if found else ""

    def _occurrence(self, notice: Notice, topic: Topic) -> Occurrence | None:
        return DutyRows(self._work.conn).find(notice.subject) if topic.about == "thread" else None

    def _actor(self, person: str) -> Actor | None:
        """Who they are now; None for whoever is not active, and for an account that was edited behind the service."""
        if person not in self._actors:
            self._actors[person] = self._asked(person)
        return self._actors[person]

    def _asked(self, person: str) -> Actor | None:
        try:
            found = self._work.people.actor(person, now=self._work.now)
        except ServiceError:
            return None
        return found if found.standing == "active" else None

    def _people(self, party: str) -> list[Person]:
        if party not in self._active:
            self._active[party] = self._work.people.people(party=party, standing="active")
        return self._active[party]

    def _named(self, notice: Notice, topic: Topic) -> Iterator[str]:  # noqa: ARG002
        """Accounts by id; persons, offices and groups by their number."""
        return self._each(_values(notice))

    def _each(self, values: Iterable[str]) -> Iterator[str]:
        people, now = self._work.people, self._work.now
        for value in values:
            if not value.isdecimal():
                yield value
            elif one := people.by_principal(int(value)):
                yield one.id
            else:
                yield from (each.id for each in people.holders(int(value), now=now))
                groups = (each for each in people.groups() if each.principal == int(value))
                yield from (each.id for group in groups for each in people.members(group.id, now=now))

    def _holding(self, duties: Collection[str], parties: Collection[str]) -> Iterator[str]:
        for party in parties:
            for each in self._people(party):
                actor = self._actor(each.id)
                if actor is not None and not actor.duties.isdisjoint(duties):
                    yield each.id

    def _concerned(self, incident: str) -> list[str]:
        column = incident_party.c
        query = sa.select(column.party).where(column.incident_id == incident).order_by(column.party)
        return list(self._work.conn.execute(query).scalars())

    def _owing(self, notice: Notice, topic: Topic) -> Iterator[str]:  # noqa: ARG002
        found = DutyRows(self._work.conn).find(notice.subject)
        return self._standing(found.who, found.establishment) if found else iter(())

    def _standing(self, places: Collection[str], establishment: str) -> Iterator[str]:
        """Whoever stands at one of these offices. What a whole body owes is told to nobody: everybody is no one."""
        for place in places:
            party, _, rest = place.partition("/")
            for each in self._people(party) if rest and party in self._work.house.policies.parties else ():
                actor = self._actor(each.id)
                held = held_by(self._work.people, actor, self._work.now) if actor else ()
                if stands_at(place, held, establishment):
                    yield each.id

    def _keepers(self, notice: Notice, topic: Topic) -> Iterator[str]:  # noqa: ARG002
        """Whoever holds it or answers for it, and who keeps the register of the body."""
        for row in self._copies(notice.subject):
            party, *own = row
            yield from (each for each in own if each)
            for each in self._people(party):
                actor = self._actor(each.id)
                if actor is not None and self._keeps(actor, party):
                    yield each.id

    def _copies(self, subject: str) -> list[Sequence[Any]]:
        medium, paper = custody_export.c, custody_paper.c
        queries = (
            sa.select(medium.party, medium.holder, medium.asked_by).where(medium.id == subject),
            sa.select(paper.party, paper.keeper, paper.to).where(paper.id == subject),
        )
        return [tuple(row) for query in queries for row in self._work.conn.execute(query)]

    def _keeps(self, actor: Actor, party: str) -> bool:
        decider, now = self._work.house.decider, self._work.now
        return decider.decide_duty(actor, "keep-media-register", now=now, body=party).allowed

    def _handlers(self, notice: Notice, topic: Topic) -> Iterator[str]:  # noqa: ARG002
        column = subject_request.c
        party = self._work.conn.execute(sa.select(column.party).where(column.id == notice.subject)).scalar()
        return self._holding((OFFICERS,), [party] if party else [])

    def _offices_in(self, notice: Notice) -> Iterator[Office]:
        for value in dict.fromkeys((*_values(notice), *map(str, notice.fields.get(CONCERNS, [])))):
            if value.isdecimal():
                try:
                    yield self._work.people.office(int(value))
                except NotFound:
                    continue  # a person or a group


def _values(notice: Notice) -> list[str]:
    """Every value of the fields it was kept with."""
    found = [value for name, value in notice.fields.items() if name not in (NOT_TO, CONCERNS)]
    return [str(one) for each in found for one in (each if isinstance(each, list) else [each]) if one not in ("", None)]
