"""Reading incidents. Whoever calls has been decided upon (duty `view-incidents`); a lead sees those of their body."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant
from incidents.errors import IncidentUnknown
from incidents.model.incident import CLOSED, Asked, Incident
from incidents.model.rules import Rules
from incidents.ports import Words
from incidents.store.assembled import asked_of, assemble, find
from incidents.tables import incident, incident_asked, incident_measure, incident_party


class IncidentList:
    """The register, newest first. ``party``: the body whose lead looks; empty for the service itself."""

    def __init__(self, conn: sa.Connection, rules: Rules, words: Words, party: str = "") -> None:
        self._conn = conn
        self._rules = rules
        self._words = words
        self._party = party

    def page(self, *, state: str = "", before: str = "", size: int = 50) -> list[Incident]:
        """Up to ``size``, newest first, older than the one numbered ``before``; ``state`` "" for all. Without words."""
        chosen = self._seen().order_by(incident.c.opened_at.desc(), incident.c.number.desc()).limit(size)
        if state:
            chosen = chosen.where(incident.c.state == state)
        if before:
            last = self.one(before, words=False)
            here = sa.tuple_(sa.literal(last.opened_at, Instant()), sa.literal(last.number))
            chosen = chosen.where(sa.tuple_(incident.c.opened_at, incident.c.number) < here)
        return assemble(self._conn, list(self._conn.execute(chosen)), self._rules)

    def one(self, number: str, *, words: bool = True) -> Incident:
        """One incident that concerns the body. Raises IncidentUnknown."""
        found = find(self._conn, number, self._rules, self._words if words else None)
        if self._party and self._party not in found.parties:
            raise IncidentUnknown("There is no incident of that number.", subject=found.id)
        return found

    def count_open(self) -> int:
        """How many are not closed: for the badge in the navigation."""
        wanted = self._seen().where(incident.c.state != CLOSED).subquery()
        return self._conn.scalar(sa.select(sa.func.count()).select_from(wanted)) or 0

    def open(self, *, most: int | None = None) -> list[Incident]:
        """All that are not closed, or the first ``most``, oldest first: for the clock, and for a lead's own page."""
        chosen = self._seen().where(incident.c.state != CLOSED).order_by(incident.c.number).limit(most)
        return assemble(self._conn, list(self._conn.execute(chosen)), self._rules)

    def reported(self, person: str, *, size: int = 50) -> list[Incident]:
        """What somebody reported themselves, newest first: that it was received, and what became of it."""
        rows = self._conn.execute(
            sa.select(incident)
            .where(incident.c.reported_by == person, incident.c.rule == "")
            .order_by(incident.c.opened_at.desc())
            .limit(size)
        )
        return assemble(self._conn, list(rows), self._rules)

    def asked(self, person: str) -> list[tuple[str, Asked]]:
        """(number of the incident, what they were asked), newest first."""
        rows = self._conn.execute(
            sa.select(incident_asked, incident.c.number)
            .join(incident, incident.c.id == incident_asked.c.incident_id)
            .where(incident_asked.c.person == person)
            .order_by(incident_asked.c.at.desc(), incident_asked.c.item)
        )
        return [(row.number, asked_of(row, self._words)) for row in rows]

    def waits(self, person: str) -> int:
        """How many of those wait for an answer."""
        column = incident_asked.c
        where = (column.person == person, column.answer == "")
        return self._conn.scalar(sa.select(sa.func.count()).select_from(incident_asked).where(*where)) or 0

    def standing_on(self, target: str, act: str) -> list[str]:
        """The numbers of incidents that hold this target so now."""
        column = incident_measure.c
        rows = self._conn.execute(
            sa.select(incident.c.number)
            .join(incident_measure, column.incident_id == incident.c.id)
            .where(column.target == target, column.act == act, column.state != "off")
            .order_by(incident.c.number)
        )
        return list(rows.scalars())

    def _seen(self) -> sa.Select[tuple[object, ...]]:
        chosen = sa.select(incident)
        if self._party:
            mine = sa.select(incident_party.c.incident_id).where(incident_party.c.party == self._party)
            chosen = chosen.where(incident.c.id.in_(mine))
        return chosen
