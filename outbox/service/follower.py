"""Turns facts into rows of the outbox. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from audit.fact import Fact, Value
from outbox import events
from outbox.errors import SystemMovedOn
from outbox.model.message import (
    CONCERNS,
    DELIVERED,
    DROPPED,
    FAILED,
    NOT_TO,
    PARTY,
    PERSON,
    SENT,
    SYSTEM,
    WAITING,
    Hook,
    Message,
    Notice,
)
from outbox.model.rules import How, Rules, Topic
from outbox.rules.naming import event_id, notice_id
from outbox.store.rows import LEFT_OUT, OutboxRows


class Outbox:
    """Follows every fact that something is told of, and its own (``audit.follow.Follower``)."""

    name = "outbox"

    def __init__(self, rules: Rules) -> None:
        self.kinds = rules.facts | events.OWN_KINDS
        self._begins: dict[str, list[Topic]] = {}
        self._settles: dict[str, list[str]] = {}
        for topic in rules.topics:
            self._begins.setdefault(topic.fact, []).append(topic)
            for kind in topic.settled_by:
                self._settles.setdefault(kind, []).append(topic.code)

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Refusals are told to nobody. Raises SystemMovedOn if a race was lost."""
        if fact.outcome != "allowed":
            return
        rows = OutboxRows(conn)
        if fact.kind in _ACTS:
            _ACTS[fact.kind](rows, fact)
            return
        if topics := self._settles.get(fact.kind):
            rows.settle(topics, fact.subject)
        for topic in self._begins.get(fact.kind, ()):
            if topic.begun_by(fact.what):
                rows.add_notice(begun(topic, fact))


def begun(topic: Topic, fact: Fact) -> Notice:
    """That what the fact is about came to a stage."""
    stage = [fact.what.get(name) for name in topic.stage]
    fields: dict[str, Any] = {name: fact.what.get(name) for name in topic.fields}
    fields[NOT_TO] = [str(fact.who["id"]), *(str(fact.what.get(name)) for name in topic.but)]
    if topic.concerns:
        fields[CONCERNS] = [str(fact.what.get(name)) for name in topic.concerns]
    return Notice(notice_id(topic.code, fact.subject, stage), topic.code, fact.subject, fact.id, fields, fact.at)


def _spread(rows: OutboxRows, fact: Fact) -> None:
    what = fact.what
    rows.spread(fact.subject, _list(what["people"]), urgent=bool(what["urgent"]))
    for each in _list(what["systems"]):
        new = Message(event_id(fact.subject, each), SYSTEM, each, WAITING, 0, fact.at, fact.at, notice=fact.subject)
        rows.add_message(new)


def _not_told(rows: OutboxRows, fact: Fact) -> None:
    rows.carry(fact.subject, _list(fact.what["notices"]), LEFT_OUT)


def _made(rows: OutboxRows, fact: Fact) -> None:
    what, person = fact.what, str(fact.what["person"])
    urgent = bool(what["urgent"])
    rows.add_message(Message(fact.subject, PERSON, person, WAITING, 0, fact.at, fact.at, urgent=urgent))
    rows.carry(person, _list(what["notices"]), fact.subject)


def _posted(rows: OutboxRows, fact: Fact) -> None:
    what = fact.what
    rows.add_message(
        Message(
            fact.subject,
            PARTY,
            str(what["duty"]),
            WAITING,
            0,
            fact.at,
            fact.at,
            urgent=True,
            subject=str(what["incident"]),
            stage=str(what["stage"]),
            by=str(what["by"]),
            words=str(what["words"]),
        )
    )


def _sent(rows: OutboxRows, fact: Fact) -> None:
    _ended(rows, fact, SENT)


def _delivered(rows: OutboxRows, fact: Fact) -> None:
    _ended(rows, fact, DELIVERED)


def _ended(rows: OutboxRows, fact: Fact, state: str) -> None:
    attempt, remote = int(str(fact.what["attempt"])), str(fact.what["remote"])
    rows.change(fact.subject, state=state, attempts=attempt, remote=remote, next_at=None, ended_at=fact.at, cause="")
    _failing(rows, fact.subject, None)


def _failed(rows: OutboxRows, fact: Fact) -> None:
    what = fact.what
    again = datetime.fromisoformat(str(what["next_at"])) if what["next_at"] else None
    changed: dict[str, Any] = {"cause": str(what["cause"]), "attempts": int(str(what["attempt"]))}
    ended = {"ended_at": None if again else fact.at, "next_at": again, "remote": str(what["remote"])}
    rows.change(fact.subject, state=WAITING if again else FAILED, **changed, **ended)
    _failing(rows, fact.subject, fact.at)


def _failing(rows: OutboxRows, message: str, since: datetime | None) -> None:
    found = rows.message(message)
    if found is not None and found.sort == SYSTEM:
        rows.system_failing(found.to, since)


def _dropped(rows: OutboxRows, fact: Fact) -> None:
    rows.change(fact.subject, state=DROPPED, next_at=None, ended_at=fact.at, cause=str(fact.what["cause"]), words="")


def _again(rows: OutboxRows, fact: Fact) -> None:
    """The period begins anew: somebody saw to what was wrong."""
    rows.change(fact.subject, state=WAITING, next_at=fact.at, made_at=fact.at, ended_at=None, attempts=0, remote="")


def _preferred(rows: OutboxRows, fact: Fact) -> None:
    rows.prefer(fact.subject, cast(How, str(fact.what["how"])), fact.at)


def _registered(rows: OutboxRows, fact: Fact) -> None:
    what = fact.what
    rows.add_system(
        Hook(fact.subject, str(what["party"]), str(what["url"]), "active", str(what["secret"]), "", None, None,
             fact.at, 0)
    )  # fmt: skip


def _rotated(rows: OutboxRows, fact: Fact) -> None:
    before = rows.system(fact.subject)
    until = datetime.fromisoformat(str(fact.what["before_until"]))
    sealed = before.secret if before else ""
    _move(rows, fact, secret=str(fact.what["secret"]), before=sealed, before_until=until)


def _disabled(rows: OutboxRows, fact: Fact) -> None:
    _move(rows, fact, state="disabled")


def _enabled(rows: OutboxRows, fact: Fact) -> None:
    _move(rows, fact, state="active", failing_since=None)


def _removed(rows: OutboxRows, fact: Fact) -> None:
    if not rows.remove_system(fact.subject, int(str(fact.what["step"]))):
        raise SystemMovedOn("Somebody did something with it a moment ago. Look at it again.", subject=fact.subject)


def _move(rows: OutboxRows, fact: Fact, **values: Any) -> None:
    if not rows.change_system(fact.subject, int(str(fact.what["step"])), **values):
        raise SystemMovedOn("Somebody did something with it a moment ago. Look at it again.", subject=fact.subject)


def _list(value: Value) -> list[str]:
    return value if isinstance(value, list) else []


_ACTS: Mapping[str, Callable[[OutboxRows, Fact], None]] = {
    events.SPREAD.name: _spread,
    events.NOT_TOLD.name: _not_told,
    events.MADE.name: _made,
    events.POSTED.name: _posted,
    events.SENT.name: _sent,
    events.DELIVERED.name: _delivered,
    events.FAILED.name: _failed,
    events.DROPPED.name: _dropped,
    events.AGAIN.name: _again,
    events.PREFERENCE_SET.name: _preferred,
    events.HOOK_REGISTERED.name: _registered,
    events.HOOK_ROTATED.name: _rotated,
    events.HOOK_DISABLED.name: _disabled,
    events.HOOK_ENABLED.name: _enabled,
    events.HOOK_REMOVED.name: _removed,
}
