"""Alerts for those who look: what stands on me now, what my offices may see, whom an office calls."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.actor import Actor
from sharing.model.alert import Alert, Order
from sharing.ports import Words
from sharing.rules import alerts as rules
from sharing.store.alerts import AlertRows


class AlertList:
    """On one connection. Nothing of it tells what was written; ``Alerting.open`` does, and records it."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._rows = AlertRows(conn, words)

    def standing_on(self, actor: Actor) -> list[Alert]:
        """Those that stand on this person now, the longest waiting first."""
        return [
            each
            for each in self._rows.waiting(actor.offices)
            if any(rules.stands_on(call, actor.id, actor.offices, each.raised_by) for call in each.waiting)
        ]

    def called(self, person: str) -> list[Alert]:
        """Those that stand on this account by name and nobody has acknowledged, whatever it may still see."""
        return self._rows.standing_on(person)

    def orders_of(self, person: str) -> list[Order]:
        """Of the offices that call this account first, or as the deputy."""
        return self._rows.orders_of(person)

    def seen_by(self, actor: Actor) -> list[Alert]:
        """Those the offices of this person may see, newest first."""
        return self._rows.of_offices(actor.offices) if actor.offices else []

    def order(self, office: int) -> Order:
        """Whom an office calls first, and who is the deputy."""
        return self._rows.order(office)
