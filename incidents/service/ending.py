"""The end of an incident: one person proposes to close it, another agrees."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.ident import new_id
from incidents import events
from incidents.model.incident import Incident
from incidents.rules import standing
from incidents.service.containing import Stopping


class Incidents(Stopping):
    """What people do about incidents. ``trail`` must have a ``Register`` among its followers."""

    def propose_closing(self, *, number: str, outcome: str, note: str = "", actor: Actor, now: datetime) -> Incident:
        """Propose to close it, once everything owed is done, every action finished and everything held back released.

        A false alarm is closed with its reason. Raises NotYours, IncidentUnknown, OutcomeUnknown, StillOwed (with
        everything still owed), AlreadyDone, DataInWords.
        """
        found = self._mine(number, actor)
        standing.must_propose(found, outcome)
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": note}, needed=("note",) if outcome == "false-alarm" else ())
        self._say(
            events.CLOSURE_PROPOSED, found, actor=actor, now=now, outcome=outcome, by=actor.id, words=words, entry=entry
        )
        return self._after(found)

    def close(self, *, number: str, actor: Actor, now: datetime) -> Incident:
        """Agree to the closing. Not by whoever proposed it, nor by whoever set the incident off.

        Raises NotYours, IncidentUnknown, AlreadyDone, SecondPerson, StillOwed (what came up since it was proposed).
        """
        found = self._mine(number, actor)
        standing.must_agree(found, actor.id)
        standing.must_be_done(found)
        self._say(events.INCIDENT_CLOSED, found, actor=actor, now=now, outcome=found.outcome, by=actor.id)
        return self._after(found)

    def send_back(self, *, number: str, note: str, actor: Actor, now: datetime) -> Incident:
        """Do not agree to the closing; it is open again. Raises as ``close``, DataInWords."""
        found = self._mine(number, actor)
        standing.must_agree(found, actor.id)
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": note}, needed=("note",))
        self._say(events.CLOSURE_REFUSED, found, actor=actor, now=now, by=actor.id, words=words, entry=entry)
        return self._after(found)
