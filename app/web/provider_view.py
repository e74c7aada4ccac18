"""What administrators see of an account's links: what a provider says, beside what they are appointed to."""

from __future__ import annotations

from typing import Any

from app.bootstrap.house import House
from app.bootstrap.work import Work
from app.web import names
from identity.model import Person
from identity.store.links import Link


def name_of(house: House, provider_id: str) -> str:
    """What people call it; of one no longer set up its id."""
    found = house.policies.gates.providers.known.get(provider_id)
    return found.name if found else provider_id


def links(work: Work, person: Person) -> list[dict[str, Any]]:
    """Each link of somebody whom the actor may manage: when it was made and used, and what the provider said last."""
    offices = {each.id: each.name for each in work.people.offices(party=person.party)}
    held = {(each.role, each.office_id) for each in work.people.appointments(person.id, now=work.now)}

    def shown(link: Link) -> dict[str, Any]:
        says = [
            {"role": names.role(role), "office": offices.get(office, "an office no longer there"),
             "held": (role, office) in held}
            for role, office in link.says
        ]  # fmt: skip
        return {"id": link.id, "name": name_of(work.house, link.provider), "link": link, "says": says}

    return [shown(each) for each in work.identity.links_of(person_id=person.id, actor=work.actor, now=work.now)]
