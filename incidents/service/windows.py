"""Rules that count: so many facts within a time. A walk through the log's index, after the acts and beside them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.tables import audit_index
from foundation.orm import to_ms
from incidents.model.rules import Detector
from incidents.store.assembled import last_fact_at
from incidents.store.reach import BATCH, NOT_PEOPLE, position, walked

WALK = "windows"
MINUTE = 60_000  # milliseconds


class Windows:
    """One step of the walk, on one connection."""

    def __init__(self, conn: sa.Connection, detectors: Sequence[Detector]) -> None:
        self._conn = conn
        self._rules = [rule for rule in detectors if rule.count]
        self._acts = sorted(set().union(*(rule.facts for rule in self._rules)))

    def step(self, *, batch: int = BATCH) -> tuple[int, list[tuple[Detector, str, str, str]]]:
        """(entries looked at, [(rule, key, entry, kind of fact)] where a rule was met).

        Counted are facts after the last one that belongs to an incident of the same rule and key: what was counted once
        is not counted again, whatever became of that incident.
        """
        start = position(self._conn, WALK)
        rows = self._rows(audit_index.c.seq >= start, batch)
        newest = self._conn.scalar(sa.select(sa.func.max(audit_index.c.seq)))
        stop = rows[-1].seq + 1 if len(rows) == batch else max(start, 0 if newest is None else int(newest) + 1)
        if stop == start or not walked(self._conn, WALK, start, stop):
            return 0, []
        return stop - start, list(self._met(rows, self._before(rows, start)))

    def _rows(self, where: sa.ColumnElement[bool], most: int | None = None) -> list[sa.Row[Any]]:
        column = audit_index.c
        chosen = sa.select(
            column.seq, column.entry_id, column.item, column.actor, column.act, column.outcome, column.at
        )
        chosen = chosen.where(where, column.act.in_(self._acts)).order_by(column.seq)
        return list(self._conn.execute(chosen.limit(most) if most else chosen))

    def _before(self, rows: Sequence[sa.Row[Any]], start: int) -> list[sa.Row[Any]]:
        """What was seen before and still lies within a window of the first of these."""
        if not rows:
            return []
        longest = max(rule.within_minutes for rule in self._rules) * MINUTE
        return self._rows(sa.and_(audit_index.c.at > rows[0].at - longest, audit_index.c.seq < start))

    def _met(
        self, rows: Sequence[sa.Row[Any]], before: Sequence[sa.Row[Any]]
    ) -> Iterator[tuple[Detector, str, str, str]]:
        times: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for row in (*before, *rows):
            new = not before or row.seq > before[-1].seq
            for rule in self._rules:
                key = _key(rule, row)
                if not key:
                    continue
                window = times[rule.code, key]
                window.append(row.at)
                while window and window[0] <= row.at - rule.within_minutes * MINUTE:
                    window.popleft()
                if new and len(window) >= rule.count and self._fresh(rule, key, window):
                    yield rule, key, row.entry_id, row.act
                    window.clear()

    def _fresh(self, rule: Detector, key: str, window: deque[int]) -> bool:
        last: datetime | None = last_fact_at(self._conn, rule.code, key)
        after = to_ms(last) if last is not None else -1
        return sum(at > after for at in window) >= rule.count


def _key(rule: Detector, row: sa.Row[Any]) -> str:
    if row.act not in rule.facts or rule.outcome not in ("", row.outcome):
        return ""
    if rule.per == "actor":
        return "" if row.actor in NOT_PEOPLE else str(row.actor or "")
    return str(row.item or "")
