"""Running an incident: it opens itself from a fact; people note what they have done, and close it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from audit.fact import Fact
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import london_date
from incidents import events, rules, store
from incidents.errors import AlreadyDone
from incidents.model import OPEN, Incident, Owed, Rules

SPILL = "spill"


class Register:
    """The follower that keeps the register: every row follows from facts, so it can be made again from the log."""

    name = "incidents"
    kinds = frozenset({events.SPILL_REFUSED, events.DUTY_DONE.name, events.INCIDENT_CLOSED.name})

    def __init__(self, rules_: Rules) -> None:
        self._rules = rules_

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Open an incident for a spill; set down a duty done, or the end. Raises AlreadyDone if a race was lost."""
        if fact.kind == events.SPILL_REFUSED:
            store.add(conn, self._spill(conn, fact))
            return
        if not store.exists(conn, fact.subject):
            return  # only in a rebuild: the fact that opened it has been redacted, and the incident with it
        by = str(fact.what["by"])
        if fact.kind == events.DUTY_DONE.name:
            done = store.duty_done(conn, fact.subject, str(fact.what["duty"]), fact.at, by)
        else:
            done = store.close(conn, fact.subject, str(fact.what["outcome"]), fact.at, by)
        if not done:
            raise AlreadyDone("Somebody did that a moment ago. Nothing was changed.", subject=fact.subject)

    def _spill(self, conn: sa.Connection, fact: Fact) -> Incident:
        kind = self._rules.kinds[SPILL]
        due = rules.deadlines(kind, fact.at)
        year = london_date(fact.at).year
        return Incident(
            id=fact.id,
            number=rules.number(year, store.next_running(conn, year)),
            kind=kind,
            opened_at=fact.at,
            awareness_at=fact.at,
            reported_by=str(fact.who.get("id", "")),
            subject=fact.subject,
            state=OPEN,
            marking_claimed=str(fact.what.get("claimed") or ""),
            outcome="",
            closed_at=None,
            closed_by="",
            owed=tuple(Owed(duty, due[duty.code], None, "") for duty in kind.duties),
        )


class Incidents:
    """What whoever leads on breaches does about an incident. ``trail`` must have a ``Register`` among its followers."""

    def __init__(self, conn: sa.Connection, trail: Trail, *, rules: Rules) -> None:
        self._conn = conn
        self._trail = trail
        self._rules = rules

    def note_done(self, *, number: str, duty: str, note: str = "", actor: Actor, now: datetime) -> Incident:
        """Note that a duty was done. ``note`` is kept sealed in the log alone; it must not say what was at risk.

        Raises NotYours, IncidentUnknown, DutyUnknown, AlreadyDone. Source of each duty: `policies/incidents`.
        """
        rules.must_lead(actor.duties)
        found = store.find(self._conn, number, self._rules)
        rules.must_be_owed(found, duty)
        what = {"number": number, "duty": duty, "by": actor.id}
        self._trail.record(events.DUTY_DONE, actor=actor, now=now, subject=found.id, what=what, why=note)
        return self._after(found)

    def close(self, *, number: str, outcome: str, note: str = "", actor: Actor, now: datetime) -> Incident:
        """Close it, once everything always owed is done. Not by the person who set it off.

        Raises NotYours, IncidentUnknown, OutcomeUnknown, StillOwed (with every duty still owed), AlreadyDone.
        """
        rules.must_lead(actor.duties)
        found = store.find(self._conn, number, self._rules)
        rules.must_end(found, outcome, actor.id)
        what = {"number": number, "outcome": outcome, "by": actor.id}
        self._trail.record(events.INCIDENT_CLOSED, actor=actor, now=now, subject=found.id, what=what, why=note)
        return self._after(found)

    def _after(self, before: Incident) -> Incident:
        after = store.find(self._conn, before.number, self._rules)
        if after == before:
            msg = "the incident register does not follow this trail"
            raise RuntimeError(msg)
        return after
