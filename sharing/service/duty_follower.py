"""Turns facts into duties owed and duties met. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from audit.fact import Fact
from foundation.calendar import london_date
from sharing.events import agreements as events
from sharing.model.agreement import Agreement, Agreements
from sharing.model.coverage import LAPSED, MET, Occurrence
from sharing.model.duty import About, Duty, Pattern
from sharing.ports import Words
from sharing.rules.duties.matching import Event, begun, begun_id, concerns, fits, fits_any, related
from sharing.service import circles
from sharing.store.circles import CircleRows
from sharing.store.duties import DutyRows
from sharing.store.records import RecordRows


class Duties:
    """Follows every fact that the agreements name, and its own (``audit.follow.Follower``).

    What is owed keeps the version of the agreement it began under: its date was promised to somebody.
    """

    name = "agreements"

    def __init__(self, agreements: Agreements, words: Words) -> None:
        self._agreements = agreements
        self._words = words
        self.kinds = followed(agreements)

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Meet, end and begin what the fact meets, ends and begins, in that order. Refusals do nothing."""
        if fact.outcome != "allowed":
            return
        rows = DutyRows(conn)
        if fact.kind in _OWN:
            self._told(rows, fact)
            return
        if fact.kind in NAMINGS:
            circles.named(CircleRows(conn), fact)
            return
        records = RecordRows(conn, self._words)
        event = circles.event(records, fact, self._words)
        if fact.kind in circles.MADE:
            records.add(**circles.row(event, fact, self._words))
        if fact.kind == events.NAMED_RECORD_MADE.name:
            circles.begun(CircleRows(conn), fact)
        for circle in circles.ended(self._agreements, records, event):
            self._open_up(conn, records, circle)
        for agreement in self._agreements.in_force(london_date(fact.at)):
            self._heard(rows, agreement, event)

    def _open_up(self, conn: sa.Connection, records: RecordRows, circle: str) -> None:
        """What only named people knew, everybody entitled knows now: it counts as if it had been said openly."""
        rows = DutyRows(conn)
        records.open_up(circle)
        rows.open_up(circle)
        for each in records.circle(circle):
            for agreement in self._agreements.in_force(london_date(each.made_at)):
                self._heard(rows, agreement, circles.event_again(each))

    def _heard(self, rows: DutyRows, agreement: Agreement, event: Event) -> None:
        for duty in () if event.closed else agreement.duties.values():
            if fits_any(duty.evidence.facts, event, agreement.id):
                rows.note(agreement.id, duty.id, event.on, event.id)
        self._end(rows, agreement, event)
        for duty in agreement.duties.values():
            if duty.trigger.event is not None and fits(duty.trigger.event, event, agreement.id):
                rows.add(begun(duty, event, agreement.id, agreement.version))

    def _end(self, rows: DutyRows, agreement: Agreement, event: Event) -> None:
        """By the version each is owed under, whichever is in force."""
        for occurrence in self._open(rows, agreement.id, event):
            if event.closed and occurrence.circle != event.circle:
                continue  # it would show in what others see
            if occurrence.id == begun_id(occurrence.duty, event, agreement.id):
                continue  # heard once more, when a circle was opened: nothing meets what it began itself
            duty = self._duty(occurrence)
            if duty is not None and (changed := _changed(duty, occurrence, event)):
                rows.change(occurrence.id, **changed)

    def _open(self, rows: DutyRows, agreement: str, event: Event) -> Iterator[Occurrence]:
        """What the event may be about. Never all that is open: there may be very many."""
        named: dict[About, set[str]] = {"same": set(), "establishment": set(), "any": set()}
        for version in (each for each in self._agreements.versions if each.id == agreement):
            for duty in version.duties.values():
                if duty.lapses is not None and duty.lapses.fact == event.kind:
                    named["same"].add(duty.id)
                if duty.before is not None and duty.before.fact == event.kind:
                    named[duty.before_about].add(duty.id)
                if any(each.fact == event.kind for each in duty.evidence.facts):
                    named[duty.evidence.about].add(duty.id)
        found = [
            *(rows.open_of(agreement, named["same"], thread=event.thread) if named["same"] else ()),
            *(rows.open_of(agreement, named["any"]) if named["any"] else ()),
        ]
        if named["establishment"]:
            found += rows.open_of(agreement, named["establishment"], establishment=event.establishment)
        yield from {each.id: each for each in found}.values()

    def _duty(self, occurrence: Occurrence) -> Duty | None:
        try:
            version = self._agreements.version(occurrence.agreement, occurrence.version)
        except KeyError:
            return None  # its file is gone: whoever took it away sees it open until somebody puts it back
        return version.duties.get(occurrence.duty)

    def _told(self, rows: DutyRows, fact: Fact) -> None:
        what = fact.what
        if fact.kind == events.DUTY_OPENED.name:
            if what["clocked"]:
                rows.add(self._clocked(fact))
            rows.change(fact.subject, opened_told=True)
        elif fact.kind == events.DUTY_OVERDUE.name:
            rows.change(fact.subject, overdue_told=True)
        elif fact.kind == events.DUTY_ESCALATED.name:
            rows.change(fact.subject, escalated=int(str(what["level"])))
        else:
            rows.change(fact.subject, ended_told=True)

    def _clocked(self, fact: Fact) -> Occurrence:
        """What time brought: the fact itself is its beginning."""
        what = fact.what
        agreement, version = str(what["agreement"]), int(str(what["agreement_version"]))
        duty = self._agreements.version(agreement, version).duties[str(what["duty"])]
        return Occurrence(
            id=fact.subject,
            agreement=agreement,
            version=version,
            duty=duty.id,
            number=duty.number,
            source="",
            thread="",
            establishment="",
            who=duty.who,
            opened_on=date.fromisoformat(str(what["opened_on"])),
            due_on=date.fromisoformat(str(what["due_on"])),
            due_at=None,
        )


def followed(agreements: Agreements) -> frozenset[str]:
    """Every kind of fact the duties follow from: nothing of these is erased by its age."""
    duties = (duty for agreement in agreements.versions for duty in agreement.duties.values())
    return events.DUTY_KINDS | events.NAMING_KINDS | {pattern.fact for duty in duties for pattern in _patterns(duty)}


def _changed(duty: Duty, occurrence: Occurrence, event: Event) -> dict[str, object]:
    """What the event changes of an open occurrence; nothing, where it is about another."""
    agreement = occurrence.agreement
    if fits_any(duty.evidence.facts, event, agreement) and concerns(duty, occurrence, event):
        return {"state": MET, "ended_on": event.on, "evidence": event.id}
    if duty.lapses is not None and fits(duty.lapses, event, agreement) and related("same", occurrence, event):
        return {"state": LAPSED, "ended_on": event.on, "evidence": event.id}
    comes_first = duty.before is not None and fits(duty.before, event, agreement)
    if comes_first and related(duty.before_about, occurrence, event) and occurrence.due_on is None:
        return {"due_on": event.on}  # it was to be done by then: from tomorrow it is late
    return {}


def _patterns(duty: Duty) -> Iterator[Pattern]:
    yield from (each for each in (duty.trigger.event, duty.before, duty.lapses) if each is not None)
    yield from duty.evidence.facts


_OWN = events.DUTY_KINDS - {events.RECORD_MADE.name}
NAMINGS = events.NAMING_KINDS - {events.NAMED_RECORD_MADE.name}
