"""The cast comes in the way everybody does: invited, password and second factor set, appointed, trained, vetted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp

from app.bootstrap.house import House
from app.bootstrap.wiring import console_identity
from app.bootstrap.work import Work
from app.demo.cast import ADMINISTERING, ADMINISTRATORS, CAST, PLACES, Part
from foundation.actor import NOBODY, Actor
from foundation.calendar import add_months, london_date
from identity.model import Establishment, Office
from identity.rules.training import reaches_items
from identity.service.identity import Identity

CONSOLE = Actor(id="console", name="demonstration", party="", principal=0)
YEAR, VETTED, LAPSES = timedelta(days=330), timedelta(days=1000), timedelta(days=9)


@dataclass(slots=True)
class Cast:
    """Who is who, once they exist: ids by key of the cast, boards' office numbers by key of the place."""

    ids: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    boards: dict[str, int] = field(default_factory=dict)


def settle(house: House, password: str, home: datetime) -> Cast:
    """Everybody of the cast, with the places and Boards. ``house`` stands where the history begins, ``home`` is now."""
    cast = Cast()
    with house.work(CONSOLE) as work:
        _places(work, cast)
    for part in sorted(CAST, key=lambda one: one.role not in ADMINISTERING):
        if part.standing != "invited":
            _come_in(house, part, password, home, cast)
    return cast


def invite(house: House, part: Part, cast: Cast) -> None:
    """Somebody who is asked in now and has not answered; their appointment waits for the other administrator."""
    with house.work(_actor(house, cast.ids[ADMINISTRATORS[part.party]])) as work:
        office = _office_of(work, part)
        asked = work.identity.invite(email=part.email, name=part.name, party=part.party, actor=work.actor, now=work.now)
        cast.ids[part.key] = asked.person_id
        work.identity.propose_appointment(
            person_id=asked.person_id,
            role=part.role,
            office_id=office.id,
            words=f"{part.name} joins the team next week.",
            actor=work.actor,
            now=work.now,
        )


def actor_of(house: House, cast: Cast, key: str) -> Actor:
    """One of the cast as they stand at the house's time."""
    return _actor(house, cast.ids[key])


def _actor(house: House, person_id: str) -> Actor:
    with house.work() as work:
        return work.people.actor(person_id, now=work.now)


def _places(work: Work, cast: Cast) -> None:
    desk = console_identity(work)
    rows = [
        Establishment(
            key=place.key,
            name=place.name,
            name_welsh="",
            kind=place.kind,
            active=True,
            town=place.town,
            country="England",
            source="invented for the demonstration",
        )
        for place in PLACES
    ]
    desk.import_establishments(rows=rows, actor=CONSOLE, now=work.now)
    for place in PLACES:
        office = desk.create_office(party="imb", kind="board", name=place.board, actor=CONSOLE, now=work.now)
        desk.cover(office_id=office, establishment_key=place.key, actor=CONSOLE, now=work.now)
        cast.boards[place.key] = work.people.office_by_id(office).principal


def _come_in(house: House, part: Part, password: str, home: datetime, cast: Cast) -> None:
    """The administrators from the console, since nobody is there to ask; the others are invited by theirs.

    What gives power is given at the console, as when a service is set up: two administrators come after that.
    """
    first = part.role in ADMINISTERING
    who = CONSOLE if first else _actor(house, cast.ids[ADMINISTRATORS[part.party]])
    with house.work(who) as work:
        desk = console_identity(work) if first else work.identity
        person, secret = _join(desk, part, password, who, work.now)
        office = _office_of(work, part)
        setting_up = console_identity(work)
        setting_up.appoint(person_id=person, role=part.role, office_id=office.id, actor=CONSOLE, now=work.now)
        train(desk, work, part, person, who, home)
        _accepts(desk, work, person)
        setting_up.record_vetting(person_id=person, until=home + VETTED, actor=CONSOLE, now=work.now)
    cast.ids[part.key], cast.secrets[part.key] = person, secret


def _accepts(desk: Identity, work: Work, person: str) -> None:
    asked = work.house.policies.gates.requirements.in_force(work.now)
    if asked is not None:
        who = work.people.actor(person, now=work.now)
        desk.accept_handling(version=asked.number, digest=asked.digest, actor=who, now=work.now)


def train(desk: Identity, work: Work, part: Part, person: str, who: Actor, home: datetime) -> None:
    """Each what they need for what they are appointed to, passed so that it ends where the cast says, or now."""
    gates, roles = work.house.policies.gates, work.house.policies.roles
    duties = roles[part.role].duties
    for module in gates.modules.values():
        if module.needed(duties, reaches_items=reaches_items(duties)):
            ends = london_date(home + (LAPSES if part.standing == "lapsing" else YEAR))
            desk.record_training(
                person_id=person,
                module=module.id,
                on=min(add_months(ends, -module.months), london_date(work.now)),
                provider="Invented course",
                evidence=f"CERT-{part.key.upper()}",
                actor=who,
                now=work.now,
            )


def _join(desk: Identity, part: Part, password: str, who: Actor, now: datetime) -> tuple[str, str]:
    asked = desk.invite(email=part.email, name=part.name, party=part.party, actor=who, now=now)
    uri = desk.accept(token=asked.token, password=password, actor=NOBODY, now=now)
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    code = pyotp.TOTP(secret).at(now)
    desk.confirm_second_factor(token=asked.token, code=code, actor=NOBODY, now=now)
    return asked.person_id, secret


def _office_of(work: Work, part: Part) -> Office:
    kind = work.house.policies.roles[part.role].office
    return work.people.offices(party=part.party, kind=kind, establishment=part.board or None)[0]
