"""What anybody does about incidents: report one, see that it was received, say whether what one took was deleted."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters
from app.web import incident_forms as forms
from app.web.page import page
from incidents.errors import MeasureUnknown
from incidents.model.incident import CLOSED
from incidents.service.containing import ANSWERS
from incidents.service.reporting import Report

bp = Blueprint("incident_reports", __name__)
BOTH = ["GET", "POST"]


@bp.route("/report-an-incident", methods=BOTH)
@signed_in
def report() -> ResponseReturnValue:
    """One short page."""
    # Most people report what they have just noticed: the moment stands there to be corrected.
    form = forms.ReportForm(data=forms.noticed(house().now()) if request.method == "GET" else None)
    form.offer(house().policies.incidents)
    if form.validate_on_submit():
        aware = forms.moment(form.aware_on.data, form.aware_time.data)
        if aware is None:
            form.say("Enter a time like 14:30", "aware_time")
        else:
            with form.refusals(), house().work(actor()) as work:
                given = Report(
                    form.kind.data,
                    form.happened.data,
                    aware,
                    certainty=form.certainty.data,
                    references=forms.parted(form.references.data or ""),
                    people=forms.parted(form.people.data or ""),
                    media=forms.parted(form.media.data or ""),
                    known={"personal": form.personal.data, "shared": form.shared.data},
                )
                made = work.incidents.report(given, actor=work.actor, now=work.now)
                flash(f"Thank you. It was received as {made.number}, and the clocks are running.")
                return redirect(url_for("incident_reports.mine"), 303)
    return page("incidents/report.html", form=form)


@bp.get("/my-reports")
@signed_in
def mine() -> ResponseReturnValue:
    """What one reported, and what one was asked."""
    with house().work(actor()) as work:
        reported = [
            [
                each.number,
                each.kind.name,
                filters.gds_datetime(each.opened_at),
                {"status": "closed" if each.state == CLOSED else "received"},
            ]
            for each in work.incident_register.reported(work.actor.id)
        ]
        asked = [
            [
                {"text": each.reference, "href": url_for("incident_reports.deleted", number=number, item=each.item)}
                if each.answer in ("", "cannot")
                else each.reference,
                filters.gds_datetime(each.at),
                ANSWERS.get(each.answer, "Waits for your answer"),
            ]
            for number, each in work.incident_register.asked(work.actor.id)
        ]
    return page("incidents/mine.html", reported=reported, asked=asked)


@bp.route("/my-reports/<number>/<item>", methods=BOTH)
@signed_in
def deleted(number: str, item: str) -> ResponseReturnValue:
    """Say whether one deleted what one took of an item that went to the wrong person."""
    form = forms.DeletedForm()
    with house().work(actor()) as work:
        reference = _asked(work, number, item)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"number": number, "item": item, "answer": form.answer.data, "note": form.note.data or ""}
            work.incidents.answer_deletion(**given, actor=work.actor, now=work.now)
            flash("Thank you. It is recorded.")
            return redirect(url_for("incident_reports.mine"), 303)
    return page("incidents/deleted.html", form=form, reference=reference)


def _asked(work: Work, number: str, item: str) -> str:
    """The reference of what this person was asked about. Raises MeasureUnknown."""
    found = work.incident_register.asked(work.actor.id)
    reference = next((each.reference for of, each in found if (of, each.item) == (number, item)), "")
    if not reference:
        raise MeasureUnknown("You were not asked about that.")
    return reference
