"""Tokens for programs: made and taken back by the person they act for."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.sessions import current
from app.web import filters, forms, names, proof, token_view, widgets
from app.web.page import page
from app.web.token_view import ALL, TokenForm
from foundation.calendar import london_midnight
from identity.errors import TokenUnknown

bp = Blueprint("tokens", __name__, url_prefix="/account/tokens")
# What the room calls fields that this form calls otherwise.
_NAMES = {"appointment": "reach"}


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Make one. It is shown on the answer to this form and never again."""
    form = TokenForm()
    with house().work(actor()) as work:
        held = work.people.appointments(actor().id, now=work.now)
    each = [(one.id, f"{names.role(one.role)}, {one.office_name}") for one in held]
    form.reach.choices = widgets.choices([(ALL, "Everything you hold"), *each])
    if form.validate_on_submit() and proof.given(form):
        with token_view.named(form, _NAMES), house().work(actor()) as work:
            made, text = work.identity.issue_token(
                session_token=current().token,
                name=form.name.data,
                until=london_midnight(form.until.data + timedelta(days=1)),
                appointment="" if form.reach.data == ALL else form.reach.data,
                reads_only=form.acts.data == "look",
                actor=actor(),
                now=work.now,
            )
            return page(
                "account/token_made.html", text=text, last=made.until - timedelta(milliseconds=1), name=made.name
            )
    return page("account/token_new.html", form=form, proof=proof.asked())


@bp.route("/<token>/revoke", methods=["GET", "POST"])
@signed_in
def revoke(token: str) -> ResponseReturnValue:
    """Ask, then take it back."""
    form = forms.Ask()
    with house().work(actor()) as work:
        found = next((each for each in work.tokens.mine(actor=actor()) if each.id == token), None)
    if found is None:
        raise TokenUnknown("Choose a token from your account page.")
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.identity.revoke_token(token_id=token, actor=actor(), now=work.now)
            flash(f"The token for “{found.name}” is taken back. It opens nothing any more.")
            return redirect(url_for("account.show"), 303)
    used = filters.gds_datetime(found.used) or "Never"
    return page("account/token_revoke.html", form=form, found=found, used=used)
