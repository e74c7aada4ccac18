"""What somebody may see of how an agreement is kept, for pages and the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap.events import RECORDS_VIEWED
from app.bootstrap.registers import standings
from foundation.errors import Reason
from sharing.errors import RecordRefused
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line, Occurrence, Record
from sharing.model.duty import Duty
from sharing.model.record import RecordKind
from sharing.queries.agreed import MOST_COUNTED
from sharing.rules.duties import recording
from sharing.rules.duties.recording import Held
from sharing.service.agreeing import held_by

if TYPE_CHECKING:
    from app.bootstrap.work import Work


@dataclass(frozen=True, slots=True)
class Seen:
    """One duty as this person may see it. ``hidden``: so many more times it is owed, to others."""

    agreement: Agreement
    line: Line
    occurrences: Sequence[Occurrence]
    hidden: int
    kinds: Sequence[RecordKind]
    records: Sequence[Record]
    making: Sequence[RecordKind]


def lines(work: Work, agreement: Agreement, *, most: int = MOST_COUNTED) -> tuple[Line, ...]:
    """Every duty with its state: numbers and dates alone, for everybody who is signed in."""
    return work.agreed.coverage(agreement, work.now, standings(work.conn, agreement, work.now), most=most)


def duty(work: Work, agreement: Agreement, number: str) -> Seen:
    """One duty, with what of it concerns this person. Raises DutyNotFound."""
    found = work.agreed.duty(agreement, number)
    line = next(each for each in lines(work, agreement) if each.duty.id == found.id)
    held = held_by(work.people, work.actor, work.now)
    every = work.agreed.occurrences(agreement, found)
    shown = [each for each in every if _concerned(work, found, each, held)]
    kinds = [agreement.records[name] for name in _named(found)]
    return Seen(
        agreement,
        line,
        shown,
        len(every) - len(shown),
        kinds,
        [each for kind in kinds for each in work.agreed.records(agreement, kind) if readable(work, kind, each, held)],
        [kind for kind in kinds if not recording.against_making(kind, held)],
    )


def record(work: Work, id_: str) -> tuple[Record, RecordKind]:
    """One record; its words are empty for whoever may see only that it is there. Recorded. Raises RecordRefused."""
    plain = work.agreed.record(id_, words=False)
    kind = work.house.policies.agreements.version(plain.agreement, plain.version).records[plain.kind]
    held = held_by(work.people, work.actor, work.now)
    if not readable(work, kind, plain, held):
        text = f"“{kind.name}” is for those who make these records, and those the agreement names beside them."
        raise RecordRefused(text, reasons=[Reason("record-seen-by", text, kind.clauses[0])], subject=plain.id)
    work.trail.record(
        RECORDS_VIEWED, actor=work.actor, now=work.now, subject=plain.id, what={"duty": f"record-{kind.id}"}
    )
    words = recording.may_read(kind, held, plain.establishment)
    return (work.agreed.record(id_, words=True) if words else plain), kind


def readable(work: Work, kind: RecordKind, found: Record, held: Sequence[Held]) -> bool:
    """May they open it at all?"""
    overseer = not recording.OVERSEERS.isdisjoint(work.actor.duties)
    return overseer or recording.may_read(kind, held, found.establishment)


def nameable(work: Work, agreement: Agreement, kinds: Sequence[str]) -> list[Record]:
    """The records of these kinds that this person may open, and so may name in another."""
    held = held_by(work.people, work.actor, work.now)
    found = [each for kind in kinds for each in work.agreed.records(agreement, agreement.records[kind])]
    return [each for each in found if readable(work, agreement.records[each.kind], each, held)]


def may_make(work: Work, kind: RecordKind) -> None:
    """Raises RecordRefused: the form itself would tell what there is to choose from."""
    held = held_by(work.people, work.actor, work.now)
    if against := recording.against_making(kind, held):
        raise RecordRefused(against[0].text, reasons=against)


def _concerned(work: Work, found: Duty, each: Occurrence, held: Sequence[Held]) -> bool:
    return recording.concerned(found, each.who, held, each.establishment, work.actor.duties)


def _named(found: Duty) -> list[str]:
    patterns = [*found.evidence.facts, *([found.trigger.event] if found.trigger.event else [])]
    return list(dict.fromkeys(each.record for each in patterns if each.record))
