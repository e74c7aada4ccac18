"""Which ways lead from a person’s offices, by the agreements in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.queries.people import People
from sharing.model.agreement import Agreements, Purpose, place_of


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


def purposes_of(agreements: Agreements, now: datetime) -> tuple[Purpose, ...]:
    """The purposes of every agreement in force: what a search may be for."""
    return tuple({p.id: p for a in agreements.in_force(london_date(now)) for p in a.purposes.values()}.values())
