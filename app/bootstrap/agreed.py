"""What somebody may see of how an agreement is kept, for pages and the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap.events import RECORDS_VIEWED
from app.bootstrap.registers import standings
from foundation.errors import Reason
from sharing.errors.agreements import RecordRefused
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line, Occurrence, Record
from sharing.model.duty import Duty
from sharing.model.record import RecordKind
from sharing.queries.agreed import MOST_COUNTED
from sharing.rules.duties import recording
from sharing.rules.duties.recording import Held
from sharing.service.recording import held_by

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


@dataclass(frozen=True, slots=True)
class Mine:
    """One time that a duty is owed by an office of the asker's."""

    duty: Duty
    occurrence: Occurrence


def mine(work: Work, agreement: Agreement, *, most: int = 100) -> list[Mine]:
    """What is open and owed by offices the asker holds, the longest due first; ``most`` of each duty are looked at."""
    held, knows = held_by(work.people, work.actor, work.now), work.agreed.knows(work.actor.id)
    found: dict[str, Occurrence] = {}
    for group in (
        [each for each in held if each.everywhere],
        [each for each in held if not each.everywhere and each.office.establishments],
    ):
        places = sorted({key for each in group for key in each.office.establishments})
        asked = [each.id for each in agreement.duties.values() if each.home == "tracked" and _may_owe(each, group)]
        owed = work.agreed.owed(agreement, asked, establishments=places, knows=knows, most=most) if group else ()
        found |= {each.id: each for each in owed}
    ours = [
        each
        for each in found.values()
        if any(recording.stands_at(place, held, each.establishment) for place in each.who)
    ]
    ours.sort(key=lambda each: (each.due_on is None, each.due_on or each.opened_on, each.id))
    return [Mine(agreement.duties[each.duty], each) for each in ours]


def lines(work: Work, agreement: Agreement, *, most: int = MOST_COUNTED) -> tuple[Line, ...]:
    """Every duty with its state: numbers and dates alone, for everybody who is signed in."""
    return work.agreed.coverage(
        agreement, work.now, standings(work.conn, agreement, work.house.policies, work.now), most=most
    )


def duty(work: Work, agreement: Agreement, number: str) -> Seen:
    """One duty, with what of it concerns this person. Raises DutyNotFound."""
    found = work.agreed.duty(agreement, number)
    registers = standings(work.conn, agreement, work.house.policies, work.now) if found.evidence.register else None
    (line,) = work.agreed.coverage(agreement, work.now, registers, only=found)
    held = held_by(work.people, work.actor, work.now)
    knows = work.agreed.knows(work.actor.id)
    every = work.agreed.occurrences(agreement, found, knows=knows)
    shown = [each for each in every if _concerned(work, found, each, held)]
    kinds = [agreement.records[name] for name in _named(found)]
    return Seen(
        agreement,
        line,
        shown,
        len(every) - len(shown),
        kinds,
        [
            each
            for kind in kinds
            for each in work.agreed.records(agreement, kind, knows=knows)
            if readable(work, kind, each, held)
        ],
        [kind for kind in kinds if not recording.against_making(kind, held)],
    )


def record(work: Work, id_: str) -> tuple[Record, RecordKind]:
    """One record; its words are empty for whoever may see only that it is there. Recorded.

    Raises RecordNotFound, RecordRefused.
    """
    knows = work.agreed.knows(work.actor.id)
    plain = work.agreed.record(id_, knows=knows, words=False)
    kind = work.agreements.version(plain.agreement, plain.version).records[plain.kind]
    held = held_by(work.people, work.actor, work.now)
    if not readable(work, kind, plain, held):
        text = f"“{kind.name}” is for those who make these records, and those the agreement names beside them."
        raise RecordRefused(text, reasons=[Reason("record-seen-by", text, kind.clauses[0])], subject=plain.id)
    viewed = "record-named" if plain.closed else f"record-{kind.id}"
    work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, subject=plain.id, what={"duty": viewed})
    words = tells(work, kind, plain, held)
    return (work.agreed.record(id_, knows=knows, words=True) if words else plain), kind


def readable(work: Work, kind: RecordKind, found: Record, held: Sequence[Held]) -> bool:
    """May they open it at all? What is kept to named people was only found because they are named."""
    if found.closed:
        return True
    overseer = not recording.OVERSEERS.isdisjoint(work.actor.duties)
    return overseer or tells(work, kind, found, held)


def tells(work: Work, kind: RecordKind, found: Record, held: Sequence[Held]) -> bool:
    """May they read its words? What no longer stands, because a newer one took its place, only those who make them."""
    if found.closed or not recording.against_making(kind, held, found.establishment):
        return True
    if not recording.may_read(kind, held, found.establishment):
        return False
    of = work.agreed.agreement(found.agreement, work.now)
    return not kind.one_for or work.agreed.standing(of, kind).get(found.values.get(kind.one_for, "")) == found.id


def nameable(work: Work, agreement: Agreement, kinds: Sequence[str]) -> list[Record]:
    """The records of these kinds that this person may open, and so may name in another."""
    held, knows = held_by(work.people, work.actor, work.now), work.agreed.knows(work.actor.id)
    found = [each for kind in kinds for each in work.agreed.records(agreement, agreement.records[kind], knows=knows)]
    return [each for each in found if readable(work, agreement.records[each.kind], each, held)]


def named_places(agreement: Agreement, kind: RecordKind) -> tuple[str, ...]:
    """Whose people may be named for a record of this kind; none where it is not kept to named people."""
    closing = agreement.closing(kind)
    return closing.places if closing else ()


def may_make(work: Work, kind: RecordKind) -> None:
    """Raises RecordRefused: the form itself would tell what there is to choose from."""
    held = held_by(work.people, work.actor, work.now)
    if against := recording.against_making(kind, held):
        raise RecordRefused(against[0].text, reasons=against)


def _concerned(work: Work, found: Duty, each: Occurrence, held: Sequence[Held]) -> bool:
    return each.closed or recording.concerned(found, each.who, held, each.establishment, work.actor.duties)


def _may_owe(duty: Duty, held: Sequence[Held]) -> bool:
    """What begins with an item waits among the items, with its own step and day."""
    if duty.trigger.event and not duty.trigger.event.record:
        return False
    return any(recording.stands_at(place, held) for place in duty.who)


def _named(found: Duty) -> list[str]:
    patterns = [*found.evidence.facts, *([found.trigger.event] if found.trigger.event else [])]
    return list(dict.fromkeys(each.record for each in patterns if each.record))
