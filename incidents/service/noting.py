"""What leads do about an incident and note: what was sent and decided, receipts, actions, lessons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audit.fact import Value
from foundation.actor import SERVICE, Actor
from foundation.calendar import london_date
from foundation.ident import new_id
from incidents import events
from incidents.errors import AlreadyDone, DutyUnknown, ReportFaulty
from incidents.model.incident import DECIDED_NOT, SENT, Incident, Owed
from incidents.model.rules import OTHER_PARTIES
from incidents.rules import clocks, standing
from incidents.service.reporting import Reporting
from incidents.store.assembled import last_reminders

CHANNELS = {
    "": "",
    "email": "E-mail",
    "telephone": "Telephone",
    "form": "A form",
    "meeting": "In person",
    "letter": "A letter",
    "other": "Another way",
}


@dataclass(frozen=True, slots=True)
class Doing:
    """How a duty was done. ``sent_at``: when it was, if not now; ``reasons`` of a decision; ``late``: of a delay."""

    note: str = ""
    stage: str = ""
    decision: str = SENT
    sent_at: datetime | None = None
    channel: str = ""
    to: str = ""
    reasons: str = ""
    late: str = ""


class Noting(Reporting):
    """Duties, receipts, actions, notes, reminders."""

    def note_done(
        self, *, number: str, duty: str, note: str = "", how: Doing | None = None, actor: Actor, now: datetime
    ) -> Incident:
        """Note that a duty was done, or decided. What is written is kept sealed; it must not say what was at risk.

        Raises NotYours, IncidentUnknown, DutyUnknown, AlreadyDone, ReportFaulty (a decision without reasons, a delay
        without its reason), DataInWords. Source of each duty: `policies/incidents`.
        """
        found = self._mine(number, actor)
        doing = how or Doing(note)
        owed = standing.must_be_owed(found, duty, doing.stage)
        sent_at = doing.sent_at or now
        first = owed.done_at is None
        late = first and clocks.is_late(owed.duty, owed.due_at, sent_at, self._rules.late)
        self._must_hold(found, owed, doing, sent_at, now, late=late)
        entry = str(new_id(now))
        words = {"note": doing.note, "to": doing.to, "reasons": doing.reasons, "late": doing.late if late else ""}
        stage = doing.stage or owed.stage
        what: dict[str, Value] = {
            "duty": duty,
            "stage": stage,
            "decision": doing.decision,
            "sent_at": sent_at.isoformat(),
            "channel": doing.channel,
            "late": late,
            "by": actor.id,
            "words": self._written(found, entry, words),
            "entry": entry,
        }
        self._say(events.DUTY_DONE, found, actor=actor, now=now, **what)
        return self._after(found)

    def note_receipt(self, *, number: str, notice: str, note: str = "", actor: Actor, now: datetime) -> Incident:
        """Note that what was sent has arrived, and how that is known. Raises as ``note_done``."""
        found = self._mine(number, actor)
        sent = next((each for each in found.told.notices if each.id == notice and each.decision == SENT), None)
        if sent is None:
            raise DutyUnknown("Choose something that was sent.", subject=found.id)
        if sent.received_at is not None:
            raise AlreadyDone("Its receipt is on record already. Nothing was changed.", subject=found.id)
        self._receipt(found, notice, note, actor, now)
        return self._after(found)

    def note_seen(self, *, number: str, actor: Actor, now: datetime) -> Incident:
        """A lead looks at it. If their body was told by this service, that is its receipt. Raises as ``note_done``."""
        found = self._mine(number, actor)
        tells = {each.duty.code for each in found.owed if each.duty.tells == OTHER_PARTIES}
        waiting = [each for each in found.told.notices if each.duty in tells and each.received_at is None]
        for notice in waiting if actor.party != found.party else ():
            self._receipt(found, notice.id, "", actor, now)
            return self._after(found)
        return found

    def add_action(self, *, number: str, text: str, owner: str, due_on: date, actor: Actor, now: datetime) -> Incident:
        """Somebody is to do something by a day (POL.IMP.021: actions with owners). Raises as ``note_done``."""
        found = self._mine(number, actor)
        standing.must_be_open(found)
        known = self._leads.person(owner)
        if not known or due_on < london_date(now):
            faults = {} if known else {"owner": ["Choose who is to do it"]}
            if due_on < london_date(now):
                faults["due_on"] = ["Choose today or a day to come"]
            raise ReportFaulty("Correct what is named and send it again.", fields=faults)
        action = str(new_id(now))
        words = self._written(found, action, {"text": text}, needed=("text",))
        self._say(
            events.ACTION_ADDED,
            found,
            actor=actor,
            now=now,
            action=action,
            owner=owner,
            due_on=due_on.isoformat(),
            by=actor.id,
            words=words,
        )
        return self._after(found)

    def finish_action(self, *, number: str, action: str, note: str = "", actor: Actor, now: datetime) -> Incident:
        """It was done. Raises as ``note_done``."""
        found = self._mine(number, actor)
        standing.must_be_open(found)
        wanted = next((each for each in found.told.actions if each.id == action), None)
        if wanted is None:
            raise DutyUnknown("Choose one of the actions of the incident.", subject=found.id)
        if wanted.done_at is not None:
            raise AlreadyDone("That is on record already. Nothing was changed.", subject=found.id)
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": note})
        self._say(events.ACTION_DONE, found, actor=actor, now=now, action=action, by=actor.id, words=words, entry=entry)
        return self._after(found)

    def add_note(self, *, number: str, text: str, lesson: bool = False, actor: Actor, now: datetime) -> Incident:
        """A note, or a lesson learnt. Raises as ``note_done``."""
        found = self._mine(number, actor)
        standing.must_be_open(found)
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": text}, needed=("note",))
        sort = standing.LESSON if lesson else "note"
        self._say(events.NOTE_ADDED, found, actor=actor, now=now, sort=sort, by=actor.id, words=words, entry=entry)
        return self._after(found)

    def remind(self, found: Incident, *, actor: Actor = SERVICE, now: datetime) -> int:
        """Say once for each stage that something is due, or late; how many times."""
        last = last_reminders(self._conn, found.id)
        told = 0
        for duty, minutes in clocks.reminders(found, now):
            before = last.get(duty)
            if before is None or minutes < before:
                self._say(events.REMINDED, found, actor=actor, now=now, duty=duty, minutes=minutes)
                told += 1
        return told

    def _receipt(self, found: Incident, notice: str, note: str, actor: Actor, now: datetime) -> None:
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": note})
        self._say(
            events.RECEIPT_NOTED, found, actor=actor, now=now, notice=notice, by=actor.id, words=words, entry=entry
        )

    def _must_hold(
        self, found: Incident, owed: Owed, doing: Doing, sent_at: datetime, now: datetime, *, late: bool
    ) -> None:
        faults: dict[str, list[str]] = {}
        if doing.decision not in (SENT, DECIDED_NOT) or (doing.decision == DECIDED_NOT and not owed.duty.decision):
            faults["decision"] = ["Choose what was decided"]
        if owed.duty.decision and owed.done_at is None and not doing.reasons.strip():
            faults["reasons"] = ["Say why, whichever it is"]
        if late and not doing.late.strip():
            faults["late"] = ["It is late: say why"]
        if doing.channel not in CHANNELS:
            faults["channel"] = ["Choose how it was sent"]
        if not found.awareness_at <= sent_at <= now:
            faults["sent_at"] = ["Give a moment after awareness that has passed"]
        if faults:
            raise ReportFaulty("Correct what is named and send it again.", fields=faults, subject=found.id)
