"""What every act on an incident needs, and opening one: the same whether a person reports it or a rule detects it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import SERVICE, Actor
from foundation.calendar import london_date
from foundation.ident import new_id
from incidents import events
from incidents.errors import DataInWords
from incidents.model.incident import SENT, Incident
from incidents.model.rules import NOT_KNOWN, OTHER_PARTIES, Rules
from incidents.ports import Containing, Leads, Thing, Things, Words
from incidents.rules import clocks, standing, wording
from incidents.rules.grading import graded
from incidents.store import rows
from incidents.store.assembled import find, sealed

HERE = "this-service"
SUSPECTED, KNOWN = "suspected", "known"


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident is opened with. ``known``: what was said, over what the kind assumes."""

    kind: str
    aware_at: datetime
    rule: str = ""
    key: str = ""
    source: str = ""
    certainty: str = SUSPECTED
    impacts: Sequence[str] = ()
    about: str = ""
    things: Sequence[Thing] = ()
    people: Sequence[str] = ()
    media: Sequence[str] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    marking: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


class Desk:
    """On one connection and trail, which a ``Register`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        rules: Rules,
        words: Words,
        things: Things,
        leads: Leads,
        containing: Containing,
        parties: Collection[str],
    ) -> None:
        """``parties``: every body that shares here."""
        self._conn = conn
        self._trail = trail
        self._rules = rules
        self._words = words
        self._things = things
        self._leads = leads
        self._containing = containing
        self._parties = frozenset(parties)

    def _open(self, given: Opening, *, actor: Actor, now: datetime) -> Incident:
        kind, id_, year = self._rules.kinds[given.kind], str(new_id(now)), london_date(now).year
        known = {"personal": NOT_KNOWN, "shared": NOT_KNOWN, **kind.assumed, **given.known}
        grade = graded(known, self._rules.grades)
        due = clocks.deadlines(kind, given.aware_at)
        number = clocks.number(year, rows.next_running(self._conn, year))
        what: dict[str, Value] = {
            "number": number,
            "kind": kind.code,
            "rule": given.rule,
            "key": given.key,
            "source": given.source,
            "aware_at": given.aware_at.isoformat(),
            "by": actor.id,
            "party": actor.party,
            "parties": sorted(self._concerned(known, given.things, actor.party)),
            "certainty": given.certainty,
            "impacts": list(given.impacts or kind.impacts),
            "about": given.about,
            "items": [each.item for each in given.things],
            "references": [each.reference for each in given.things],
            "people": list(given.people),
            "media": list(given.media),
            "known": pairs(known),
            "grade": grade.grade,
            "reasons": grade.rules,
            "owed": [f"{code}={at.isoformat() if at else ''}" for code, at in due.items()],
            "marking": given.marking,
            "words": sealed(self._words, id_, "", given.words),
        }
        self._trail.record(events.INCIDENT_OPENED, actor=actor, now=now, subject=id_, what=what)
        return self._tell_others(self._find(number), actor=actor, now=now)

    def _tell_others(self, found: Incident, *, actor: Actor, now: datetime) -> Incident:
        """What is owed to the other bodies at once is done by their leads seeing it here from this moment (M69)."""
        others = [party for party in found.parties if party != found.party]
        seen = bool(others) and all(self._leads.has(party, now=now) for party in others)
        owed = [
            each.duty.code
            for each in found.owed
            if seen and each.duty.tells == OTHER_PARTIES and each.needed is True and each.done_at is None
        ]
        for duty in owed:
            self._say(
                events.DUTY_DONE,
                found,
                actor=actor,
                now=now,
                duty=duty,
                stage="",
                decision=SENT,
                sent_at=now.isoformat(),
                channel=HERE,
                late=False,
                by=SERVICE.id,
                words="",
                entry=str(new_id(now)),
            )
        return self._find(found.number) if owed else found

    def _concerned(self, known: Mapping[str, str], things: Sequence[Thing], own: str) -> frozenset[str]:
        """The bodies whose leads see it: those of the items, or all of them where shared data may be concerned."""
        mine = frozenset({own}) & self._parties
        if things:
            return frozenset().union(*(each.parties for each in things), mine)
        return mine if known.get("shared") == "no" and mine else self._parties

    def _mine(self, number: str, actor: Actor) -> Incident:
        """An incident this lead may run. Raises NotYours, IncidentUnknown."""
        standing.must_lead(actor.duties)
        found = self._find(number)
        standing.must_concern(found, actor)
        return found

    def _find(self, number: str) -> Incident:
        return find(self._conn, number, self._rules, self._words)

    def _say(self, kind: Kind, found: Incident, *, actor: Actor, now: datetime, **what: Value) -> None:
        given = {"number": found.number, **what}
        self._trail.record(kind, actor=actor, now=now, subject=found.id, what=given)

    def _written(self, found: Incident, entry: str, words: Mapping[str, str], needed: Sequence[str] = ()) -> str:
        """What was written, sealed. Raises DataInWords, by field."""
        self._check(words, needed)
        return sealed(self._words, found.id, entry, words)

    def _check(self, words: Mapping[str, str], needed: Sequence[str] = ()) -> None:
        if faults := wording.faults(words, needed=needed):
            raise DataInWords("Correct what is named and send it again.", fields=faults)

    def _after(self, before: Incident) -> Incident:
        after = self._find(before.number)
        if after == before:
            msg = "the incident register does not follow this trail"
            raise RuntimeError(msg)
        return after


def pairs(known: Mapping[str, str]) -> list[str]:
    """A mapping as a fact carries it."""
    return [f"{name}={value}" for name, value in sorted(known.items()) if value]
