"""Signing in with an identity provider (OpenID Connect), and linking an account to one.

What is asked over the network is asked by whoever calls, between these acts and in none of them. A provider says who it
is; what they may do here stays what was decided here. It can take away at once, and give nothing.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from foundation.actor import SERVICE, Actor
from foundation.ident import new_id
from foundation.phrases import Phrase
from identity import events
from identity.errors import LinkRefused, ProviderUnknown, SessionEnded
from identity.model import Person, SessionView, SignIn
from identity.policy.providers import Provider
from identity.rules.providers import Told, gone, means, says
from identity.service.passkeys import Passkeys
from identity.service.proving import Attempt
from identity.service.standing import Standing
from identity.store import links, offices, passkeys, people
from identity.store.links import Link

SIGN_IN, LINK = "provider", "link"
ENDED = "The provider no longer says so"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Question:
    """What goes to the provider with the browser; ``verifier`` follows on the back channel alone (PKCE, RFC 7636)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, once it is answered. ``purpose``: SIGN_IN or LINK; ``back``: where they were going."""

    purpose: str
    nonce: str
    verifier: str
    back: str


class Providing(Passkeys, Standing):
    """Ask, take the answer, sign in by it or link by it."""

    def ask_provider(
        self,
        *,
        session_token: str,
        provider_id: str,
        back: str = "/",
        actor: Actor,  # noqa: ARG002
        now: datetime,
    ) -> Question:
        """Begin a sign-in. Raises ProviderUnknown, SessionEnded without a session."""
        self._provider(provider_id)
        view = self._live(session_token, now)
        if view is None:
            raise SessionEnded("Open the page of sign-in again.")
        return self._question(view, SIGN_IN, provider_id, back, now)

    def ask_to_link(self, *, session_token: str, provider_id: str, actor: Actor, now: datetime) -> Question:
        """Begin to link the actor's account, who has just shown that it is they.

        Raises LinkRefused where they are linked already or the provider is another body's, ProviderUnknown,
        ProofNeeded, SessionEnded.
        """
        provider = self._provider(provider_id)
        view, person = self._signed_in(session_token, actor, now)
        if cause := self._no_link(person, provider):
            raise LinkRefused(f"{cause}.", subject=person.id)
        self._themselves(session_token, actor, now)
        return self._question(view, LINK, provider_id, "/", now)

    def take_answer(
        self, *, session_token: str, provider_id: str, state: str, actor: Actor, now: datetime
    ) -> Asked | None:
        """What this session asked under this state, which is spent by it, whatever the answer says.

        None, entered in the log, for what was not asked here, not of this provider, answered before, or too long ago.
        """
        view = self._live(session_token, now)
        for purpose in (SIGN_IN, LINK) if view and state else ():
            asked = state.encode("utf-8", "replace")
            sealed = passkeys.answered(self._conn, asked, session_id=view.id, purpose=purpose, now=now)  # type: ignore[union-attr]
            if sealed is not None:
                kept = json.loads(self._secrets.open(view.id, sealed))  # type: ignore[union-attr]
                if kept.pop("provider") == provider_id:
                    return Asked(purpose, **kept)
        self.provider_failed(session_token=session_token, provider_id=provider_id, cause="state", actor=actor, now=now)
        return None

    def provider_failed(self, *, session_token: str, provider_id: str, cause: str, actor: Actor, now: datetime) -> None:
        """Enter that an answer was not taken, or none came. ``cause`` is a code of ours."""
        view = self._live(session_token, now)
        attempt = Attempt(actor, now, view.door if view else "web")
        self._not_by(provider_id, view.person_id if view else "", cause, attempt)

    def check_provider(
        self, *, session_token: str, provider_id: str, told: Told, actor: Actor, now: datetime
    ) -> SignIn:
        """Sign in by what a verified ID token says. The session is full where it proved a second factor, else at stage
        "provider": ours is asked next. Whatever the provider takes away is taken away first.

        A failure is an answer, ``detail`` its code. Raises SessionEnded, ProviderUnknown.
        """
        view = self._live(session_token, now)
        if view is None:
            raise SessionEnded("Open the page of sign-in again.")
        attempt, provider = Attempt(actor, now, view.door), self._provider(provider_id)
        link = links.of_subject(self._conn, links.subject(self._bound, provider.issuer, told.subject))
        person = people.find(self._conn, link.person_id) if link else None
        if link is None or person is None or link.provider != provider.id or person.party != provider.party:
            return self._not_by(provider.id, "", "unknown", attempt)
        if cause := self._provider_cause(person, link, provider, told, attempt):
            return self._not_by(provider.id, person.id, cause, attempt)
        self._record(
            events.PROVIDER_ACCEPTED,
            actor=self._who(person, attempt),
            now=now,
            subject=person.id,
            provider=provider.id,
            second_factor=told.second_factor,
            door=view.door,
        )
        stage = "full" if told.second_factor else "provider"
        if told.second_factor:
            self._entered(person, 0, attempt, "provider")
        token = self._rotate(session_token, person.id, stage=stage, door=view.door, created=now, now=now)
        tried = self._tried(person.id) if told.second_factor else 0
        return SignIn(ok=True, token=token, stage=stage, person_id=person.id, wrong_codes=tried)

    def link_provider(self, *, session_token: str, provider_id: str, told: Told, actor: Actor, now: datetime) -> SignIn:
        """Link the actor's account to whom a verified ID token names. One account each; a failure is an answer."""
        view, person = self._signed_in(session_token, actor, now)
        attempt, provider = Attempt(actor, now, view.door), self._provider(provider_id)
        subject = links.subject(self._bound, provider.issuer, told.subject)
        if links.of_subject(self._conn, subject) is not None or self._no_link(person, provider):
            return self._not_by(provider.id, person.id, "linked", attempt)
        self._bound.check(person.id)
        made = Link(str(new_id(now)), person.id, provider.id, now)
        links.add(self._conn, made, subject)
        links.settle(self._conn, person.id)
        self._record(
            events.PROVIDER_LINKED, actor=actor, now=now, subject=person.id, link=made.id, provider=provider.id
        )
        return SignIn(ok=True, stage="full", person_id=person.id)

    def _provider(self, provider_id: str) -> Provider:
        found = self._gates.providers.known.get(provider_id)
        if found is None:
            raise ProviderUnknown("Choose a way of signing in from the page of sign-in.")
        return found

    def _no_link(self, person: Person, provider: Provider) -> str:
        """Why this account cannot be linked to it; empty when it can."""
        if person.party != provider.party:
            return Phrase("It is for people of another organisation")
        held = {each.provider for each in links.of_person(self._conn, person.id)}
        return Phrase("Your account is linked already. Remove that link first") if provider.id in held else ""

    def _question(self, view: SessionView, purpose: str, provider_id: str, back: str, now: datetime) -> Question:
        made = Question(*(secrets.token_urlsafe(_BYTES) for _ in range(3)))
        kept = {"provider": provider_id, "nonce": made.nonce, "verifier": made.verifier, "back": back}
        sealed = self._secrets.seal(view.id, json.dumps(kept).encode())
        until = now + self._gates.providers.answer
        passkeys.ask(self._conn, made.state.encode(), session_id=view.id, purpose=purpose, until=until, sealed=sealed)
        return made

    def _provider_cause(self, person: Person, link: Link, provider: Provider, told: Told, attempt: Attempt) -> str:
        """Why they do not come in; empty when they do. What the provider takes away is taken away by asking."""
        if person.standing != "active":
            return f"account-{person.standing}"
        # Rows that somebody added behind the service: the account was bound without them.
        self._bound.check(person.id)
        if links.digest(self._conn, person.id) != person.links:
            return "altered"
        if told.groups is None:
            return "groups"
        service = replace(SERVICE, request_id=attempt.actor.request_id)
        if provider.member and provider.member not in told.groups:
            self._change(person, standing="suspended")
            self._record(events.ACCOUNT_SUSPENDED, actor=service, now=attempt.now, subject=person.id, why=ENDED)
            self._end_sessions(person.id, "suspended", actor=service, now=attempt.now)
            return "left"
        self._narrow(person, link, provider, told.groups, service, attempt.now)
        return ""

    def _narrow(
        self, person: Person, link: Link, provider: Provider, groups: frozenset[str], actor: Actor, now: datetime
    ) -> None:
        """End the appointments that a group stood for which they are no longer in; keep what the provider says."""
        meant = means(provider, self._roles, offices.find_offices(self._conn) if provider.grants else ())
        said = says(meant, groups)
        lost = gone(offices.not_over(self._conn, person.id, now), meant.keys(), said)
        for each in lost:
            self._end(each, actor=actor, now=now, why=ENDED)
        if lost:
            self._end_sessions(person.id, "role-changed", actor=actor, now=now)
        links.use(self._conn, link.id, said, now)
        if said != link.says:
            listed = [f"{role} {office}" for role, office in said]
            self._record(
                events.PROVIDER_SAYS, actor=actor, now=now, subject=person.id, provider=provider.id, says=listed
            )

    def _not_by(self, provider_id: str, subject: str, cause: str, attempt: Attempt) -> SignIn:
        self._record(
            events.PROVIDER_FAILED,
            actor=attempt.actor,
            now=attempt.now,
            subject=subject,
            refused=True,
            provider=provider_id,
            cause=cause,
            door=attempt.door,
        )
        return SignIn(ok=False, detail=cause)
