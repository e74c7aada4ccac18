"""What a unit of work looks things up with: each list reads in its transaction, built when it is first asked for."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import wiring
from audit.reading import times
from retention.queries.batches import BatchList
from retention.queries.day import DayList
from retention.queries.disposals import Disposals
from retention.queries.foresight import Foresight
from retention.queries.holds import HoldList
from retention.queries.outstanding import Outstanding
from retention.queries.schedules import ScheduleList
from sharing.events import FILE_DOWNLOADED
from sharing.queries.agreed import Agreed

if TYPE_CHECKING:
    from app.bootstrap.house import House


class Lists:
    """Of disposal, and of how the agreements are kept."""

    conn: sa.Connection
    now: datetime
    house: House

    @cached_property
    def disposals(self) -> Disposals:
        """What people look at of disposal."""
        return Disposals(self.conn, wiring.words(self.house))

    def downloads(self, item: str) -> tuple[int, int]:
        """How often files of an item were downloaded, and by how many people: each may have kept a copy (M61)."""
        return times(self.conn, item, FILE_DOWNLOADED.name)

    @cached_property
    def outstanding(self) -> Outstanding:
        """What stands between a destruction and its certificate."""
        return Outstanding(self.conn, wiring.words(self.house))

    @cached_property
    def holds(self) -> HoldList:
        """What people look at of holds."""
        return HoldList(self.conn, wiring.words(self.house))

    @cached_property
    def batches(self) -> BatchList:
        """What people look at of batches."""
        return BatchList(self.conn, wiring.words(self.house))

    @cached_property
    def day(self) -> DayList:
        """What waits for those who dispose."""
        return DayList(self.conn, self.house.policies.schedules.disposal.reminders)

    @cached_property
    def schedules(self) -> ScheduleList:
        """What people look at of retention schedules."""
        return ScheduleList(self.conn, wiring.words(self.house), self.house.policies.schedules, self.now)

    @cached_property
    def foresight(self) -> Foresight:
        """What lies ahead, what is owed, what a year came to."""
        return Foresight(self.conn, wiring.words(self.house))

    @cached_property
    def agreed(self) -> Agreed:
        """How the agreements are kept."""
        return Agreed(self.conn, self.house.policies.agreements, wiring.words(self.house))
