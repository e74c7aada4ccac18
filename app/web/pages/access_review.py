"""Access attested line by line: who has what, and whether they still need it (M64b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, forms, names
from app.web.page import page
from audit.reading import latest
from identity.errors import AppointmentUnknown
from identity.events import SIGNED_IN
from identity.rules.reviewing import DUE, LATER, OVERDUE, Line

bp = Blueprint("access_review", __name__, url_prefix="/access-review")

SAID = {OVERDUE: ("Overdue", "red"), DUE: ("Due", "yellow"), LATER: ("Later", "grey")}


class AttestForm(forms.Form):
    """One line."""

    decision = forms.radios(
        "Do they still need it?",
        (("keep", "Yes: keep it for another period"), ("remove", "No: take it away now")),
        needed="Select whether they still need it",
    )
    leave = forms.checks("Which need-to-know groups do they need no longer?", needed="")
    why = forms.text("Reason", hint="Needed to take it away. Kept in the audit log.", most=400)


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """What is one's own to attest; all of it for compliance officers and administrators."""
    with house().work(actor()) as work:
        everyone = not against(work, "view-people")
        mine = work.identity.reviewed(actor=work.actor, now=work.now)
        every = work.identity.reviewed(everyone=True, actor=work.actor, now=work.now) if everyone else []
        shown: dict[str, Any] = {"mine": _by_office(work, mine), "every": _by_office(work, every)}
    late = sum(each.state == OVERDUE for each in mine)
    return page("people/access_review.html", everyone=everyone, late=late, **shown)


@bp.route("/<appointment>", methods=["GET", "POST"])
@signed_in
def attest(appointment: str) -> ResponseReturnValue:
    """Keep it or take it away."""
    form = AttestForm()
    with house().work(actor()) as work:
        mine = work.identity.reviewed(actor=work.actor, now=work.now)
        line = next((each for each in mine if each.held.id == appointment), None)
        row = _row(work, line, _last(work, [line])) if line else None
        groups = work.people.groups_of(line.held.person_id, now=work.now) if line else []
        form.leave.choices = [(each.id, each.name) for each in groups]
    if row is None:
        raise AppointmentUnknown("It is not yours to attest, or it has ended. Look at the list again.")
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.identity.attest(
                appointment_id=appointment,
                keep=form.decision.data == "keep",
                why=form.why.data or "",
                leave=form.leave.data or (),
                actor=work.actor,
                now=work.now,
            )
            flash("It is attested." if form.decision.data == "keep" else "It is taken away.")
            return redirect(url_for("access_review.index"), 303)
    return page("people/attest.html", form=form, row=row, groups=groups)


def _by_office(work: Work, lines: Sequence[Line]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines of each office together, offices by name."""
    last = _last(work, lines)
    found: dict[str, list[dict[str, Any]]] = {}
    for each in sorted(lines, key=lambda one: one.office.name):
        found.setdefault(each.office.name, []).append(_row(work, each, last))
    return list(found.items())


def _last(work: Work, lines: Sequence[Line]) -> Mapping[str, datetime]:
    """When each signed in last."""
    return latest(work.conn, SIGNED_IN.name, {each.held.person_id for each in lines})


def _row(work: Work, line: Line, last: Mapping[str, datetime]) -> dict[str, Any]:
    person = work.people.person(line.held.person_id)
    state, colour = SAID[line.state]
    lacks = [each.module.name for each in work.checks.of(person, now=work.now).lacks]
    return {
        "id": line.held.id,
        "name": person.name,
        "role": names.role(line.held.role),
        "office": line.office.name,
        "until": filters.until(line.held.window.until),
        "seen": filters.gds_date(last[person.id]) if person.id in last else "Never",
        "groups": ", ".join(each.name for each in work.people.groups_of(person.id, now=work.now)),
        "attested": filters.gds_date(line.held.attested) if line.held.attested else "Never",
        "due": filters.gds_date(line.due),
        "state": state,
        "colour": colour,
        "lacks": ", ".join(lacks),
        "by": names.role(line.role) if line.role else "Nobody: appoint somebody who may",
    }
