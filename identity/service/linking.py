"""Links of accounts to people of an identity provider: looked at, removed, and what they mean for signing in without.

A link is made by whoever is signed in already (``Providing``), never by somebody else for them: who could make one
would have the account.
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from identity import events
from identity.errors import LinkUnknown
from identity.model import Person
from identity.policy.providers import ADMINISTRATORS, Provider
from identity.rules.standing import duties_of, in_force, needs_privileged
from identity.service.oneself import Oneself
from identity.store import links, offices
from identity.store.links import Link

LOCAL = frozenset({"code", "passkey"})  # ways in that ask no provider

_GONE = "Look at the account again; it may be removed already."


class Linking(Oneself):
    """What an account is linked to."""

    def links_of(self, *, person_id: str, actor: Actor, now: datetime) -> list[Link]:
        """One's own, or by who manages accounts somebody else's. Raises PersonUnknown, ManagingRefused."""
        if person_id != actor.id:
            self._managed(person_id, actor, now)
        return links.of_person(self._conn, person_id)

    def remove_own_link(self, *, session_token: str, link_id: str, actor: Actor, now: datetime) -> None:
        """One of one's own, by who has just shown that it is they; sessions go on.

        Raises LinkUnknown, ProofNeeded, SessionEnded.
        """
        if link_id not in {each.id for each in links.of_person(self._conn, actor.id)}:
            raise LinkUnknown(_GONE)
        self._themselves(session_token, actor, now)
        self._bound.check(actor.id)
        self._remove_link(link_id, actor.id, "own", actor=actor, now=now)

    def remove_link(self, *, link_id: str, person_id: str, actor: Actor, now: datetime) -> None:
        """One of somebody's whose account the actor manages; their sessions go on.

        Raises LinkUnknown, PersonUnknown, ManagingRefused.
        """
        self._managed(person_id, actor, now)
        self._remove_link(link_id, person_id, "administrator", actor=actor, now=now)

    def _remove_link(self, link_id: str, person_id: str, cause: str, *, actor: Actor, now: datetime) -> None:
        found = links.find(self._conn, link_id)
        if found is None or found.person_id != person_id or not links.remove(self._conn, link_id):
            raise LinkUnknown(_GONE)
        self._unlinked(found, cause, actor=actor, now=now)

    def _no_links(self, person_id: str, cause: str, *, actor: Actor, now: datetime) -> None:
        for each in links.of_person(self._conn, person_id):
            links.remove(self._conn, each.id)
            self._unlinked(each, cause, actor=actor, now=now)

    def _unlinked(self, link: Link, cause: str, *, actor: Actor, now: datetime) -> None:
        links.settle(self._conn, link.person_id)
        self._record(
            events.PROVIDER_UNLINKED,
            actor=actor,
            now=now,
            subject=link.person_id,
            link=link.id,
            provider=link.provider,
            cause=cause,
        )

    def _keepers(self, person: Person) -> list[Provider]:
        """The providers in use that this account is linked to."""
        known = self._gates.providers.known
        return [known[each.provider] for each in links.of_person(self._conn, person.id) if each.provider in known]

    def _kept_to(self, person: Person, way: str, now: datetime) -> Provider | None:
        """The provider that this way may not go round; None where it may. Who runs the service always may."""
        keeper = next((each for each in self._keepers(person) if each.local == ADMINISTRATORS), None)
        if way not in LOCAL or keeper is None:
            return None
        held = [each for each in offices.not_over(self._conn, person.id, now) if in_force(each.window, now)]
        return None if needs_privileged(duties_of(held, self._roles)) else keeper

    def _told_locally(self, person: Person, way: str, actor: Actor, now: datetime) -> None:
        """A sign-in that went round the provider is a fact of its own, for each of them."""
        for each in self._keepers(person) if way in LOCAL else ():
            self._record(
                events.LOCAL_SIGN_IN,
                actor=actor,
                now=now,
                subject=person.id,
                provider=each.id,
                way=way,
                party=person.party,
            )
