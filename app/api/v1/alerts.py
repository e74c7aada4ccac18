"""Alerts of serious concern: raised, read, acknowledged, passed on; and whom an office calls."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import alerts as schemas
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap import alerts
from app.bootstrap.work import Work
from app.http.house import actor, house
from sharing.model.alert import Raising
from sharing.rules.alerts import against_raising
from sharing.service.recording import held_by

bp = Section("alerts", "Alerts of serious concern: they stand on a person until somebody acknowledges them.")


@bp.op("GET", "/agreements/<agreement>/alert-kinds", gives=schemas.AlertKinds)
def kinds(agreement: str) -> Reply:
    """The kinds of alert an agreement knows. `may`: whether the asker raises these."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        held = held_by(work.people, work.actor, work.now)
    return Reply(whole([asdict(each) | {"may": not against_raising(each, held)} for each in found.alerts.values()]))


@bp.op("POST", "/agreements/<agreement>/alerts/<kind>", takes=schemas.AlertBody, gives=schemas.Alert, status=201)
def raise_alert(body: dict[str, Any], agreement: str, kind: str) -> Reply:
    """Raise one. Every fault is told by field."""

    def act(work: Work) -> Reply:
        made = alerts.raise_alert(work, agreement, kind, Raising(**{**body, "to": tuple(body["to"])}))
        return Reply(made, location=url_for("api_alerts.alert", alert=made.id))

    return once(act)


@bp.op("GET", "/alerts", gives=schemas.Alerts)
def index() -> Reply:
    """Those the asker’s offices raised or were raised to, the newest first, 200 at most: without what was written."""
    with house().work(actor()) as work:
        return Reply(whole(work.alerts.seen_by(work.actor)))


@bp.op("GET", "/alerts/standing", gives=schemas.Alerts)
def standing() -> Reply:
    """Those that stand on the asker now, the longest waiting first: without what was written."""
    with house().work(actor()) as work:
        return Reply(whole(work.alerts.standing_on(work.actor)))


@bp.op("GET", "/alerts/<alert>", gives=schemas.Alert)
def alert(alert: str) -> Reply:
    """One alert, with what was written and what happened to it. That it was read is recorded."""
    with house().work(actor()) as work:
        return Reply(work.alerting.open(alert, actor=work.actor, now=work.now))


@bp.op("POST", "/alerts/<alert>/calls/<call>/acknowledge", gives=schemas.Alert)
def acknowledge(alert: str, call: str) -> Reply:
    """Say that it has reached a person of the office."""
    return once(lambda work: Reply(work.alerting.acknowledge(alert, _number(call), actor=work.actor, now=work.now)))


@bp.op("POST", "/alerts/<alert>/calls/<call>/pass-on", gives=schemas.Alert)
def pass_on(alert: str, call: str) -> Reply:
    """Pass it on at once: to the deputy, or else to both offices."""
    return once(lambda work: Reply(work.alerting.hand_on(alert, _number(call), actor=work.actor, now=work.now)))


@bp.op("POST", "/alerts/<alert>/notes", takes=schemas.AlertNoteBody, gives=schemas.Alert, status=201)
def note(body: dict[str, Any], alert: str) -> Reply:
    """Say what was done about it."""

    def act(work: Work) -> Reply:
        given = {"ends": body["ends"], "actor": work.actor, "now": work.now}
        return Reply(work.alerting.note(alert, body["words"], **given))

    return once(act)


@bp.op("GET", "/offices/<office>/order-of-call", gives=schemas.Order)
def order(office: str) -> Reply:
    """Whom an office calls first, and who is the deputy: for its holders and the administrators of its body."""
    with house().work(actor()) as work:
        found = work.people.office_by_id(office)
        alerts.may_order(work, found)
        return Reply(work.alerts.order(found.principal))


@bp.op("PUT", "/offices/<office>/order-of-call", takes=schemas.OrderBody, gives=schemas.Order)
def set_order(body: dict[str, Any], office: str) -> Reply:
    """Say whom an office calls."""

    def act(work: Work) -> Reply:
        found = work.people.office_by_id(office)
        given = (found, body["first"], body["deputy"])
        return Reply(work.alerting.set_order(*given, actor=work.actor, now=work.now))

    return once(act)


def _number(text: str) -> int:
    """Of a call; what is no number is that of none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
