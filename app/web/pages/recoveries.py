"""Giving an account back to its owner: one administrator proposes, another decides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http import hosts
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms, widgets
from app.web.account_forms import RecoverForm, WhyForm
from app.web.looking import holding
from app.web.page import page
from app.web.pages.accounts import LOOK
from identity.errors import RecoveryUnknown
from identity.store.recoveries import Recovery

bp = Blueprint("recoveries", __name__, url_prefix="/accounts")


@bp.route("/<person>/recover", methods=["GET", "POST"])
@signed_in
def propose(person: str) -> ResponseReturnValue:
    """Say how they are known; the page that answers has the code to tell them, once."""
    form = RecoverForm()
    form.checked.choices = widgets.choices(house().policies.gates.doors.checks.items())
    with holding(LOOK) as work:
        found = work.people.person(person)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {"checked": form.checked.data, "words": form.words.data}
            _, code = work.identity.propose_recovery(person_id=person, **given, actor=work.actor, now=work.now)
        if not form.errors:
            return page("recoveries/proposed.html", person=found, code=code)
    return page("recoveries/propose.html", form=form, person=found)


@bp.get("/recoveries")
@signed_in
def index() -> ResponseReturnValue:
    """What waits for a second administrator."""
    with holding(LOOK) as work:
        waiting = [_shown(work, each) for each in work.identity.recoveries(actor=work.actor, now=work.now)]
    return page("recoveries/index.html", waiting=waiting)


@bp.route("/recoveries/<recovery>", methods=["GET", "POST"])
@signed_in
def decide(recovery: str) -> ResponseReturnValue:
    """Look at one, and approve it: the page that answers has the link, once."""
    form = forms.Ask()
    with holding(LOOK) as work:
        shown = _one(work, recovery)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            made = work.identity.approve_recovery(recovery_id=recovery, actor=work.actor, now=work.now)
        if not form.errors:
            link = hosts.address("invitations.accept", token=made.token)
            return page("recoveries/approved.html", link=link, **shown)
    return page("recoveries/decide.html", form=form, recovery=recovery, **shown)


@bp.route("/recoveries/<recovery>/refuse", methods=["GET", "POST"])
@signed_in
def refuse(recovery: str) -> ResponseReturnValue:
    """Nothing changes for the account."""
    form = WhyForm()
    with holding(LOOK) as work:
        shown = _one(work, recovery)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.refuse_recovery(recovery_id=recovery, why=form.why.data, actor=work.actor, now=work.now)
            flash("The recovery is refused. Nothing changed for the account.")
            return redirect(url_for("recoveries.index"), 303)
    return page("recoveries/refuse.html", form=form, recovery=recovery, **shown)


def _one(work: Work, recovery: str) -> dict[str, Any]:
    waiting = work.identity.recoveries(actor=work.actor, now=work.now)
    found = next((each for each in waiting if each.id == recovery), None)
    if found is None:
        raise RecoveryUnknown("It is decided, or out of time. Look at the list of what waits.")
    return _shown(work, found)


def _shown(work: Work, each: Recovery) -> dict[str, Any]:
    checks = house().policies.gates.doors.checks
    return {
        "id": each.id,
        "person": work.people.person(each.person_id),
        "proposer": work.people.person(each.proposed_by).name,
        "own": each.proposed_by == actor().id,
        "proposed": each.proposed,
        "until": each.until,
        "checked": checks.get(each.checked, each.checked),
        "words": each.words,
    }
