"""What people look at of the outbox: what waits and what failed, their own preference, whether they were reached."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from outbox.model.message import DELIVERED, FAILED, PARTY, PERSON, SENT, SYSTEM, WAITING, Hook, Message
from outbox.model.rules import How, Rules
from outbox.store.rows import OutboxRows
from outbox.tables import outbox_message as table

MOST = 200


class OutboxList:
    """Reads on one connection. Whoever asks has been decided upon. No list says of what, or of how much, it tells."""

    def __init__(self, conn: sa.Connection, rules: Rules) -> None:
        self._conn = conn
        self._rows = OutboxRows(conn)
        self.rules = rules

    def how(self, person: str) -> How:
        """How often they hear: as they chose, else as the policy says."""
        return self._rows.preference(person) or self.rules.default

    def unreached(self, person: str) -> Message | None:
        """Their newest message, where it was given up: they could not be reached."""
        own = (table.c.to == person, table.c.sort == PERSON, table.c.state.in_((FAILED, SENT, DELIVERED)))
        newest = next(iter(self._rows.messages(*own, newest=True)), None)
        return newest if newest is not None and newest.state == FAILED else None

    def of(self, people: Collection[str] | None, systems: Collection[str], *, state: str = "") -> list[Message]:
        """Messages to these, newest first; of nobody in particular: all. ``state`` "" for what waits or failed."""
        states = (state,) if state else (WAITING, FAILED)
        where: list[sa.ColumnElement[bool]] = [table.c.state.in_(states)]
        if people is not None:
            to: list[sa.ColumnElement[bool]] = [sa.and_(table.c.sort == PERSON, table.c.to.in_(sorted(people)))]
            to.append(sa.and_(table.c.sort == SYSTEM, table.c.to.in_(sorted(systems))))
            where.append(sa.or_(*to))
        return self._rows.messages(*where, most=MOST, newest=True)

    def systems(self, party: str) -> list[Hook]:
        """The partner systems of a body."""
        return [each for each in self._rows.systems() if each.party == party]

    def notices_of(self, incident: str) -> list[Message]:
        """The notices of an incident that went, or go, from here."""
        return self._rows.messages(table.c.sort == PARTY, table.c.subject == incident, most=MOST)
