"""A RECIPIENTS ONLY item whose named recipient is gone stays closed until its sender says who else is to have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from foundation.errors import Reason
from identity.model import Person
from sharing.errors.items import ItemNotFound, WhoUnknown
from sharing.events import items as events
from sharing.model.item import Decision, ItemRef
from sharing.rules.acts import HANDLING
from sharing.service.found import Found
from sharing.service.reowning import Reowning
from sharing.store import access, matters

NAME_INSTEAD = "name-instead"
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """One item and the recipient who is gone; ``colleagues``: who holds an office that they hold or held."""

    reference: str
    person: str
    name: str
    colleagues: Sequence[Person]


class Renaming(Reowning):
    """Acts of whoever sent the item, or of the office it was sent as, if they may see it."""

    def unreachable(self, *, actor: Actor, now: datetime) -> list[Unreachable]:
        """What the asker sent, or their office, and may see, that a recipient who is gone cannot be reached with.

        Nothing for whoever lacks what they need to reach items at all.
        """
        if not self._decider.gate(actor, now=now).allowed:
            return []
        found = []
        for row in matters.unreachable(self._conn, actor.principal, actor.offices, now):
            if self._decider.decide(actor, "see", self._there(row.reference, now).facts, now=now).allowed:
                colleagues = self._colleagues_of(self._people.person(row.person), now)
                found.append(Unreachable(row.reference, row.person, row.name, colleagues))
        return found

    def name_instead(self, reference: str, before: str, to: str, *, actor: Actor, now: datetime) -> ItemRef:
        """Name ``to`` for what ``before`` (accounts) was named for; NOBODY ends it without another.

        It is the sender's own naming, as when it was sent: nothing is passed on. Raises ItemNotFound for whoever may
        not see it, ActRefused for whoever did not send it, WhoUnknown for a person who is not gone, for somebody who
        is no colleague of theirs, or whom a rule keeps from it.
        """
        found, _ = self._find(reference, "see", actor=actor, now=now)
        self._must_be_senders(found, actor)
        waiting = {each.person: each for each in self.unreachable(actor=actor, now=now) if each.reference == reference}
        if before not in waiting:
            raise WhoUnknown("Nobody is to be named instead.", fields={"to": ["Look at the list again"]})
        person = self._people.person(before)
        if to == NOBODY:
            return self._end(found, person, actor, now)
        if to not in {each.id for each in waiting[before].colleagues}:
            raise WhoUnknown("Choose a colleague of theirs.", fields={"to": ["Choose one of the list"]})
        self._put_in_place(found, person, self._people.actor(to, now=now), actor, now)
        return found.ref

    def _must_be_senders(self, found: Found, actor: Actor) -> None:
        if actor.principal != found.row.sender_id and found.row.sender_office not in actor.offices:
            said = "Only the office that sent it says who else is to have it."
            self._require(NAME_INSTEAD, found, Decision((Reason("name-instead-sender", said, HANDLING),)))

    def _end(self, found: Found, person: Person, actor: Actor, now: datetime) -> ItemRef:
        ref = self._write(found, {})
        given = {"item_id": found.row.id, "principal": person.principal}
        if not access.revoke(self._conn, **given, basis=access.RECIPIENT, now=now):
            raise ItemNotFound("They were named on it no longer.", subject=found.row.uuid)
        self._say_ended(events.RECIPIENT_ENDED, found, person, actor, now)
        return ref
