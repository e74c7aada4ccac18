"""Codes of the second factor, and what becomes of wrong ones.

Whoever tries codes has the password already, so what is counted goes on through every lock: else a lock that ends would
give them ten more. Only a sign-in by a right code, or a recovery, sets it back; a passkey is looked at all the while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.phrases import Phrase
from identity import events
from identity.model import Person, SignIn
from identity.rules.guessing import shut_for
from identity.service.codes import matching_step
from identity.service.joining import Joining
from identity.service.sessions import Sessions
from identity.store import actors, people
from identity.store.people import Credential

WRONG_CODE = Phrase("The security code is wrong or was used before")
NO_CODES = Phrase("Wrong codes were tried too often with this password, so no code is looked at for a time")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who is trying, by which door, and on whose behalf the request came."""

    actor: Actor
    now: datetime
    door: str


class Proving(Joining, Sessions):
    """The second factor by code."""

    def codes_shut(self, *, session_token: str, actor: Actor, now: datetime) -> datetime | None:  # noqa: ARG002
        """Until when no code of whoever this session is of is looked at; None where codes are."""
        view = self._live(session_token, now)
        return _standing(people.codes_of(self._conn, view.person_id)[1], now) if view else None

    def wrong_codes(self, *, actor: Actor, now: datetime) -> int:  # noqa: ARG002
        """How many wrong ones were tried with the actor's own password since they last signed in by a right one."""
        return self._tried(actor.id)

    def prove(self, *, session_token: str, code: str, actor: Actor, now: datetime) -> SignIn:
        """Show again that it is the actor, by a code of their app: for some minutes no other is asked in this session.

        A wrong one is an answer and is counted as at sign-in. While the last proof stands none is looked at. Raises
        ProofNeeded without a code, and for who has no app and did not just sign in; SessionEnded.
        """
        view, person = self._signed_in(session_token, actor, now)
        done = SignIn(ok=True, stage="full", person_id=person.id)
        if self._proved(view, person, now):
            return done
        if not code.strip() or not self._has_app(person):
            raise self._unproved(person)
        kept = people.credential_of(self._conn, person.id)
        if kept is not None and (cause := self._code_cause(person, kept, code, now)):
            return self._wrong_code(events.SECOND_FACTOR_FAILED, person, kept, cause, Attempt(actor, now, view.door))
        self._keep_proof(session_token, now)
        self._record(events.PROVED, actor=actor, now=now, subject=person.id, door=view.door)
        return done

    def _tried(self, person_id: str) -> int:
        return people.codes_of(self._conn, person_id)[0]

    def _code_cause(self, person: Person, kept: Credential | None, code: str, now: datetime) -> str:
        """Why the code is no good; empty when it was, and it is spent then."""
        if kept is None or kept.totp_sealed is None:
            return "no-second-factor"
        if _standing(kept.codes_shut, now):
            return "codes-locked"
        step = matching_step(self._secrets.open(person.id, kept.totp_sealed), code, now, after=kept.totp_step)
        if step is None or not people.spend_step(self._conn, person.id, step):
            return "wrong-code"
        return ""

    def _wrong_code(self, kind: Kind, person: Person, kept: Credential, cause: str, attempt: Attempt) -> SignIn:
        """Count, log, lock. A code that was not looked at, and an account without an app, are not counted."""
        wrong, locks, shut = kept.wrong_codes, kept.code_locks, _standing(kept.codes_shut, attempt.now)
        if cause == "wrong-code":
            wrong += 1
            codes = self._gates.doors.codes
            locks += wrong >= codes.failures
            shut = attempt.now + shut_for(codes, locks) if wrong >= codes.failures else None
            values = {"wrong_codes": wrong, "code_locks": locks, "codes_shut": shut}
            people.put_credential(self._conn, person.id, values)
        self._record(
            kind,
            actor=attempt.actor,
            now=attempt.now,
            subject=person.id,
            refused=True,
            cause=cause,
            failures=wrong,
            door=attempt.door,
        )
        if locks > kept.code_locks and shut:
            self._codes_locked(person, wrong, locks, shut, attempt)
        return SignIn(ok=False, detail=NO_CODES if shut else WRONG_CODE, shut=shut)

    def _codes_locked(self, person: Person, wrong: int, locks: int, until: datetime, attempt: Attempt) -> None:
        again = locks >= self._gates.doors.codes.administrators
        self._record(
            events.CODES_LOCKED,
            actor=attempt.actor,
            now=attempt.now,
            subject=person.id,
            failures=wrong,
            locks=locks,
            until=until.isoformat(timespec="milliseconds"),
            party=person.party,
            stage="repeated" if again else "first",
        )

    def _who(self, person: Person, attempt: Attempt) -> Actor:
        """The person themself: from here on it is known who asks, and the log says so."""
        return actors.build(
            self._conn,
            self._bound,
            person,
            parties=self._parties,
            roles=self._roles,
            gates=self._gates,
            now=attempt.now,
            request_id=attempt.actor.request_id,
        )


def _standing(until: datetime | None, now: datetime) -> datetime | None:
    return until if until is not None and now < until else None
