"""Retention schedules: what is in force, the next version proposed by one and approved by another, as tables."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.http.request import receives_files
from app.web import forms, listing, names
from app.web import schedule_view as view
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.schedule_forms import ProposeForm, RejectForm, into
from app.web.spreadsheet import csv_file
from foundation.calendar import london_date
from retention.errors import ScheduleFaulty
from retention.rules import schedule_csv

bp = Blueprint("schedules", __name__, url_prefix="/schedules")
LOOK = "view-disposal-log"
BOTH = ["GET", "POST"]
MOST_CSV = 100_000


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Each body's schedule in force, and what is proposed."""
    with holding(LOOK) as work:
        called, today = Names(work), london_date(work.now)
        bodies = []
        for party, schedule in sorted(work.schedules.in_force().parties.items()):
            current = schedule.at(today)
            bodies.append(
                {
                    "id": party,
                    "name": names.party(party),
                    "current": current,
                    "classes": [view.class_row(each) for _, each in sorted(current.classes.items())] if current else [],
                    "versions": view.versions(schedule.versions, current, today),
                }
            )
        proposals = [view.proposed(each, called) for each in work.schedules.versions()]
        may = not view.against_proposing(work)
    return page("schedules/index.html", bodies=bodies, proposals=proposals, may=may)


@bp.get("/<body>.csv")
@signed_in
def as_csv(body: str) -> ResponseReturnValue:
    """The classes of a version as a table: the one in force, or the one ``version`` names."""
    number = listing.asked("version")
    with holding(LOOK) as work:
        found = work.schedules.of(body, int(number) if number.isascii() and number.isdecimal() else None)
    text = schedule_csv.write(found.classes[code] for code in sorted(found.classes))
    answer = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="schedule-{body}-{found.number}.csv"'
    return answer


@bp.route("/propose", methods=BOTH)
@receives_files(into)
@signed_in
def propose() -> ResponseReturnValue:
    """Send the table of the next version."""
    form = ProposeForm()
    if form.validate_on_submit() and (done := _propose(form)):
        return done
    with holding(LOOK) as work:
        against = view.against_proposing(work)
        body = work.actor.party
    return page("schedules/propose.html", form=form, against=against, body=body, columns=schedule_csv.COLUMNS)


def _propose(form: ProposeForm) -> ResponseReturnValue | None:
    with form.refusals():
        try:
            with holding(LOOK) as work:
                found = work.scheduling.propose(
                    work.actor.party,
                    table=form.table.data[0].stream.data,
                    authority=form.authority.data,
                    effective_from=form.effective_from.data,
                    applies=form.applies.data,
                    reason=form.reason.data,
                    actor=work.actor,
                    now=work.now,
                )
                flash("The version is proposed. Somebody else of your body approves it.")
                return redirect(url_for("schedules.show", version=found.id), 303)
        except ScheduleFaulty as error:
            for place, faults in islice(error.fields.items(), 50):
                for fault in faults:
                    form.say(f"{names.sentence(place)}: {fault}", "table")
    return None


@bp.get("/versions/<version>")
@signed_in
def show(version: str) -> ResponseReturnValue:
    """What it changes, and what it would do."""
    with holding(LOOK) as work:
        shown = _shown(work, version)
    return page("schedules/show.html", **shown)


@bp.get("/versions/<version>/dry-run.csv")
@signed_in
def dry_run(version: str) -> ResponseReturnValue:
    """What it would do to each item, as a file."""
    with holding(LOOK) as work:
        found, _ = work.schedules.version(version)
        rows = [view.cells(effect) for effect in islice(work.schedules.effects(version), MOST_CSV)]
    return csv_file(f"dry-run-{found.party}-{found.number}", view.HEAD, rows)


@bp.route("/versions/<version>/approve", methods=BOTH)
@signed_in
def approve(version: str) -> ResponseReturnValue:
    """A second person, having seen all that."""
    form = forms.Ask()
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.scheduling.approve(version, actor=work.actor, now=work.now)
            flash("The version is approved.")
            return redirect(url_for("schedules.show", version=version), 303)
    with holding(LOOK) as work:
        shown = _shown(work, version)
        against = view.against_approving(work, shown["found"])
    return page("schedules/approve.html", form=form, against=against, **shown)


@bp.route("/versions/<version>/reject", methods=BOTH)
@signed_in
def reject(version: str) -> ResponseReturnValue:
    """Not this one."""
    form = RejectForm()
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.scheduling.reject(version, reason=form.reason.data, actor=work.actor, now=work.now)
            flash("The version is rejected.")
            return redirect(url_for("schedules.show", version=version), 303)
    with holding(LOOK) as work:
        found, _ = work.schedules.version(version)
        against = view.against_rejecting(work, found)
    return page("schedules/reject.html", form=form, found=found, body=names.party(found.party), against=against)


def _shown(work: Work, version: str) -> dict[str, Any]:
    found, text = work.schedules.version(version)
    run = work.schedules.dry_run(version) if found.state == "proposed" else None
    return {
        "found": found,
        "body": names.party(found.party),
        "summary": view.summary(found, text, Names(work)),
        "changes": [view.change_row(each) for each in work.schedules.difference(version)],
        "counts": [{"text": title, "numeric": True} for _, title in view.COUNTS],
        "run": view.count_rows(run) if run else None,
        "total": run.total if run else None,
        "may_approve": found.state == "proposed" and not view.against_approving(work, found),
        "may_reject": found.state == "proposed" and not view.against_rejecting(work, found),
    }
