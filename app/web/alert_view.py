"""An alert in words: on whom it stands, since when, what happened to it; the notice on top of a home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from markupsafe import Markup

from app.bootstrap.glance import Glance, glance
from app.bootstrap.wiring import words as sealed
from app.bootstrap.work import Work
from app.http.house import house
from app.http.language import _, said
from app.web import filters, nav
from app.web.agreement_view import place_words, span_words
from app.web.names import Names
from classification.model import OFFICIAL, SENSITIVE
from sharing.model.agreement import Agreements
from sharing.model.alert import EVERYBODY, NOBODY, Alert, AlertKind, Call, Step
from sharing.queries.alerts import AlertList

MARKINGS = {"O": OFFICIAL, "OS": SENSITIVE}
_STAGES = {"first": "who is called first", "deputy": "the deputy", "everybody": "both offices"}
_CAUSES = {
    "late": "Nobody acknowledged it in time",
    "handed-on": "It was passed on",
    "nobody": "Nobody of the office could be called",
}
_ACTS = {
    "raised": "Raised",
    "opened": "Read",
    "acknowledged": "Acknowledged",
    "noted": "What was done",
    "ended": "Ended",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert on top of a home page: nothing of what was written."""

    title: str
    text: str
    href: str


def kind_of(alert: Alert, agreements: Agreements) -> AlertKind:
    """As its agreement had it when it was raised."""
    return agreements.version(alert.agreement, alert.version).alerts[alert.kind]


def notices() -> list[Notice]:
    """What stands on the person who asks, on the pages they start from; else nothing is looked for."""
    who = g.get("actor")
    if who is None or not who.offices or request.endpoint not in (nav.HOME, "items.inbox"):
        return []
    with glance(house()) as seen:
        found = AlertList(seen.conn, sealed(house())).standing_on(who)
        return [_notice(each, seen) for each in found]


def _notice(alert: Alert, seen: Glance) -> Notice:
    urgency = kind_of(alert, house().known.agreements(seen.conn)).urgency(alert.urgency)
    due = min((call.due_at for call in alert.waiting if call.due_at), default=None)
    when, office = filters.gds_datetime(alert.raised_at), seen.people.name_of(alert.office)
    raised = _("Raised %(when)s by %(office)s.", when=when, office=office)
    asked = _("Acknowledge it by %(when)s; then it goes on.", when=filters.gds_datetime(due))
    limit = asked if due else _("Nobody acknowledged it.")
    place = seen.people.establishment(alert.establishment).name
    return Notice(
        Markup("{}: {}").format(place, said(urgency.words if urgency else alert.urgency)),
        f"{raised} {limit}",
        url_for("alerts.show", alert=alert.id),
    )


def row(work: Work, alert: Alert, called: dict[str, str]) -> list[Any]:
    """One alert of the list."""
    kind = kind_of(alert, work.agreements)
    urgency = kind.urgency(alert.urgency)
    status = "ended" if alert.ended_at else "unacknowledged" if alert.waiting else "acknowledged"
    place = called.get(alert.establishment, alert.establishment)
    return [
        {"text": place, "href": url_for("alerts.show", alert=alert.id), "minor": kind.name},
        MARKINGS[alert.marking],
        urgency.words if urgency else alert.urgency,
        {"text": work.people.name_of(alert.office), "minor": filters.gds_datetime(alert.raised_at)},
        {"status": status, "minor": "; ".join(_with(work, each) for each in alert.waiting)},
    ]


def summary(work: Work, alert: Alert, called: dict[str, str], names: Names) -> list[Any]:
    """What was raised."""
    kind = kind_of(alert, work.agreements)
    urgency = kind.urgency(alert.urgency)
    raised = f"{filters.gds_datetime(alert.raised_at)}, by {names.person(alert.raised_by)}, "
    raised += work.people.name_of(alert.office)
    rows: list[Any] = [
        ("Establishment", called.get(alert.establishment, alert.establishment)),
        ("Urgency", urgency.words if urgency else alert.urgency),
        ("Time to acknowledge it", span_words(urgency.acknowledge) if urgency else ""),
        ("Raised", raised),
        ("Source", ", ".join(kind.clauses)),
    ]
    if alert.item:
        href = url_for("items.show", ref=alert.item)
        rows.append({"key": "Item", "text": alert.item, "href": href, "action": "Look at", "about": "the item"})
    return rows


def call_row(work: Work, alert: Alert, call: Call, names: Names) -> list[Any]:
    """How it stands with one office."""
    if call.acknowledged_at:
        status, since = "acknowledged-late" if call.late else "acknowledged", call.acknowledged_at
        who = names.person(call.acknowledged_by)
    else:
        status, since, who = "unacknowledged", call.since, _with(work, call, names)
    return [
        office(work, alert, call),
        {"text": who, "minor": "" if call.acknowledged_at else _CAUSES.get(call.turn.cause, "")},
        {"status": status, "minor": filters.gds_datetime(since)},
        filters.gds_datetime(call.due_at) if call.due_at and not call.acknowledged_at else "",
    ]


def entry(work: Work, alert: Alert, step: Step, names: Names) -> dict[str, Any]:
    """One step, for the timeline."""
    call = alert.call(step.call)
    place = office(work, alert, call) if call else ""
    title, text = _ACTS.get(step.act, step.act), step.words
    if step.act == "called":
        title = f"{place}: stands on {_STAGES[step.stage]}"
        people = ", ".join(names.person(each) for each in step.people)
        text = ". ".join(each for each in (_CAUSES.get(step.cause, ""), people) if each)
    elif step.act == "acknowledged":
        title = f"{place}: acknowledged{', late' if step.cause else ''}"
    return {"title": title, "at": step.at, "by": names.person(step.by), "text": text}


def office(work: Work, alert: Alert, call: Call) -> str:
    """The office of a call, in words."""
    if call.office:
        return work.people.name_of(call.office)
    agreement = work.agreements.version(alert.agreement, alert.version)
    return f"{place_words(agreement, call.place)}: none covers the establishment"


def _with(work: Work, call: Call, names: Names | None = None) -> str:
    if call.turn.stage == EVERYBODY:
        offices = [work.people.name_of(each) for each in call.turn.offices]
        nobody = "held by nobody; " if call.turn.cause == NOBODY else ""
        return f"{nobody}with everybody of {', '.join(offices)}"
    known = names or Names(work)
    return f"with {', '.join(known.person(each) for each in call.turn.people)}, {_STAGES[call.turn.stage]}"
