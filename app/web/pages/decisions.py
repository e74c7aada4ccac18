"""Decisions to share and not to: the register, one in full, answering what it lacks, refusing a request."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import decision_view as view
from app.web import listing, names, widgets
from app.web.decision_forms import AnswerForm, RefusalForm
from app.web.names import Names
from app.web.page import page
from app.web.spreadsheet import csv_file
from sharing.events.decisions import DECISIONS_TAKEN
from sharing.model.decision import ACTS, OUTSIDE, Refusal
from sharing.queries.decisions import Wanted
from sharing.rules import deciding

bp = Blueprint("decisions", __name__, url_prefix="/data-protection")
BOTH = ["GET", "POST"]
FILTERS = {
    "act": "Decision",
    "party": "Body that decided",
    "kind": "What",
    "missing": "Record",
    "since": "From",
    "until": "To",
}
MISSING = {"yes": "Something is missing"}
MOST = 10_000


@bp.get("/decisions")
@signed_in
def index() -> ResponseReturnValue:
    """Those this person answers for, or oversees, newest first."""
    with house().work(actor()) as work:
        found = work.protection.decisions.page(
            _wanted(), cursor=listing.asked(listing.CURSOR), actor=work.actor, now=work.now
        )
        called = Names(work)
        rows = [view.row(work, each, called) for each in found.rows]
        words = _words(work)
    return page(
        "decisions/index.html",
        rows=rows,
        head=view.HEAD,
        words=words,
        asked={name: listing.asked(name) for name in FILTERS},
        chosen=listing.chosen(FILTERS, words),
        csv=listing.as_file("decisions.as_csv", FILTERS),
        may_refuse=bool(actor().offices),
        older=listing.here(**{listing.CURSOR: found.next}) if found.next else "",
        newer=listing.here() if listing.asked(listing.CURSOR) else "",
    )


@bp.get("/decisions.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The same as a file, without what people wrote. That it was taken away is recorded."""
    with house().work(actor()) as work:
        called = Names(work)
        found = list(work.protection.decisions.every(_wanted(), most=MOST, actor=work.actor, now=work.now))
        rows = [view.csv_row(work, each, called) for each in found]
        work.trail.record(DECISIONS_TAKEN, actor=work.actor, now=work.now, what={"shown": len(rows)})
    return csv_file("OFFICIAL-SENSITIVE sharing-decisions", view.CSV_HEAD, rows)


@bp.get("/decisions/<decision>")
@signed_in
def show(decision: str) -> ResponseReturnValue:
    """One, under the headings of the ICO's decision form."""
    with house().work(actor()) as work:
        found = work.protection.decisions.one(decision, actor=work.actor, now=work.now)
        called = Names(work)
        summary, stated = view.summary(work, found, called), view.stated(found)
    may = bool(found.missing) and deciding.may_answer(found, actor())
    return page("decisions/show.html", found=found, summary=summary, stated=stated, may_answer=may,
                title=view.ACTS.get(found.act, found.act), marking="OFFICIAL-SENSITIVE")  # fmt: skip


@bp.route("/decisions/<decision>/answer", methods=BOTH)
@signed_in
def answer(decision: str) -> ResponseReturnValue:
    """Ask for what is missing, and for nothing else."""
    with house().work(actor()) as work:
        found = work.protection.decisions.one(decision, actor=work.actor, now=work.now)
    form = AnswerForm(data={"holds": list(found.holds)})
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given: dict[str, Any] = {"told": form.told.data, "holds": form.holds.data or [], "why": form.why.data}
            work.protection.deciding.answer(found.id, **given, actor=work.actor, now=work.now)
            flash("The record is complete.")
            return redirect(url_for("decisions.show", decision=found.id), 303)
    return page("decisions/answer.html", form=form, found=found)


@bp.route("/decisions/refuse", methods=BOTH)
@signed_in
def refuse() -> ResponseReturnValue:
    """Record that a request was refused, and why: nothing is shared, and the decision is one all the same."""
    form = RefusalForm()
    with house().work(actor()) as work:
        (agreement,) = work.agreed.in_force(work.now)[:1]
        offices = [(str(number), work.people.office(number).name) for number in sorted(actor().offices)]
    form.office.choices = widgets.choices(offices)
    others = [(party, names.party(party)) for party in agreement.parties if party != actor().party]
    form.asked_by.choices = widgets.choices([*others, (OUTSIDE, "Somebody outside the agreement")])
    kinds = [(each.id, each.name) for each in agreement.kinds.values()]
    form.kind.choices = widgets.choices([("", "Something else"), *kinds])
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            id_ = work.protection.deciding.refuse(_refusal(form, agreement.id), actor=work.actor, now=work.now)
            flash("The decision not to share is recorded.")
            return redirect(url_for("decisions.show", decision=id_), 303)
    return page("decisions/refuse.html", form=form, held=bool(offices))


def _refusal(form: RefusalForm, agreement: str) -> Refusal:
    return Refusal(
        agreement=agreement,
        office=int(form.office.data),
        kind=form.kind.data,
        asked_by=form.asked_by.data,
        who=form.who.data,
        asked_on=form.asked_on.data,
        what=form.what.data,
        why=form.why.data,
    )


def _wanted() -> Wanted:
    """What the address asks for; what it does not know narrows nothing."""
    since, until = listing.day(listing.asked("since")), listing.day(listing.asked("until"))
    act = listing.asked("act")
    return Wanted(
        act=act if act in ACTS else "",
        kind=listing.asked("kind"),
        party=listing.asked("party"),
        missing=listing.asked("missing") in MISSING,
        since=listing.start_of(since) if since else None,
        until=listing.end_of(until) if until else None,
    )


def _words(work: Work) -> dict[str, dict[str, str]]:
    kinds = {each.id: each.name for one in work.agreed.in_force(work.now) for each in one.kinds.values()}
    return {"act": dict(view.ACTS), "party": dict(names.parties()), "kind": kinds, "missing": MISSING}
