"""The registers of an agreement as somebody may see them: their entries, what became of each, and the duties shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from app.bootstrap import agreed
from app.bootstrap.events import RECORDS_VIEWED
from foundation.calendar import london_date
from foundation.errors import Reason
from sharing.errors.agreements import RecordNotFound, RecordRefused
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line, Occurrence, Record
from sharing.model.duty import Duty
from sharing.model.record import RecordKind
from sharing.model.register import Entry, Register
from sharing.rules.duties import dates, recording
from sharing.rules.duties.recording import Held
from sharing.service.recording import held_by

if TYPE_CHECKING:
    from app.bootstrap.work import Work

MOST = 500


@dataclass(frozen=True, slots=True)
class Book:
    """One register. ``open`` are the times its duties are owed, by the record they began with or are about.

    ``kinds`` its kinds of record by id, ``making`` those this person makes; ``more``: not all entries are shown.
    """

    agreement: Agreement
    register: Register
    lines: Sequence[Line]
    entries: Sequence[Entry]
    open: Mapping[str, Sequence[Occurrence]]
    kinds: Mapping[str, RecordKind]
    making: frozenset[str]
    more: bool

    @property
    def entry(self) -> RecordKind:
        """The kind its entries are of."""
        return self.kinds[self.register.entry]


def books(work: Work, agreement: Agreement) -> list[tuple[Register, Sequence[Line]]]:
    """Every register with the duties it shows: numbers and dates alone, for everybody who is signed in."""
    lines = agreed.lines(work, agreement)
    return [(each, shown_by(each, lines)) for each in agreement.registers.values()]


def shown_by(register: Register, lines: Sequence[Line]) -> list[Line]:
    """The duties that its records begin or show to be done."""
    return [line for line in lines if not _named(line.duty).isdisjoint(register.records)]


def last(lines: Sequence[Line]) -> date | None:
    """When there was evidence last of any of these."""
    return max((line.tally.last_on for line in lines if line.tally.last_on), default=None)


def next_due(lines: Sequence[Line]) -> date | None:
    """When the next of these is due."""
    return min((line.tally.next_due for line in lines if line.tally.next_due), default=None)


def overdue_since(lines: Sequence[Line]) -> date | None:
    """Since when the longest overdue of these is."""
    return min((line.tally.overdue_since for line in lines if line.tally.overdue_since), default=None)


def book(work: Work, agreement: str, register: str) -> Book:
    """One register. That somebody looked is recorded. Raises DutyNotFound, RecordNotFound."""
    of = work.agreed.agreement(agreement, work.now)
    found = of.registers.get(register)
    if found is None:
        raise RecordNotFound("The agreement has no such register.")
    kinds = {name: of.records[name] for name in found.records}
    held = held_by(work.people, work.actor, work.now)
    rows = {name: _readable(work, of, kind, held) for name, kind in kinds.items()}
    entries = rows[found.entry]
    if kinds[found.entry].one_for:
        standing = set(work.agreed.standing(of, kinds[found.entry]).values())
        entries = [each for each in entries if each.id in standing]
    steps = [each for name in found.records[1:] for each in rows[name]]
    viewed = "record-named" if agreed.named_places(of, kinds[found.entry]) else f"register-{found.id}"
    work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, what={"duty": viewed})
    lines = shown_by(found, agreed.lines(work, of))
    return Book(
        of,
        found,
        lines,
        [Entry(each, _of(steps, each), is_stale(found, each, london_date(work.now))) for each in entries],
        _open(work, of, lines, held),
        kinds,
        frozenset(name for name, kind in kinds.items() if not recording.against_making(kind, held)),
        len(rows[found.entry]) >= MOST,
    )


def history(work: Work, agreement: str, register: str, value: str) -> tuple[Book, list[Record]]:
    """Every record there was for one value, newest first, for those who make them. Raises RecordRefused."""
    found = book(work, agreement, register)
    kind = found.entry
    if not kind.one_for:
        raise RecordNotFound("Nothing of this register takes the place of anything.")
    if kind.id not in found.making:
        text = f"What stood before is for those who keep the register: {', '.join(kind.by)}."
        raise RecordRefused(text, reasons=[Reason("register-history", text, kind.clauses[0])])
    every = work.agreed.opened(found.agreement, kind, knows=work.agreed.knows(work.actor.id), limit=20_000)
    return found, [each for each in every if each.values.get(kind.one_for) == value]


def changed(kind: RecordKind, record: Record, before: Record | None) -> list[str]:
    """The fields that say something else than the record before did, by their headings."""
    if before is None:
        return []
    return [
        field.short or field.label
        for field in kind.fields
        if not field.happened
        and (record.values.get(field.id), record.words.get(field.id))
        != (before.values.get(field.id), before.words.get(field.id))
    ]


def is_stale(register: Register, record: Record, today: date) -> bool:
    """Was it confirmed too long ago?"""
    return register.stale is not None and today > dates.after(record.on, register.stale)


def _readable(work: Work, of: Agreement, kind: RecordKind, held: Sequence[Held]) -> list[Record]:
    """Those this person may open; with their words, where they may read those."""
    limit = 20_000 if kind.one_for else MOST
    every = work.agreed.opened(of, kind, knows=work.agreed.knows(work.actor.id), limit=limit)
    return [
        each if agreed.tells(work, kind, each, held) else replace(each, words={})
        for each in every
        if agreed.readable(work, kind, each, held)
    ]


def _of(steps: Sequence[Record], entry: Record) -> tuple[Record, ...]:
    about = [each for each in steps if each.thread == entry.id]
    return tuple(sorted(about, key=lambda each: (each.on, each.id), reverse=True))


def _open(work: Work, of: Agreement, lines: Sequence[Line], held: Sequence[Held]) -> dict[str, list[Occurrence]]:
    found: dict[str, list[Occurrence]] = {}
    knows = work.agreed.knows(work.actor.id)
    for line in lines:
        if line.duty.trigger.event is None or not line.duty.trigger.event.record:
            continue
        for each in work.agreed.occurrences(of, line.duty, knows=knows):
            seen = recording.concerned(line.duty, each.who, held, each.establishment, work.actor.duties)
            if each.state == "open" and (each.closed or seen):
                for name in dict.fromkeys((each.source, each.thread)):
                    found.setdefault(name, []).append(each)
    return found


def _named(duty: Duty) -> set[str]:
    patterns = [*duty.evidence.facts, *([duty.trigger.event] if duty.trigger.event else [])]
    return {each.record for each in patterns if each.record}
