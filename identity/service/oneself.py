"""Who opens their account to something else has just shown that it is they: a session left open is not enough.

One rule for every act that adds or takes away a way in (OWASP ASVS 5.0, 7.5.1): some minutes ago at most, in this
session, they gave a code of their app (``Proving.prove``) or came in by a passkey. Who has no app has just signed in.
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.phrases import Phrase
from identity.errors import ProofNeeded, SessionEnded
from identity.model import Person, SessionView
from identity.service.sessions import Sessions
from identity.store import people, proofs, sessions

CODE, ANEW = "code", "sign-in"  # how somebody can show that it is they
_GIVE = Phrase("Enter the six digits your app shows now")


class Oneself(Sessions):
    """Asked before an act; how it is shown is for what comes above."""

    def proof_asked(self, *, session_token: str, actor: Actor, now: datetime) -> str:
        """What the actor has to do first: give a CODE, or sign in ANEW; empty where they have just done it.

        Raises SessionEnded.
        """
        view, person = self._signed_in(session_token, actor, now)
        if self._proved(view, person, now):
            return ""
        return CODE if self._has_app(person) else ANEW

    def _themselves(self, session_token: str, actor: Actor, now: datetime) -> Person:
        """The actor. Raises ProofNeeded where they have not just shown that it is they, SessionEnded."""
        view, person = self._signed_in(session_token, actor, now)
        if not self._proved(view, person, now):
            raise self._unproved(person)
        return person

    def _unproved(self, person: Person) -> ProofNeeded:
        minutes = int(self._gates.doors.proof.total_seconds() // 60)
        if self._has_app(person):
            return ProofNeeded(
                "Give a code of your authenticator app first.", fields={"code": [_GIVE]}, subject=person.id
            )
        return ProofNeeded(f"Sign in again, then do this within {minutes} minutes.", subject=person.id)

    def _proved(self, view: SessionView, person: Person, now: datetime) -> bool:
        until = proofs.until(self._conn, self._secrets, view.id)
        if until is not None and now < until:
            return True
        return not self._has_app(person) and now - view.created < self._gates.doors.proof

    def _keep_proof(self, session_token: str, now: datetime) -> None:
        proofs.keep(self._conn, self._secrets, sessions.digest(session_token), now + self._gates.doors.proof)

    def _has_app(self, person: Person) -> bool:
        kept = people.credential_of(self._conn, person.id)
        return kept is not None and kept.totp_sealed is not None

    def _signed_in(self, token: str, actor: Actor, now: datetime) -> tuple[SessionView, Person]:
        view = self._live(token, now)
        person = people.find(self._conn, view.person_id) if view and view.stage == "full" else None
        if view is None or person is None or person.id != actor.id:
            raise SessionEnded("Sign in again from the start.")
        return view, person
