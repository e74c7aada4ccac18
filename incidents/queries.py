"""Reading incidents. Whoever calls has been decided upon (duty `view-incidents`)."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant
from incidents import store
from incidents.model import Incident, Rules
from incidents.tables import incident


class IncidentList:
    """The register, newest first."""

    def __init__(self, conn: sa.Connection, rules: Rules) -> None:
        self._conn = conn
        self._rules = rules

    def page(self, *, state: str = "", before: str = "", size: int = 50) -> list[Incident]:
        """Up to ``size``, newest first, older than the one numbered ``before``; ``state`` open, closed or "" (all)."""
        chosen = sa.select(incident).order_by(incident.c.opened_at.desc(), incident.c.number.desc()).limit(size)
        if state:
            chosen = chosen.where(incident.c.state == state)
        if before:
            last = store.find(self._conn, before, self._rules)
            here = sa.tuple_(sa.literal(last.opened_at, Instant()), sa.literal(last.number))
            chosen = chosen.where(sa.tuple_(incident.c.opened_at, incident.c.number) < here)
        return store.assemble(self._conn, list(self._conn.execute(chosen)), self._rules)

    def one(self, number: str) -> Incident:
        """One incident. Raises IncidentUnknown."""
        return store.find(self._conn, number, self._rules)

    def count_open(self) -> int:
        """How many are open: for the badge in the navigation."""
        return self._conn.scalar(sa.select(sa.func.count()).where(incident.c.state == "open")) or 0
