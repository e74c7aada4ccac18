"""What people and the clock do about the duties of an agreement: record what was done; open, end and escalate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.calendar import london_date
from sharing.events import agreements as events
from sharing.model.agreement import Agreement
from sharing.model.coverage import LAPSED, OPEN, Occurrence
from sharing.model.duty import Duty
from sharing.rules.duties import dates
from sharing.service.knowing import Knowing

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


class Agreeing(Knowing):
    """On one connection and trail, which a ``Duties`` follows. Never commits."""

    def attend(self, *, limit: int = 200, actor: Actor, now: datetime) -> Attended:
        """Open what time brings, and tell the log what has begun, ended, come to be late or gone up. Idempotent."""
        opened = sum(self._open(each, actor, now) for each in self._coming(london_date(now)))
        untold = self._duties.untold(limit)
        begun, ended = self._tell(untold, actor, now)
        late = self._duties.late(london_date(now), now, limit)
        for each in late:
            due = each.due_on.isoformat() if each.due_on else ""
            self._say(events.DUTY_OVERDUE, each, actor, now, due_on=due)
        up = sum(self._escalate(each, actor, now) for each in self._higher(now, limit))
        more = max(len(untold), len(late), up) >= limit
        return Attended(opened + begun, ended, len(late), up, more)

    # --- the clock ------------------------------------------------------------------------------------------------

    def _coming(self, today: date) -> Iterator[tuple[Agreement, Duty]]:
        for agreement in self._agreements.in_force(today):
            for duty in agreement.duties.values():
                if duty.home == "tracked" and (duty.trigger.every or duty.trigger.on):
                    yield agreement, duty

    def _open(self, found: tuple[Agreement, Duty], actor: Actor, now: datetime) -> bool:
        """Whether its next time was not there yet. One is open at a time; the next follows when it is met."""
        agreement, duty = found
        if self._duties.comes(agreement.id, duty.id):
            return False
        coming = self._next(agreement, duty)
        if coming is None:
            return False
        since, due = coming
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

    def _next(self, agreement: Agreement, duty: Duty) -> tuple[date, date] | None:
        """(counted from, due) of its next time; None where none comes. A later version goes on from the earlier one."""
        if duty.trigger.every is not None:
            every = replace(duty.trigger.every, start=self._agreements.began(agreement, duty.id) or agreement.in_force)
            return dates.comes_again(every, self._duties.last_met(agreement.id, duty.id))
        on = duty.trigger.on
        return (agreement.in_force, on) if on and not self._duties.had(agreement.id, duty.id, on) else None

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

    def _higher(self, now: datetime, limit: int) -> list[tuple[Occurrence, int, tuple[str, ...]]]:
        """What is late by more than a step it has not gone up yet, each by the version it is owed under."""
        found: list[tuple[Occurrence, int, tuple[str, ...]]] = []
        for agreement in self._agreements.versions:
            for duty in agreement.duties.values():
                if len(found) < limit and duty.escalation:
                    found += self._up(agreement, duty, now, limit - len(found))
        return found

    def _up(
        self, agreement: Agreement, duty: Duty, now: datetime, limit: int
    ) -> Iterator[tuple[Occurrence, int, tuple[str, ...]]]:
        """Asked by seeks alone, the highest step first: there may be very many that are late and went up already."""
        passed = sorted((dates.passed_by(step.after, now) for step in duty.escalation), key=lambda due: due[0])
        seen: set[str] = set()
        for place, due in enumerate(passed):
            for escalated in range(len(passed) - place):
                of = (agreement.id, agreement.version, duty.id)
                for each in self._duties.higher(of, escalated, due, limit - len(seen)):
                    level = dates.levels(each, duty.escalation, now)
                    if level > each.escalated and each.id not in seen:
                        seen.add(each.id)
                        yield each, level, duty.escalation[level - 1].to

    def _escalate(self, found: tuple[Occurrence, int, tuple[str, ...]], actor: Actor, now: datetime) -> bool:
        each, level, to = found
        self._say(events.DUTY_ESCALATED, each, actor, now, level=level, to=list(to))
        return True

    def _say(self, kind: Kind, each: Occurrence, actor: Actor, now: datetime, **more: Value) -> None:
        what: dict[str, Value] = {"agreement": each.agreement, "duty": each.duty, "number": each.number, **more}
        if each.closed:  # whoever reads the log need not know what named people alone may know
            what = {name: value if name in _ALWAYS_SAID else _blank(value) for name, value in what.items()}
        self._trail.record(kind, actor=actor, now=now, subject=each.id, what=what)


def _blank(value: Value) -> Value:
    return [] if isinstance(value, list) else ""


_ALWAYS_SAID = frozenset({"agreement", "agreement_version", "clocked", "late", "level"})
