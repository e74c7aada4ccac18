"""Signing in: a visitor, then a password, then a code; only then a full session. Nothing less reaches anything.

A failed attempt is an answer, not an error, so that the unit of work commits the count and the log entry. To the
outside every failure is the same answer after the same work: no account, wrong password, locked, suspended, left.
"""

from __future__ import annotations

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
from identity.service.proving import WRONG_CODE, Attempt, Proving
from identity.store import people
from identity.store.hasher import Compared
from identity.store.people import Credential

WRONG_PASSWORD = Phrase("The e-mail address or the password is wrong")
FIRST = {"password": "code", "provider": "provider-code"}  # what a session has had, and which way a code then completes


class SigningIn(Proving):
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

        The old session, if it lives, is replaced and its data dropped; on failure it stands. Ten failures in a row lock
        the account's password; only a sign-in by a right code sets the count back. ``compared``: the comparison, if it
        was made before this unit of work; it stands while the password kept is still the one compared with.
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

        Wrong codes are counted by themselves (``Proving``): what is left of a lock is ``shut`` in the answer.

        Raises SessionEnded when there is no such session: the password is asked for again.
        """
        view = self._live(session_token, now)
        person = people.find(self._conn, view.person_id) if view and view.stage in FIRST else None
        if view is None or person is None:
            raise SessionEnded("Sign in again from the start.")
        attempt = Attempt(actor, now, view.door)
        kept = people.credential_of(self._conn, person.id)
        if kept is None or (cause := _cause(person, kept, True)):
            cause = cause if kept else "no-second-factor"
            return self._failed(events.SECOND_FACTOR_FAILED, person, kept, cause, attempt, WRONG_CODE)
        if cause := self._code_cause(person, kept, code, now):
            return self._wrong_code(events.SECOND_FACTOR_FAILED, person, kept, cause, attempt)
        way = FIRST[view.stage]
        if keeper := self._kept_to(person, way, now):
            return self._not_locally(person, keeper, attempt)
        people.count_anew(self._conn, person.id)
        self._entered(person, kept.failures + kept.wrong_codes, attempt, way)
        token = self._rotate(
            session_token, person.id, stage="full", door=view.door, created=view.created, now=now, data=view.data
        )
        return SignIn(ok=True, token=token, stage="full", person_id=person.id, wrong_codes=kept.wrong_codes)

    def change_password(
        self, *, session_token: str, current: str, new: str, code: str, actor: Actor, now: datetime
    ) -> SignIn:
        """One's own password, by the current one and a code. This session goes on under a new token; all others end.

        A wrong current password or code is an answer and is counted. Raises PasswordRefused (with every
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
        if kept is None or cause:
            return self._failed(events.PASSWORD_CHANGE_FAILED, person, kept, cause, attempt, WRONG_PASSWORD)
        # Before the code is spent: a refused new password leaves everything as it was, the code included.
        self._usable(person, new, now)
        if cause := self._code_cause(person, kept, code, now):
            return self._wrong_code(events.PASSWORD_CHANGE_FAILED, person, kept, cause, attempt)
        return self._changed(person, new, view, session_token, attempt)

    def unlock(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Open a locked account again, its count of wrong passwords at nought; that of wrong codes stands, so that the
        next one locks it for longer. No harm to one that is not locked."""
        person = self._managed(person_id, actor, now)
        if person.locked:
            people.put_credential(self._conn, person.id, {"locked": None, "failures": 0, "codes_shut": None})
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
        people.count_anew(self._conn, person.id)  # both factors were right, and who had the old password has none now
        self._record(events.PASSWORD_CHANGED, actor=attempt.actor, now=attempt.now, subject=person.id, cause="own")
        self._end_sessions(person.id, "password-changed", actor=attempt.actor, now=attempt.now, but=view.id)
        fresh = self._rotate(
            token, person.id, stage="full", door=view.door, created=view.created, now=attempt.now, data=view.data
        )
        return SignIn(ok=True, token=fresh, stage="full", person_id=person.id)

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


def _cause(person: Person | None, kept: Credential | None, right: bool) -> str:
    """Why this attempt fails, for the log alone; empty when it does not."""
    if person is None:
        return "no-account"
    if kept is None or person.standing != "active":
        return f"account-{person.standing}"
    if kept.locked is not None:
        return "locked"
    return "" if right else "wrong-password"
