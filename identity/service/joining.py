"""Coming in: an account is invited, its holder sets a password and a second factor, and only then it is active.

A one-time invitation lives one day and sets the password itself, so nobody ever knows a password but its holder. The
same way serves a forgotten password and a lost second factor, once two administrators agreed (recovering).
"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from foundation.actor import BEGINNING, Actor
from foundation.ident import new_id
from foundation.phrases import Phrase
from identity import events
from identity.errors import (
    AccountInvalid,
    CodeWrong,
    EmailTaken,
    InvitationSpent,
    PasswordRefused,
    RecoveryCodeWrong,
    RecoveryNeeded,
    StandingConflict,
)
from identity.model import Invitation, Person
from identity.rules.naming import email_faults, fold_email, name_faults, tidy
from identity.rules.password import HISTORY, LEAST_PRIVILEGED, context_words, least_length, normal, password_faults
from identity.rules.recovering import read_code
from identity.rules.session import INVITATION_LIFE
from identity.rules.standing import duties_of, may_move
from identity.service.codes import matching_step
from identity.service.linking import Linking
from identity.store import offices, passkeys, people, recoveries, sessions

ISSUER = "Custodes"


class Joining(Linking):
    """Invitations, and the setting of passwords and second factors."""

    def invite(self, *, email: str, name: str, party: str, actor: Actor, now: datetime) -> Invitation:
        """Create an account, not trained, not vetted, appointed to nothing, and its invitation (one day).

        Raises AccountInvalid (all fields at once), EmailTaken, ManagingRefused.
        """
        self._may_manage(actor, now, body=party)
        email, name = fold_email(email), tidy(name)
        unknown = () if party in self._parties else ("Choose one of the parties",)
        faults = {"email": email_faults(email), "name": name_faults(name), "party": unknown}
        if any(faults.values()):
            wrong = {field: found for field, found in faults.items() if found}
            raise AccountInvalid("Correct what is marked.", fields=wrong)
        if people.find_by_email(self._conn, email):
            raise EmailTaken("Use another address; one that has an account is never used again.")
        person_id = str(new_id(now))
        values = {
            "id": person_id,
            "email": email,
            "name": name,
            "party": party,
            "standing": "invited",
            "vetted_until": BEGINNING,
            "made_by": actor.id,
            "created": now,
        }
        people.add_person(self._conn, values)
        self._bound.made(person_id)
        self._record(events.ACCOUNT_CREATED, actor=actor, now=now, subject=person_id, party=party)
        return self._issue(person_id, "new", actor=actor, now=now)

    def invite_again(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> Invitation:
        """A fresh invitation, for one that ran out before it was completed.

        An account that has been used is recovered by two (``Recovering``): RecoveryNeeded, but at the machine's own
        console. Raises StandingConflict for a suspended account or one whose holder left; PersonUnknown,
        ManagingRefused.
        """
        person = self._managed(person_id, actor, now)
        used = person.standing == "active" or bool(people.earlier_passwords(self._conn, person_id, 1))
        if used and self._decider is not None and person.standing in ("active", "invited"):
            raise RecoveryNeeded("Propose a recovery; another administrator approves it.", subject=person_id)
        self._back_to_invited(person_id, actor=actor, now=now)
        return self._issue(person_id, "again", actor=actor, now=now, why=why)

    def wants_code(self, *, token: str, actor: Actor, now: datetime) -> bool:  # noqa: ARG002
        """Whether this invitation needs a recovery code beside it. An unknown one needs none."""
        return bool(people.code_wanted(self._conn, sessions.digest(token)))

    def accept(self, *, token: str, password: str, code: str = "", actor: Actor, now: datetime) -> str:
        """Set the password of whoever holds ``token``; the answer is the provisioning URI of a new second factor.

        ``code``: of a recovery, where the invitation is of one. May be done again until ``confirm_second_factor``
        completes it. Raises InvitationSpent (unknown, used or over a day old alike), RecoveryCodeWrong and
        PasswordRefused.
        """
        person = self._holder(token, now)
        wanted = people.code_wanted(self._conn, sessions.digest(token))
        if wanted and not hmac.compare_digest(wanted, recoveries.digest(read_code(code))):
            fault = Phrase("Enter the code that the administrator who checked your identity told you")
            raise RecoveryCodeWrong(f"{fault}.", fields={"code": [fault]}, subject=person.id)
        self._set_password(person, password, now)
        secret = pyotp.random_base32()
        sealed = self._secrets.seal(person.id, secret.encode())
        people.put_credential(self._conn, person.id, {"totp_sealed": sealed, "totp_step": 0})
        people.count_anew(self._conn, person.id)
        self._record(events.PASSWORD_CHANGED, actor=actor, now=now, subject=person.id, cause="invitation")
        return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)

    def confirm_second_factor(self, *, token: str, code: str, actor: Actor, now: datetime) -> str:
        """Complete the invitation with a code of the second factor just set; the account is active. Returns its id.

        Raises CodeWrong, InvitationSpent, and StandingConflict when no password has been set yet.
        """
        person = self._holder(token, now)
        kept = people.credential_of(self._conn, person.id)
        if kept is None or kept.totp_sealed is None:
            raise StandingConflict("Set a password first.", subject=person.id)
        step = matching_step(self._secrets.open(person.id, kept.totp_sealed), code, now, after=kept.totp_step)
        if step is None:
            raise CodeWrong(
                "Enter the six digits your app shows now. If they are refused again, check the clock of your device.",
                fields={"code": [Phrase("Enter the six digits your app shows now")]},
                subject=person.id,
            )
        people.spend_step(self._conn, person.id, step)
        if not people.spend_invitation(self._conn, sessions.digest(token), now):
            raise InvitationSpent(_SPENT)
        # Not at `accept`: who starts over before completing it may choose the same password again.
        people.remember_password(self._conn, person.id, kept.password, HISTORY)
        self._change(person, standing="active")
        self._record(events.SECOND_FACTOR_ENROLLED, actor=actor, now=now, subject=person.id)
        self._record(events.ACCOUNT_ACTIVATED, actor=actor, now=now, subject=person.id)
        return person.id

    def _back_to_invited(self, person_id: str, *, actor: Actor, now: datetime) -> None:
        person = self._managed(person_id, actor, now)
        if not may_move(person.standing, "invited"):
            raise StandingConflict(
                "Reinstate a suspended account first; one that was left stays so.", subject=person_id
            )
        self._change(person, standing="invited")
        self._no_passkeys(person_id, "invited-anew", actor=actor, now=now)
        self._no_links(person_id, "invited-anew", actor=actor, now=now)
        # Without it the invitation cannot be completed by the old second factor, leaving the old password in use.
        people.drop_second_factor(self._conn, person_id)
        self._record(events.SECOND_FACTOR_RESET, actor=actor, now=now, subject=person_id)
        self._end_sessions(person_id, "invited-anew", actor=actor, now=now)

    def _no_passkeys(self, person_id: str, cause: str, *, actor: Actor, now: datetime) -> None:
        gone = passkeys.forget(self._conn, person_id)
        passkeys.settle(self._conn, person_id)
        for each in gone:
            self._record(events.PASSKEY_REMOVED, actor=actor, now=now, subject=person_id, passkey=each, cause=cause)

    def _issue(
        self, person_id: str, cause: str, *, actor: Actor, now: datetime, why: str = "", code_hash: str = ""
    ) -> Invitation:
        token = sessions.new_token()
        until = now + INVITATION_LIFE
        people.add_invitation(self._conn, self._bound, person_id, sessions.digest(token), until, code_hash)
        self._record(
            events.ACCOUNT_INVITED,
            actor=actor,
            now=now,
            subject=person_id,
            why=why,
            until=until.isoformat(timespec="milliseconds"),
            cause=cause,
        )
        return Invitation(person_id, token)

    def _holder(self, token: str, now: datetime) -> Person:
        person = people.invited_by(self._conn, self._bound, sessions.digest(token), now)
        if person is None or person.standing != "invited":
            raise InvitationSpent(_SPENT)
        self._bound.check(person.id)
        return person

    def _set_password(self, person: Person, password: str, now: datetime) -> str:
        """The password as kept. Raises PasswordRefused with every reason."""
        given = self._usable(person, password, now)
        kept = self._hasher.hash(given)
        privileged = len(given) >= LEAST_PRIVILEGED
        values = {"password": kept, "privileged": privileged, "failures": 0, "locked": None, "changed": now}
        people.put_credential(self._conn, person.id, values)
        return kept

    def _usable(self, person: Person, password: str, now: datetime) -> str:
        """``password`` in the form it is kept in. Raises PasswordRefused with every reason against it."""
        duties = duties_of(offices.not_over(self._conn, person.id, now), self._roles)
        house = [text for party in self._parties.values() for text in (party.name, party.short, party.reference)]
        words = context_words(person.email, person.name, *house)
        faults = password_faults(password, least=least_length(duties), words=words)
        given = normal(password)
        if not faults and self._used_before(person.id, given):
            faults = ("Choose one you have not used here before",)
        if faults:
            raise PasswordRefused("Choose another password.", fields={"password": faults}, subject=person.id)
        return given

    def _used_before(self, person_id: str, given: str) -> bool:
        earlier = people.earlier_passwords(self._conn, person_id, HISTORY)
        return any(self._hasher.verify(given, kept) for kept in earlier)


_SPENT = Phrase("It is unknown, used, or over a day old. Ask an administrator for a new one.")
