"""What a unit of work looks things up with: each list reads in its transaction, built when it is first asked for."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import changing, wiring
from audit.reading import times
from foundation.actor import Actor
from identity.queries.checks import Checks
from identity.queries.people import People
from incidents.queries.register import IncidentList
from retention.queries.batches import BatchList
from retention.queries.day import DayList
from retention.queries.disposals import Disposals
from retention.queries.foresight import Foresight
from retention.queries.holds import HoldList
from retention.queries.outstanding import Outstanding
from retention.queries.schedules import ScheduleList
from sharing.events.items import FILE_DOWNLOADED
from sharing.model.agreement import Agreements
from sharing.queries.agreed import Agreed
from sharing.queries.alerts import AlertList
from sharing.queries.overview import Overview
from sharing.queries.rights import RequestList
from sharing.queries.versions import VersionList

if TYPE_CHECKING:
    from app.bootstrap.house import House


class Lists:
    """Of people, of disposal, and of how the agreements are kept."""

    conn: sa.Connection
    now: datetime
    house: House
    actor: Actor

    @cached_property
    def incident_list(self) -> IncidentList:
        """What people look at of incidents: those that concern their body."""
        return IncidentList(self.conn, self.house.policies.incidents, wiring.words(self.house), self.actor.party)

    @cached_property
    def incident_register(self) -> IncidentList:
        """The same of every body: what the service itself goes by."""
        return IncidentList(self.conn, self.house.policies.incidents, wiring.words(self.house))

    @cached_property
    def people(self) -> People:
        """People, offices and establishments, for reading."""
        policies = self.house.policies
        return People(
            self.conn,
            parties=policies.parties,
            roles=policies.roles,
            gates=policies.gates,
            adequacy=policies.adequacy,
            binder=self.house.binder,
        )

    @cached_property
    def checks(self) -> Checks:
        """How everybody's training and vetting stand."""
        return Checks(self.conn, roles=self.house.policies.roles, gates=self.house.policies.gates)

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
        return HoldList(self.conn, wiring.words(self.house), self.actor.party)

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
    def request_list(self) -> RequestList:
        """What officers look at of requests for the data held on somebody."""
        return RequestList(self.conn, wiring.words(self.house), self.house.policies.rights)

    @cached_property
    def agreed(self) -> Agreed:
        """How the agreements are kept."""
        return Agreed(self.conn, self.agreements, wiring.words(self.house))

    @cached_property
    def alerts(self) -> AlertList:
        """Alerts, and whom offices call."""
        return AlertList(self.conn, wiring.words(self.house))

    @cached_property
    def agreements(self) -> Agreements:
        """Every version of every agreement: those of the files and those signed here, as this transaction sees them."""
        return self.house.known.agreements(self.conn)

    @cached_property
    def overview(self) -> Overview:
        """How the exchange goes, in figures."""
        return Overview(self.conn)

    @cached_property
    def versions(self) -> VersionList:
        """What people look at of changes to agreements."""
        return VersionList(self.conn, self.agreements, wiring.words(self.house), changing.checker(self))
