"""Agreements: every duty with its home and its state, what is owed, and the records that show it was done."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import agreed
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import agreement_view as view
from app.web import listing, record_forms, record_steps
from app.web.names import Names
from app.web.page import page
from sharing.events import agreements as events
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line
from sharing.queries.agreed import ALL
from sharing.rules.duties import coverage as rules

bp = Blueprint("agreements", __name__, url_prefix="/agreements")
BOTH = ["GET", "POST"]
FILTERS = {"home": "Home", "state": "State now", "section": "Part"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The agreements in force; where there is one, that one."""
    with house().work(actor()) as work:
        found = work.agreed.in_force(work.now)
        counts = [(each, agreed.lines(work, each)) for each in found]
    if len(found) == 1:
        return redirect(url_for("agreements.show", agreement=found[0].id), 302)
    rows = [
        [
            {"text": each.title, "href": url_for("agreements.show", agreement=each.id)},
            str(each.version),
            {"text": str(len(lines)), "numeric": True},
            {"text": str(sum(line.state == "overdue" for line in lines)), "numeric": True},
            {"text": str(len(rules.unmet(lines))), "numeric": True},
        ]
        for each, lines in counts
    ]
    return page("agreements/index.html", rows=rows)


@bp.get("/<agreement>")
@signed_in
def show(agreement: str) -> ResponseReturnValue:
    """All duties of one, part by part."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        lines = agreed.lines(work, found)
        today = view.today(work)
    shown = _filtered(found, lines)
    titles = list(dict.fromkeys(line.section for line in shown))
    parts = [(title, [view.row(found, line) for line in shown if line.section == title]) for title in titles]
    words = {"home": view.SHORT, "state": view.STATES, "section": {each.id: each.title for each in found.sections}}
    return page(
        "agreements/show.html",
        found=found,
        parts=parts,
        today=today,
        head=view.HEAD,
        counts=[(view.HOMES[home], sum(line.duty.home == home for line in lines)) for home in view.HOMES],
        overdue=sum(line.state == "overdue" for line in lines),
        words=words,
        asked={name: listing.asked(name) for name in FILTERS},
        chosen=listing.chosen(FILTERS, words),
        csv=url_for("agreements.as_csv", agreement=found.id),
    )


@bp.get("/<agreement>.csv")
@signed_in
def as_csv(agreement: str) -> ResponseReturnValue:
    """The whole of it, for a spreadsheet. That it was taken away is recorded."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        text = rules.table([(found, agreed.lines(work, found, most=ALL))])
        what = {"agreement": found.id}
        work.trail.record(events.COVERAGE_TAKEN, actor=work.actor, now=work.now, what=what)
    answer = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="agreement-{found.id}.csv"'
    return answer


@bp.get("/<agreement>/duties/<number>")
@signed_in
def duty(agreement: str, number: str) -> ResponseReturnValue:
    """One duty: what it says, what is owed, and what shows that it was done."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        seen = agreed.duty(work, found, number)
        called, people = _establishments(work), Names(work)
        occurrences = [view.occurrence_row(work, found, each, called) for each in seen.occurrences]
        records = [view.record_row(found.records[each.kind], each, called, people) for each in seen.records]
    return page(
        "agreements/duty.html",
        found=found,
        duty=seen.line.duty,
        summary=view.summary(found, seen.line),
        occurrences=occurrences,
        hidden=seen.hidden,
        records=records,
        kinds=seen.kinds,
        making=seen.making,
    )


@bp.route("/<agreement>/records/<kind>/new", methods=BOTH)
@signed_in
def new(agreement: str, kind: str) -> ResponseReturnValue:
    """Make a record: its form is what the agreement says it is. As a step of a matter, what that says is known."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        asked = work.agreed.kind(found, kind)
        agreed.may_make(work, asked)
        step = record_steps.asked_for(work, found, asked)
        form = record_forms.form_of(work, found, asked, record_forms.begun_with(work, asked), step.known)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given, named = record_forms.given(asked, form), record_forms.named(form)
            made = work.agreeing.record(found.id, asked.id, given=given, named=named, actor=work.actor, now=work.now)
            flash("It is recorded.")
            return redirect(record_steps.after(found, asked, made, step), 303)
    return page("agreements/new.html", form=form, found=found, kind=asked, step=step)


@bp.get("/records/<record>")
@signed_in
def record(record: str) -> ResponseReturnValue:
    """One record."""
    with house().work(actor()) as work:
        found, kind = agreed.record(work, record)
        of = work.agreed.agreement(found.agreement, work.now)
        offices = {each.id: each.name for each in work.people.offices()}
        summary = view.record_summary(of, kind, found, _establishments(work) | offices)
        by = Names(work).person(found.made_by)
    stepwise = any(each.record == kind.id for each in of.tasks.values())
    return page("agreements/record.html", found=found, kind=kind, of=of, summary=summary, by=by, stepwise=stepwise)


def _filtered(agreement: Agreement, lines: Sequence[Line]) -> list[Line]:
    home, state, section = (listing.asked(name) for name in FILTERS)
    title = next((each.title for each in agreement.sections if each.id == section), "")
    return [
        line
        for line in lines
        if home in ("", line.duty.home) and state in ("", line.state) and title in ("", line.section)
    ]


def _establishments(work: Work) -> dict[str, str]:
    return {each.key: each.name for each in work.people.establishments(None)}
