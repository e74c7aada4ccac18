"""How agreements are kept, for those who look: every duty with its state, what is owed, the records made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from foundation.calendar import london_date
from sharing.errors.agreements import DutyNotFound, RecordNotFound
from sharing.model.agreement import Agreement, Agreements
from sharing.model.circle import NOTHING_NAMED, Knows
from sharing.model.coverage import Line, Occurrence, Record, Standing
from sharing.model.duty import Duty
from sharing.model.record import First, RecordKind
from sharing.model.tasks import Task, TaskList
from sharing.ports import Words
from sharing.rules.duties import coverage, recording, tasks
from sharing.rules.duties.recording import Held
from sharing.store.circles import CircleRows
from sharing.store.duties import DutyRows
from sharing.store.records import RecordRows, happened

MOST_COUNTED = 1_001  # a page says “more than 1,000”; a file is given all
ALL = 1_000_000_000
ALL_STANDING = 20_000  # of a kind whose newest record stands


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter with its steps. ``ended``: the record after which nothing more is done; ``others`` name it besides."""

    agreement: Agreement
    task_list: TaskList
    root: Record
    tasks: tuple[Task, ...]
    ended: Record | None
    others: tuple[Record, ...]


class Agreed:
    """On one connection. Says nothing of who may look: the tallies are for everybody signed in, the rest is asked."""

    def __init__(self, conn: sa.Connection, agreements: Agreements, words: Words) -> None:
        self._conn = conn
        self._agreements = agreements
        self._duties = DutyRows(conn)
        self._records = RecordRows(conn, words)
        self._standing: dict[tuple[str, str], Mapping[str, str]] = {}
        self._circles = CircleRows(conn)

    def in_force(self, now: datetime) -> tuple[Agreement, ...]:
        """The version of each agreement that stands today."""
        return self._agreements.in_force(london_date(now))

    def agreement(self, agreement: str, now: datetime) -> Agreement:
        """One of them. Raises DutyNotFound."""
        found = self._agreements.current(agreement, london_date(now))
        if found is None:
            raise DutyNotFound("No agreement of that name is in force.")
        return found

    def coverage(
        self,
        agreement: Agreement,
        now: datetime,
        standings: Mapping[str, Standing] | None = None,
        *,
        most: int = MOST_COUNTED,
        only: Duty | None = None,
    ) -> tuple[Line, ...]:
        """Every duty, or the only one asked for, in the agreement's order. What is owed is counted up to ``most``."""
        asked = (only,) if only else tuple(agreement.duties.values())
        tracked = {each.id: each.home == "tracked" for each in asked}
        tallies = self._duties.tallies(agreement.id, tracked, london_date(now), now, most=most)
        return coverage.lines(agreement, tallies, standings, asked)

    def duty(self, agreement: Agreement, number: str) -> Duty:
        """The duty of a number, or of an id. Raises DutyNotFound."""
        found = next((each for each in agreement.duties.values() if number in (each.number, each.id)), None)
        if found is None:
            raise DutyNotFound("Check the number of the duty.")
        return found

    def knows(self, person: str) -> Knows:
        """Which records kept to named people this person knows of, and which they are barred from."""
        return self._circles.knows(person)

    def occurrences(
        self, agreement: Agreement, duty: Duty, *, knows: Knows = NOTHING_NAMED, limit: int = 100
    ) -> list[Occurrence]:
        """Each time it is, or was, owed: what is open first, the longest due at the top."""
        return self._duties.asked(agreement.id, duty.id, knows=knows, limit=limit)

    def owed(
        self,
        agreement: Agreement,
        duties: Collection[str],
        *,
        establishments: Collection[str] = (),
        knows: Knows = NOTHING_NAMED,
        most: int = 100,
    ) -> list[Occurrence]:
        """What is open of these duties, about these establishments where any are named, the longest due first.

        At most ``most`` of each duty, or of all where establishments are named: seeks in an index, and no walk.
        """
        if establishments:
            return self._duties.open_about(agreement.id, establishments, duties, most, knows=knows)
        found = [each for duty in duties for each in self._duties.open_some(agreement.id, [duty], most, knows=knows)]
        return sorted(found, key=lambda each: (each.due_on is None, each.due_on or each.opened_on, each.id))

    def records(
        self, agreement: Agreement, kind: RecordKind, *, knows: Knows = NOTHING_NAMED, limit: int = 200
    ) -> list[Record]:
        """Those of a kind, newest first, without their words."""
        return self._records.of_kind(agreement.id, kind.id, knows=knows, limit=limit)

    def opened(
        self, agreement: Agreement, kind: RecordKind, *, knows: Knows = NOTHING_NAMED, limit: int = 200
    ) -> list[Record]:
        """The same with their words: whoever shows them looks first at who may read each."""
        return self._records.of_kind(agreement.id, kind.id, knows=knows, limit=limit, words=True)

    def standing(self, agreement: Agreement, kind: RecordKind) -> Mapping[str, str]:
        """Of a kind whose newest record stands: the id of that record for each value. Looked for once."""
        if (agreement.id, kind.id) not in self._standing:
            found: dict[str, str] = {}
            for each in self._records.of_kind(agreement.id, kind.id, limit=ALL_STANDING):
                found.setdefault(each.values.get(kind.one_for, ""), each.id)
            self._standing[agreement.id, kind.id] = found
        return self._standing[agreement.id, kind.id]

    def matter(
        self,
        agreement: Agreement,
        task_list: TaskList,
        root: Record,
        held: Collection[Held],
        knows: Knows,
        now: datetime,
    ) -> Matter:
        """A matter that began with ``root``: how each step stands for the asker, and what else names it."""
        about = self._records.about(root.id, knows=knows)
        owed = self._duties.about(root.id, knows=knows)
        asked = [
            each
            for step in task_list.steps
            for each in recording.asked_first(agreement.records[step.record], step.values)
            if each.about != "same" and not self._happened(agreement, each, root, knows)
        ]
        found = tasks.tasks(agreement, task_list, root, about, owed, held, now, asked)
        kinds = {each.record for each in task_list.steps}
        others = tuple(each for each in about if each.kind not in kinds)
        return Matter(agreement, task_list, root, found, tasks.ended(task_list, about), others)

    def _happened(self, agreement: Agreement, first: First, root: Record, knows: Knows) -> bool:
        where = root.establishment if first.about == "establishment" else None
        return bool(happened(self._conn, agreement.id, first.event, where, knows=knows))

    def task_list(self, agreement: Agreement, id_: str) -> TaskList:
        """Raises RecordNotFound."""
        found = agreement.tasks.get(id_)
        if found is None:
            raise RecordNotFound("Choose one of the lists of the agreement.")
        return found

    def kind(self, agreement: Agreement, kind: str) -> RecordKind:
        """Raises RecordNotFound."""
        found = agreement.records.get(kind)
        if found is None:
            raise RecordNotFound("Choose one of the records that the agreement asks for.")
        return found

    def record(self, id_: str, *, knows: Knows = NOTHING_NAMED, words: bool) -> Record:
        """One record, its words opened only where ``words`` says so.

        Raises RecordNotFound, the same for what is not there and for what named people alone may know of.
        """
        found = self._records.find(id_)
        if found is None or not knows.of(found.circle, closed=found.closed):
            raise RecordNotFound("Check the address.", subject=found.id if found else "")
        return (self._records.find(id_, words=True) or found) if words else found
