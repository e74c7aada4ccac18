"""Changes to agreements, for those who look: the versions there are, proposals, what one changes, what it would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from foundation.calendar import london_date
from foundation.policy import Faults
from sharing.errors.versions import VersionDamaged, VersionNotFound
from sharing.model.agreement import Agreement, Agreements
from sharing.model.circle import NOTHING_NAMED, Knows
from sharing.model.coverage import Occurrence
from sharing.model.duty import Duty
from sharing.model.version import Proposal
from sharing.ports import Checker, Words
from sharing.rules.versions import difference, effects
from sharing.rules.versions.difference import Change
from sharing.rules.versions.effects import DutyEffect, RouteEffect
from sharing.store.duties import DutyRows
from sharing.store.items import open_by_route
from sharing.store.versions import VersionRows

MOST_COUNTED = 1_001  # a page says “more than 1,000”
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """A way or a duty that changes, with how much of it is open: no more than ``MOST_COUNTED`` are counted."""

    effect: RouteEffect | DutyEffect
    open: int
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a version would do on its day. Nothing of it was done."""

    routes: tuple[Counted, ...]
    duties: tuple[Counted, ...]
    occurrences: tuple[Occurrence, ...]  # open ones of duties that end or change: they keep their version


@dataclass(frozen=True, slots=True)
class Left:
    """A duty that ended while it was owed: as ``version`` stated it last. No more than ``MOST_COUNTED`` are counted."""

    duty: Duty
    version: int
    open: int
    overdue: int


class VersionList:
    """Reads on one connection. Who may look is decided before asking here."""

    def __init__(self, conn: sa.Connection, agreements: Agreements, words: Words, check: Checker) -> None:
        """``agreements``: those of the files, and those signed here."""
        self._conn = conn
        self._agreements = agreements
        self._check = check
        self._rows = VersionRows(conn, words)
        self._duties = DutyRows(conn)

    def of(self, agreement: str) -> tuple[Agreement, ...]:
        """Every version of one, oldest first. Raises VersionNotFound where there is none."""
        found = self._agreements.of(agreement)
        if not found:
            raise VersionNotFound("There is no agreement of that name.")
        return found

    def version(self, agreement: str, number: int) -> Agreement:
        """One version, of a file or signed here. Raises VersionNotFound."""
        found = next((each for each in self.of(agreement) if each.version == number), None)
        if found is None:
            raise VersionNotFound("The agreement has no such version.")
        return found

    def proposals(self, agreement: str) -> Sequence[Proposal]:
        """What was proposed here, newest first."""
        return self._rows.of(agreement)

    def proposal(self, id_: str) -> Proposal:
        """One of them. Raises VersionNotFound."""
        found = self._rows.find(id_)
        if found is None:
            raise VersionNotFound("Check the address of the version.")
        return found

    def text(self, proposal: Proposal) -> str:
        """Its file. Raises VersionDamaged."""
        return self._rows.text(proposal.sha256)

    def stated(self, proposal: Proposal) -> Agreement:
        """What it says, read. Raises VersionDamaged."""
        found = self._check(self._rows.text(proposal.sha256), Agreements(()), Faults())
        if found is None:
            raise VersionDamaged("The text of a version cannot be read. Verify the log.")
        return found

    def base(self, proposal: Proposal) -> Agreement:
        """The version it changes: the one before it, or the newest there is."""
        found = self.of(proposal.agreement)
        return next((each for each in found if each.version == proposal.number - 1), found[-1])

    def difference(self, proposal: Proposal, say: Callable[[str], str] = str) -> tuple[Change, ...]:
        """What it changes, element by element, in words. ``say`` names a place."""
        return difference.between(self.base(proposal), self.stated(proposal), say)

    def dry_run(self, proposal: Proposal, now: datetime, *, knows: Knows = NOTHING_NAMED) -> DryRun:
        """What it would do to open items and open duties. Changes nothing. What named people alone know is left out."""
        before, after = self.base(proposal), self.stated(proposal)
        routes = [each for each in effects.of_routes(before, after) if each.fate != "begins"]
        count = open_by_route(self._conn, before.id, [each.id for each in routes], most=MOST_COUNTED)
        counted = [Counted(each, count[each.id]) for each in routes]
        begun = [Counted(each, 0) for each in effects.of_routes(before, after) if each.fate == "begins"]
        duties = effects.of_duties(before, after, self._agreements.plus([after]))
        tracked = {each.id: True for each in duties if each.fate != "begins"}
        tallies = self._duties.tallies(before.id, tracked, london_date(now), now, most=MOST_COUNTED)
        owed = [
            Counted(each, tallies[each.id].open, tallies[each.id].overdue) if each.id in tallies else Counted(each, 0)
            for each in duties
        ]
        listed = self._duties.open_some(before.id, sorted(tracked), MOST_LISTED, knows=knows) if tracked else []
        return DryRun((*counted, *begun), tuple(owed), tuple(listed))

    def left(self, agreement: Agreement, now: datetime) -> tuple[Left, ...]:
        """Duties that ``agreement``, the version in force, tracks no longer and that are owed under an earlier one."""
        earlier = [each for each in self._agreements.of(agreement.id) if each.version < agreement.version]
        stated = {
            duty.id: (duty, each.version)
            for each in sorted(earlier, key=lambda each: each.version)
            for duty in each.duties.values()
            if duty.home == "tracked"
        }
        kept = {duty.id for duty in agreement.duties.values() if duty.home == "tracked"}
        gone = {name: True for name in stated if name not in kept}
        found = self._duties.tallies(agreement.id, gone, london_date(now), now, most=MOST_COUNTED)
        return tuple(Left(*stated[name], tally.open, tally.overdue) for name, tally in found.items() if tally.open)
