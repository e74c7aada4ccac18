"""Signing in: a visitor, then a password, then a code; only then a full session. Nothing less reaches anything.

A failed attempt is an answer, not an error, so that the unit of work commits the count and the log entry. To the
outside every failure is the same answer after the same work: no account, wrong password, locked, suspended, left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.phrases import Phrase
from identity import events
from identity.errors import SessionEnded
from identity.model import Person, SessionView, SignIn
from identity.policy.providers import Provider
from identity.rules.naming import email_faults, fold_email
from identity.rules.password import FAILURES, HISTORY, normal
from identity.service.codes import matching_step
from identity.service.joining import Joining
from identity.service.sessions import Sessions
from identity.store import actors, people
from identity.store.hasher import Compared
from identity.store.people import Credential

WRONG_PASSWORD = Phrase("The e-mail address or the password is wrong")
WRONG_CODE = Phrase("The security code is wrong or was used before")
FIRST = {"password": "code", "provider": "provider-code"}  # what a session has had, and which way a code then completes


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who is trying, by which door, and on whose behalf the request came."""

    actor: Actor
    now: datetime
    door: str


class SigningIn(Joining, Sessions):
    """Both factors, lockout, and one's own password."""

    def check_password(
        self,
        *,
        email: str,
        password: str,
        compared: Compared | None = None,
        session_token: str = "",
        door: str = "web",
        actor: Actor,
        now: datetime,
    ) -> SignIn:
        """The first factor. On success the session moves to stage "password" under a new token.

        The old session, if it lives, is replaced and its data dropped; on failure it stands. Ten failures in a row,
        of either factor, lock the account; only a full sign-in sets the count back, so that a stolen password buys no
        more than ten guesses at a code. ``compared``: the comparison, if it was made before this unit of work; it
        stands while the password kept is still the one compared with.
        """
        attempt = Attempt(actor, now, self._door(session_token, door, now))
        folded = fold_email(email)
        person = None if email_faults(folded) else people.find_by_email(self._conn, folded)
        kept = self._opened(people.credential_of(self._conn, person.id) if person else None, attempt)
        now_kept = kept.password if kept else None
        if compared is None or compared.kept != now_kept:
            compared = self._hasher.compare(normal(password), now_kept)
        cause = _cause(person, kept, compared.right)
        if person is None or kept is None or cause:
            return self._failed(events.SIGN_IN_FAILED, person, kept, cause, attempt, WRONG_PASSWORD)
        if self._hasher.stale(kept.password):
            people.put_credential(self._conn, person.id, {"password": self._hasher.hash(normal(password))})
        self._record(
            events.PASSWORD_ACCEPTED,
            actor=self._who(person, attempt),
            now=now,
            subject=person.id,
            failures=kept.failures,
            door=attempt.door,
        )
        token = self._rotate(session_token, person.id, stage="password", door=attempt.door, created=now, now=now)
        return SignIn(ok=True, token=token, stage="password", person_id=person.id)

    def check_code(self, *, session_token: str, code: str, actor: Actor, now: datetime) -> SignIn:
        """The second factor, for a session with the first. On success the session is full, under a new token.

        Raises SessionEnded when there is no such session: the password is asked for again.
        """
        view = self._live(session_token, now)
        person = people.find(self._conn, view.person_id) if view and view.stage in FIRST else None
        if view is None or person is None:
            raise SessionEnded("Sign in again from the start.")
        attempt = Attempt(actor, now, view.door)
        kept = people.credential_of(self._conn, person.id)
        cause = _cause(person, kept, True) or self._code_cause(person, kept, code, now)
        if kept is None or cause:
            return self._failed(events.SECOND_FACTOR_FAILED, person, kept, cause, attempt, WRONG_CODE)
        way = FIRST[view.stage]
        if keeper := self._kept_to(person, way, now):
            return self._not_locally(person, keeper, attempt)
        self._entered(person, kept.failures, attempt, way)
        token = self._rotate(
            session_token, person.id, stage="full", door=view.door, created=view.created, now=now, data=view.data
        )
        return SignIn(ok=True, token=token, stage="full", person_id=person.id)

    def change_password(
        self, *, session_token: str, current: str, new: str, code: str, actor: Actor, now: datetime
    ) -> SignIn:
        """One's own password, by the current one and a code. This session goes on under a new token; all others end.

        A wrong current password or code is an answer and counts towards lockout. Raises PasswordRefused (with every
        reason), SessionEnded.
        """
        view = self._live(session_token, now)
        person = people.find(self._conn, view.person_id) if view and view.stage == "full" else None
        if view is None or person is None or person.id != actor.id:
            raise SessionEnded("Sign in again from the start.")
        attempt = Attempt(actor, now, view.door)
        kept = people.credential_of(self._conn, person.id)
        right = self._hasher.verify(normal(current), kept.password if kept else None)
        cause = _cause(person, kept, right)
        if cause:
            return self._failed(events.PASSWORD_CHANGE_FAILED, person, kept, cause, attempt, WRONG_PASSWORD)
        # Before the code is spent: a refused new password leaves everything as it was, the code included.
        self._usable(person, new, now)
        cause = self._code_cause(person, kept, code, now)
        if cause:
            return self._failed(events.PASSWORD_CHANGE_FAILED, person, kept, cause, attempt, WRONG_CODE)
        return self._changed(person, new, view, session_token, attempt)

    def unlock(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Open a locked account again, its count of failures at nought. No harm to one that is not locked."""
        person = self._managed(person_id, actor, now)
        if person.locked:
            people.put_credential(self._conn, person.id, {"locked": None, "failures": 0})
            self._record(events.ACCOUNT_UNLOCKED, actor=actor, now=now, subject=person.id, why=why)

    def _opened(self, kept: Credential | None, attempt: Attempt) -> Credential | None:
        """The credential, unlocked where its lock has lasted as long as it may: nobody is kept out for ever."""
        if kept is None or kept.locked is None or attempt.now - kept.locked < self._gates.doors.lock:
            return kept
        people.put_credential(self._conn, kept.person_id, {"locked": None, "failures": 0})
        self._record(
            events.ACCOUNT_UNLOCKED, actor=attempt.actor, now=attempt.now, subject=kept.person_id, why="after its time"
        )
        return people.credential_of(self._conn, kept.person_id)

    def _changed(self, person: Person, new: str, view: SessionView, token: str, attempt: Attempt) -> SignIn:
        people.remember_password(self._conn, person.id, self._set_password(person, new, attempt.now), HISTORY)
        self._record(events.PASSWORD_CHANGED, actor=attempt.actor, now=attempt.now, subject=person.id, cause="own")
        self._end_sessions(person.id, "password-changed", actor=attempt.actor, now=attempt.now, but=view.id)
        fresh = self._rotate(
            token, person.id, stage="full", door=view.door, created=view.created, now=attempt.now, data=view.data
        )
        return SignIn(ok=True, token=fresh, stage="full", person_id=person.id)

    def _code_cause(self, person: Person, kept: Credential | None, code: str, now: datetime) -> str:
        """Why the code is no good; empty when it was, and it is spent then and the count of failures nought."""
        if kept is None or kept.totp_sealed is None:
            return "no-second-factor"
        step = matching_step(self._secrets.open(person.id, kept.totp_sealed), code, now, after=kept.totp_step)
        if step is None or not people.spend_step(self._conn, person.id, step):
            return "wrong-code"
        return ""

    def _failed(
        self, kind: Kind, person: Person | None, kept: Credential | None, cause: str, attempt: Attempt, detail: str
    ) -> SignIn:
        """Count, log, lock. The same answer whatever the cause."""
        failures = kept.failures + 1 if kept else 0
        subject = person.id if person else ""
        self._record(
            kind,
            actor=attempt.actor,
            now=attempt.now,
            subject=subject,
            refused=True,
            cause=cause,
            failures=failures,
            door=attempt.door,
        )
        if person and kept:
            locks = failures >= FAILURES and kept.locked is None
            locked = attempt.now if locks else kept.locked
            people.put_credential(self._conn, person.id, {"failures": failures, "locked": locked})
            if locks:
                self._record(
                    events.ACCOUNT_LOCKED, actor=attempt.actor, now=attempt.now, subject=subject, failures=failures
                )
        return SignIn(ok=False, detail=detail)

    def _entered(self, person: Person, failures: int, attempt: Attempt, way: str) -> None:
        """Signed in: ``way`` is what the last factor was. The notice of the page is acknowledged by it."""
        self._record(
            events.SIGNED_IN,
            actor=self._who(person, attempt),
            now=attempt.now,
            subject=person.id,
            failures=failures,
            door=attempt.door,
            way=way,
            notice=self._gates.doors.notice.digest,
        )
        self._told_locally(person, way, attempt.actor, attempt.now)

    def _not_locally(self, person: Person, keeper: Provider, attempt: Attempt) -> SignIn:
        """Everything was right, but this person comes by their provider. It counts towards no lockout."""
        self._record(
            events.PROVIDER_FAILED,
            actor=attempt.actor,
            now=attempt.now,
            subject=person.id,
            refused=True,
            provider=keeper.id,
            cause="local",
            door=attempt.door,
        )
        detail = Phrase("Sign in with %(name)s: your account is not opened in another way", name=keeper.name)
        return SignIn(ok=False, detail=detail)

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


def _cause(person: Person | None, kept: Credential | None, right: bool) -> str:
    """Why this attempt fails, for the log alone; empty when it does not."""
    if person is None:
        return "no-account"
    if kept is None or person.standing != "active":
        return f"account-{person.standing}"
    if kept.locked is not None:
        return "locked"
    return "" if right else "wrong-password"
