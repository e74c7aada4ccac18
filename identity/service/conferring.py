"""What gives an account power, by two administrators of its body: proposed by one, confirmed by another.

An appointment, vetting that is good for longer, a place in a need-to-know group. Nothing changes for the account until
the second has seen what it would open. To take away, one is enough (standing, offices).
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import FOREVER, Actor
from foundation.errors import Reason
from foundation.ident import new_id
from identity import events
from identity.errors import StandingConflict
from identity.model import Person
from identity.power_errors import ConferralFaulty, ConferralRefused, ConferralUnknown
from identity.rules.conferring import ADMINISTERS, against, word_faults
from identity.rules.standing import in_force
from identity.service.offices import Offices
from identity.service.standing import Standing
from identity.store import conferrals, offices, people
from identity.store.conferrals import APPOINTMENT, GROUP, VETTING, Conferral
from identity.tables import appointment, person

CONFIRMED, REFUSED = "confirmed", "refused"


class Conferring(Standing, Offices):
    """Propose, confirm, refuse."""

    def propose_appointment(
        self,
        *,
        person_id: str,
        role: str,
        office_id: str,
        words: str,
        actor: Actor,
        now: datetime,
        since: datetime | None = None,
        until: datetime = FOREVER,
        file: str = "",
    ) -> Conferral:
        """An appointment from ``since`` (when it is confirmed, if not given) until ``until`` (excluded).

        Raises ConferralFaulty (``words``), StandingConflict where the same waits already, and all that ``appoint``
        raises.
        """
        who = self._managed(person_id, actor, now)
        self._fitting(who, role, office_id, since or now, until, now=now)
        given = (APPOINTMENT, role, office_id)
        return self._propose(who, given, since, until, words, actor=actor, now=now, file=file)

    def propose_vetting(
        self, *, person_id: str, until: datetime, words: str, actor: Actor, now: datetime
    ) -> Conferral | None:
        """Vetting seen, good until (excluded). None where it is no longer than before: that is recorded at once."""
        who = self._managed(person_id, actor, now)
        self._dated(who, until)
        if until <= who.vetted_until:
            self._vetted(who, until, actor=actor, now=now)
            return None
        return self._propose(who, (VETTING, "", ""), None, until, words, actor=actor, now=now)

    def propose_joining(
        self,
        *,
        group_id: str,
        person_id: str,
        words: str,
        actor: Actor,
        now: datetime,
        until: datetime = FOREVER,
    ) -> Conferral:
        """A place in a need-to-know group until (excluded). Raises StandingConflict for who is in it or left."""
        who = self._managed(person_id, actor, now)
        self._joining(who, group_id, until, now)
        if person_id in offices.members(self._conn, group_id, now):
            raise StandingConflict("They are in the group.", subject=person_id)
        return self._propose(who, (GROUP, "", group_id), None, until, words, actor=actor, now=now)

    def confirm(self, *, conferral_id: str, checked: str, actor: Actor, now: datetime, why: str = "") -> str:
        """Give what another proposed; the id of the appointment, if it is one. ``checked``: a code of the policy's
        checks.

        It must still fit: raises what proposing it raises; ConferralFaulty, ConferralUnknown (decided, lapsed),
        ConferralRefused for its proposer, for whoever is not a second person, and ManagingRefused.
        """
        found, who = self._open_conferral(conferral_id, actor, now)
        if checked not in self._gates.powers.checks:
            fault = {"checked": ["Select how you know that the account is theirs"]}
            raise ConferralFaulty("Correct what is marked.", fields=fault, subject=found.id)
        if self._decider is not None and (reasons := self._not_second(actor.id, found, now)):
            raise ConferralRefused("Ask another administrator to decide.", reasons=reasons, subject=found.id)
        made = self._confer(found, who, actor=actor, now=now)
        self._decide_conferral(found, CONFIRMED, actor=actor, now=now, why=why, checked=checked, made=made)
        return made

    def refuse_conferral(self, *, conferral_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Nothing changes for the account. Whoever proposed it takes it back so."""
        found, _ = self._open_conferral(conferral_id, actor, now)
        self._decide_conferral(found, REFUSED, actor=actor, now=now, why=why)

    def conferrals(self, *, actor: Actor, now: datetime, person_id: str = "", file: str = "") -> list[Conferral]:
        """What waits, of accounts that the actor may manage, oldest first: all, of one person, of one file."""
        waiting = conferrals.waiting(self._conn, self._bound, self._secrets, now, person_id)
        mine = {each.person_id for each in waiting}
        mine = {each for each in mine if self._manages(each, actor, now)}
        return [each for each in waiting if each.person_id in mine and file in ("", each.file)]

    def may_confirm(self, found: Conferral, *, actor: Actor, now: datetime) -> list[Person]:
        """Administrators of the body who could confirm it now; whether they may manage is asked when they do."""
        subject = people.find(self._conn, found.person_id)
        body = subject.party if subject else actor.party
        held = offices.find_appointments(self._conn, appointment.c.role.in_(self._administering()))
        now_held = {each.person_id for each in held if in_force(each.window, now)}
        active = people.find_where(self._conn, person.c.party == body, person.c.standing == "active")
        return [each for each in active if each.id in now_held and not self._not_second(each.id, found, now)]

    def leave(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Close an account for good, and refuse what waits for it."""
        super().leave(person_id=person_id, actor=actor, now=now, why=why)
        for each in conferrals.waiting(self._conn, self._bound, self._secrets, now, person_id):
            self._decide_conferral(each, REFUSED, actor=actor, now=now, why="they left")

    def _open_conferral(self, conferral_id: str, actor: Actor, now: datetime) -> tuple[Conferral, Person]:
        self._may_manage(actor, now)
        found = conferrals.find(self._conn, self._bound, self._secrets, conferral_id, now)
        who = people.find(self._conn, found.person_id) if found else None
        elsewhere = self._decider is not None and who is not None and who.party != actor.party
        if found is None or elsewhere:  # to whoever administers another body there is no such proposal
            raise ConferralUnknown("It is decided, or has lapsed. Look at the list of what waits.")
        return found, self._managed(found.person_id, actor, now)

    def _not_second(self, decider: str, found: Conferral, now: datetime) -> tuple[Reason, ...]:
        roles, since = self._administering(), now - self._gates.powers.apart

        def makers(one: str) -> set[str]:
            self._bound.check(one)
            return conferrals.makers(self._conn, self._bound, one, roles, since)

        return against(decider, found.proposed_by, found.person_id, makers)

    def _administering(self) -> list[str]:
        return [each.id for each in self._roles.values() if ADMINISTERS in each.duties]

    def _confer(self, found: Conferral, who: Person, *, actor: Actor, now: datetime) -> str:
        if found.sort == APPOINTMENT:
            since = max(found.since or now, now)
            return self._appointed(who, found.role, found.place, since, found.until, actor=actor, now=now)
        if found.sort == VETTING:
            self._vetted(who, found.until, actor=actor, now=now)
        else:
            self._joined(who, found.place, found.until, actor=actor, now=now)
        return ""

    def _propose(
        self,
        who: Person,
        what: tuple[str, str, str],
        since: datetime | None,
        until: datetime,
        words: str,
        *,
        actor: Actor,
        now: datetime,
        file: str = "",
    ) -> Conferral:
        if faults := word_faults(words):
            raise ConferralFaulty("Correct what is marked.", fields=faults, subject=who.id)
        if any(each.what == what for each in conferrals.waiting(self._conn, self._bound, self._secrets, now, who.id)):
            raise StandingConflict("The same waits for a second administrator already.", subject=who.id)
        stands = now + self._gates.powers.stands
        made = Conferral(str(new_id(now)), who.id, *what, since, until, file, actor.id, now, stands, words.strip())
        self._proposed(made, who, actor=actor, now=now)
        return made

    def _proposed(self, made: Conferral, who: Person, *, actor: Actor, now: datetime) -> None:
        sealed, seal = conferrals.add(self._conn, self._bound, self._secrets, made)
        self._record(
            events.CONFERRAL_PROPOSED,
            actor=actor,
            now=now,
            subject=made.id,
            person=made.person_id,
            party=who.party,
            sort=made.sort,
            role=made.role,
            place=made.place,
            since=_told(made.since) if made.since else "",
            until=_told(made.until),
            file=made.file,
            stands_until=_told(made.stands_until),
            words=sealed,
            seal=seal,
        )

    def _decide_conferral(
        self,
        found: Conferral,
        decision: str,
        *,
        actor: Actor,
        now: datetime,
        why: str,
        checked: str = "",
        made: str = "",
    ) -> None:
        seal = conferrals.decide(self._conn, self._bound, found.id, decision, actor.id, now, made)
        self._record(
            events.CONFERRAL_DECIDED,
            actor=actor,
            now=now,
            subject=found.id,
            why=why,
            person=found.person_id,
            decision=decision,
            checked=checked,
            door="console" if self._decider is None else "service",
            made=made,
            seal=seal,
        )


def _told(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
