"""Reminders: once for each time an item, or a hold, comes to a stage. The page of the day shows them."""

from __future__ import annotations

from datetime import datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.model.reminder import STAGES
from retention.service.desk import Desk


class Reminding(Desk):
    """A part of the sweep."""

    def _remind(self, *, actor: Actor, now: datetime, batch: int) -> int:
        """Record what is to be reminded of and was not yet, ``batch`` at most in all; how many."""
        days, told = self._schedules.disposal.reminders, 0
        for stage in STAGES:
            waiting = self._reminders.waiting(stage, days, today=london_date(now), limit=batch - told)
            for subject, party, reference, since in waiting:
                what: dict[str, Value] = {
                    "stage": stage, "since": since.isoformat(), "party": party, "reference": reference,
                }  # fmt: skip
                self._trail.record(events.REMINDED, actor=actor, now=now, subject=subject, what=what)
            told += len(waiting)
            if told >= batch:
                break
        return told
