"""Correcting when somebody became aware: every clock runs from there, so both moments are kept, with the reason."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.ident import new_id
from incidents import events
from incidents.errors import ReportFaulty
from incidents.model.incident import Incident
from incidents.rules import standing
from incidents.service.noting import Noting


class Correcting(Noting):
    """One act."""

    def correct_awareness(
        self, *, number: str, aware_at: datetime | None, reason: str, actor: Actor, now: datetime
    ) -> Incident:
        """Say when somebody really became aware, and how that is known; every duty falls due so much sooner or later.

        Never later than the incident was opened: by then somebody knew. Raises NotYours, IncidentUnknown, AlreadyDone,
        ReportFaulty, DataInWords. Source: UK GDPR art. 33(1), which counts from awareness.
        """
        found = self._mine(number, actor)
        standing.must_be_open(found)
        if aware_at is None or aware_at > found.opened_at:
            said = "Give a moment not after the incident was opened: somebody knew by then"
            raise ReportFaulty("Check it.", fields={"aware_at": [said]}, subject=found.id)
        if aware_at == found.awareness_at:
            raise ReportFaulty("Check it.", fields={"aware_at": ["That is what is recorded"]}, subject=found.id)
        moved = aware_at - found.awareness_at
        entry = str(new_id(now))
        words = self._written(found, entry, {"reason": reason}, needed=("reason",))
        due = ((each.duty.code, each.due_at) for each in found.owed)
        self._say(
            events.AWARENESS_CORRECTED,
            found,
            actor=actor,
            now=now,
            before=found.awareness_at.isoformat(),
            after=aware_at.isoformat(),
            owed=[f"{code}={(at + moved).isoformat() if at else ''}" for code, at in due],
            by=actor.id,
            words=words,
            entry=entry,
        )
        return self._after(found)
