"""Whom an alert calls: the people of an office who could act, one after another, and both offices at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import london_date
from identity.model import Office
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.alerts import AlertNotFound
from sharing.events import alerts as events
from sharing.model.agreement import Agreement, Agreements
from sharing.model.alert import EVERYBODY, Alert, AlertKind, Call, Cause, Turn
from sharing.model.duty import Span
from sharing.ports import Words
from sharing.rules import alerts as rules
from sharing.rules.duties.dates import due
from sharing.store.alerts import AlertRows

NOWHERE = "There is no such alert, or it is for others."


class Calling:
    """What ``Alerting`` is built on."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        agreements: Agreements,
        decider: Decider,
        people: People,
        words: Words,
    ) -> None:
        self._trail = trail
        self._agreements = agreements
        self._decider = decider
        self._people = people
        self._words = words
        self._rows = AlertRows(conn, words)

    def _kind_in_force(self, agreement: str, kind: str, now: datetime) -> tuple[Agreement, AlertKind]:
        version = self._agreements.current(agreement, london_date(now))
        found = version.alerts.get(kind) if version else None
        if version is None or found is None:
            raise AlertNotFound("No agreement in force knows alerts of that kind.")
        return version, found

    def _kind(self, alert: Alert) -> AlertKind:
        """As the agreement had it when the alert was raised."""
        return self._agreements.version(alert.agreement, alert.version).alerts[alert.kind]

    def _find(self, alert: str, *, words: bool = False) -> Alert:
        found = self._rows.find(alert, words=words)
        if found is None:
            raise AlertNotFound(NOWHERE)
        return found

    def _addressed(self, places: tuple[str, ...], establishment: str) -> Iterator[tuple[str, int]]:
        """(place, office) of everybody it is raised to; office 0 where none stands there for the establishment."""
        for place in dict.fromkeys(places):
            for office in self._offices(place, establishment) or [0]:
                yield place, office

    def _offices(self, place: str, establishment: str) -> list[int]:
        party, _, kind = place.partition("/")
        offices = self._people.offices(party=party, kind=kind)
        return [one.principal for one in offices if not self._covers(one) or establishment in one.establishments]

    def _covers(self, office: Office) -> bool:
        return any(each.per_establishment for each in self._people.kinds_of(office.party) if each.id == office.kind)

    def _able(self, office: int, now: datetime) -> list[str]:
        """Those who hold the office and could act now: a person whose vetting lapsed would see no alert."""
        people = self._people.holders(office, now=now) if office else []
        actors = [self._people.actor(each.id, now=now) for each in people]
        return [each.id for each in actors if self._decider.standing(each, now=now).allowed]

    def _line(self, office: int, raised_by: str, now: datetime) -> list[tuple[str, ...]]:
        return rules.called(self._rows.order(office), self._able(office, now), raised_by=raised_by)

    def _both(self, kind: AlertKind, establishment: str, own: int, raising: int) -> tuple[int, ...]:
        """The office it was raised to and the one that raised it, and those the agreement names beside them."""
        above = [office for place in kind.up for office in self._offices(place, establishment)]
        return tuple(each for each in dict.fromkeys((own, raising, *above)) if each)

    def _turn(self, alert: Alert, call: Call, turn: Turn, actor: Actor, now: datetime) -> None:
        """It stands on these from now on."""
        last = turn.stage == EVERYBODY
        limit = None if last else due(self._span(alert), now, london_date(now))[1]
        what: dict[str, Value] = {
            "agreement": alert.agreement,
            "alert": alert.kind,
            "urgency": alert.urgency,
            "establishment": alert.establishment,
            "call": call.number,
            "place": call.place,
            "office": call.office,
            "stage": turn.stage,
            "cause": turn.cause,
            "people": list(turn.people),
            "offices": [str(each) for each in turn.offices],
            "due_at": limit.isoformat() if limit else "",
            "by": actor.id,
        }
        self._trail.record(
            events.ALERT_CALLED, actor=actor, now=now, subject=alert.id, what=what, marking=alert.marking
        )

    def _go_on(self, alert: Alert, call: Call, cause: Cause, actor: Actor, now: datetime) -> None:
        both = self._both(self._kind(alert), alert.establishment, call.office, alert.office)
        line = self._line(call.office, alert.raised_by, now)
        self._turn(alert, call, rules.next_turn(call, line, cause, both), actor, now)

    def _span(self, alert: Alert) -> Span:
        urgency = self._kind(alert).urgency(alert.urgency)
        if urgency is None:
            msg = "an alert was raised with an urgency its agreement does not have"
            raise RuntimeError(msg)
        return urgency.acknowledge
