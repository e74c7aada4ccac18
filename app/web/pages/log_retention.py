"""How long the log's own disclosures are kept: what is past its age, who proposed to erase it, who agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import redacting, sequencing
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, forms, names
from app.web.names import Names
from app.web.page import page
from audit import redaction
from audit.keeping import ActClass
from audit.redaction import Plan, Proposal

bp = Blueprint("log_retention", __name__, url_prefix="/audit/retention")
BOTH = ["GET", "POST"]
REASON = 400
STATES = {"proposed": "reviewed", "approved": "approved", "rejected": "refused", "done": "done"}


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.text("Reason", needed="Enter the reason", hint="Do not name people.", most=REASON)


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The rules, what is past its age now, and every erasure so far."""
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        plans, proposed = redacting.standing(work)
        called = Names(work)
        rows = [_proposed(each, called) for each in proposed]
        may = not redacting.may_not(work, redacting.PROPOSE)
    keeping = house().policies.keeping
    unfinished = {each.code for each in proposed if each.state in ("proposed", "approved")}
    classes = [(keeping.classes[each.code], each, may and bool(each.due) and each.code not in unfinished)
               for each in plans]  # fmt: skip
    return page(
        "audit/retention.html",
        classes=[{"found": one, "summary": _summary(one, each), "may": allowed} for one, each, allowed in classes],
        keeping=keeping,
        proposals=rows,
    )


@bp.route("/<code>/propose", methods=BOTH)
@signed_in
def propose(code: str) -> ResponseReturnValue:
    """Ask for a reason, then propose."""
    form = ReasonForm()
    sequencing.catch_up(house())
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            redacting.propose(work, code, form.reason.data)
            flash("The erasure is proposed. Somebody else decides on it.")
            return redirect(url_for("log_retention.index"), 303)
    with house().work(actor()) as work:
        redacting.look(work)
        one = redacting.redactions(work).class_of(code)
        found = redaction.plan(work.conn, one, work.now, redacting.staying)
        against = redacting.may_not(work, redacting.PROPOSE)
    return page("audit/propose.html", form=form, code=code, summary=_summary(one, found), against=against)


@bp.route("/proposals/<proposal>/approve", methods=BOTH)
@signed_in
def approve(proposal: str) -> ResponseReturnValue:
    """Ask, then agree."""
    return _decide(proposal, forms.Ask(), approves=True)


@bp.route("/proposals/<proposal>/reject", methods=BOTH)
@signed_in
def reject(proposal: str) -> ResponseReturnValue:
    """Ask why, then do not agree."""
    return _decide(proposal, ReasonForm(), approves=False)


def _decide(proposal: str, form: forms.Form, *, approves: bool) -> ResponseReturnValue:
    sequencing.catch_up(house())
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            redacting.decide(work, proposal, approve=approves, reason="" if approves else form["reason"].data)
            flash("The erasure is approved. It is carried out within the hour." if approves else "It is rejected.")
            return redirect(url_for("log_retention.index"), 303)
    with house().work(actor()) as work:
        redacting.look(work)
        shown = _asking(work, proposal)
    return page("audit/approve.html" if approves else "audit/reject.html", form=form, **shown)


def _asking(work: Work, proposal: str) -> dict[str, Any]:
    found = redaction.proposal(work.conn, work.house.keys.log, proposal)
    one = redacting.redactions(work).class_of(found.code)
    now = redaction.plan(work.conn, one, work.now, redacting.staying)
    rows = [
        ("Proposed", f"{filters.gds_datetime(found.at)}, by {Names(work).person(found.by)}"),
        ("Reason", found.reason),
        ("Entries then", f"{found.entries:,}"),
        *_summary(one, now),
    ]
    return {"found": found, "summary": rows,
            "against": redacting.may_not(work, redacting.APPROVE, other=found.by)}  # fmt: skip


def _summary(one: ActClass, found: Plan) -> Sequence[Any]:
    return [
        ("Acts", one.description),
        ("Kept for", f"{one.least_months} to {one.most_months} months"),
        ("Source", one.source),
        {"key": "Confirmed", "status": "verified" if one.verified else "unverified"},
        (f"Older than {filters.gds_date(found.before)}", filters.plural(found.entries, "entry", "entries")),
        ("Of these stay", f"{found.kept:,}, because of a hold, an item still in use, or an open incident"),
        (f"Older than {one.most_months} months, so overdue", f"{found.overdue:,}"),
    ]


def _proposed(each: Proposal, called: Names) -> list[Any]:
    decided = f"{called.person(each.decided_by)}, {filters.gds_date(each.decided_at)}" if each.decided_by else ""
    link = {"href": url_for("log_retention.approve", proposal=each.id)} if each.state == "proposed" else {}
    return [
        {"text": f"{names.words(each.code)}, before {filters.gds_date(each.before)}", **link},
        {"text": called.person(each.by), "minor": filters.gds_date(each.at)},
        decided,
        {"text": f"{each.redacted if each.state == 'done' else each.entries:,}", "numeric": True},
        {"status": STATES[each.state]},
    ]
