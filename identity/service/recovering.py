"""Giving an account back to its owner: two administrators, neither of whom could take it for themself.

One has checked, out of band, who asks, and is given a code to tell them. Another approves, and is given the link of an
invitation. Only whoever has both sets a new password and second factor; whatever the account was signed in with before
ends at the approval.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from foundation.actor import Actor
from foundation.errors import Reason
from foundation.ident import new_id
from identity import events
from identity.errors import RecoveryFaulty, RecoveryRefused, RecoveryUnknown, StandingConflict
from identity.model import Invitation
from identity.rules.recovering import ALPHABET, LENGTH, against, faults, spoken
from identity.rules.standing import may_move
from identity.service.joining import Joining
from identity.store import recoveries
from identity.store.recoveries import Recovery


class Recovering(Joining):
    """Propose, approve, refuse."""

    def propose_recovery(
        self, *, person_id: str, checked: str, words: str, actor: Actor, now: datetime
    ) -> tuple[str, str]:
        """The id, and the code to tell the person: shown once. ``checked``: a code of the policy's checks.

        ``words``: what was checked, when, with whom; sealed. Raises RecoveryFaulty by field, StandingConflict for an
        account that cannot be recovered, or that waits for a decision already; PersonUnknown, ManagingRefused.
        """
        person = self._managed(person_id, actor, now)
        if wrong := faults(checked, words, self._gates.doors.checks):
            raise RecoveryFaulty("Correct what is marked.", fields=wrong, subject=person_id)
        if not may_move(person.standing, "invited"):
            raise StandingConflict(
                "Reinstate a suspended account first; one that was left stays so.", subject=person_id
            )
        if recoveries.waiting(self._conn, self._bound, self._secrets, now, person_id):
            raise StandingConflict("A recovery of this account waits for a decision.", subject=person_id)
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        until = now + self._gates.doors.recovery
        made = Recovery(
            str(new_id(now)), person_id, actor.id, now, until, checked, words.strip(), recoveries.digest(code)
        )
        sealed, seal = recoveries.add(self._conn, self._bound, self._secrets, made)
        self._record(
            events.RECOVERY_PROPOSED,
            actor=actor,
            now=now,
            subject=made.id,
            person=person_id,
            checked=checked,
            until=until.isoformat(timespec="milliseconds"),
            words=sealed,
            seal=seal,
        )
        return made.id, spoken(code)

    def approve_recovery(self, *, recovery_id: str, actor: Actor, now: datetime) -> Invitation:
        """The link for the person, shown once. Their sessions, tokens, passkeys, password and app end at once.

        Raises RecoveryUnknown (decided, out of time), RecoveryRefused for its proposer, ManagingRefused.
        """
        found = self._decidable(recovery_id, actor, now)
        self._decide(found, "approved", actor=actor, now=now)
        self._back_to_invited(found.person_id, actor=actor, now=now)
        return self._issue(found.person_id, "recovery", actor=actor, now=now, code_hash=found.code_hash)

    def refuse_recovery(self, *, recovery_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Nothing changes for the account. Whoever proposed it may take it back so. Raises as ``approve_recovery``."""
        found = self._decidable(recovery_id, actor, now, own=True)
        self._decide(found, "refused", actor=actor, now=now, why=why)

    def recoveries(self, *, actor: Actor, now: datetime) -> list[Recovery]:
        """What waits for a decision, of accounts that the actor may manage, oldest first."""
        waiting = recoveries.waiting(self._conn, self._bound, self._secrets, now)
        return [each for each in waiting if self._manages(each.person_id, actor, now)]

    def _decidable(self, recovery_id: str, actor: Actor, now: datetime, *, own: bool = False) -> Recovery:
        found = recoveries.find(self._conn, self._bound, self._secrets, recovery_id, now)
        if found is None:
            self._may_manage(actor, now)
            raise RecoveryUnknown("It is decided, or out of time. Look at the list of what waits.")
        self._managed(found.person_id, actor, now)
        reasons: tuple[Reason, ...] = against(actor.id, "" if own else found.proposed_by, found.person_id)
        if reasons:
            raise RecoveryRefused("Ask another administrator to decide.", reasons=reasons, subject=found.id)
        return found

    def _decide(self, found: Recovery, decision: str, *, actor: Actor, now: datetime, why: str = "") -> None:
        seal = recoveries.decide(self._conn, self._bound, found.id, decision, actor.id, now)
        self._record(
            events.RECOVERY_DECIDED,
            actor=actor,
            now=now,
            subject=found.id,
            why=why,
            person=found.person_id,
            decision=decision,
            seal=seal,
        )
