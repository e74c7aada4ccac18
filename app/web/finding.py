"""Finding a colleague, or a group, by name or by office: for those who may already name somebody on an item."""

from __future__ import annotations

from dataclasses import dataclass

from app.bootstrap.work import Work
from app.web.names import party
from identity.model import Person

LEAST, MOST = 2, 20


@dataclass(frozen=True, slots=True)
class Match:
    """One line to choose: the number it is named by, and how it is told from others of the name."""

    principal: int
    words: str


def matches(work: Work, text: str, *, groups: bool = False) -> list[Match]:
    """The first ``MOST`` that fit, people before groups. Fewer than ``LEAST`` letters find nothing."""
    part = text.strip().lower()
    if len(part) < LEAST:
        return []
    found = {person.principal: person for person in work.people.people(standing="active", text=part)}
    for office in work.people.offices():
        if part in office.name.lower():
            found |= {person.principal: person for person in work.people.holders(office.principal, now=work.now)}
    shown = [Match(number, _words(work, person)) for number, person in list(found.items())[:MOST]]
    if groups:
        named = (group for group in work.people.groups() if part in group.name.lower())
        shown += [Match(group.principal, f"{group.name} (group, {party(group.party)})") for group in named]
    return shown[:MOST]


def _words(work: Work, person: Person) -> str:
    held = [one.office_name for one in work.people.appointments(person.id, now=work.now)]
    return ", ".join([person.name, *dict.fromkeys(held)]) + f" ({party(person.party)})"
