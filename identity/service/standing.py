"""What becomes of an account: its name, its standing, its appointments, its vetting.

Whatever takes something away, and whatever changes a role, ends the person's live sessions at once.
"""

from __future__ import annotations

from datetime import datetime

from audit.fact import Kind
from foundation.actor import FOREVER, Actor
from foundation.ident import new_id
from identity import events
from identity.errors import (
    AccountInvalid,
    AppointmentConflict,
    AppointmentInvalid,
    AppointmentUnknown,
    OfficeUnknown,
    StandingConflict,
)
from identity.model import Appointment, Office, Person, Role, Window
from identity.rules.standing import clashes, may_move, misfits, needs_privileged
from identity.service.desk import Desk, named
from identity.store import offices, people
from identity.tables import appointment


class Standing(Desk):
    """Acts of whoever manages accounts, on accounts other than their own."""

    def change_name(self, *, person_id: str, name: str, actor: Actor, now: datetime) -> None:
        """Raises AccountInvalid, PersonUnknown, ManagingRefused."""
        person = self._managed(person_id, actor, now)
        self._change(person, name=named(name))
        self._record(events.NAME_CHANGED, actor=actor, now=now, subject=person_id)

    def suspend(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Stop an active account; its sessions end at once. Raises StandingConflict."""
        self._move(person_id, "suspended", events.ACCOUNT_SUSPENDED, actor=actor, now=now, why=why)

    def reinstate(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Let a suspended account act again. Raises StandingConflict for any other."""
        person = self._managed(person_id, actor, now)
        if person.standing != "suspended":
            raise StandingConflict("Only a suspended account can be reinstated.", subject=person_id)
        self._change(person, standing="active")
        self._record(events.ACCOUNT_REINSTATED, actor=actor, now=now, subject=person_id, why=why)

    def leave(self, *, person_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """Close an account for good: appointments, groups, sessions end, what it signed in with is removed.

        The row stays, so that neither the account nor its address is ever used again.
        """
        self._managed(person_id, actor, now)
        offices.quit_groups(self._conn, person_id, now)  # no fact tells of it but that they left
        self._move(person_id, "left", events.ACCOUNT_LEFT, actor=actor, now=now, why=why)
        for held in offices.not_over(self._conn, person_id, now):
            self._end(held, actor=actor, now=now)
        people.forget_credentials(self._conn, person_id)

    def record_vetting(self, *, person_id: str, until: datetime, actor: Actor, now: datetime) -> None:
        """Vetting (BPSS or equivalent) seen, good until (excluded). At the machine's console alone: ConferralNeeded."""
        person = self._managed(person_id, actor, now)
        self._alone(person_id)
        self._vetted(person, until, actor=actor, now=now)

    def appoint(
        self,
        *,
        person_id: str,
        role: str,
        office_id: str,
        actor: Actor,
        now: datetime,
        since: datetime | None = None,
        until: datetime = FOREVER,
    ) -> str:
        """Appoint somebody from ``since`` (now when not given) until ``until`` (excluded). Returns the id.

        At the machine's console alone; whoever is asked for a duty proposes it (``Conferring``): ConferralNeeded.
        Raises AppointmentInvalid and AppointmentConflict with all reasons, PersonUnknown, OfficeUnknown,
        ManagingRefused.
        """
        person = self._managed(person_id, actor, now)
        self._alone(person_id)
        return self._appointed(person, role, office_id, since or now, until, actor=actor, now=now)

    def end_appointment(self, *, appointment_id: str, actor: Actor, now: datetime, why: str = "") -> None:
        """End one appointment now. Raises AppointmentUnknown when it is over, ManagingRefused."""
        held = next(iter(offices.find_appointments(self._conn, appointment.c.id == appointment_id)), None)
        if held is None:
            self._may_manage(actor, now)
            raise AppointmentUnknown("Look at the account again; it may have ended.")
        self._managed(held.person_id, actor, now)
        if not self._end(held, actor=actor, now=now, why=why):
            raise AppointmentUnknown("Look at the account again; it may have ended.", subject=held.person_id)
        self._end_sessions(held.person_id, "role-changed", actor=actor, now=now)

    def _record_appointment(self, made: Appointment, role: Role, *, actor: Actor, now: datetime) -> None:
        self._record(
            events.APPOINTMENT_MADE,
            actor=actor,
            now=now,
            subject=made.person_id,
            appointment=made.id,
            role=role.id,
            office=made.office_id,
            duties=sorted(role.duties),
            since=made.window.since.isoformat(timespec="milliseconds"),
            until=made.window.until.isoformat(timespec="milliseconds"),
        )

    def _move(self, person_id: str, to: str, kind: Kind, *, actor: Actor, now: datetime, why: str) -> Person:
        person = self._managed(person_id, actor, now)
        if not may_move(person.standing, to):
            raise StandingConflict(f"An account that is {person.standing} cannot become {to}.", subject=person_id)
        self._change(person, standing=to)
        self._record(kind, actor=actor, now=now, subject=person_id, why=why)
        self._end_sessions(person_id, to, actor=actor, now=now)
        return person

    def _fitting(
        self, person: Person, role: str, office_id: str, since: datetime, until: datetime, *, now: datetime
    ) -> tuple[Role, Office]:
        """What it would be in. Raises AppointmentInvalid, AppointmentConflict, OfficeUnknown."""
        known, office = self._roles.get(role), offices.find_office(self._conn, office_id)
        if known is None:
            raise AppointmentInvalid("Choose one of the roles.", subject=person.id)
        if office is None:
            raise OfficeUnknown("Choose an office from the list.", subject=person.id)
        window = Window(since, until)
        if reasons := misfits(person, known, office, window):
            raise AppointmentInvalid("Correct what is said and try again.", reasons=reasons, subject=person.id)
        self._check_beside(person, known, office.id, window, now)
        return known, office

    def _appointed(
        self,
        person: Person,
        role: str,
        office_id: str,
        since: datetime,
        until: datetime,
        *,
        actor: Actor,
        now: datetime,
    ) -> str:
        known, office = self._fitting(person, role, office_id, since, until, now=now)
        made = Appointment(str(new_id(now)), person.id, role, office.id, office.name, Window(since, until))
        offices.add_appointment(self._conn, made)
        self._record_appointment(made, known, actor=actor, now=now)
        self._end_sessions(person.id, "role-changed", actor=actor, now=now)
        return made.id

    def _dated(self, person: Person, until: datetime) -> None:
        if until.tzinfo is None or until > FOREVER:
            raise AccountInvalid("Give a date.", fields={"until": ["Enter a real date"]}, subject=person.id)
        if person.standing == "left":
            raise StandingConflict("They have left.", subject=person.id)

    def _vetted(self, person: Person, until: datetime, *, actor: Actor, now: datetime) -> None:
        self._dated(person, until)
        self._change(person, vetted_until=until)
        told = until.isoformat(timespec="milliseconds")
        self._record(events.VETTING_RECORDED, actor=actor, now=now, subject=person.id, until=told)

    def _check_beside(self, person: Person, role: Role, office_id: str, window: Window, now: datetime) -> None:
        held = offices.not_over(self._conn, person.id, now)
        if reasons := clashes(role, office_id, window, held, self._roles):
            raise AppointmentConflict("It cannot stand beside what they hold.", reasons=reasons, subject=person.id)
        kept = people.credential_of(self._conn, person.id)
        if needs_privileged(role.duties) and kept is not None and not kept.privileged:
            raise AppointmentConflict(
                "Their password is shorter than this role needs (15 characters). Ask them to change it first.",
                subject=person.id,
            )

    def _end(self, held: Appointment, *, actor: Actor, now: datetime, why: str = "") -> bool:
        if not offices.end_appointment(self._conn, held.id, now):
            return False
        self._record(
            events.APPOINTMENT_ENDED,
            actor=actor,
            now=now,
            subject=held.person_id,
            why=why,
            appointment=held.id,
            role=held.role,
            office=held.office_id,
        )
        return True
