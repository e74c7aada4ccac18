"""Opening incidents from facts of the log, by the rules. One open incident for each rule and what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from audit.fact import Fact
from foundation.actor import SERVICE, Actor
from incidents import events
from incidents.model.incident import Incident
from incidents.model.rules import Detector
from incidents.rules import detecting
from incidents.service.desk import KNOWN, SUSPECTED, Desk, Opening
from incidents.store.assembled import find_open


class Detecting(Desk):
    """Facts in, incidents out, in the transaction of those facts."""

    def consider(self, facts: Sequence[Fact], *, actor: Actor, now: datetime) -> list[Incident]:
        """Open or join what these facts are about. ``actor`` did what they say."""
        return [
            self._note(rule, detecting.key(rule, fact), fact, actor=actor, now=now)
            for fact in facts
            for rule in self._rules.detectors
            if detecting.fits(rule, fact)
        ]

    def counted(
        self, rule: Detector, key: str, last: str, kind: str, *, actor: Actor = SERVICE, now: datetime
    ) -> Incident:
        """So many facts within the time of a rule that counts: ``last`` is the entry of the latest."""
        open_ = find_open(self._conn, rule.code, key, self._rules)
        if open_ is not None:
            return self._join(open_, last, kind, actor=actor, now=now)
        about = key if rule.per == "subject" else ""
        people = (key,) if rule.per == "actor" else ()
        opening = Opening(
            rule.kind,
            now,
            rule=rule.code,
            key=key,
            source=last,
            about=about,
            people=people,
            things=self._things.known([about] if about else []),
            known=rule.assumed,
        )
        return self._open(opening, actor=actor, now=now)

    def _note(self, rule: Detector, key: str, fact: Fact, *, actor: Actor, now: datetime) -> Incident:
        open_ = None if rule.per == detecting.EACH else find_open(self._conn, rule.code, key, self._rules)
        if open_ is not None:
            return self._join(open_, fact.id, fact.kind, actor=actor, now=now)
        opening = Opening(
            rule.kind,
            fact.at,
            rule=rule.code,
            key=key,
            source=fact.id,
            certainty=KNOWN if rule.verified else SUSPECTED,
            about=fact.subject,
            things=self._things.known([fact.subject] if fact.subject else []),
            known=rule.assumed,
            marking=str(fact.what.get("claimed") or ""),
        )
        return self._open(opening, actor=actor, now=now)

    def _join(self, found: Incident, entry: str, kind: str, *, actor: Actor, now: datetime) -> Incident:
        self._say(events.INCIDENT_JOINED, found, actor=actor, now=now, source=entry, source_kind=kind)
        return self._find(found.number)
