"""Partner systems of one's own body: registered, given another secret, disabled, told again, removed."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import outbox_views as views
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms
from app.web.page import page
from outbox.rules.signing import BYTES

bp = Blueprint("partner_systems", __name__, url_prefix="/partner-systems")


class RegisterForm(forms.Form):
    """Where it listens."""

    url = forms.text(
        "Address of the partner system",
        needed="Enter the address",
        hint="For example, https://example.gov.uk/hooks. It must not be inside a private network.",
        most=500,
    )


@bp.route("", methods=["GET", "POST"])
@signed_in
def index() -> ResponseReturnValue:
    """Those there are, and a new one: its secret is shown on the page that answers, and not again."""
    form = RegisterForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            made, secret = work.outbox.register(form.url.data, secrets.token_bytes(BYTES), actor=actor(), now=work.now)
            return _once(views.system(work, made).url, secret)
    with house().work(actor()) as work:
        rows = views.systems(work)
    return page("partner_systems/index.html", form=form, ask=forms.Ask(), rows=rows)


@bp.post("/<system>/rotate")
@signed_in
def rotate(system: str) -> ResponseReturnValue:
    """Another secret; that before stays valid for a while."""
    with house().work(actor()) as work:
        made, secret = work.outbox.rotate(system, secrets.token_bytes(BYTES), actor=actor(), now=work.now)
        where = views.system(work, made)
    return _once(where.url, secret, where.hook.before_until)


@bp.post("/<system>/disable")
@signed_in
def disable(system: str) -> ResponseReturnValue:
    """Tell it nothing any more."""
    with house().work(actor()) as work:
        work.outbox.disable(system, actor=actor(), now=work.now)
    flash("The partner system is told nothing any more.")
    return redirect(url_for("partner_systems.index"), 303)


@bp.post("/<system>/enable")
@signed_in
def enable(system: str) -> ResponseReturnValue:
    """Tell it again."""
    with house().work(actor()) as work:
        work.outbox.enable(system, actor=actor(), now=work.now)
    flash("The partner system is told again.")
    return redirect(url_for("partner_systems.index"), 303)


@bp.route("/<system>/remove", methods=["GET", "POST"])
@signed_in
def remove(system: str) -> ResponseReturnValue:
    """Ask, then remove it and its secrets."""
    form = forms.Ask()
    with house().work(actor()) as work:
        found = next((each for each in views.systems(work) if each.hook.id == system), None)
        if form.validate_on_submit() or found is None:
            work.outbox.unregister(system, actor=actor(), now=work.now)
            flash("The partner system is removed.")
            return redirect(url_for("partner_systems.index"), 303)
    return page("partner_systems/remove.html", form=form, found=found)


def _once(url: str, secret: str, before_until: object = None) -> ResponseReturnValue:
    return page("partner_systems/secret.html", url=url, secret=secret, before_until=before_until)
