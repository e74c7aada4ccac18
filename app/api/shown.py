"""What several sections show or look up: people and offices by their ids, whole lists in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from app.bootstrap.work import Work
from foundation.actor import Actor
from identity.errors import GroupUnknown, OfficeUnknown, PersonUnknown
from retention.model.hold import Hold
from retention.rules import scope as scopes
from retention.rules.steps import holding
from sharing.errors.items import WhoUnknown

NOBODYS = UUID(int=0)  # no draft, item or account has it


def uuid_or_none_such(text: str) -> UUID:
    """An id from an address. What is none is the id of nothing, so that both are answered alike."""
    try:
        return UUID(text)
    except ValueError:
        return NOBODYS


def me(work: Work, who: Actor) -> dict[str, Any]:
    """The person with their offices and duties."""
    return {
        "id": who.id,
        "name": who.name,
        "party": who.party,
        "standing": who.standing,
        "offices": [work.people.office(number) for number in sorted(who.offices)],
        "duties": sorted(who.duties),
        "vetted_until": who.vetted_until,
        "training": work.checks.of(work.people.person(who.id), now=work.now).training,
        "wrong_codes": work.identity.wrong_codes(actor=who, now=work.now),
        "now": work.now,
    }


def whole(rows: Sequence[Any]) -> dict[str, Any]:
    """A list that is never long enough to be divided."""
    return {"items": rows, "next": None, "count": {"value": len(rows), "capped": False}}


def office_number(work: Work, office_id: str, field: str = "office") -> int:
    """The number of an office somebody chose. Raises WhoUnknown."""
    try:
        return work.people.office_by_id(office_id).principal
    except OfficeUnknown:
        raise _unknown("an office", field) from None


def person_number(work: Work, person_id: str, field: str = "person") -> int:
    """The number of a person somebody chose. Raises WhoUnknown."""
    try:
        return work.people.person(person_id).principal
    except PersonUnknown:
        raise _unknown("a person", field) from None


def person_numbers(work: Work, ids: Iterable[str], field: str) -> list[int]:
    """As ``person_number``, of several."""
    return [person_number(work, each, field) for each in ids]


def group_number(work: Work, group_id: str, field: str = "group") -> int:
    """The number of a group somebody chose. Raises WhoUnknown."""
    try:
        return work.people.group(group_id).principal
    except GroupUnknown:
        raise _unknown("a group", field) from None


def person_name(work: Work, person_id: str) -> str:
    """The name of whoever did something; empty for nobody, and for the service itself."""
    try:
        return work.people.person(person_id).name if person_id else ""
    except PersonUnknown:
        return ""


def shown_hold(hold: Hold, who: Actor) -> dict[str, Any]:
    """A hold as its asker may see it: whom it names only for those who keep it."""
    scope = scopes.read(hold.scope)
    shown = {each.name: getattr(hold, each.name) for each in fields(Hold)}
    people = hold.people if holding.shows_people(hold, who) else ""
    named = {each.name: getattr(scope, each.name) for each in fields(scope) if each.name != "persons"}
    named = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in named.items()}
    return {**shown, "people": people, "scope": {**named, "persons": len(scope.persons)}}


def _unknown(what: str, field: str) -> WhoUnknown:
    return WhoUnknown(f"Choose {what} from the list.", fields={field: [f"Choose {what} from the list"]})
