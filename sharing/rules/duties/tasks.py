"""How the steps of a matter stand, and which of them the asker may take. Pure: rows come in, states go out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sharing.model.agreement import Agreement
from sharing.model.coverage import OPEN, Occurrence, Record
from sharing.model.duty import Pattern
from sharing.model.record import First, RecordKind
from sharing.model.tasks import Step, StepState, Task, TaskList
from sharing.rules.duties import dates, recording
from sharing.rules.duties.recording import Held


def said(record: Record, kind: str, values: Mapping[str, str]) -> bool:
    """Is it a record of this kind that says this?"""
    return record.kind == kind and all(record.values.get(key) == value for key, value in values.items())


def fits(pattern: Pattern, record: Record) -> bool:
    """Is it one of these?"""
    values = {key: value for key, value in pattern.where.items() if key != "record"}
    return said(record, pattern.record, values)


def ended(task_list: TaskList, about: Sequence[Record]) -> Record | None:
    """What ended the matter, so that nothing more is done of it."""
    return next((each for each in about if task_list.ends and fits(task_list.ends, each)), None)


def unmet(firsts: Collection[First], matter: Sequence[Record], elsewhere: Collection[First]) -> tuple[str, ...]:
    """What is still to be recorded before. ``elsewhere``: those unmet that are not about the same matter."""
    return tuple(
        each.words
        for each in firsts
        if each in elsewhere or (each.about == "same" and not any(fits(each.event, record) for record in matter))
    )


def may_do(step: Step, kind: RecordKind, held: Collection[Held], establishment: str) -> bool:
    """May they make the record that does it?"""
    if recording.against_making(kind, held, establishment):
        return False
    return not recording.against_choices(kind, step.values, held, establishment)


def tasks(
    agreement: Agreement,
    task_list: TaskList,
    root: Record,
    about: Sequence[Record],
    owed: Sequence[Occurrence],
    held: Collection[Held],
    now: datetime,
    elsewhere: Collection[First] = (),
) -> tuple[Task, ...]:
    """Every step of the matter that began with ``root``. ``about`` are the records that name it, oldest first."""
    over = ended(task_list, about) is not None
    found = []
    for step in task_list.steps:
        kind = agreement.records[step.record]
        done = tuple(each for each in about if said(each, step.record, step.values))
        asked = recording.asked_first(kind, step.values)
        waits = () if done and not step.many else unmet(asked, (root, *about), elsewhere)
        due = [each for each in owed if step.duty and each.duty == step.duty and each.state == OPEN]
        late = any(dates.is_overdue(each, now) for each in due)
        state = _state(done=bool(done), over=over, late=late, waits=bool(waits))
        mine = state in ("overdue", "can-start") or (state == "done" and step.many and not over and not waits)
        due_on = min((each.due_on for each in due if each.due_on), default=None)
        found.append(
            Task(step, state, mine and may_do(step, kind, held, root.establishment), waits, due_on, done)
        )  # fmt: skip
    return tuple(found)


def _state(*, done: bool, over: bool, late: bool, waits: bool) -> StepState:
    if done:
        return "done"
    if over:
        return "not-needed"
    if waits:
        return "not-yet"
    return "overdue" if late else "can-start"
