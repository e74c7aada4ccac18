"""The pages about schedules: what is in force, what is proposed, what it changes and what it would do to live cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from foundation.calendar import london_date
from retention.errors import ScheduleNotFound
from retention.model.case import DECIDED, Case, Recomputation, Trigger
from retention.model.schedule import Schedules, ScheduleVersion, Version
from retention.ports import Words
from retention.rules import clock, schedule_diff
from retention.rules.schedule_diff import Change, Counts, Effect
from retention.store.schedules import ScheduleRows


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a version would do if its day were ``on``: per class, and in all. Of one for new items, nothing."""

    on: date
    classes: tuple[Counts, ...]
    total: Counts


class ScheduleList:
    """Reads on one connection. Who may look is decided before asking here."""

    def __init__(self, conn: sa.Connection, words: Words, schedules: Schedules, now: datetime) -> None:
        """``schedules``: those of the files."""
        self._rows = ScheduleRows(conn, words)
        self._files = schedules
        self._now = now

    def in_force(self) -> Schedules:
        """The versions of the files and those approved here, begun or to come. Raises ScheduleDamaged."""
        return self._files.plus(self._rows.approved(self._now))

    def versions(self, party: str = "") -> Sequence[ScheduleVersion]:
        """Those proposed here, newest first."""
        return self._rows.versions(party)

    def version(self, id_: str) -> tuple[ScheduleVersion, Version]:
        """One proposed here, with its text. Raises ScheduleNotFound, ScheduleDamaged."""
        found = self._rows.find(id_)
        if found is None:
            raise ScheduleNotFound("Check the number of the version.")
        return found, self._rows.parsed(found.sha256)[1]

    def of(self, party: str, number: int | None = None) -> Version:
        """A version of a body, approved or of the files: that number, or the one in force. Raises ScheduleNotFound."""
        schedule = self.in_force().parties.get(party)
        versions = schedule.versions if schedule else ()
        today = schedule.at(london_date(self._now)) if schedule else None
        found = today if number is None else next((each for each in versions if each.number == number), None)
        if found is None:
            raise ScheduleNotFound("The body has no such version, or none in force.")
        return found

    def difference(self, id_: str) -> tuple[Change, ...]:
        """What it changes of the version it was compared with when it was proposed."""
        found, version = self.version(id_)
        schedule = self.in_force().parties.get(found.party)
        versions = schedule.versions if schedule else ()
        base = next((each for each in versions if each.number == found.base), None)
        return schedule_diff.difference(base, version)

    def dry_run(self, id_: str) -> DryRun:
        """What it would do to live cases, counted. Changes nothing; memory stays flat."""
        found, _ = self.version(id_)
        classes: dict[str, Counts] = {}
        total = Counts("")
        for effect in self.effects(id_):
            code = effect.case.retention_class
            classes[code] = classes.get(code, Counts(code)).plus(effect)
            total = total.plus(effect)
        return DryRun(found.effective_from, tuple(classes[code] for code in sorted(classes)), total)

    def effects(self, id_: str) -> Iterator[Effect]:
        """What it would do to each live case that holds material of its body, by item."""
        found, version = self.version(id_)
        schedules = self._files.plus([*self._rows.approved(self._now), (found.party, version)])
        for page in self._rows.pages(found.party):
            heard = self._rows.triggers_of([case.item for case in page])
            for case in page:
                yield Effect(case, self._after(case, found, heard.get(case.item, []), schedules))

    def triggers(self, item: str) -> Sequence[Trigger]:
        """The facts about an item that a clock may count from, as they were heard."""
        return self._rows.triggers(item)

    def recomputations(self, item: str) -> Sequence[Recomputation]:
        """The times its date was found anew, oldest first."""
        return self._rows.recomputations(item)

    def _after(self, case: Case, found: ScheduleVersion, heard: Sequence[Trigger], schedules: Schedules) -> Case:
        if found.applies == "new" or case.state == "stopped" or found.state == "rejected" or not heard:
            return case
        # As it will be found on the day: what was reviewed is due again by then.
        again = replace(case, state="due") if case.state in DECIDED else case
        return clock.anew(again, heard, schedules, found.effective_from)
