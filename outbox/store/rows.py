"""Rows of notices, messages, preferences and partner systems. Written here alone, as facts tell."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from outbox.model.message import FAILED, SENT, WAITING, Hook, Message, Notice
from outbox.model.rules import How
from outbox.tables import outbox_message, outbox_notice, outbox_preference, outbox_system, outbox_told

LEFT_OUT = "-"
NOTICE, TOLD, MESSAGE, SYSTEM = outbox_notice.c, outbox_told.c, outbox_message.c, outbox_system.c


class OutboxRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add_notice(self, notice: Notice) -> None:
        """One that is not there yet; one that is stays as it is."""
        known = sa.select(sa.exists().where(NOTICE.id == notice.id))
        if not self._conn.execute(known).scalar_one():
            values = {name: getattr(notice, name) for name in notice.__slots__}
            values["fields"] = json.dumps(dict(notice.fields), sort_keys=True)
            self._conn.execute(outbox_notice.insert().values(values))

    def settle(self, topics: Collection[str], subject: str) -> None:
        """Nobody need hear of these any more who has not yet."""
        where = (NOTICE.subject == subject, NOTICE.topic.in_(sorted(topics)), sa.not_(NOTICE.settled))
        found = list(self._conn.execute(sa.select(NOTICE.id).where(*where)).scalars())
        if found:
            self._conn.execute(outbox_notice.update().where(NOTICE.id.in_(found)).values(settled=True))
            told = outbox_told.update().where(TOLD.notice.in_(found), TOLD.message == "")
            self._conn.execute(told.values(message=LEFT_OUT))

    def spread(self, notice: str, people: Sequence[str], *, urgent: bool) -> None:
        """These hear of it, as of the instant at which it came to that stage."""
        at = self._conn.execute(sa.select(NOTICE.at).where(NOTICE.id == notice)).scalar_one()
        self._conn.execute(outbox_notice.update().where(NOTICE.id == notice).values(spread=True))
        rows = [{"notice": notice, "person": each, "at": at, "urgent": urgent, "message": ""} for each in people]
        if rows:
            self._conn.execute(outbox_told.insert(), rows)

    def carry(self, person: str, notices: Sequence[str], message: str) -> None:
        """These go to them in that message; ``LEFT_OUT``: in none."""
        where = (TOLD.person == person, TOLD.notice.in_(notices), TOLD.message == "")
        self._conn.execute(outbox_told.update().where(*where).values(message=message))

    def add_message(self, message: Message) -> None:
        """Once."""
        if self.message(message.id) is None:
            values = {name: getattr(message, name) for name in message.__slots__}
            self._conn.execute(outbox_message.insert().values(values))

    def change(self, id_: str, **values: Any) -> None:
        """Of one message."""
        self._conn.execute(outbox_message.update().where(MESSAGE.id == id_).values(**values))

    def message(self, id_: str) -> Message | None:
        """One."""
        return next(iter(self.messages(MESSAGE.id == id_)), None)

    def messages(self, *where: sa.ColumnElement[bool], most: int = 1, newest: bool = False) -> list[Message]:
        """Those the conditions fit, the oldest, or the newest, first."""
        order = (MESSAGE.made_at.desc(), MESSAGE.id.desc()) if newest else (MESSAGE.made_at, MESSAGE.id)
        query = sa.select(outbox_message).where(*where).order_by(*order).limit(most)
        return [Message(**cast(dict[str, Any], dict(row))) for row in self._conn.execute(query).mappings()]

    def due(self, now: datetime, most: int) -> list[Message]:
        """Those to be tried now, what is urgent first."""
        query = sa.select(outbox_message).where(MESSAGE.state == WAITING, MESSAGE.next_at <= now)
        rows = self._conn.execute(query.order_by(MESSAGE.urgent.desc(), MESSAGE.next_at, MESSAGE.id).limit(most))
        return [Message(**cast(dict[str, Any], dict(row))) for row in rows.mappings()]

    def asked_about(self, since: datetime, most: int) -> list[Message]:
        """Those handed over to a carrier that can say what became of them."""
        return self.messages(MESSAGE.state == SENT, MESSAGE.remote != "", MESSAGE.made_at >= since, most=most)

    def unspread(self, most: int) -> list[Notice]:
        """Those of which it is not yet known who hears of them, the oldest first."""
        where = (sa.not_(NOTICE.spread), sa.not_(NOTICE.settled))
        query = sa.select(outbox_notice).where(*where).order_by(NOTICE.at, NOTICE.id).limit(most)
        return [_notice(row) for row in self._conn.execute(query).mappings()]

    def known(self, ids: Collection[str]) -> dict[str, Notice]:
        """Notices by id."""
        rows = self._conn.execute(sa.select(outbox_notice).where(NOTICE.id.in_(sorted(ids)))).mappings()
        return {row["id"]: _notice(row) for row in rows}

    def waiting(self, slots: dict[How, datetime], default: How, most: int) -> list[tuple[str, bool]]:
        """(person, urgent) of those who are to be told now: what is urgent at once, the rest as they chose."""
        chosen = sa.func.coalesce(outbox_preference.c.how, default)
        come = sa.or_(TOLD.urgent, *(sa.and_(chosen == how, TOLD.at <= at) for how, at in slots.items()))
        query = (
            sa.select(TOLD.person, TOLD.urgent)
            .outerjoin(outbox_preference, outbox_preference.c.person == TOLD.person)
            .where(TOLD.message == "", come)
            .distinct()
            .order_by(TOLD.urgent.desc(), TOLD.person)
            .limit(most)
        )
        return [(row.person, row.urgent) for row in self._conn.execute(query)]

    def waiting_for(self, person: str, until: datetime, most: int, *, urgent: bool) -> list[str]:
        """The notices of one of them, up to that instant."""
        where = (TOLD.message == "", TOLD.person == person, TOLD.urgent == urgent, TOLD.at <= until)
        return list(self._conn.execute(sa.select(TOLD.notice).where(*where).order_by(TOLD.at).limit(most)).scalars())

    def carried(self, message: str) -> list[str]:
        """What a message tells of."""
        return list(self._conn.execute(sa.select(TOLD.notice).where(TOLD.message == message)).scalars())

    def prefer(self, person: str, how: How, at: datetime) -> None:
        """From now on."""
        column = outbox_preference.c.person
        changed = self._conn.execute(outbox_preference.update().where(column == person).values(how=how, at=at))
        if not changed.rowcount:
            self._conn.execute(outbox_preference.insert().values(person=person, how=how, at=at))

    def preference(self, person: str) -> How | None:
        """What they chose."""
        column = outbox_preference.c
        found = self._conn.execute(sa.select(column.how).where(column.person == person)).scalar_one_or_none()
        return cast(How | None, found)

    def add_system(self, hook: Hook) -> None:
        """Once. Address and secret as sealed."""
        if self.system(hook.id) is None:
            self._conn.execute(outbox_system.insert().values({name: getattr(hook, name) for name in hook.__slots__}))

    def system(self, id_: str) -> Hook | None:
        """One."""
        return next(iter(self.systems(SYSTEM.id == id_)), None)

    def systems(self, *where: sa.ColumnElement[bool]) -> list[Hook]:
        """Those the conditions fit, oldest first."""
        rows = self._conn.execute(sa.select(outbox_system).where(*where).order_by(SYSTEM.made_at, SYSTEM.id))
        return [Hook(**cast(dict[str, Any], dict(row))) for row in rows.mappings()]

    def change_system(self, id_: str, step: int, **values: Any) -> bool:
        """As it stood at ``step``; False where it has moved on."""
        here = (SYSTEM.id == id_, SYSTEM.version == step)
        return self._conn.execute(outbox_system.update().where(*here).values(version=step + 1, **values)).rowcount == 1

    def remove_system(self, id_: str, step: int) -> bool:
        """The same; what waits for it has nobody to go to."""
        gone = self._conn.execute(outbox_system.delete().where(SYSTEM.id == id_, SYSTEM.version == step)).rowcount == 1
        if gone:
            where = (MESSAGE.to == id_, MESSAGE.state.in_((WAITING, FAILED)))
            self._conn.execute(outbox_message.update().where(*where).values(state="dropped", next_at=None))
        return gone

    def system_failing(self, id_: str, since: datetime | None) -> None:
        """Since when nothing gets through to it; None: something did."""
        of = outbox_system.update().where(SYSTEM.id == id_)
        only_first = SYSTEM.failing_since.is_(None) if since is not None else SYSTEM.failing_since.is_not(None)
        self._conn.execute(of.where(only_first).values(failing_since=since))


def _notice(row: sa.RowMapping) -> Notice:
    values = cast(dict[str, Any], dict(row))
    return Notice(**values | {"fields": json.loads(values["fields"])})
