"""Holds: all that stand, and the lifting of one. They are placed on the page of their case."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import filters, listing
from app.web.disposal_acts import lift_against
from app.web.disposal_forms import ReasonForm
from app.web.disposal_view import tier
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from foundation.calendar import london_date
from retention.errors import HoldNotFound
from retention.model import Case, Hold

bp = Blueprint("holds", __name__, url_prefix="/holds")
LOOK = "view-disposal-log"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Those to be looked at soonest first; lifted ones on request."""
    lifted = listing.asked("lifted") == "yes"
    with holding(LOOK) as work:
        called, today = Names(work), london_date(work.now)
        found = work.disposals.holds(in_force=not lifted)
        cases = {each.item: work.disposals.case(each.item) for each in found}
        rows = [_row(each, cases[each.item], called) for each in found]
        late = sum(1 for each in found if each.review_on <= today and not lifted)
    return page("holds/index.html", rows=rows, lifted=lifted, late=late, marking=tier(cases.values()))


@bp.route("/<hold>/lift", methods=["GET", "POST"])
@signed_in
def lift(hold: str) -> ResponseReturnValue:
    """Ask why, then lift it."""
    form = ReasonForm()
    with holding(LOOK) as work:
        found = _found(work, hold)
        case = work.disposals.case(found.item)
        against = lift_against(work, case)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.retention.lift_hold(hold, reason=form.reason.data, actor=work.actor, now=work.now)
            flash("The hold is lifted.")
            return redirect(url_for("disposals.show", ref=case.reference), 303)
    return page("holds/lift.html", form=form, hold=found, case=case, against=against, marking=tier([case]))


def _found(work: Work, hold: str) -> Hold:
    """Raises HoldNotFound for one that is lifted too: there is nothing left to ask about."""
    found = next((each for each in work.disposals.holds(in_force=True) if each.id == hold), None)
    if found is None:
        raise HoldNotFound("It may have been lifted already.")
    return found


def _row(hold: Hold, case: Case, called: Names) -> list[object]:
    lift_link = {"text": "Lift it", "href": url_for("holds.lift", hold=hold.id)} if hold.lifted_at is None else ""
    return [
        {"text": case.reference, "href": url_for("disposals.show", ref=case.reference)},
        hold.issuer,
        {"text": hold.reason},
        {"text": called.person(hold.owner), "minor": f"placed on {filters.gds_date(hold.placed_at)}"},
        filters.gds_date(hold.review_on),
        lift_link
        or {"text": f"Lifted on {filters.gds_date(hold.lifted_at)}", "minor": f"by {called.person(hold.lifted_by)}"},
    ]
