"""Rows of alerts and of orders of call. Written here alone, as facts tell (``service.alert_follower``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sharing.model.alert import EVERYBODY, Alert, Call, Order, Step, Turn
from sharing.ports import Words
from sharing.tables.alerts import alert, alert_call, alert_office, alert_step, office_order


def about(alert_id: str) -> str:
    """What the words of an alert are sealed to."""
    return f"alert/{alert_id}"


class AlertRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def add(self, **values: Any) -> None:
        """Insert one. ``words`` as sealed."""
        self._conn.execute(alert.insert().values(**values, ended_at=None))

    def call(self, id_: str, number: int, turn: Turn, **values: Any) -> None:
        """It stands on others now, for the first time or once more."""
        key = (alert_call.c.alert == id_, alert_call.c.number == number)
        where = {
            "stage": turn.stage,
            "cause": turn.cause,
            "people": ",".join(turn.people),
            "offices": ",".join(str(each) for each in turn.offices),
        }
        if self._conn.execute(sa.select(sa.exists().where(*key))).scalar():
            self._conn.execute(alert_call.update().where(*key).values(**where, **values))
        else:
            given = {"alert": id_, "number": number, "acknowledged_by": "", "acknowledged_at": None, "late": False}
            self._conn.execute(alert_call.insert().values(**given, **where, **values))

    def seen_by(self, id_: str, offices: Iterable[int]) -> None:
        """These offices may see it from now on."""
        query = sa.select(alert_office.c.office).where(alert_office.c.alert == id_)
        there = set(self._conn.execute(query).scalars())
        for office in sorted(set(offices) - there - {0}):
            self._conn.execute(alert_office.insert().values(office=office, alert=id_))

    def acknowledge(self, id_: str, number: int, by: str, at: datetime, *, late: bool) -> bool:
        """Whether it was not acknowledged yet."""
        key = (alert_call.c.alert == id_, alert_call.c.number == number, alert_call.c.acknowledged_at.is_(None))
        values = {"acknowledged_by": by, "acknowledged_at": at, "late": late}
        return self._conn.execute(alert_call.update().where(*key).values(**values)).rowcount == 1

    def end(self, id_: str, at: datetime) -> None:
        """Nothing more is to be done; the first who says so counts."""
        self._conn.execute(alert.update().where(alert.c.id == id_, alert.c.ended_at.is_(None)).values(ended_at=at))

    def step(self, id_: str, **values: Any) -> None:
        """One thing that happened. ``words`` as sealed."""
        last = sa.select(sa.func.coalesce(sa.func.max(alert_step.c.number), 0)).where(alert_step.c.alert == id_)
        number = int(self._conn.execute(last).scalar_one()) + 1
        empty = {"call": 0, "stage": "", "cause": "", "people": "", "words": ""}
        self._conn.execute(alert_step.insert().values({**empty, **values, "alert": id_, "number": number}))

    def was(self, id_: str, act: str, by: str) -> bool:
        """Did they do this to it before?"""
        key = (alert_step.c.alert == id_, alert_step.c.act == act, alert_step.c.by == by)
        return bool(self._conn.execute(sa.select(sa.exists().where(*key))).scalar())

    def find(self, id_: str, *, words: bool = False) -> Alert | None:
        """One alert with all that happened; what was written is opened only where ``words`` says so."""
        row = self._conn.execute(sa.select(alert).where(alert.c.id == id_)).mappings().first()
        if row is None:
            return None
        steps = self._conn.execute(sa.select(alert_step).where(alert_step.c.alert == id_).order_by(alert_step.c.number))
        told = tuple(self._step(each, words=words) for each in steps.mappings())
        return self._alert(row, self._calls([id_]), told, words=words)

    def of_offices(self, offices: Collection[int], *, limit: int = 200) -> list[Alert]:
        """Those that one of these offices may see, newest first, without their words."""
        seen = sa.select(alert_office.c.alert).where(alert_office.c.office.in_(sorted(offices)))
        query = sa.select(alert).where(alert.c.id.in_(seen)).order_by(alert.c.raised_at.desc(), alert.c.id.desc())
        return self._all(query.limit(limit))

    def waiting(self, offices: Collection[int], *, limit: int = 500) -> list[Alert]:
        """Those one of these offices may see and somebody has not acknowledged, the longest waiting first, no words."""
        seen = sa.select(alert_office.c.alert).where(alert_office.c.office.in_(sorted(offices)))
        open_ = sa.select(alert_call.c.alert).where(alert_call.c.acknowledged_at.is_(None))
        query = sa.select(alert).where(alert.c.id.in_(open_), alert.c.id.in_(seen))
        return self._all(query.order_by(alert.c.raised_at).limit(limit))

    def going_on(self) -> list[Alert]:
        """Those that may still go on to others, without their words: never what stands on everybody, however much
        there is of that."""
        calls = (alert_call.c.acknowledged_at.is_(None), alert_call.c.stage != EVERYBODY)
        open_ = sa.select(alert_call.c.alert).where(*calls)
        return self._all(sa.select(alert).where(alert.c.id.in_(open_)).order_by(alert.c.raised_at))

    def standing_on(self, person: str) -> list[Alert]:
        """Those waiting that stand on this account by name, without their words."""
        calls = (alert_call.c.acknowledged_at.is_(None), alert_call.c.people.contains(person, autoescape=True))
        query = sa.select(alert).where(alert.c.id.in_(sa.select(alert_call.c.alert).where(*calls)))
        return self._all(query.order_by(alert.c.raised_at))

    def orders_of(self, person: str) -> list[Order]:
        """In which this account is named."""
        named = sa.or_(office_order.c.first == person, office_order.c.deputy == person)
        rows = self._conn.execute(sa.select(office_order).where(named).order_by(office_order.c.office)).mappings()
        return [Order(**row) for row in rows]

    def order(self, office: int) -> Order:
        """Whom an office calls; nobody is named where nothing was said."""
        row = self._conn.execute(sa.select(office_order).where(office_order.c.office == office)).mappings().first()
        return Order(office) if row is None else Order(**row)

    def set_order(self, order: Order) -> None:
        """In place of what was said before."""
        self._conn.execute(office_order.delete().where(office_order.c.office == order.office))
        self._conn.execute(
            office_order.insert().values(
                office=order.office,
                first=order.first,
                deputy=order.deputy,
                set_by=order.set_by,
                set_at=order.set_at,
            )
        )

    def _all(self, query: sa.Select[Any]) -> list[Alert]:
        rows = list(self._conn.execute(query).mappings())
        calls = self._calls([row["id"] for row in rows])
        return [self._alert(row, [each for each in calls if each.alert == row["id"]], (), words=False) for row in rows]

    def _calls(self, ids: Collection[str]) -> list[Call]:
        if not ids:  # as on nearly every page
            return []
        query = sa.select(alert_call).where(alert_call.c.alert.in_(sorted(ids)))
        return [_call(row) for row in self._conn.execute(query.order_by(alert_call.c.number)).mappings()]

    def _alert(self, row: sa.RowMapping, calls: Iterable[Call], steps: tuple[Step, ...], *, words: bool) -> Alert:
        opened = self._words.open(about(row["id"]), row["words"]) if words else ""
        return Alert(**{**row, "words": opened}, calls=tuple(calls), steps=steps)

    def _step(self, row: sa.RowMapping, *, words: bool) -> Step:
        sealed = row["words"]
        return Step(
            number=row["number"],
            act=row["act"],
            by=row["by"],
            at=row["at"],
            call=row["call"],
            stage=row["stage"],
            cause=row["cause"],
            people=_listed(row["people"]),
            words=self._words.open(about(row["alert"]), sealed) if words and sealed else "",
        )


def _call(row: sa.RowMapping) -> Call:
    return Call(
        alert=row["alert"],
        number=row["number"],
        office=row["office"],
        place=row["place"],
        turn=Turn(row["stage"], row["cause"], _listed(row["people"]), tuple(map(int, _listed(row["offices"])))),
        since=row["since"],
        due_at=row["due_at"],
        acknowledged_by=row["acknowledged_by"],
        acknowledged_at=row["acknowledged_at"],
        late=row["late"],
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
