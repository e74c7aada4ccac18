"""Offices that nobody can act for today: what waits for those would wait unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from identity.errors import FactsAltered
from identity.model import Office, Person, Role
from identity.queries.people import People
from identity.rules.idle import OTHERWISE, WORDS, has_items, lacks, reason


@dataclass(frozen=True, slots=True)
class Idle:
    """An office, and why nobody can act for it: keys of ``identity.rules.idle.WORDS``."""

    office: Office
    why: tuple[str, ...]

    @property
    def words(self) -> str:
        """“nobody is appointed to it”."""
        return "; ".join(WORDS[each] for each in self.why)


def idle(people: People, office: Office, *, now: datetime) -> Idle | None:
    """Why nobody can act for this office today; None as soon as one can, whoever it is."""
    why = reason(_lacking(people, office, now))
    return Idle(office, why) if why else None


def every_idle(people: People, roles: Mapping[str, Role], *, now: datetime) -> list[Idle]:
    """All of them by name: offices that hold items, except those that cover no establishment and should."""
    there = (each for each in people.offices() if each.establishments or people.acts_everywhere(each))
    found = (idle(people, each, now=now) for each in there if has_items(each, roles))
    return [each for each in found if each is not None]


def _lacking(people: People, office: Office, now: datetime) -> Iterator[Collection[str]]:
    for person in people.holders(office.principal, now=now):
        actor = _actor(people, person, now)
        # An appointment whose role is no longer in the policies gives nobody the office.
        yield {OTHERWISE} if actor is None or office.principal not in actor.offices else lacks(actor, now)


def _actor(people: People, person: Person, now: datetime) -> Actor | None:
    """Nobody whose account was edited behind the service: their own next request says so, not a colleague’s."""
    try:
        return people.actor(person.id, now=now)
    except FactsAltered:
        return None
