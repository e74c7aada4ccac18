"""The cases as the log has them, made again in memory, and held against the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from audit.fact import Fact
from audit.replica import forget, in_memory
from foundation.errors import Unavailable
from retention import events
from retention.errors import ScheduleDamaged
from retention.model.case import Case
from retention.model.schedule import Schedules
from retention.ports import Words
from retention.rules import batch_certificate, certificate
from retention.service import replayed_batches, replayed_schedules
from retention.service.follower import Clocks
from retention.store.cases import Cases, hold_of
from retention.store.copies import Copies
from retention.tables.batches import disposal_batch_certificate
from retention.tables.cases import disposal_case
from retention.tables.endings import disposal_certificate, disposal_copy
from retention.tables.holds import disposal_hold, disposal_hold_item

TABLES = (
    disposal_case,
    disposal_hold,
    disposal_hold_item,
    disposal_certificate,
    disposal_copy,
    *replayed_schedules.TABLES,
    *replayed_batches.TABLES,
)
# What follows from the schedules' files alone: of another file than today's, only its own words can be compared.
_BY_POLICY = (
    "action", "verified", "schedule_digest", "schedule_version", "period_authority", "also_version", "least_on",
    "longest_on", "stale",
)  # fmt: skip

_ISSUES = frozenset({events.CERTIFICATE_ISSUED.name, events.BATCH_CERTIFIED.name})


class Replay:
    """Told every fact in the log's order, it says which rows of retention are not what follows from them.

    A database of its own in memory, so that the same code concludes the same. ``close`` it.
    """

    def __init__(
        self, schedules: Schedules, words: Words, policies: str, texts: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """``policies``: the digest of those in force now; ``texts``: of schedules, by the digest each is kept under."""
        self._conn = in_memory(TABLES)
        self._damaged = not replayed_schedules.kept(self._conn, words, texts)
        self._clocks = Clocks(schedules, words)
        self.kinds = self._clocks.kinds
        self._words = words
        self._policies = policies
        self._older: set[str] = set()
        self._issued: dict[str, tuple[str, str, str]] = {}

    def close(self) -> None:
        forget(self._conn)

    def follow(self, fact: Fact, policies: str) -> None:
        """One more fact of ``kinds``; ``policies``: the digest of those it was recorded under."""
        if policies != self._policies and fact.kind not in events.OWN_KINDS:
            self._older.add(fact.subject)
        try:
            self._clocks.follow(self._conn, fact)
        except ScheduleDamaged:
            self._damaged = True
        if fact.kind == events.CLOCK_STARTED.name:
            self._as_told(fact)
        elif fact.kind in _ISSUES:
            self._issued[fact.subject] = (str(fact.what["number"]), str(fact.what["sha256"]), fact.id)

    def differences(self, conn: sa.Connection) -> Iterator[str]:
        """Each row that is not what follows from the facts, in words that name no content."""
        if self._damaged:
            yield "schedules: the text of a version is missing, or not the one the log says was proposed"
            return
        yield from replayed_schedules.differences(self._conn, conn, self._words)
        yield from self._cases(conn)
        yield from self._holds(conn)
        yield from self._catches(conn)
        yield from replayed_batches.differences(self._conn, conn, self._words)
        yield from self._copies(conn)
        yield from self._certificates(conn)

    def _as_told(self, fact: Fact) -> None:
        """What the clock said of itself when it was started, whatever today's files say."""
        cases, what = Cases(self._conn, self._words), fact.what
        case = cases.find(fact.subject)
        if case is None or fact.subject not in self._older:
            return
        due = what["due_on"]
        told = replace(
            case,
            period_months=None if what["period_months"] is None else int(str(what["period_months"])),
            due_on=date.fromisoformat(str(due)) if due else None,
            state=what["state"],  # type: ignore[arg-type]
        )
        cases.save(told, seen=case.version)

    def _cases(self, conn: sa.Connection) -> Iterator[str]:
        here, there = Cases(self._conn, self._words), Cases(conn, self._words)
        for item in _both(self._conn, conn, disposal_case.c.item):
            try:
                found, follows = there.find(item), here.find(item)
            except Unavailable:
                yield f"disposal of item {item}: what was written about it does not open"
                continue
            if found is None or follows is None:
                yield f"disposal of item {item}: {'is missing' if found is None else 'no fact opened it'}"
            elif names := self._other(found, follows):
                yield f"disposal of item {item}: {', '.join(names)} not as recorded"

    def _other(self, found: Case, follows: Case) -> list[str]:
        passed = _BY_POLICY if found.item in self._older else ()
        return [
            name for name in Case.__slots__ if name not in passed and getattr(found, name) != getattr(follows, name)
        ]

    def _holds(self, conn: sa.Connection) -> Iterator[str]:
        for hold in _both(self._conn, conn, disposal_hold.c.id):
            query = sa.select(disposal_hold).where(disposal_hold.c.id == hold)
            rows = [each.execute(query).mappings().first() for each in (self._conn, conn)]
            try:
                follows, found = (None if row is None else hold_of(row, self._words) for row in rows)
            except Unavailable:
                yield f"hold {hold}: what was written about it does not open"
                continue
            if found != follows:
                yield f"hold {hold}: {'is missing' if found is None else 'not as recorded'}"

    def _catches(self, conn: sa.Connection) -> Iterator[str]:
        here, there = (
            {(row.hold, row.item): tuple(row) for row in each.execute(sa.select(disposal_hold_item))}
            for each in (self._conn, conn)
        )
        for hold, item in sorted(here.keys() | there.keys()):
            if here.get((hold, item)) != there.get((hold, item)):
                gone = (hold, item) not in there
                yield f"hold {hold} on item {item}: {'is missing' if gone else 'not as recorded'}"

    def _copies(self, conn: sa.Connection) -> Iterator[str]:
        try:
            here, there = ({copy.id: copy for copy in Copies(each, self._words).all()} for each in (self._conn, conn))
        except Unavailable:
            yield "copies: what was written about one does not open"
            return
        for copy in sorted(here.keys() | there.keys()):
            if here.get(copy) != there.get(copy):
                yield f"copy {copy}: {'is missing' if copy not in there else 'not as recorded'}"

    def _certificates(self, conn: sa.Connection) -> Iterator[str]:
        rows: dict[str, Any] = {row.item: row for row in conn.execute(sa.select(disposal_certificate))}
        batches = {row.batch: row for row in conn.execute(sa.select(disposal_batch_certificate))}
        rows |= batches
        for item in sorted(rows.keys() | self._issued.keys()):
            row, issued = rows.get(item), self._issued.get(item)
            if row is None or issued is None:
                of = "batch" if item in batches or (issued and issued[0].startswith("BC-")) else "item"
                yield f"certificate of {of} {item}: {'is missing' if row is None else 'was never issued'}"
            elif (row.number, _digest(row.body), row.entry) != issued or not _same(row.body, row.text):
                yield f"certificate {issued[0]}: is not the one that was issued"


def _both(one: sa.Connection, other: sa.Connection, column: sa.Column[str]) -> list[str]:
    return sorted({key for conn in (one, other) for key in conn.execute(sa.select(column)).scalars()})


def _digest(body: str) -> str:
    return sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _same(body: str, text: str) -> bool:
    """Whether the file, where there is one, is around this body."""
    if not text:
        return True
    data = text.encode("utf-8", "surrogatepass")
    read = min((kind.read(data) for kind in (certificate, batch_certificate)), key=lambda each: len(each.faults))
    return not read.faults and certificate.canonical(read.body).decode() == body
