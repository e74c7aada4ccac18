"""Passkeys: made by somebody signed in, and then both factors at once. Nothing of a device's secret comes here.

A device is asked once, in one session, and has minutes to answer. Whatever the answer to a sign-in lacks, people are
told the same; the log says which check failed.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from foundation.actor import Actor
from foundation.ident import new_id
from foundation.phrases import Phrase
from identity import events
from identity.errors import LastFactor, PasskeyRefused, PasskeyUnknown, SessionEnded
from identity.model import Person, SessionView, SignIn
from identity.ports import Site
from identity.rules.naming import name_faults, tidy
from identity.rules.passkeys import MOST_NAME, last_factor, went_back
from identity.service.proving import Attempt
from identity.service.signing_in import SigningIn
from identity.store import authenticator, passkeys, people
from identity.store.passkeys import Passkey

WRONG_PASSKEY = Phrase("The passkey was not accepted. Try again, or sign in with your password and a code")
MAKE, SIGN = "make", "sign"
_CHALLENGE = 32


class Passkeys(SigningIn):
    """Make, use, take away."""

    def own_passkeys(self, *, actor: Actor, now: datetime) -> list[Passkey]:  # noqa: ARG002
        """One's own, by when they were made."""
        return passkeys.of_person(self._conn, self._secrets, actor.id)

    def ask_for_passkey(self, *, session_token: str, name: str, site: Site, actor: Actor, now: datetime) -> str:
        """Begin a new passkey for the actor, who has just shown that it is they: the options for their device.

        Raises PasskeyRefused with the faults of the name or where they have the most, ProofNeeded, SessionEnded.
        """
        view, person = self._signed_in(session_token, actor, now)
        name = tidy(name)
        faults = list(name_faults(name, most=MOST_NAME, none="Enter a name, such as the device it is on"))
        if passkeys.count(self._conn, person.id) >= self._gates.doors.passkeys:
            faults.append(f"You have {self._gates.doors.passkeys} passkeys. Remove one first")
        if faults:
            raise PasskeyRefused("Correct what is marked.", fields={"name": faults}, subject=person.id)
        self._themselves(session_token, actor, now)
        challenge = secrets.token_bytes(_CHALLENGE)
        self._ask(challenge, view, MAKE, name, now)
        known = passkeys.credentials(self._conn, person.id)
        seconds = self._gates.doors.asked.total_seconds()
        return authenticator.ask_to_make(site, person, challenge, known, seconds=seconds)

    def add_passkey(self, *, session_token: str, answer: str, site: Site, actor: Actor, now: datetime) -> str:
        """Keep what the device made. Returns its id. Raises PasskeyRefused, SessionEnded."""
        view, person = self._signed_in(session_token, actor, now)
        challenge = authenticator.challenge_of(answer)
        name = passkeys.answered(self._conn, challenge, session_id=view.id, purpose=MAKE, now=now)
        made = authenticator.made(answer, site, challenge) if name is not None else None
        if name is None or made is None or passkeys.by_credential(self._conn, made.credential):
            raise PasskeyRefused("Start again, and finish on your device within a few minutes.", subject=person.id)
        said = self._secrets.open(view.id, name).decode()
        kept = Passkey(str(new_id(now)), person.id, said, made.synced, now, None)
        self._bound.check(person.id)
        passkeys.add(self._conn, self._secrets, kept, made)
        passkeys.settle(self._conn, person.id)
        self._record(events.PASSKEY_ADDED, actor=actor, now=now, subject=person.id, passkey=kept.id, synced=kept.synced)
        return kept.id

    def remove_passkey(self, *, session_token: str, passkey_id: str, actor: Actor, now: datetime) -> None:
        """Take one of one's own away, by who has just shown that it is they.

        Raises PasskeyUnknown, LastFactor where no second factor would be left, ProofNeeded, SessionEnded.
        """
        held = {each.id for each in self.own_passkeys(actor=actor, now=now)}
        if passkey_id not in held:
            raise PasskeyUnknown("Look at your account again; it may be removed already.")
        person = self._themselves(session_token, actor, now)
        self._bound.check(actor.id)
        passkeys.remove(self._conn, actor.id, passkey_id)
        if last_factor(app=self._has_app(person), passkeys=len(held)):
            raise LastFactor("Add another passkey first, then remove this one.", subject=actor.id)
        passkeys.settle(self._conn, actor.id)
        self._record(events.PASSKEY_REMOVED, actor=actor, now=now, subject=actor.id, passkey=passkey_id, cause="own")

    def ask_passkey(self, *, session_token: str, site: Site, actor: Actor, now: datetime) -> str:  # noqa: ARG002
        """Begin a sign-in: the options for whatever device answers, JSON. Raises SessionEnded without a session."""
        view = self._live(session_token, now)
        if view is None:
            raise SessionEnded("Open the page of sign-in again.")
        challenge = secrets.token_bytes(_CHALLENGE)
        self._ask(challenge, view, SIGN, "", now)
        return authenticator.ask_to_sign(site, challenge, seconds=self._gates.doors.asked.total_seconds())

    def check_passkey(self, *, session_token: str, answer: str, site: Site, actor: Actor, now: datetime) -> SignIn:
        """Both factors at once. On success the session is full, under a new token; on failure it stands.

        Failures do not count towards lockout, and a locked account is opened by its passkey: nobody guesses one, and so
        nobody can keep its owner out. A count that went back is refused and entered in the log (PASSKEY_COPIED).
        """
        view = self._live(session_token, now)
        if view is None:
            raise SessionEnded("Open the page of sign-in again.")
        attempt = Attempt(actor, now, view.door)
        challenge = authenticator.challenge_of(answer)
        asked = passkeys.answered(self._conn, challenge, session_id=view.id, purpose=SIGN, now=now)
        kept = passkeys.by_credential(self._conn, authenticator.credential_of(answer))
        person = people.find(self._conn, kept.person_id) if kept else None
        if kept is None or person is None:
            return self._no_passkey("", "", "unknown", attempt)
        told = authenticator.signed(answer, site, challenge, kept.public_key) if asked is not None else None
        cause = self._passkey_cause(person, kept, asked is not None, told, now=now)
        if cause or told is None:
            return self._no_passkey(person.id, kept.id, cause, attempt, was=kept.uses, told=told)
        vouched = view.stage == "provider" and view.person_id == person.id
        way = "provider-passkey" if vouched else "passkey"
        if keeper := self._kept_to(person, way, now):
            return self._not_locally(person, keeper, attempt)
        self._entered(person, 0, attempt, way)
        token = self._rotate(session_token, person.id, stage="full", door=view.door, created=now, now=now)
        self._keep_proof(token, now)
        tried = self._tried(person.id)
        return SignIn(ok=True, token=token, stage="full", person_id=person.id, way=way, wrong_codes=tried)

    def _passkey_cause(
        self, person: Person, kept: passkeys.Kept, asked: bool, told: int | None, *, now: datetime
    ) -> str:
        """Why it fails, for the log; empty when it does not, and the count is then kept."""
        if not asked:
            return "not-asked"
        if told is None:
            return "not-verified"
        if person.standing != "active":
            return f"account-{person.standing}"
        # Rows that somebody added behind the service: the account was bound without them.
        self._bound.check(person.id)
        if passkeys.digest(self._conn, person.id) != person.passkeys:
            return "altered"
        if went_back(kept.uses, told) or not passkeys.use(self._conn, kept, told, now):
            return "count-back"
        return ""

    def _no_passkey(
        self, subject: str, passkey: str, cause: str, attempt: Attempt, *, was: int = 0, told: int | None = None
    ) -> SignIn:
        actor, now = attempt.actor, attempt.now
        self._record(
            events.PASSKEY_FAILED,
            actor=actor,
            now=now,
            subject=subject,
            refused=True,
            passkey=passkey,
            cause=cause,
            door=attempt.door,
        )
        if cause == "count-back":
            self._record(
                events.PASSKEY_COPIED, actor=actor, now=now, subject=subject, passkey=passkey, was=was, told=told or 0
            )
        return SignIn(ok=False, detail=WRONG_PASSKEY)

    def _ask(self, challenge: bytes, view: SessionView, purpose: str, words: str, now: datetime) -> None:
        sealed = self._secrets.seal(view.id, words.encode())
        until = now + self._gates.doors.asked
        passkeys.ask(self._conn, challenge, session_id=view.id, purpose=purpose, until=until, sealed=sealed)
