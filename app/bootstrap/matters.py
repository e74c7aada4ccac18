"""Matters of an agreement step by step, as somebody may see them: for pages and the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bootstrap import agreed
from app.bootstrap.events import RECORDS_VIEWED
from identity.model import Person
from sharing.errors.agreements import RecordNotFound
from sharing.model.agreement import Agreement
from sharing.model.circle import Closing
from sharing.model.coverage import Record
from sharing.model.tasks import TaskList
from sharing.queries.agreed import Matter
from sharing.rules.duties import circles
from sharing.rules.duties.recording import Held
from sharing.service.recording import held_by

if TYPE_CHECKING:
    from app.bootstrap.work import Work

MOST_LISTED = 100
MOST_TO_NAME = 40


def matters(work: Work, agreement: Agreement, task_list: TaskList) -> list[Matter]:
    """The newest matters of a list that this person may see, each with how it stands for them."""
    held, knows = held_by(work.people, work.actor, work.now), work.agreed.knows(work.actor.id)
    kind = agreement.records[task_list.record]
    roots = work.agreed.records(agreement, kind, knows=knows, limit=MOST_LISTED)
    shown = [each for each in roots if agreed.readable(work, kind, each, held)]
    return [work.agreed.matter(agreement, task_list, each, held, knows, work.now) for each in shown]


def matter(work: Work, record: str) -> tuple[Matter, Record]:
    """One matter, and its first record with its words where they may read these. That it was looked at is recorded.

    Raises RecordNotFound, RecordRefused.
    """
    root, kind = agreed.record(work, record)
    agreement = work.agreed.agreement(root.agreement, work.now)
    task_list = next((each for each in agreement.tasks.values() if each.record == kind.id), None)
    if task_list is None:
        raise RecordNotFound("It is not kept step by step. Open the record itself.")
    held, knows = held_by(work.people, work.actor, work.now), work.agreed.knows(work.actor.id)
    return work.agreed.matter(agreement, task_list, root, held, knows, work.now), root


def noted(work: Work, task_list: TaskList) -> None:
    """A list of matters was looked at."""
    what = {"duty": f"tasks-{task_list.id}"}
    work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, what=what)


def to_name(work: Work, closing: Closing) -> Sequence[Person]:
    """Whom a form can offer to be named: all who may be, where they are few; none where they are many."""
    found: dict[str, Person] = {}
    for office in work.people.offices():
        place = f"{office.party}/{office.kind}/"
        if any(each == office.party or f"{each}/".startswith(place) for each in closing.places):
            found |= {each.id: each for each in work.people.holders(office.principal, now=work.now)}
    able = [
        each
        for each in sorted(found.values(), key=lambda one: one.name)
        if each.id != work.actor.id and not circles.against_naming(closing, [_holding(work, each)])
    ]
    return able if len(able) <= MOST_TO_NAME else ()


def _holding(work: Work, person: Person) -> Sequence[Held]:
    return held_by(work.people, work.people.actor(person.id, now=work.now), work.now)
