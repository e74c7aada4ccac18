"""Turns the facts of alerts into rows. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from audit.fact import Fact, Value
from audit.replica import Replica, by_key
from sharing.errors.alerts import AlertSettled
from sharing.events import alerts as events
from sharing.model.alert import Cause, Order, Stage, Turn
from sharing.ports import Words
from sharing.store.alerts import AlertRows
from sharing.tables.alerts import TABLES


class AlertBook:
    """Follows the facts of alerts (``audit.follow.Follower``)."""

    name = "alerts"
    kinds = events.ALERT_KINDS

    def __init__(self, words: Words) -> None:
        self._words = words

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Set down what it tells. Refusals do nothing. Raises AlertSettled if a race was lost."""
        if fact.outcome == "allowed":
            _ACTS[fact.kind](AlertRows(conn, self._words), fact)


def _raised(rows: AlertRows, fact: Fact) -> None:
    what = fact.what
    office = _number(what["office"])
    rows.add(
        id=fact.subject,
        agreement=what["agreement"],
        version=what["agreement_version"],
        kind=what["alert"],
        urgency=what["urgency"],
        establishment=what["establishment"],
        marking=fact.marking,
        item=what["item"],
        record=what["record"],
        words=what["words"],
        party=what["party"],
        office=office,
        raised_by=what["by"],
        raised_at=fact.at,
    )
    rows.seen_by(fact.subject, [office])
    _step(rows, fact, "raised")


def _called(rows: AlertRows, fact: Fact) -> None:
    what = fact.what
    turn = Turn(
        cast(Stage, what["stage"]),
        cast(Cause, what["cause"]),
        tuple(_list(what["people"])),
        tuple(int(each) for each in _list(what["offices"])),
    )
    office, said = _number(what["office"]), str(what["due_at"])
    due = datetime.fromisoformat(said) if said else None
    number = _number(what["call"])
    rows.call(fact.subject, number, turn, office=office, place=what["place"], since=fact.at, due_at=due)
    rows.seen_by(fact.subject, [office, *turn.offices])
    people = ",".join(turn.people)
    _step(rows, fact, "called", call=number, stage=turn.stage, cause=turn.cause, people=people)


def _opened(rows: AlertRows, fact: Fact) -> None:
    if not rows.was(fact.subject, "opened", str(fact.what["by"])):
        _step(rows, fact, "opened")


def _acknowledged(rows: AlertRows, fact: Fact) -> None:
    what = fact.what
    by, late = str(what["by"]), bool(what["late"])
    if not rows.acknowledge(fact.subject, _number(what["call"]), by, fact.at, late=late):
        raise AlertSettled("Somebody acknowledged it a moment ago. Nothing was changed.", subject=fact.subject)
    _step(rows, fact, "acknowledged", call=what["call"], cause="late" if late else "")


def _noted(rows: AlertRows, fact: Fact) -> None:
    ends = bool(fact.what["ends"])
    _step(rows, fact, "ended" if ends else "noted", words=fact.what["words"])
    if ends:
        rows.end(fact.subject, fact.at)


def _ordered(rows: AlertRows, fact: Fact) -> None:
    what = fact.what
    first, deputy = str(what["first"]), str(what["deputy"])
    rows.set_order(Order(_number(what["office"]), first, deputy, str(what["by"]), fact.at))


def _step(rows: AlertRows, fact: Fact, act: str, **more: Any) -> None:
    rows.step(fact.subject, act=act, by=str(fact.what["by"]), at=fact.at, entry=fact.id, **more)


def _number(value: Value) -> int:
    return int(str(value))


def _list(value: Value) -> list[str]:
    return value if isinstance(value, list) else []


_ACTS: Mapping[str, Callable[[AlertRows, Fact], None]] = {
    events.ALERT_RAISED.name: _raised,
    events.ALERT_CALLED.name: _called,
    events.ALERT_OPENED.name: _opened,
    events.ALERT_ACKNOWLEDGED.name: _acknowledged,
    events.ALERT_NOTED.name: _noted,
    events.ORDER_SET.name: _ordered,
}


class AlertReplay(Replica):
    """The alerts as the log has them, made again in memory, and held against the rows."""

    def __init__(self, words: Words) -> None:
        super().__init__(AlertBook(words), TABLES, by_key({table: table.name for table in TABLES}))
