"""What people and the clock do about the duties of an agreement: record what was done; open, end and escalate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from identity.errors import EstablishmentUnknown
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing import events
from sharing.errors import RecordFaulty, RecordNotFound, RecordRefused
from sharing.model.agreement import Agreement, Agreements
from sharing.model.coverage import LAPSED, OPEN, Occurrence, Record
from sharing.model.duty import Duty
from sharing.model.record import RecordKind
from sharing.ports import Words
from sharing.rules.duties import dates, recording
from sharing.rules.duties.recording import Held, Made
from sharing.store.duties import DutyRows
from sharing.store.records import RecordRows, about

_SPACE = UUID("b1b7b1f0-5d2f-5f0e-9a52-0d3a5e1c7a11")  # of ids made from names; changing it would open duties twice


@dataclass(frozen=True, slots=True)
class Attended:
    """What one run told the log. ``more``: there was more than it was asked to do."""

    opened: int
    ended: int
    overdue: int
    escalated: int
    more: bool

    def plus(self, other: Attended) -> Attended:
        """Both runs together; ``more`` is the later one's."""
        return Attended(
            self.opened + other.opened,
            self.ended + other.ended,
            self.overdue + other.overdue,
            self.escalated + other.escalated,
            other.more,
        )

    def __str__(self) -> str:
        return f"{self.opened} opened, {self.ended} ended, {self.overdue} overdue, {self.escalated} escalated"


class Agreeing:
    """On one connection and trail, which a ``Duties`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        agreements: Agreements,
        decider: Decider,
        people: People,
        words: Words,
    ) -> None:
        self._trail = trail
        self._agreements = agreements
        self._decider = decider
        self._people = people
        self._words = words
        self._duties = DutyRows(conn)
        self._records = RecordRows(conn, words)

    def record(self, agreement: str, kind: str, *, given: Mapping[str, str], actor: Actor, now: datetime) -> Record:
        """Make a record of this kind, with these values by field; dates as 2026-03-27.

        Raises RecordNotFound for a kind no agreement in force has, RecordFaulty with every fault by field,
        RecordRefused for whoever does not make these.
        """
        version, found = kind_in_force(self._agreements, agreement, kind, london_date(now))
        held = held_by(self._people, actor, now)
        self._must(found, recording.against_making(found, held), actor, now)
        made, faults = recording.read(found, given, london_date(now))
        thread, establishment = self._about(version, found, made, faults)
        if faults:
            raise RecordFaulty("Correct what is named and send it again.", fields=faults)
        self._must(found, recording.against_making(found, held, establishment), actor, now)
        id_ = str(new_id(now))
        what: dict[str, Value] = {
            "agreement": version.id,
            "agreement_version": version.version,
            "record": found.id,
            "on": made.on.isoformat(),
            "establishment": establishment,
            "thread": thread or id_,
            "values": [f"{key}={value}" for key, value in sorted(made.coded.items())],
            "words": self._words.seal(about(id_), json.dumps(dict(made.words), sort_keys=True)) if made.words else "",
            "by": actor.id,
            "party": actor.party,
        }
        self._trail.record(events.RECORD_MADE, actor=actor, now=now, subject=id_, what=what, rules=found.clauses)
        after = self._records.find(id_, words=True)
        if after is None:
            msg = "the records do not follow this trail"
            raise RuntimeError(msg)
        return after

    def attend(self, *, limit: int = 200, actor: Actor, now: datetime) -> Attended:
        """Open what time brings, and tell the log what has begun, ended, come to be late or gone up. Idempotent."""
        opened = sum(self._open(each, actor, now) for each in self._coming(london_date(now)))
        untold = self._duties.untold(limit)
        begun, ended = self._tell(untold, actor, now)
        late = self._duties.late(london_date(now), now, limit)
        for each in late:
            due = each.due_on.isoformat() if each.due_on else ""
            self._say(events.DUTY_OVERDUE, each, actor, now, due_on=due)
        up = sum(self._escalate(each, actor, now) for each in self._higher(london_date(now), now, limit))
        return Attended(opened + begun, ended, len(late), up, len(untold) >= limit or len(late) >= limit)

    # --- recording ------------------------------------------------------------------------------------------------

    def _must(self, kind: RecordKind, against: tuple[Reason, ...], actor: Actor, now: datetime) -> None:
        verdict = self._decider.standing(actor, now=now)
        if verdict.allowed and not against:
            return
        reasons = recording.reasons(verdict.why, verdict.rules, against)
        raise RecordRefused(
            reasons[0].text,
            reasons=reasons,
            fact=events.ACCESS_REFUSED,
            what={"act": f"record-{kind.id}", "reference": ""},
        )

    def _about(self, version: Agreement, kind: RecordKind, made: Made, faults: dict[str, list[str]]) -> tuple[str, str]:
        """(thread, establishment) of a record: those of the record it names, where it names one."""
        thread = establishment = ""
        for field in kind.fields:
            value = made.coded.get(field.id, "")
            if not value:
                continue
            if field.type == "establishment":
                establishment = value
                if not self._is_establishment(value):
                    faults[field.id] = ["Choose an establishment from the list"]
            elif field.type == "record":
                parent = self._records.find(value)
                if parent is None or parent.agreement != version.id or parent.kind not in field.of:
                    faults[field.id] = ["Choose one of the list"]
                else:
                    thread, establishment = parent.id, establishment or parent.establishment
        return thread, establishment

    def _is_establishment(self, key: str) -> bool:
        try:
            return bool(self._people.establishment(key).key)
        except EstablishmentUnknown:
            return False

    # --- the clock ------------------------------------------------------------------------------------------------

    def _coming(self, today: date) -> Iterator[tuple[Agreement, Duty]]:
        for agreement in self._agreements.in_force(today):
            for duty in agreement.duties.values():
                if duty.home == "tracked" and (duty.trigger.every or duty.trigger.on):
                    yield agreement, duty

    def _open(self, coming: tuple[Agreement, Duty], actor: Actor, now: datetime) -> bool:
        """Whether its next time was not there yet. One is open at a time; the next follows when it is met."""
        agreement, duty = coming
        if self._duties.open_of(agreement.id, [duty.id]):
            return False
        if duty.trigger.every is not None:
            since, due = dates.comes_again(duty.trigger.every, self._duties.last_met(agreement.id, duty.id))
        elif duty.trigger.on is not None:
            since, due = agreement.in_force, duty.trigger.on
        else:
            return False
        id_ = str(uuid5(_SPACE, f"{agreement.id}/{duty.id}/{since}/{due}"))
        if self._duties.was(id_):
            return False
        what: dict[str, Value] = {
            "agreement": agreement.id,
            "agreement_version": agreement.version,
            "duty": duty.id,
            "number": duty.number,
            "source": "",
            "thread": "",
            "establishment": "",
            "opened_on": since.isoformat(),
            "due_on": due.isoformat(),
            "clocked": True,
        }
        self._trail.record(events.DUTY_OPENED, actor=actor, now=now, subject=id_, what=what, rules=duty.clauses)
        return True

    def _tell(self, untold: list[Occurrence], actor: Actor, now: datetime) -> tuple[int, int]:
        begun = ended = 0
        for each in untold:
            if not each.opened_told:
                begun += 1
                self._say(
                    events.DUTY_OPENED,
                    each,
                    actor,
                    now,
                    agreement_version=each.version,
                    source=each.source,
                    thread=each.thread,
                    establishment=each.establishment,
                    opened_on=each.opened_on.isoformat(),
                    due_on=each.due_on.isoformat() if each.due_on else "",
                    clocked=False,
                )
            if each.state != OPEN and not each.ended_told:
                ended += 1
                self._say_ended(each, actor, now)
        return begun, ended

    def _say_ended(self, each: Occurrence, actor: Actor, now: datetime) -> None:
        on = each.ended_on.isoformat() if each.ended_on else ""
        if each.state == LAPSED:
            self._say(events.DUTY_LAPSED, each, actor, now, evidence=each.evidence, on=on)
            return
        late = each.due_on is not None and each.ended_on is not None and each.ended_on > each.due_on
        self._say(events.DUTY_MET, each, actor, now, evidence=each.evidence, on=on, late=late)

    def _higher(self, today: date, now: datetime, limit: int) -> Iterator[tuple[Occurrence, int, tuple[str, ...]]]:
        for agreement in self._agreements.versions:
            steps = {duty.id: duty.escalation for duty in agreement.duties.values() if duty.escalation}
            told = 0
            most = max(map(len, steps.values()), default=0)
            for each in self._duties.overdue_of(agreement.id, steps, today, below=most):
                if each.version != agreement.version or told >= limit:
                    continue
                level = dates.levels(each, steps[each.duty], now)
                if level > each.escalated:
                    told += 1
                    yield each, level, steps[each.duty][level - 1].to

    def _escalate(self, found: tuple[Occurrence, int, tuple[str, ...]], actor: Actor, now: datetime) -> bool:
        each, level, to = found
        self._say(events.DUTY_ESCALATED, each, actor, now, level=level, to=list(to))
        return True

    def _say(self, kind: Kind, each: Occurrence, actor: Actor, now: datetime, **more: Value) -> None:
        what: dict[str, Value] = {"agreement": each.agreement, "duty": each.duty, "number": each.number, **more}
        self._trail.record(kind, actor=actor, now=now, subject=each.id, what=what)


def kind_in_force(agreements: Agreements, agreement: str, kind: str, today: date) -> tuple[Agreement, RecordKind]:
    """A kind of record of the version in force. Raises RecordNotFound."""
    version = agreements.current(agreement, today)
    found = version.records.get(kind) if version else None
    if version is None or found is None:
        raise RecordNotFound("Choose one of the records that the agreement asks for.")
    return version, found


def held_by(people: People, actor: Actor, now: datetime) -> tuple[Held, ...]:
    """The offices of this person, and what they are appointed as in each."""
    roles: dict[str, set[str]] = {}
    for each in people.appointments(actor.id, now=now):
        roles.setdefault(each.office_id, set()).add(each.role)
    offices = [people.office(number) for number in sorted(actor.offices)]
    return tuple(Held(office, frozenset(roles.get(office.id, ()))) for office in offices)
