"""What pages and the API alike do about alerts: raise one that names only what its author may see; what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bootstrap import agreed
from identity.model import Office
from sharing.errors.alerts import AlertFaulty, AlertNotFound, AlertRefused
from sharing.errors.items import ActRefused, ItemNotFound
from sharing.model.agreement import Agreement
from sharing.model.alert import Alert, AlertKind, Call, Raising
from sharing.rules import alerts as rules
from sharing.service.recording import held_by

if TYPE_CHECKING:
    from app.bootstrap.work import Work


def raise_alert(work: Work, agreement: str, kind: str, given: Raising) -> Alert:
    """Raise it. Raises AlertFaulty besides where it names an item or a record that its author may not see."""
    found, asked = kind_of(work, agreement, kind)
    may_raise(work, asked)
    faults: dict[str, list[str]] = {}
    if given.item:
        try:
            work.sharing.see(given.item, actor=work.actor, now=work.now)
        except (ItemNotFound, ActRefused):
            faults["item"] = ["Enter the reference of an item that you may see"]
    if given.record:
        about = [
            each for each in agreed.nameable(work, found, asked.about) if each.id == given.record and not each.closed
        ]
        if not about or about[0].establishment not in ("", given.establishment):
            faults["record"] = ["Choose one of the list, about the same establishment"]
    if faults:
        raise AlertFaulty("Correct what is named and send it again.", fields=faults)
    return work.alerting.raise_alert(agreement, kind, given, actor=work.actor, now=work.now)


def kind_of(work: Work, agreement: str, kind: str) -> tuple[Agreement, AlertKind]:
    """A kind of alert of an agreement in force. Raises AlertNotFound."""
    for each in work.agreed.in_force(work.now):
        if each.id == agreement and kind in each.alerts:
            return each, each.alerts[kind]
    raise AlertNotFound("No agreement in force knows alerts of that kind.")


def raised_here(work: Work) -> list[tuple[Agreement, AlertKind]]:
    """The kinds this person may raise."""
    held = held_by(work.people, work.actor, work.now)
    return [
        (agreement, kind)
        for agreement in work.agreed.in_force(work.now)
        for kind in agreement.alerts.values()
        if not rules.against_raising(kind, held)
    ]


def may_raise(work: Work, kind: AlertKind) -> None:
    """Raises AlertRefused."""
    if against := rules.against_raising(kind, held_by(work.people, work.actor, work.now)):
        raise AlertRefused(against[0].text, reasons=against)


def may_order(work: Work, office: Office) -> None:
    """Raises AlertRefused for whoever may not say whom the office calls: they are not told who holds it either."""
    if against := rules.against_ordering(office, work.actor):
        raise AlertRefused(against[0].text, reasons=against)


def to_acknowledge(work: Work, alert: Alert) -> Sequence[Call]:
    """The calls this person may acknowledge."""
    return [
        each
        for each in alert.waiting
        if not rules.against_acknowledging(alert, each, work.actor.id, work.actor.offices)
    ]


def to_hand_on(work: Work, alert: Alert) -> Sequence[Call]:
    """The calls that stand on this person, who may pass them on."""
    return [each for each in alert.waiting if not rules.against_handing_on(each, work.actor.id)]
