"""What people and the clock do about alerts: raise, read, acknowledge, pass on, say what was done; an order of call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from identity.errors import EstablishmentUnknown
from identity.model import Office
from sharing.errors.alerts import AlertFaulty, AlertNotFound, AlertRefused, AlertSettled
from sharing.events import alerts as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.alert import HANDED_ON, MOST_WORDS, RAISED, Alert, AlertKind, Call, Order, Raising
from sharing.rules import alerts as rules
from sharing.rules.duties import recording
from sharing.rules.duties.dates import due
from sharing.service.alert_calling import NOWHERE, Calling
from sharing.service.recording import held_by
from sharing.store.alerts import about


@dataclass(frozen=True, slots=True)
class Passed:
    """What one run passed on; ``without``: alerts whose agreement is not among the policies any more."""

    calls: int
    without: int = 0

    def __str__(self) -> str:
        gone = f", {self.without} NOT passed on: put back the agreement they were raised under" if self.without else ""
        return f"{self.calls} passed on{gone}"


class Alerting(Calling):
    """On one connection and trail, which an ``AlertBook`` follows. Never commits."""

    def raise_alert(self, agreement: str, kind: str, given: Raising, *, actor: Actor, now: datetime) -> Alert:
        """Raise one: from then on it stands on somebody in each office it was raised to.

        Raises AlertNotFound for a kind no agreement in force has, AlertFaulty with every fault by field, AlertRefused
        for whoever raises none of these. What it is about must be looked at before, by whoever can.
        """
        version, found = self._kind_in_force(agreement, kind, now)
        held = held_by(self._people, actor, now)
        self._must(rules.against_raising(found, held), "raise-alert", actor, now)
        faults = rules.faults(version, found, given)
        self._establishment(given.establishment, faults)
        if faults:
            raise AlertFaulty("Correct what is named and send it again.", fields=faults)
        office = next(one.office for one in held if any(recording.stands_at(place, [one]) for place in found.by))
        id_ = str(new_id(now))
        what: dict[str, Value] = {
            "agreement": version.id,
            "agreement_version": version.version,
            "alert": found.id,
            "urgency": given.urgency,
            "establishment": given.establishment,
            "item": given.item,
            "record": given.record,
            "office": office.principal,
            "words": self._words.seal(about(id_), given.gist.strip()),
            "by": actor.id,
            "party": actor.party,
        }
        self._trail.record(
            events.ALERT_RAISED,
            actor=actor,
            now=now,
            subject=id_,
            what=what,
            marking=given.marking,
            rules=found.clauses,
        )
        self._call(self._find(id_), found, given.to, actor, now)
        return self._find(id_)

    def _call(self, alert: Alert, kind: AlertKind, places: tuple[str, ...], actor: Actor, now: datetime) -> None:
        """It comes to every office it is raised to, and so to somebody there."""
        for number, (place, to) in enumerate(self._addressed(places, alert.establishment), 1):
            both = self._both(kind, alert.establishment, to, alert.office)
            turn = rules.first_turn(self._line(to, actor.id, now), self._rows.order(to), RAISED, both)
            self._turn(alert, Call(alert.id, number, to, place, turn, now, None), turn, actor, now)

    def open(self, alert: str, *, actor: Actor, now: datetime) -> Alert:
        """Read it: with its words, and recorded. Raises AlertNotFound for whoever may not know of it."""
        what: dict[str, Value] = {"alert": self._seen(alert, actor, now).kind, "by": actor.id}
        self._trail.record(events.ALERT_OPENED, actor=actor, now=now, subject=alert, what=what)
        return self._find(alert, words=True)

    def acknowledge(self, alert: str, call: int, *, actor: Actor, now: datetime) -> Alert:
        """Say that it has reached a person of the office it was raised to.

        Raises AlertNotFound, AlertRefused, AlertSettled where somebody did so before.
        """
        found, asked = self._called(alert, call, actor, now)
        self._must(rules.against_acknowledging(found, asked, actor.id, actor.offices), "acknowledge", actor, now, alert)
        if asked.acknowledged_at is not None:
            raise AlertSettled("Somebody has acknowledged it already. Nothing was changed.", subject=alert)
        limit = due(self._span(found), found.raised_at, london_date(found.raised_at))[1]
        late = limit is not None and now > limit
        what: dict[str, Value] = {
            "agreement": found.agreement,
            "alert": found.kind,
            "establishment": found.establishment,
            "call": call,
            "office": asked.office,
            "late": late,
            "by": actor.id,
        }
        self._trail.record(events.ALERT_ACKNOWLEDGED, actor=actor, now=now, subject=alert, what=what)
        return self._find(alert)

    def hand_on(self, alert: str, call: int, *, actor: Actor, now: datetime) -> Alert:
        """Pass it on at once, to the deputy or else to both offices, without waiting for its time.

        Raises AlertNotFound, AlertRefused for whoever it does not stand on, AlertSettled.
        """
        found, asked = self._called(alert, call, actor, now)
        if asked.acknowledged_at is not None:
            raise AlertSettled("Somebody has acknowledged it already. Nothing was changed.", subject=alert)
        self._must(rules.against_handing_on(asked, actor.id), "pass-on-alert", actor, now, alert)
        self._go_on(found, asked, HANDED_ON, actor, now)
        return self._find(alert)

    def note(self, alert: str, text: str, *, ends: bool, actor: Actor, now: datetime) -> Alert:
        """Say what was done about it; ``ends``: nothing more is to be done. By anybody who may see it.

        Raises AlertNotFound, AlertFaulty, AlertSettled where it ended, or nobody acknowledged it yet and it would end.
        """
        found = self._seen(alert, actor, now)
        said = text.strip()
        if not said or len(said) > MOST_WORDS:
            wrong = "Say what was done" if not said else f"Use {MOST_WORDS} characters or fewer"
            raise AlertFaulty("Correct what is named and send it again.", fields={"words": [wrong]})
        if found.ended_at is not None:
            raise AlertSettled("It has ended. Raise another if there is more.", subject=alert)
        if ends and found.waiting:
            raise AlertSettled("It cannot end before every office has acknowledged it.", subject=alert)
        what: dict[str, Value] = {
            "agreement": found.agreement,
            "alert": found.kind,
            "words": self._words.seal(about(alert), said),
            "ends": ends,
            "by": actor.id,
        }
        self._trail.record(events.ALERT_NOTED, actor=actor, now=now, subject=alert, what=what)
        return self._find(alert)

    def set_order(self, office: Office, first: str, deputy: str, *, actor: Actor, now: datetime) -> Order:
        """Say whom an office calls first, and who is the deputy: account ids of its holders; both may be empty.

        By whoever holds the office, or manages the accounts of its body. Raises AlertRefused, AlertFaulty.
        """
        self._must(rules.against_ordering(office, actor), "order-of-call", actor, now)
        faults = self._order_faults(office, first, deputy, now)
        if faults:
            raise AlertFaulty("Correct what is named and send it again.", fields=faults)
        what: dict[str, Value] = {"office": office.principal, "first": first, "deputy": deputy, "by": actor.id}
        self._trail.record(events.ORDER_SET, actor=actor, now=now, subject=office.id, what=what)
        return self._rows.order(office.principal)

    def leave_order(self, office: Office, person: str, *, actor: Actor, now: datetime) -> Order:
        """Call this account no longer: the deputy comes first where they still hold the office. Raises as above."""
        order = self._rows.order(office.principal)
        holders = {each.id for each in self._people.holders(office.principal, now=now)} - {person}
        stay = [each for each in (order.first, order.deputy) if each in holders]
        first, deputy = [*stay, "", ""][:2]
        return self.set_order(office, first, deputy, actor=actor, now=now)

    def attend(self, *, actor: Actor, now: datetime) -> Passed:
        """Pass on what nobody acknowledged in time, or what stands on nobody any more. Idempotent."""
        passed = without = 0
        for found in self._rows.going_on():
            if not self._agreements.holds(found.agreement, found.version):
                without += 1  # its file was taken away while it went on: the others are not to wait for it
                continue
            for call in found.waiting:
                cause = rules.goes_on(call, self._able(call.office, now), now)
                if cause is not None:
                    self._go_on(found, call, cause, actor, now)
                    passed += 1
        return Passed(passed, without)

    # --- who may --------------------------------------------------------------------------------------------------

    def _must(self, against: Sequence[Reason], act: str, actor: Actor, now: datetime, subject: str = "") -> None:
        verdict = self._decider.standing(actor, now=now)
        if verdict.allowed and not against:
            return
        reasons = recording.reasons(verdict.why, verdict.rules, against)
        what: dict[str, Value] = {"act": act, "reference": ""}
        raise AlertRefused(reasons[0].text, reasons=reasons, subject=subject, fact=ACCESS_REFUSED, what=what)

    def _seen(self, alert: str, actor: Actor, now: datetime) -> Alert:
        """The alert, for whoever may see it. What there is not and what is for others are alike AlertNotFound."""
        found = self._rows.find(alert)
        if found is None or rules.seen_by(found).isdisjoint(actor.offices):
            raise AlertNotFound(NOWHERE, fact=ACCESS_REFUSED, what={"act": "see-alert", "reference": ""})
        self._must((), "see-alert", actor, now, alert)
        return found

    def _called(self, alert: str, call: int, actor: Actor, now: datetime) -> tuple[Alert, Call]:
        found = self._seen(alert, actor, now)
        asked = found.call(call)
        if asked is None:
            raise AlertNotFound(NOWHERE)
        return found, asked

    def _establishment(self, key: str, faults: dict[str, list[str]]) -> None:
        if "establishment" in faults:
            return
        try:
            there = self._people.establishment(key).active  # one that has closed is in no list, here or on the page
        except EstablishmentUnknown:
            there = False
        if not there:
            faults["establishment"] = ["Choose an establishment from the list"]

    def _order_faults(self, office: Office, first: str, deputy: str, now: datetime) -> dict[str, list[str]]:
        holders = {each.id for each in self._people.holders(office.principal, now=now)}
        faults = {
            name: ["Choose somebody who holds the office"]
            for name, person in (("first", first), ("deputy", deputy))
            if person and person not in holders
        }
        if deputy and not first:
            faults["first"] = ["Say who is called first"]
        elif deputy and deputy == first:
            faults["deputy"] = ["Choose somebody else as the deputy"]
        return faults
