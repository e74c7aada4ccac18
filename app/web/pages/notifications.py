"""How often one hears that something waits: chosen on a page of the account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms
from app.web.page import page

bp = Blueprint("notifications", __name__, url_prefix="/account/notifications")
HOWS = {"at-once": "At once", "daily": "Once a day", "weekly": "Once a week"}


class PreferenceForm(forms.Form):
    """One choice."""

    how = forms.radios("How often do you want to hear?", HOWS.items(), needed="Choose how often you want to hear")


@bp.route("", methods=["GET", "POST"])
@signed_in
def show() -> ResponseReturnValue:
    """What is told, what cannot be switched off, and the choice."""
    form, rules = PreferenceForm(), house().policies.notifications
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.outbox.prefer(form.how.data, actor=actor(), now=work.now)
            flash("How often you hear is changed.")
            return redirect(url_for("notifications.show"), 303)
    with house().work(actor()) as work:
        if not form.is_submitted():
            form.how.data = work.outbox_list.how(actor().id)
        person, unreached = work.people.person(actor().id), work.outbox_list.unreached(actor().id)
    return page(
        "account/notifications.html",
        form=form,
        address=person.email,
        unreached=unreached,
        urgent=[each.name for each in rules.topics if each.urgent],
        others=[each.name for each in rules.topics if not each.urgent],
        hour=f"{rules.hour}:00",
    )
