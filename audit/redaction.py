"""Erasing what entries disclose once they are past their age: planned, proposed by one, approved by another, done.

Entry by entry and not by destroying a month's key: that key seals the business record, too (docs/adr/0027). Whatever
``stays`` names stays: it is asked for the subjects of the entries in the very transaction that erases.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import events
from audit.errors import RedactionDecided, RedactionRefused, RedactionUnknown
from audit.fact import Fact, Value
from audit.follow import fact_of, facts_about
from audit.keeping import ActClass, Keeping
from audit.keys import LogKeys, period_of
from audit.sequence import take_in
from audit.tables import audit_disclosure, audit_entry, audit_index, audit_leaf
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import Reason
from foundation.orm import to_ms

# Those of these subjects whose entries stay.
Stays = Callable[[Connection, Collection[str]], Collection[str]]
STEP = 500  # entries a unit of work
State = Literal["proposed", "approved", "rejected", "done"]
_SECOND = Reason("LOG-second-person", "Somebody else than who proposed it decides on it.", "M59b")
_NOTHING = Reason("LOG-nothing-due", "Nothing of this class is past its age.", "local interpretation")
_OPEN = Reason("LOG-proposed", "An erasure of this class was proposed and is not finished.", "local interpretation")


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased of one class now: ``entries`` older than ``before``; ``kept`` of them stay all the same;
    ``overdue`` are older than the longest they should be kept."""

    code: str
    before: datetime
    entries: int
    kept: int
    overdue: int

    @property
    def due(self) -> int:
        return self.entries - self.kept


@dataclass(frozen=True, slots=True)
class Proposal:
    """One erasure as the log tells it; ``id`` is the entry that proposed it."""

    id: str
    code: str
    before: datetime
    entries: int
    by: str
    at: datetime
    reason: str
    state: State = "proposed"
    decided_by: str = ""
    decided_at: datetime | None = None
    redacted: int = 0
    kept: int = 0


def plan(conn: Connection, one: ActClass, now: datetime, stays: Stays) -> Plan:
    """Reads only. Memory does not grow with the log."""
    where = _aged(one, to_ms(one.before(now)))
    count = sa.select(sa.func.count()).select_from(audit_index)
    entries = conn.scalar(count.where(*where)) or 0
    overdue = conn.scalar(count.where(*_aged(one, to_ms(one.overdue(now))))) or 0
    kept = 0
    for some in _subjects(conn, where):
        if remain := sorted(stays(conn, some)):
            kept += conn.scalar(count.where(*where, audit_index.c.item.in_(remain))) or 0
    return Plan(one.code, one.before(now), entries, kept, overdue)


def proposals(conn: Connection, keys: LogKeys) -> Sequence[Proposal]:
    """Every erasure ever proposed, newest first, from the log's own entries. Raises LogDamaged."""
    take_in(conn)
    found: dict[str, Proposal] = {}
    for row in conn.execute(_TOLD):
        fact = fact_of(keys, row.body or b"", row.period, row.sealed)
        if fact is not None and fact.outcome == "allowed":
            _hear(found, fact)
    return list(reversed(found.values()))


def proposal(conn: Connection, keys: LogKeys, wanted: str) -> Proposal:
    """One. Raises RedactionUnknown."""
    for each in proposals(conn, keys):
        if each.id == wanted:
            return each
    raise RedactionUnknown("Nobody proposed that, or it does not stand in the log yet. Look at the list again.")


class Redactions:
    """What people do. Whether somebody's duties include it is decided before asking here."""

    def __init__(self, conn: Connection, trail: Trail, keys: LogKeys, keeping: Keeping, stays: Stays) -> None:
        self._conn, self._trail, self._keys = conn, trail, keys
        self._keeping, self._stays = keeping, stays

    def class_of(self, code: str) -> ActClass:
        """Raises RedactionUnknown."""
        try:
            return self._keeping.classes[code]
        except KeyError:
            raise RedactionUnknown("There is no class of that name.") from None

    def propose(self, code: str, *, reason: str, actor: Actor, now: datetime) -> str:
        """Propose to erase what is past its age now; its id. Raises RedactionUnknown, RedactionRefused."""
        found = plan(self._conn, self.class_of(code), now, self._stays)
        unfinished = [each for each in proposals(self._conn, self._keys)
                      if each.code == code and each.state in ("proposed", "approved")]  # fmt: skip
        against = [*([_OPEN] if unfinished else []), *([] if found.due else [_NOTHING])]
        if against:
            raise RedactionRefused(against[0].text, reasons=against)
        what: dict[str, Value]
        what = {"by": actor.id, "code": code, "before": found.before.isoformat(), "entries": found.due}
        return self._trail.record(events.REDACTION_PROPOSED, actor=actor, now=now, what=what, why=reason).id

    def approve(self, wanted: str, *, actor: Actor, now: datetime) -> Proposal:
        """Somebody else agrees; what was proposed is then erased. Raises what ``decide`` says."""
        return self._decide(events.REDACTION_APPROVED.name, wanted, "", actor=actor, now=now)

    def reject(self, wanted: str, *, reason: str, actor: Actor, now: datetime) -> Proposal:
        """Somebody else does not."""
        return self._decide(events.REDACTION_REJECTED.name, wanted, reason, actor=actor, now=now)

    def _decide(self, kind: str, wanted: str, reason: str, *, actor: Actor, now: datetime) -> Proposal:
        found = proposal(self._conn, self._keys, wanted)
        if found.state != "proposed":
            raise RedactionDecided("Look at it again.", subject=wanted)
        if found.by == actor.id:
            raise RedactionRefused(_SECOND.text, reasons=[_SECOND], subject=wanted)
        what = {"by": actor.id, "proposal": found.id}
        approves = kind == events.REDACTION_APPROVED.name
        chosen = events.REDACTION_APPROVED if approves else events.REDACTION_REJECTED
        self._trail.record(chosen, actor=actor, now=now, subject=found.id, what=what, why=reason)
        return replace(found, state="approved" if approves else "rejected", decided_by=actor.id, decided_at=now)

    def step(self, wanted: Proposal, after: int, *, actor: Actor, now: datetime) -> tuple[int, int, int | None]:
        """Erase the next few: how many were erased, how many stay, after which to go on (None: that was all).

        Repeating it is safe: what is erased is passed over. Raises RedactionRefused unless two people agreed.
        """
        if wanted.state != "approved" or not wanted.decided_by or wanted.decided_by == wanted.by:
            raise RedactionRefused(_SECOND.text, reasons=[_SECOND], subject=wanted.id)
        one = self.class_of(wanted.code)
        before = min(wanted.before, one.before(now))  # a policy made longer since is not overruled
        query = _DUE.where(*_aged(one, to_ms(before)), audit_index.c.seq > after).limit(STEP)
        rows: Sequence[Any] = self._conn.execute(query).all()
        remain = set(self._stays(self._conn, {row.item for row in rows if row.item}))
        going = [row for row in rows if row.item not in remain]
        if going:
            self._erase(going, now)
            what: dict[str, Value]
            what = {"proposal": wanted.id, "code": wanted.code, "entries": [row.entry_id for row in going]}
            self._trail.record(events.ENTRIES_REDACTED, actor=actor, now=now, subject=wanted.id, what=what)
        return len(going), len(rows) - len(going), rows[-1].seq if len(rows) == STEP else None

    def finish(self, wanted: Proposal, *, kept: int, actor: Actor, now: datetime) -> None:
        """Say that all of it is done; how many were erased is counted from what was recorded, over every run."""
        told = facts_about(self._conn, self._keys, wanted.id)
        lists = [fact.what["entries"] for fact in told if fact.kind == events.ENTRIES_REDACTED.name]
        redacted = sum(len(each) for each in lists if isinstance(each, list))
        what: dict[str, Value] = {"proposal": wanted.id, "entries": redacted, "kept": kept}
        self._trail.record(events.REDACTION_DONE, actor=actor, now=now, subject=wanted.id, what=what)

    def _erase(self, rows: Sequence[Any], now: datetime) -> None:
        nothing = {"item": None, "actor": None}
        self._conn.execute(
            sa.update(audit_disclosure)
            .where(audit_disclosure.c.pos.in_([row.pos for row in rows]), audit_disclosure.c.sealed.is_not(None))
            .values(sealed=None, erased_at=to_ms(now), **nothing)
        )
        self._conn.execute(
            sa.update(audit_index).where(audit_index.c.seq.in_([row.seq for row in rows])).values(nothing)
        )


def empty_months(conn: Connection, keys: LogKeys, now: datetime) -> list[str]:
    """Months well over, under whose key no disclosure is left, and whose key is still there."""
    sealed, period = audit_disclosure.c.sealed, audit_disclosure.c.period
    left = sa.func.count(sealed)
    query = sa.select(period).group_by(period).having(left == 0).where(period < period_of(now - _LATE)).order_by(period)
    return [month for month in conn.execute(query).scalars() if not keys.destroyed(month)]


def _aged(one: ActClass, before: int) -> list[sa.ColumnElement[bool]]:
    """Of this class, older, and not erased: an entry always has an actor until then."""
    table = audit_index.c
    return [table.act.in_(sorted(one.acts)), table.at < before, table.actor.is_not(None)]


def _subjects(conn: Connection, where: Sequence[sa.ColumnElement[bool]]) -> Iterator[Sequence[str]]:
    """What those entries are about, each once, a few at a time."""
    item, last = audit_index.c.item, ""
    query = sa.select(item).where(*where, item > sa.bindparam("last")).distinct().order_by(item).limit(STEP)
    while some := list(conn.execute(query, {"last": last}).scalars()):
        yield some
        last = some[-1]


def _hear(found: dict[str, Proposal], fact: Fact) -> None:
    what = fact.what
    if fact.kind == events.REDACTION_PROPOSED.name:
        before = datetime.fromisoformat(str(what["before"]))
        found[fact.id] = Proposal(
            fact.id, str(what["code"]), before, int(str(what["entries"])), str(what["by"]), fact.at, fact.why
        )
        return
    one = found.get(str(what["proposal"]))
    if one is None:
        return
    if fact.kind == events.REDACTION_DONE.name:
        counts = {name: int(str(what[key])) for name, key in (("redacted", "entries"), ("kept", "kept"))}
        found[one.id] = replace(one, state="done", **counts)  # type: ignore[arg-type]
    elif one.state == "proposed":
        state = _DECIDED[fact.kind]
        found[one.id] = replace(one, state=state, decided_by=str(what["by"]), decided_at=fact.at)


_LATE = timedelta(days=2)  # an entry may come a little after its time
_DECIDED: Mapping[str, State] = {
    events.REDACTION_APPROVED.name: "approved",
    events.REDACTION_REJECTED.name: "rejected",
}
_DUE = (
    sa.select(audit_index.c.seq, audit_leaf.c.pos, audit_index.c.entry_id, audit_index.c.item)
    .join(audit_leaf, audit_leaf.c.seq == audit_index.c.seq)
    .order_by(audit_index.c.seq)
)
_TOLD = (
    sa.select(audit_entry.c.body, audit_disclosure.c.period, audit_disclosure.c.sealed)
    .select_from(audit_index)
    .join(audit_leaf, audit_leaf.c.seq == audit_index.c.seq)
    .join(audit_entry, audit_entry.c.pos == audit_leaf.c.pos)
    .join(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
    .where(audit_index.c.act.in_([events.REDACTION_PROPOSED.name, events.REDACTION_DONE.name, *_DECIDED]))
    .order_by(audit_index.c.seq)
)
