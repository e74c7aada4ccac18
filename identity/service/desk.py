"""What every act of identity needs: the unit of work, the log, and the one question whether it may be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.bound import Binder
from foundation.errors import Reason
from identity.errors import AccountInvalid, ManagingRefused, PersonUnknown, StandingConflict
from identity.events import BOUND, SESSION_ENDED, TOKEN_REVOKED
from identity.model import Party, Person, Role
from identity.policy.gates import Gates
from identity.ports import DutyDecider
from identity.power_errors import ConferralNeeded
from identity.rules.naming import name_faults, tidy
from identity.store import people, sessions, tokens
from identity.store.bound import Bound
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox


class Desk:
    """The common ground of the parts of ``Identity``; not used by itself. Nothing here or above it commits.

    Without a ``decider`` nobody is asked for a duty: for commands at the machine itself and for making the first
    accounts. Whoever serves people hands one in. That nobody manages their own account holds with and without.
    """

    def __init__(
        self,
        conn: Connection,
        trail: Trail,
        *,
        parties: Mapping[str, Party],
        roles: Mapping[str, Role],
        gates: Gates,
        hasher: Hasher,
        secrets: SecretBox,
        binder: Binder,
        decider: DutyDecider | None = None,
    ) -> None:
        self._conn = conn
        self._trail = trail
        self._parties = parties
        self._roles = roles
        self._gates = gates
        self._hasher = hasher
        self._secrets = secrets
        self._bound = Bound(conn, binder)
        self._decider = decider

    def _record(
        self,
        kind: Kind,
        /,
        *,
        actor: Actor,
        now: datetime,
        subject: str = "",
        why: str = "",
        refused: bool = False,
        **what: Value,
    ) -> None:
        # ``kind`` stands before the slash so that a fact may have a field of that name.
        outcome = "refused" if refused else "allowed"
        if BOUND in kind.fields:  # the last thing an act that changes an account does is to say so
            what[BOUND] = self._bound.seal(subject)
        self._trail.record(kind, actor=actor, now=now, subject=subject, what=what, why=why, outcome=outcome)

    def _may_manage(self, actor: Actor, now: datetime, *, owner: str = "", body: str = "") -> None:
        """Raises ManagingRefused, with all reasons, unless ``actor`` may manage accounts, and this one."""
        if owner and owner == actor.id:
            reason = Reason("identity.own-account", "Nobody manages their own account", "M64b")
            raise ManagingRefused("Ask another administrator to do this.", reasons=[reason], subject=owner)
        if self._decider is None:
            return
        verdict = self._decider.decide_duty(actor, "manage-account", now=now, owner=owner, body=body)
        if not verdict.allowed:
            # Whoever administers nothing is told that alone, and not whose an account is, nor that there is one.
            general = self._decider.decide_duty(actor, "manage-account", now=now)
            told = verdict if general.allowed else general
            reasons = [Reason(rule, text) for rule, text in zip(told.rules, told.why, strict=False)]
            raise ManagingRefused("Ask an administrator to do this.", reasons=reasons, subject=owner)

    def _alone(self, person_id: str) -> None:
        """Raises ConferralNeeded where people are served: there two give power, and here nobody else is to ask."""
        if self._decider is not None:
            raise ConferralNeeded("Propose it; another administrator confirms it.", subject=person_id)

    def _manages(self, person_id: str, actor: Actor, now: datetime) -> bool:
        """Whether the actor may manage this account: to say what waits for them, nothing is refused."""
        found = people.find(self._conn, person_id)
        if found is None or found.id == actor.id:
            return False
        if self._decider is None:
            return True
        return self._decider.decide_duty(actor, "manage-account", now=now, owner=found.id, body=found.party).allowed

    def _managed(self, person_id: str, actor: Actor, now: datetime) -> Person:
        """The person, once it is decided that ``actor`` may manage them. Whoever may not learns nothing of the id."""
        found = people.find(self._conn, person_id)
        # An id nobody has is anything somebody typed: it is decided upon, but never carried into the log.
        self._may_manage(actor, now, owner=found.id if found else "", body=found.party if found else "")
        if found is None:
            raise PersonUnknown("Choose a person from the list of accounts.")
        self._bound.check(found.id)
        return found

    def _change(self, person: Person, **values: object) -> None:
        """Raises StandingConflict when somebody else changed the person's standing since it was read."""
        if not people.change(self._conn, person.id, was=person.standing, values=values):
            raise StandingConflict("Somebody else changed this account. Look at it again.", subject=person.id)

    def _end_sessions(self, person_id: str, cause: str, *, actor: Actor, now: datetime, but: str = "") -> int:
        """And with them the tokens: whoever must be out is out by every door."""
        for token in tokens.of_person(self._conn, person_id):
            self._revoke(token.id, person_id, cause, actor=actor, now=now)
        ended = sessions.end_of_person(self._conn, person_id, but=but)
        if ended:
            self._record(SESSION_ENDED, actor=actor, now=now, subject=person_id, cause=cause, ended=ended)
        return ended

    def _revoke(self, token_id: str, person_id: str, cause: str, *, actor: Actor, now: datetime) -> None:
        """Take back a token; no harm when it was before."""
        if seal := tokens.revoke(self._conn, self._bound, token_id, now):
            self._record(
                TOKEN_REVOKED, actor=actor, now=now, subject=token_id, person=person_id, cause=cause, seal=seal
            )


def named(text: str) -> str:
    """A tidied name. Raises AccountInvalid, ``fields["name"]`` saying why."""
    name = tidy(text)
    if faults := name_faults(name):
        raise AccountInvalid("Correct the name.", fields={"name": faults})
    return name
