"""The disposal day: what waits for a body's reviewers and approvers, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import sqlalchemy as sa

from retention.model.reminder import Reminder, Stage
from retention.model.schedule import Reminders
from retention.store.batches import IN_BATCH, before
from retention.store.cases import HELD
from retention.tables.batches import disposal_reminder
from retention.tables.cases import disposal_case
from retention.tables.holds import disposal_hold

REMINDED = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """How many wait at a stage; ``late`` of them longer than the reminder allows; ``since`` when the oldest waits."""

    number: int
    late: int
    since: date | None


class DayList:
    """Reads on one connection, for one body: its own items as their source, and those it holds of others."""

    def __init__(self, conn: sa.Connection, days: Reminders) -> None:
        self._conn = conn
        self._days = days

    def stages(self, party: str, *, today: date) -> Mapping[str, Counted]:
        """What waits, by stage: each is a list of its own.

        ``to-offer``: due items of others to be offered back; ``to-answer``, ``to-receive``: returns of its own items;
        ``to-review``: due, free of holds and batches, its return settled; ``unoffered``: the same before any offer;
        ``to-approve``: reviewed, in no batch; ``cooling-off``; ``no-period``; ``held``: due and held; ``transferring``.
        """
        case, days = disposal_case.c, self._days
        mine, others = case.originator == party, case.originator != party
        due_late = case.sort_on <= today - timedelta(days=days.due)
        settled = case.return_state.in_(("returned", "declined", "cannot"))
        free = sa.and_(sa.not_(HELD), sa.not_(IN_BATCH))
        reviewed_late = case.reviewed_at < before(today, days.approval)
        offered_late = case.offered_at < before(today, days.returns)
        ends = case.destroy_on <= today + timedelta(days=days.cooling_off)
        wanted = {
            "to-offer": (others, "due", case.return_state == "none", due_late),
            "to-answer": (mine, "due", case.return_state == "offered", offered_late),
            "to-receive": (mine, "due", case.return_state == "accepted", offered_late),
            "to-review": (mine, "due", sa.and_(free, settled), due_late),
            "unoffered": (mine, "due", sa.and_(free, case.return_state == "none"), due_late),
            "held": (mine, "due", HELD, due_late),
            "to-approve": (mine, "reviewed", sa.not_(IN_BATCH), reviewed_late),
            "cooling-off": (mine, "cooling-off", sa.true(), ends),
            "no-period": (mine, "no-period", sa.true(), sa.false()),
            "transferring": (mine, "transferring", sa.true(), sa.false()),
        }
        return {name: self._count(*each) for name, each in wanted.items()}

    def holds(self, party: str, *, today: date) -> Counted:
        """Holds of the body that are to be looked at again."""
        column = disposal_hold.c
        count = sa.select(sa.func.count(), sa.func.min(column.review_on)).where(
            column.party == party, column.lifted_at.is_(None), column.review_on <= today
        )
        number, first = self._conn.execute(count).one()
        return Counted(int(number), int(number), first)

    def reminders(self, party: str) -> Sequence[tuple[Reminder, str]]:
        """What the body was reminded of and still waits, the newest first, each with its reference ("" for a hold)."""
        case, told, hold = disposal_case.c, disposal_reminder.c, disposal_hold.c
        still = sa.or_(
            sa.and_(told.stage == "due", case.state == "due", case.due_on == told.since),
            sa.and_(told.stage == "approval", case.state == "reviewed", told.at > case.reviewed_at),
            sa.and_(told.stage == "return", case.return_state == "offered", told.at > case.offered_at),
            sa.and_(told.stage == "cooling-off", case.state == "cooling-off", case.destroy_on == told.since),
            sa.and_(told.stage == "hold-review", hold.lifted_at.is_(None), hold.review_on == told.since),
        )
        query = (
            sa.select(disposal_reminder, case.reference)
            .outerjoin(disposal_case, case.item == told.subject)
            .outerjoin(disposal_hold, hold.id == told.subject)
            .where(told.party == party, still)
            .order_by(told.at.desc(), told.subject)
            .limit(REMINDED)
        )
        return [
            (Reminder(row.subject, cast(Stage, row.stage), row.since, row.party, row.at), row.reference or "")
            for row in self._conn.execute(query)
        ]

    def _count(
        self, whose: sa.ColumnElement[bool], state: str, more: sa.ColumnElement[bool], late: sa.ColumnElement[bool]
    ) -> Counted:
        column = disposal_case.c
        query = sa.select(sa.func.count(), sa.func.sum(sa.case((late, 1), else_=0)), sa.func.min(column.due_on)).where(
            whose, column.state == state, more
        )
        number, over, since = self._conn.execute(query).one()
        return Counted(int(number), int(over or 0), since)
