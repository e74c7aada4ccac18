"""How long entries wait for their place in the tree, seen from outside by looking again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import make_url

EVERY = 0.02  # seconds; a wait is known to this much
_BEHIND = 2000  # places of entries looked at again: a transaction may commit an earlier place later
_ROWS = sa.text(
    "select e.pos, l.pos is not null from audit_entry e left join audit_leaf l on l.pos = e.pos where e.pos > :mark"
)


class Lag:
    """``with Lag(url) as lag``: ``lag.waits`` are seconds from first seen, which is after the commit, to taken in."""

    def __init__(self, url: str, also: Callable[[], object] = lambda: None) -> None:
        """``also`` is called beside each look, for whatever else is to be watched."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(parsed)
        self._also = also
        self._seen: dict[int, float] = {}
        self._in: set[int] = set()
        self._mark = 0
        self.waits: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        with self._engine.connect() as conn:
            self._mark = conn.execute(sa.text("select coalesce(max(pos), 0) from audit_entry")).scalar_one()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        self._engine.dispose()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            self._look()
            self._also()

    def _look(self) -> None:
        with self._engine.connect() as conn:
            rows = conn.execute(_ROWS, {"mark": self._mark}).all()
        now = time.monotonic()
        for pos, taken in rows:
            if pos in self._in:
                continue
            first = self._seen.setdefault(pos, now)
            if taken:
                self.waits.append(now - first)
                self._in.add(pos)
                del self._seen[pos]
        if rows:
            oldest = min(self._seen, default=max(row[0] for row in rows))
            self._mark = max(self._mark, oldest - _BEHIND)
            self._in = {pos for pos in self._in if pos > self._mark}
