"""Attesting that somebody still needs what they are appointed to, or taking it away at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from foundation.actor import Actor
from foundation.errors import Reason
from identity import events
from identity.errors import AppointmentUnknown, AttestingRefused, ReasonMissing
from identity.model import Appointment, Group
from identity.rules.reviewing import Line, line
from identity.service.standing import Standing
from identity.store import offices, people
from identity.tables import appointment, office, person

MOST = 400


class Reviewing(Standing):
    """Acts of those whom policies/people/reviews.toml names."""

    def attest(
        self,
        *,
        appointment_id: str,
        keep: bool,
        actor: Actor,
        now: datetime,
        why: str = "",
        leave: Collection[str] = (),
    ) -> None:
        """Keep the appointment for another period, or end it now with a reason; then they are signed out everywhere.

        ``leave``: need-to-know groups they need no longer; their membership ends now. The others are attested with it.

        Raises AppointmentUnknown when it is over, AttestingRefused for anybody whose turn it is not, ReasonMissing.
        """
        found = self._line(appointment_id, actor, now)
        if not keep and not 0 < len(why.strip()) <= MOST:
            fault = f"Say why, in {MOST} characters or fewer"
            raise ReasonMissing("Say why it is taken away.", fields={"why": [fault]}, subject=found.held.person_id)
        self._bound.check(found.held.person_id)
        if keep:
            offices.attested(self._conn, appointment_id, actor.id, now)
        else:
            self._end(found.held, actor=actor, now=now, why=why.strip())
            self._end_sessions(found.held.person_id, "role-changed", actor=actor, now=now)
        stays = [each.id for each in self._quit(found.held.person_id, leave, actor, now)]
        self._record(
            events.ACCESS_ATTESTED,
            actor=actor,
            now=now,
            subject=found.held.person_id,
            appointment=appointment_id,
            office=found.office.id,
            decision="keep" if keep else "remove",
            groups=stays,
        )

    def attest_several(self, *, appointments: Collection[str], actor: Actor, now: datetime) -> None:
        """Keep each of these for another period: all of them, or none. What is taken away is taken away one by one.

        Raises what ``attest`` raises.
        """
        for each in dict.fromkeys(appointments):
            self.attest(appointment_id=each, keep=True, actor=actor, now=now)

    def reviewed(self, *, actor: Actor, now: datetime, everyone: bool = False) -> list[Line]:
        """The appointments in force of active people that are the asker's to attest, or all; the soonest due first."""
        reviews, roles = self._gates.reviews, self._roles
        attesting = {name for names in reviews.by.values() for name in names}
        holders: dict[str, list[tuple[str, str]]] = {}
        for each in self._in_force(now, appointment.c.role.in_(sorted(attesting))):
            holders.setdefault(each.role, []).append((each.person_id, each.office_id))
        held = self._in_force(now, sa.true() if everyone else self._perhaps(actor, holders))
        at = sorted({each.office_id for each in held})
        there = {each.id: each for each in offices.find_offices(self._conn, office.c.id.in_(at))} if at else {}
        found = [line(reviews, each, there[each.office_id], holders, roles, now) for each in held]
        found.sort(key=lambda each: (each.due, each.office.name, each.held.id))
        return [each for each in found if everyone or actor.id in each.attesters]

    def _in_force(self, now: datetime, *wanted: sa.ColumnElement[bool]) -> list[Appointment]:
        """Those of active people, in force now."""
        active = sa.exists().where(person.c.id == appointment.c.person_id, person.c.standing == "active")
        window = (appointment.c.valid_from <= now, appointment.c.valid_until > now)
        return offices.find_appointments(self._conn, *window, active, *wanted)

    def _perhaps(self, actor: Actor, holders: Mapping[str, Collection[tuple[str, str]]]) -> sa.ColumnElement[bool]:
        """At offices whose appointments are attested by a role they hold: nobody else's need be looked at."""
        mine = {role: sorted(at for who, at in several if who == actor.id) for role, several in holders.items()}
        arms = [
            sa.and_(
                office.c.party == party,
                office.c.kind == kind,
                office.c.id.in_(mine[name]) if self._roles[name].office == kind else sa.true(),
            )
            for (party, kind), names in self._gates.reviews.by.items()
            for name in names
            if mine.get(name) and name in self._roles
        ]
        return sa.or_(sa.false(), *arms)

    def _line(self, appointment_id: str, actor: Actor, now: datetime) -> Line:
        """The line of it, where it is this person's to attest."""
        lines = self.reviewed(everyone=True, actor=actor, now=now)
        found = next((each for each in lines if each.held.id == appointment_id), None)
        if found is None:
            raise AppointmentUnknown("Look at the list again; it may have ended.")
        self._may_attest(found, actor, now)
        return found

    def _quit(self, person_id: str, leave: Collection[str], actor: Actor, now: datetime) -> list[Group]:
        """End these memberships; the groups they are in still."""
        stays = []
        for group in offices.groups_of(self._conn, person_id, now):
            if group.id not in leave:
                stays.append(group)
            elif offices.quit_groups(self._conn, person_id, now, group_id=group.id):
                self._record(events.GROUP_LEFT, actor=actor, now=now, subject=person_id, group=group.id)
        return stays

    def _may_attest(self, found: Line, actor: Actor, now: datetime) -> None:
        owner = people.find(self._conn, found.held.person_id)
        reasons: list[Reason] = []
        if self._decider is not None and owner is not None:
            verdict = self._decider.decide_duty(actor, "attest-access", now=now, owner=owner.id, body=owner.party)
            if not verdict.allowed:
                rules = verdict.rules or ("no-permit",)
                reasons = [Reason(rule, text) for rule, text in zip(rules, verdict.why, strict=False)]
        if not reasons and actor.id not in found.attesters:
            named = self._roles[found.role].name if found.role else "somebody still to be appointed"
            reasons = [Reason("identity.not-the-attester", f"This is for {named} to attest", "M64b")]
        if reasons:
            raise AttestingRefused(reasons[0].text, reasons=reasons, subject=found.held.person_id)
