"""What only a demonstration has: its clock, and the cast at its door. Registered in demonstration mode alone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.demo.build import credentials
from app.http.house import actor, house
from app.http.language import N_
from app.http.permissions import public, signed_in
from app.http.sessions import current
from app.jobs import moving
from app.web import filters, forms, nav
from app.web.looking import holding
from app.web.page import page
from foundation.calendar import LONDON, add_months, london_date

bp = Blueprint("demonstration", __name__, url_prefix="/demonstration")

OPERATE = "operate"
STEPS = (("day", "1 day"), ("week", "1 week"), ("month", "1 month"), ("year", "1 year"), ("date", "To a date"))


class ClockForm(forms.Form):
    """How far."""

    step = forms.radios("How far should the clock be moved on?", STEPS, needed="Select how far")
    to = forms.day("To which date", hint="Only for “To a date”. For example, 27 3 2028")


@bp.app_context_processor
def shown() -> dict[str, Any]:
    """The way to the clock under every page, and the cast for the sign-in page (asked for only there)."""
    return {
        "footer_links": (*nav.FOOTER, (N_("Move the demonstration’s clock on"), "demonstration.clock")),
        "cast": lambda: credentials(house()),
    }


@bp.route("/clock", methods=["GET", "POST"])
@signed_in
def clock() -> ResponseReturnValue:
    """Ask how far, move it, and do what the clock sets going."""
    form = ClockForm()
    if form.validate_on_submit() and _dated(form):
        with form.refusals():
            to = _target(form, house().now())
            return page("demonstration/moved.html", to=to, swept=moving.move_on(house(), to, actor=actor()))
    with house().work(actor()) as work:
        operates = not against(work, OPERATE)
    return page("demonstration/clock.html", form=form, now=house().now(), operates=operates)


@bp.post("/sweep")
@signed_in
def sweep() -> ResponseReturnValue:
    """What the clock sets going, at once: for whoever operates the service."""
    with holding(OPERATE):
        pass
    swept = moving.set_going(house(), actor())
    flash(f"{filters.plural(swept.due, 'item')} fell due, {filters.plural(swept.destroyed, 'item')} destroyed.")
    return redirect(url_for("demonstration.clock"), 303)


@bp.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """As one of the cast, by their password and the code of this moment: the same two checks as for everybody."""
    found = next((one for one in credentials(house()) if one["key"] == request.form.get("key")), None)
    if found is None:
        abort(404)
    if not _password(found):
        flash(f"{found['name']} cannot sign in with the password of the cast.")
        return redirect(url_for("auth.sign_in"), 303)
    if not _code(found):
        flash("That code has just been used. Wait for the next one, up to 30 seconds.")
        return redirect(url_for("auth.code"), 303)
    return redirect(url_for("home.show"), 303)


def _password(one: dict[str, str]) -> bool:
    with house().work(actor()) as work:
        answer = work.identity.check_password(
            email=one["email"],
            password=one["password"],
            session_token=current().token,
            actor=actor(),
            now=work.now,
        )
    if answer.ok:
        current().adopt(answer.token, answer.stage, keep=False)
    return answer.ok


def _code(one: dict[str, str]) -> bool:
    with house().work(actor()) as work:
        answer = work.identity.check_code(session_token=current().token, code=one["code"], actor=actor(), now=work.now)
    if answer.ok:
        current().enter(answer, "code")
    return answer.ok


def _dated(form: ClockForm) -> bool:
    if form.step.data == "date" and form.to.data is None:
        form.say("Enter the date to move to", "to")
    elif form.step.data == "date" and form.to.data <= london_date(house().now()):
        form.say("The clock only moves on: enter a later date", "to")
    return not form.errors


def _target(form: ClockForm, now: datetime) -> datetime:
    if form.step.data in ("day", "week"):
        return now + timedelta(days=1 if form.step.data == "day" else 7)
    months = {"month": 1, "year": 12}.get(form.step.data)
    day = add_months(london_date(now), months) if months else form.to.data
    return datetime.combine(day, time(9), LONDON)
