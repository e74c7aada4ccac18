"""The handling requirements: read and accepted before the first item, and again when a version takes effect (M62)."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.http import errors, kept
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms
from app.web.page import page
from foundation.actor import NOBODY
from identity.rules.gate import INFORMED, person_gate

bp = Blueprint("handling", __name__, url_prefix="/handling-requirements")

# Where items are reached. Somebody who has still to accept is led to the text first, and back afterwards.
ITEMS = frozenset({"items", "acts", "files", "drafts", "search"})


class AcceptForm(forms.Form):
    """``digest`` is of the text shown, so that nobody accepts one they have not seen."""

    agreed = forms.tick(
        "I have read these requirements and will handle what is shared as they say", needed="Tick to accept them"
    )
    digest = HiddenField()
    back = HiddenField()


@bp.route("", methods=["GET", "POST"])
@signed_in
def show() -> ResponseReturnValue:
    """The text in force, and whether it is accepted."""
    now = house().now()
    asked, form = house().policies.gates.requirements.in_force(now), AcceptForm()
    back = kept.local(form.back.data or request.args.get("back", "")) if form.is_submitted() else _asked()
    if asked is not None and form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.identity.accept_handling(
                version=asked.number, digest=form.digest.data or "", actor=work.actor, now=work.now
            )
            flash("You have accepted the handling requirements.")
            return redirect(back, 303)
    form.digest.data, form.back.data = asked.digest if asked else "", back
    accepted = now < actor().informed_until
    return page("handling/show.html", form=form, asked=asked, accepted=accepted)


def lead_to_them() -> ResponseReturnValue | None:
    """Before a page of items is shown to somebody whom nothing but this keeps from it."""
    who = g.get("actor", NOBODY)
    if request.method != "GET" or request.blueprint not in ITEMS or who.id == NOBODY.id or errors.wants_problem():
        return None
    if person_gate(who, house().now()) != (INFORMED,):
        return None
    return redirect(url_for("handling.show", back=kept.local(request.full_path.rstrip("?"))), 303)


def set_up(app: Flask) -> None:
    """Asked before every page, after the sign-in."""
    app.before_request(lead_to_them)


def _asked() -> str:
    return kept.local(request.args.get("back", "/"))
