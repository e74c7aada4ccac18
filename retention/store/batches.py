"""Batches, what is in them, and reminders: rows to nouns and back. Written here alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from foundation.calendar import london_date, london_midnight
from retention.model.batch import ENDS, UNDER_WAY, WITHIN, Batch, Member, Wanted
from retention.model.case import Case
from retention.model.reminder import Reminder, Stage
from retention.model.schedule import Reminders
from retention.ports import Words
from retention.store.cases import HELD, case_of
from retention.tables.batches import disposal_batch, disposal_batch_item, disposal_reminder
from retention.tables.cases import disposal_case
from retention.tables.holds import disposal_hold

_WANTED = tuple(each.name for each in fields(Wanted))
_BATCH = tuple(each.name for each in fields(Batch) if each.name != "wanted")
_MEMBER = tuple(each.name for each in fields(Member))

# A case that belongs to a batch under way.
IN_BATCH: sa.ColumnElement[bool] = sa.exists().where(
    disposal_batch_item.c.item == disposal_case.c.item,
    disposal_batch_item.c.place.in_(sorted(WITHIN)),
    disposal_batch.c.id == disposal_batch_item.c.batch,
    disposal_batch.c.state.in_(sorted(UNDER_WAY)),
)


class BatchRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def add(self, batch: Batch) -> None:
        """Insert it unless it stands already (a rebuild)."""
        if self.find(batch.id) is None:
            values = {name: getattr(batch, name) for name in _BATCH if name != "closing"}
            wanted = {name: getattr(batch.wanted, name) for name in _WANTED}
            self._conn.execute(disposal_batch.insert().values(**values, **wanted, closing=""))

    def find(self, batch: str) -> Batch | None:
        """One batch, whatever its state."""
        row = self._conn.execute(sa.select(disposal_batch).where(disposal_batch.c.id == batch)).mappings().first()
        return batch_of(row, self._words) if row else None

    def last_number(self, party: str) -> int:
        """Of the newest batch of a body; 0 before the first."""
        query = sa.select(sa.func.max(disposal_batch.c.number)).where(disposal_batch.c.party == party)
        return int(self._conn.execute(query).scalar() or 0)

    def change(self, batch: str, *, seen: Collection[str], closing: str = "", **values: Any) -> bool:
        """Set columns while the state is one of ``seen``; False where it is another."""
        if closing:
            values["closing"] = self._words.seal(_about(batch, "closing"), closing)
        done = self._conn.execute(
            disposal_batch.update()
            .where(disposal_batch.c.id == batch, disposal_batch.c.state.in_(sorted(seen)))
            .values(values)
        )
        return done.rowcount == 1

    def enter(self, member: Member) -> None:
        """An item enters a batch; nothing happens where it was in it before (a rebuild)."""
        if self.member(member.batch, member.item) is None:
            self._conn.execute(disposal_batch_item.insert().values(self._values(member)))

    def put(self, member: Member) -> None:
        """Where an item stands in a batch now."""
        column = disposal_batch_item.c
        self._conn.execute(disposal_batch_item.delete().where(column.batch == member.batch, column.item == member.item))
        self._conn.execute(disposal_batch_item.insert().values(self._values(member)))

    def member(self, batch: str, item: str) -> Member | None:
        """An item in a batch, in whatever place."""
        column = disposal_batch_item.c
        query = sa.select(disposal_batch_item).where(column.batch == batch, column.item == item)
        row = self._conn.execute(query).mappings().first()
        return member_of(row, self._words) if row else None

    def members(self, batch: str, places: Collection[str] = ()) -> Sequence[Member]:
        """Items of a batch, in the order of their ids."""
        column = disposal_batch_item.c
        query = sa.select(disposal_batch_item).where(column.batch == batch).order_by(column.item)
        if places:
            query = query.where(column.place.in_(sorted(places)))
        return [member_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def approved(self, item: str) -> Sequence[Member]:
        """Where an item's destruction or transfer was approved in a batch and not taken back."""
        column = disposal_batch_item.c
        query = sa.select(disposal_batch_item).where(
            column.item == item, column.place == "approved", column.proposal.in_(ENDS)
        )
        return [member_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def holding(self, item: str) -> Batch | None:
        """The batch under way that an item belongs to."""
        column = disposal_batch_item.c
        query = (
            sa.select(disposal_batch)
            .join(disposal_batch_item, column.batch == disposal_batch.c.id)
            .where(
                column.item == item,
                column.place.in_(sorted(WITHIN)),
                disposal_batch.c.state.in_(sorted(UNDER_WAY)),
            )
        )
        row = self._conn.execute(query).mappings().first()
        return batch_of(row, self._words) if row else None

    def takes(self, party: str, wanted: Wanted, limit: int, *, held: bool) -> Sequence[Case]:
        """Due cases of a body that fit and are in no batch under way, soonest due first: the held, or the others."""
        column = disposal_case.c
        query = (
            sa.select(disposal_case, HELD.label("held"))
            .where(
                column.state == "due", column.originator == party, sa.not_(IN_BATCH), HELD if held else sa.not_(HELD)
            )
            .order_by(column.sort_on, column.item)
            .limit(limit)
        )
        if wanted.retention_class:
            query = query.where(column.retention_class == wanted.retention_class)
        if wanted.establishment:
            query = query.where(column.establishment == wanted.establishment)
        if wanted.due_by is not None:
            query = query.where(column.sort_on <= wanted.due_by)
        return [case_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def _values(self, member: Member) -> dict[str, Any]:
        values = {name: getattr(member, name) for name in _MEMBER}
        reason = self._words.seal(_about(f"{member.batch}/{member.item}", "reason"), member.reason)
        return {**values, "reason": reason, "rules": " ".join(member.rules)}


class ReminderRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add(self, reminder: Reminder) -> None:
        """Insert it unless it stands already (a rebuild)."""
        column = disposal_reminder.c
        known = sa.select(
            sa.exists().where(
                column.subject == reminder.subject, column.stage == reminder.stage, column.since == reminder.since
            )
        )
        if not self._conn.execute(known).scalar_one():
            values = {each.name: getattr(reminder, each.name) for each in fields(Reminder)}
            self._conn.execute(disposal_reminder.insert().values(values))

    def waiting(
        self, stage: Stage, days: Reminders, *, today: date, limit: int
    ) -> Sequence[tuple[str, str, str, date]]:
        """(subject, body whose turn it is, reference, since) of all to be reminded of, the longest first.

        ``since``: the day the stage was come to, or, of a cooling-off, ends.
        """
        return self._holds(days, today, limit) if stage == "hold-review" else self._cases(stage, days, today, limit)

    def _cases(self, stage: Stage, days: Reminders, today: date, limit: int) -> Sequence[tuple[str, str, str, date]]:
        case = disposal_case.c
        since, waiting = {
            "due": (case.sort_on, sa.and_(case.state == "due", case.sort_on <= today - timedelta(days=days.due))),
            "approval": (
                case.reviewed_at,
                sa.and_(case.state == "reviewed", case.reviewed_at < before(today, days.approval)),
            ),
            "return": (
                case.offered_at,
                sa.and_(
                    case.state == "due",
                    case.return_state == "offered",
                    case.offered_at < before(today, days.returns),
                ),
            ),
            "cooling-off": (
                case.destroy_on,
                # One that is over is destroyed by the same run: there is nothing left to be reminded of.
                sa.and_(
                    case.state == "cooling-off",
                    case.destroy_on > today,
                    case.destroy_on <= today + timedelta(days=days.cooling_off),
                ),
            ),
        }[stage]
        told = sa.exists().where(
            disposal_reminder.c.subject == case.item,
            disposal_reminder.c.stage == stage,
            _same(stage, cast("sa.ColumnElement[Any]", since)),
        )
        query = (
            sa.select(case.item, case.originator, case.reference, since)
            .where(waiting, sa.not_(told))
            .order_by(case.sort_on, case.item)
            .limit(limit)
        )
        return [(row[0], row[1], row[2], _day(row[3])) for row in self._conn.execute(query)]

    def _holds(self, days: Reminders, today: date, limit: int) -> Sequence[tuple[str, str, str, date]]:
        hold = disposal_hold.c
        told = sa.exists().where(
            disposal_reminder.c.subject == hold.id,
            disposal_reminder.c.stage == "hold-review",
            disposal_reminder.c.since == hold.review_on,
        )
        query = (
            sa.select(hold.id, hold.party, hold.review_on)
            .where(hold.lifted_at.is_(None), hold.review_on <= today - timedelta(days=days.hold_review), sa.not_(told))
            .order_by(hold.review_on, hold.id)
            .limit(limit)
        )
        return [(row[0], row[1], "", row[2]) for row in self._conn.execute(query)]


def batch_of(row: sa.RowMapping, words: Words) -> Batch:
    """A row as the noun."""
    wanted = Wanted(**{name: row[name] for name in _WANTED})
    values = {name: row[name] for name in _BATCH}
    values["closing"] = words.open(_about(row["id"], "closing"), row["closing"])
    return Batch(**values, wanted=wanted)


def member_of(row: sa.RowMapping, words: Words) -> Member:
    """A row as the noun."""
    values = {name: row[name] for name in _MEMBER}
    values["reason"] = words.open(_about(f"{row['batch']}/{row['item']}", "reason"), row["reason"])
    values["rules"] = tuple(row["rules"].split())
    return Member(**values)


def before(today: date, days: int) -> datetime:
    """What came before this came ``days`` ago or earlier, by the calendar in London: hours do not count."""
    return london_midnight(today - timedelta(days=days - 1))


def _same(stage: Stage, since: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Told since the stage was come to: of a day the reminder names it; of an instant it came after."""
    if stage in ("due", "cooling-off"):
        return disposal_reminder.c.since == since
    return disposal_reminder.c.at > since


def _day(value: date | datetime) -> date:
    return london_date(value) if isinstance(value, datetime) else value


def _about(owner: str, name: str) -> str:
    return f"batch/{owner}/{name}"
