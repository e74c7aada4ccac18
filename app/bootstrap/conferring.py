"""What an account could see and do with the power that is proposed for it, in sentences for whoever decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from identity.model import Person
from identity.rules.conferring import ADMINISTERS
from identity.rules.standing import in_force
from identity.rules.training import reaches_items
from identity.store.conferrals import APPOINTMENT, VETTING, Conferral
from sharing.queries.standing_at import CAP, standing_at

if TYPE_CHECKING:
    from app.bootstrap.work import Work

DUTIES: Mapping[str, str] = {
    "router": "Pass items on along their route, to offices of their choice",
    "records-reviewer": "Review what is due for disposal, place and lift holds",
    "disposal-approver": "Approve the destruction of what somebody else reviewed",
    "breach-lead": "Run incidents, and hold items back from everybody",
    "compliance-officer": "Read the disposal log and the register of people; no content",
    "auditor": "Read the audit log and take a copy of it away; no content",
    ADMINISTERS: "Make and suspend accounts, and be one of the two who give an account power; no content",
    "operator": "Look at how the service runs; no content",
    "safety-override": "Break the glass: open an item for a short time where somebody’s safety demands it",
    "removable-media": "Ask for a removable medium, and write content to it once it is approved",
    "media-approver": "Decide on removable media that somebody else asks for",
    "oversight": "See how the exchange goes, in figures",
    "data-protection": "Answer what people ask about the data held on them",
}


def effect(work: Work, found: Conferral) -> tuple[str, ...]:
    """What they could then see and do, a sentence each."""
    if found.sort == APPOINTMENT:
        return tuple(_appointed(work, found))
    if found.sort == VETTING:
        return tuple(_vetted(work, found))
    group = work.people.group(found.place)
    return (f"See what names the group {group.name}: {_count(work, group.principal)} now, and whatever names it later",)


def administrators(work: Work, party: str, *, invited: bool = False) -> list[Person]:
    """Everybody active who administers accounts of this body now; with those still to accept, if ``invited``."""
    standings = ("active", "invited") if invited else ("active",)
    people = [each for standing in standings for each in work.people.people(party=party, standing=standing)]
    return [each for each in people if ADMINISTERS in _duties(work, each.id)]


def _duties(work: Work, person: str) -> frozenset[str]:
    roles = work.house.policies.roles
    held = (each for each in work.people.appointments(person) if in_force(each.window, work.now))
    return frozenset(duty for each in held if each.role in roles for duty in roles[each.role].duties)


def _appointed(work: Work, found: Conferral) -> Iterator[str]:
    role, office = work.house.policies.roles.get(found.role), work.people.office_by_id(found.place)
    duties = role.duties if role else frozenset()
    if reaches_items(duties):
        there = _count(work, office.principal)
        yield f"See and open what has reached {office.name}: {there} now, and whatever reaches it later"
    else:
        yield "See no item: whoever holds this role is kept from content"
    yield from (DUTIES[each] for each in sorted(duties))


def _vetted(work: Work, found: Conferral) -> Iterator[str]:
    held = work.people.appointments(found.person_id)
    roles = work.house.policies.roles
    names = [
        f"{roles[each.role].name}, {each.office_name}"
        for each in held
        if each.role in roles and each.window.until > work.now
    ]
    yield "Use what they are appointed to; without vetting in date everything is closed to them"
    yield from names or ["They are appointed to nothing yet"]


def _count(work: Work, principal: int) -> str:
    number = standing_at(work.conn, principal)
    if number > CAP:
        return f"more than {CAP:,} items"
    return "1 item" if number == 1 else f"{number:,} items"
