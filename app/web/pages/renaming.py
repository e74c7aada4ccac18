"""Whoever sent a RECIPIENTS ONLY item says who is to have it in place of somebody who is gone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms, widgets
from app.web.page import page
from sharing.errors.items import ItemNotFound
from sharing.service.renaming import NOBODY

bp = Blueprint("renaming", __name__, url_prefix="/name-instead")
NONE = "nobody"


class InsteadForm(forms.Form):
    """Who."""

    to = forms.radios("Who is to have it?", needed="Select who is to have it")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every item that waits for this."""
    with house().work(actor()) as work:
        waiting = work.sharing.unreachable(actor=work.actor, now=work.now)
    return page("renaming/index.html", waiting=waiting)


@bp.route("/<ref>/<person>", methods=["GET", "POST"])
@signed_in
def name(ref: str, person: str) -> ResponseReturnValue:
    """One item, one person who is gone. The only colleague is chosen already."""
    form = InsteadForm()
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=work.actor, now=work.now)
        waiting = work.sharing.unreachable(actor=work.actor, now=work.now)
    found = next((each for each in waiting if (each.reference, each.person) == (ref, person)), None)
    if found is None:
        raise ItemNotFound("Nobody is to be named on it instead. Look at the list again.")
    offered = [(each.id, each.name) for each in found.colleagues]
    form.to.choices = widgets.choices([*offered, (NONE, "Nobody: they were named on it for themselves alone")])
    if not form.is_submitted() and len(offered) == 1:
        form.to.data = offered[0][0]
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            to = NOBODY if form.to.data == NONE else form.to.data
            work.sharing.name_instead(ref, person, to, actor=work.actor, now=work.now)
            flash(f"{ref}: it is done.")
            return redirect(url_for("renaming.index"), 303)
    return page("renaming/name.html", form=form, found=found, marking=item.marking)
