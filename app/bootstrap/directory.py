"""People and offices by whatever is known of them: a name, an organisation, an office, an establishment, a role.

Everybody who is signed in may know who works where: it is whom they share with. What somebody is charged with is for
their own body, and for those who see everybody's training and vetting. Groups and accounts not in use are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.bootstrap.duties import against
from app.bootstrap.work import Work
from identity.model import Appointment, Office, Person

LEAST, MOST = 2, 50


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody with the offices they hold now, and as what where the asker may know."""

    person: Person
    offices: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def party(self) -> str:
        return self.person.party


def people(work: Work, q: str, *, party: str = "", text: str = "") -> list[Placed]:
    """Active people by name in whom every word occurs. ``text``: part of the name alone. No words: everybody."""
    held = work.people.appointed(now=work.now)
    covered, everywhere = _covered(work, q), not against(work, "view-people")
    found = []
    for each in work.people.people(party=party or None, standing="active", text=text):
        placed = _placed(work, each, held.get(each.id, ()), everywhere or each.party == work.actor.party)
        places = (covered.get(one.office_id, "") for one in held.get(each.id, ()))
        if _fits(q, placed.name, _party(work, placed.party), *placed.offices, *placed.roles, *places):
            found.append(placed)
    return found


def offices(work: Work, q: str, *, party: str = "", kind: str = "", establishment: str = "") -> list[Office]:
    """Active offices by name in which every word occurs: in their name, their organisation or what they cover."""
    covered = _covered(work, q)
    chosen = work.people.offices(party=party or None, kind=kind or None, establishment=establishment or None)
    return [each for each in chosen if _fits(q, each.name, _party(work, each.party), covered.get(each.id, ""))]


def _placed(work: Work, who: Person, held: tuple[Appointment, ...], told: bool) -> Placed:
    roles = work.house.policies.roles
    named = [roles[each.role].name if each.role in roles else each.role for each in held] if told else []
    return Placed(who, tuple(dict.fromkeys(each.office_name for each in held)), tuple(dict.fromkeys(named)))


def _covered(work: Work, q: str) -> Mapping[str, str]:
    """What each office covers, by name. Without words nothing is sought there, so it is not read."""
    if not q.strip():
        return {}
    named = {each.key: f"{each.name} {each.name_welsh}".strip() for each in work.people.establishments(active=None)}
    return {each.id: " ".join(named.get(key, key) for key in each.establishments) for each in work.people.offices()}


def _party(work: Work, id_: str) -> str:
    found = work.house.policies.parties.get(id_)
    return f"{found.name} {found.short}" if found else id_


def _fits(q: str, *texts: str) -> bool:
    whole = " ".join(texts).casefold()
    return all(part in whole for part in q.casefold().split())
