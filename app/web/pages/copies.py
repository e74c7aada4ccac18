"""Copies on paper and media: said to be there, and accounted for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import disposal_acts, names
from app.web import disposal_view as view
from app.web.copy_forms import AccountForm, RegisterForm
from app.web.looking import holding
from app.web.page import page
from foundation.errors import Reason
from retention.model.case import Case
from retention.model.copy import KINDS, Copy
from retention.rules.steps import copying

bp = Blueprint("copies", __name__)
LOOK = "view-disposal-log"


@bp.route("/disposals/<ref>/copies/new", methods=["GET", "POST"])
@signed_in
def register(ref: str) -> ResponseReturnValue:
    """There is a copy of the item."""
    form = RegisterForm()
    with holding(LOOK) as work:
        case = work.disposals.case(ref)
        against = may_register(work, case)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {name: form[name].data for name in ("kind", "holder", "place", "made_on")}
            work.retention.register_copy(case.item, **given, actor=work.actor, now=work.now)
            flash("The copy is registered. No certificate is issued until it is accounted for.")
            return redirect(url_for("disposals.show", ref=ref), 303)
    return page("copies/new.html", form=form, case=case, against=against, marking=view.tier([case]))


@bp.route("/copies/<copy>/account", methods=["GET", "POST"])
@signed_in
def account(copy: str) -> ResponseReturnValue:
    """What became of a copy."""
    form = AccountForm()
    with holding(LOOK) as work:
        found = work.outstanding.copy(copy).shown_to(work.actor.party)
        case = work.disposals.case(found.item)
        against = may_account(work, found)
    form.offer(found)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {name: form[name].data for name in ("fate", "method", "on", "witness", "evidence")}
            work.retention.account_copy(copy, **given, actor=work.actor, now=work.now)
            flash("The copy is accounted for.")
            return redirect(url_for("disposals.show", ref=case.reference), 303)
    shown: dict[str, Any] = {"kind": KINDS[found.kind], "body": names.party(found.party)}
    return page(
        "copies/account.html", form=form, case=case, copy=found, against=against, marking=view.tier([case]), **shown
    )


def may_register(work: Work, case: Case) -> list[Reason]:
    """What stands against registering one."""
    found = copying.may_register(case, work.actor)
    return disposal_acts.asked(work, "review-disposal", found, body=work.actor.party)


def may_account(work: Work, copy: Copy) -> list[Reason]:
    """What stands against accounting for one."""
    return disposal_acts.asked(work, "review-disposal", copying.may_account(copy, work.actor), body=work.actor.party)
