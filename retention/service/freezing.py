"""Holds for an incident: what was stopped there is not destroyed here. Who may was decided by the incident."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from retention import events
from retention.model.hold import Scope
from retention.rules import scope as rules
from retention.service.holds import Holds, Terms

FROZEN = "Held for an incident that is being looked into."
FREED = "The incident no longer needs it: a second person released it."


class Freezing(Holds):
    """Freeze and unfreeze one item."""

    def freeze(self, item: str, incident: str, *, actor: Actor, now: datetime) -> None:
        """Place a hold on one item in the name of an incident, also before its clock runs. Repeatable."""
        scope = Scope(items=frozenset({item}))
        if not self._holdings.of_issuer(incident, rules.write(scope)):
            self._place(scope, Terms(FROZEN, incident), actor=actor, now=now)

    def unfreeze(self, item: str, incident: str, *, actor: Actor, now: datetime) -> None:
        """Lift it again. Repeatable: a records reviewer may have been first."""
        scope = rules.write(Scope(items=frozenset({item})))
        for hold in self._holdings.of_issuer(incident, scope):
            self._tell(events.HOLD_LIFTED, hold, actor=actor, now=now, why=FREED, by=actor.id)
