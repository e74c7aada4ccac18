"""Incidents: what is owed, by when, and to whom; noting what was done; closing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import filters, listing, widgets
from app.web.incident_forms import DoneForm, EndForm
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from incidents.errors import DutyUnknown
from incidents.model import Incident, Owed

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

LOOK, RUN = "view-incidents", "manage-incidents"
SIZE = 50
STATES = {"open": "Open", "closed": "Closed"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The register, newest first."""
    state, before = listing.asked("state"), listing.asked(listing.CURSOR)
    with holding(LOOK) as work:
        found = work.incident_list.page(state=state if state in STATES else "", before=before, size=SIZE + 1)
        rows = [_row(each, work.now) for each in found[:SIZE]]
    return page(
        "incidents/index.html",
        rows=rows,
        state=state,
        states=STATES,
        chosen=listing.chosen({"state": "State"}, {"state": STATES}),
        older=listing.here(**{listing.CURSOR: found[SIZE - 1].number}) if len(found) > SIZE else "",
        newer=listing.here() if before else "",
    )


@bp.get("/<number>")
@signed_in
def show(number: str) -> ResponseReturnValue:
    """One incident."""
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
        shown = _shown(work, found)
    return page("incidents/show.html", incident=found, **shown)


@bp.route("/<number>/duties/<duty>", methods=["GET", "POST"])
@signed_in
def done(number: str, duty: str) -> ResponseReturnValue:
    """Note that something owed was done."""
    form = DoneForm()
    with holding(LOOK) as work:
        owed = _owed(work.incident_list.one(number), duty)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given = {"number": number, "duty": duty, "note": form.note.data}
            work.incidents.note_done(**given, actor=work.actor, now=work.now)
            flash("It is noted.")
            return redirect(url_for("incidents.show", number=number), 303)
    return page("incidents/done.html", form=form, number=number, owed=owed)


@bp.route("/<number>/close", methods=["GET", "POST"])
@signed_in
def close(number: str) -> ResponseReturnValue:
    """Close it, once everything always owed is done."""
    form = EndForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
    form.outcome.choices = widgets.choices((each.code, each.text) for each in found.kind.outcomes)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given = {"number": number, "outcome": form.outcome.data, "note": form.note.data}
            work.incidents.close(**given, actor=work.actor, now=work.now)
            flash("The incident is closed.")
            return redirect(url_for("incidents.show", number=number), 303)
    return page("incidents/close.html", form=form, incident=found, still=_still(found))


def _row(incident: Incident, now: datetime) -> list[Any]:
    coming = incident.next
    late = incident.state == "open" and any(_late(each, now) for each in incident.owed)
    return [
        {"text": incident.number, "href": url_for("incidents.show", number=incident.number)},
        incident.kind.name,
        filters.gds_datetime(incident.opened_at),
        {"status": "overdue" if late else incident.state},
        _next(coming) if incident.state == "open" else f"Closed on {filters.gds_date(incident.closed_at)}",
    ]


def _next(owed: Owed | None) -> Any:
    if owed is None:
        return "Close it"
    return {"text": owed.duty.text, "minor": f"due {filters.gds_datetime(owed.due_at)}" if owed.due_at else ""}


def _shown(work: Work, incident: Incident) -> dict[str, Any]:
    called = Names(work)
    outcome = next((each.text for each in incident.kind.outcomes if each.code == incident.outcome), "")
    return {
        "reported_by": called.person(incident.reported_by),
        "closed_by": called.person(incident.closed_by),
        "outcome": outcome,
        "owed": [_duty(each, work.now, called, incident.state) for each in incident.owed],
    }


def _duty(owed: Owed, now: datetime, called: Names, state: str) -> dict[str, Any]:
    open_ = "overdue" if _late(owed, now) else "only-if" if owed.duty.only_if else "to-do"
    status = "done" if owed.done_at else open_
    return {
        "owed": owed,
        "duty": owed.duty,
        "status": "not-done" if state == "closed" and not owed.done_at else status,
        "by": called.person(owed.done_by),
        "open": owed.done_at is None and state == "open",
    }


def _late(owed: Owed, now: datetime) -> bool:
    """Always owed, with a time that has passed. What depends on the case is for a person to judge."""
    return owed.done_at is None and owed.due_at is not None and owed.due_at <= now and not owed.duty.only_if


def _owed(incident: Incident, duty: str) -> Owed:
    found = next((each for each in incident.owed if each.duty.code == duty), None)
    if found is None:
        raise DutyUnknown("Choose one of the duties of the incident.", subject=incident.id)
    return found


def _still(incident: Incident) -> list[str]:
    """What is always owed and not done: it cannot be closed before."""
    return [each.duty.text for each in incident.owed if each.done_at is None and not each.duty.only_if]
