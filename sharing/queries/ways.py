"""Which ways lead from a person's offices, and whom a draft on one of them can be addressed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.model import Group, Office, Person
from identity.queries.people import People
from sharing.model.agreement import ORIGIN, Agreements, Purpose, Route, place_of


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of item that one office of the person may send by one route."""

    agreement: str
    agreement_title: str
    route: str
    route_title: str
    way: str
    clauses: tuple[str, ...]
    kind: str
    kind_name: str
    office: int
    office_name: str


@dataclass(frozen=True, slots=True)
class Ways:
    """``answers``: what the person's offices send as an answer alone. ``barred``: why they may send nothing at all."""

    ways: tuple[Way, ...]
    answers: tuple[str, ...] = ()
    barred: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in an office that the draft would reach: who may be named on it."""

    person: Person
    office: Office


@dataclass(frozen=True, slots=True)
class Addressing:
    """``fixed`` are the offices it comes to without anybody choosing; ``open_to`` those to choose one of.

    ``people`` hold the offices it comes to, the chosen one included; ``groups`` are of the parties it comes to.
    """

    establishment: bool
    fixed: tuple[Office, ...]
    open_to: tuple[Office, ...]
    people: tuple[Holder, ...]
    groups: tuple[Group, ...]
    clauses: tuple[str, ...]


def ways_of(agreements: Agreements, people: People, actor: Actor, now: datetime) -> Ways:
    """By agreement, office, route and kind, in the order of the agreement."""
    found: list[Way] = []
    answers: dict[str, None] = {}
    offices = [office for office in (people.office(number) for number in sorted(actor.offices)) if office.active]
    for agreement in agreements.in_force(london_date(now)):
        for office in offices:
            found += [
                Way(
                    agreement.id,
                    agreement.title,
                    route.id,
                    route.title,
                    route.way,
                    route.clauses,
                    kind,
                    agreement.kinds[kind].name,
                    office.principal,
                    office.name,
                )
                for route in agreement.routes_from(place_of(office))
                for kind in route.kinds
            ]
            replies = (r for r in agreement.routes.values() if r.reply and place_of(office) in r.senders)
            answers |= {route.way: None for route in replies}
    return Ways(tuple(found), tuple(answers))


def addressing_of(route: Route, people: People, *, chosen: int | None, origin: Office | None, now: datetime) -> Addressing:
    """For a draft on this route. ``origin``, on a reply, is the office that sent what is answered."""
    fixed: dict[int, Office] = {}
    open_to: dict[int, Office] = {}
    for place in route.holders:
        if place == ORIGIN:
            fixed |= {origin.principal: origin} if origin else {}
            continue
        party, _, kind = place.partition("/")
        there = {office.principal: office for office in people.offices(party=party, kind=kind)}
        target = fixed if people.single(party, kind) else open_to
        target.update(there)
    reached = [*fixed.values(), *(office for number, office in open_to.items() if number == chosen)]
    held = [Holder(person, office) for office in reached for person in people.holders(office.principal, now=now)]
    parties = {place.partition("/")[0] for place in route.reaches if place != ORIGIN} | {o.party for o in reached}
    groups = [group for group in people.groups() if group.party in parties]
    return Addressing(
        route.establishment, tuple(fixed.values()), tuple(open_to.values()), tuple(held), tuple(groups), route.clauses
    )


def purposes_of(agreements: Agreements, now: datetime) -> tuple[Purpose, ...]:
    """The purposes of every agreement in force: what a search may be for."""
    return tuple({p.id: p for a in agreements.in_force(london_date(now)) for p in a.purposes.values()}.values())
