"""What waits for somebody who left, is suspended or ends an appointment: moved, ended, or left where it stands."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import leaving
from app.http.permissions import signed_in
from app.web import filters, forms, widgets
from app.web.looking import holding
from app.web.page import page
from sharing.service.reowning import END, MOVE, SENDER, Matter

bp = Blueprint("leavers", __name__, url_prefix="/accounts")
LOOK = "view-accounts"
SAID = {
    "named": "Named on {id}",
    "draft": "A draft, {id}",
    "grant": "Sight of {id} for a time",
    "group": "Member of the need-to-know group {name}",
    "order": "In the order of call of {name}",
    "alert": "An alert that nobody has acknowledged. It goes on to the next in the office by itself",
    "medium": "Removable medium {id}. It must be handed over or accounted for in the register of media",
    "paper": "A copy of {id} on paper. It must be moved to somebody or accounted for in the register of paper",
    "batch": "A disposal batch not yet decided. Another records manager of their body goes on with it",
    "hold": "A hold, to be looked at again on {day}. It stays in force, in their name; records managers lift it",
}


class MoveForm(forms.Form):
    """Which, and to whom."""

    matters = forms.checks("What is moved?", needed="Select what is moved")
    to = forms.finder("To whom?", needed="Select a colleague", few="radios")


class EndForm(forms.Form):
    """Which."""

    matters = forms.checks("What is ended?", needed="Select what is ended")


@bp.route("/<person>/open-matters", methods=["GET", "POST"])
@signed_in
def show(person: str) -> ResponseReturnValue:
    """References and no titles: whoever administers accounts may not know what an item says."""
    form = MoveForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
        every = leaving.open_matters(work, person)
        colleagues = work.sharing.successors(person, actor=work.actor, now=work.now)
        form.matters.choices = [(each.id, said(each)) for each in every if each.then == MOVE]
        form.to.choices = widgets.choices([(each.id, each.name) for each in colleagues])
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            moved = work.sharing.reown(person, form.to.data, matter=form.matters.data, actor=work.actor, now=work.now)
            flash(f"{moved} moved.")
            return redirect(url_for("leavers.show", person=person), 303)
    sorted_ = {then: [said(each) for each in every if each.then == then] for then in (MOVE, END, SENDER)}
    stays = [said(each) for each in every if each.then not in sorted_]
    return page(
        "accounts/matters.html",
        form=form,
        person=found,
        moving=sorted_[MOVE],
        ending=sorted_[END],
        asking=sorted_[SENDER],
        stays=stays,
        colleagues=colleagues,
    )


@bp.route("/<person>/open-matters/end", methods=["GET", "POST"])
@signed_in
def end(person: str) -> ResponseReturnValue:
    """What nobody takes over: sight for a time, groups, places in an order of call."""
    form = EndForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
        every = leaving.open_matters(work, person)
        form.matters.choices = [(each.id, said(each)) for each in every if each.then == END]
    if not form.matters.choices:
        return redirect(url_for("leavers.show", person=person), 303)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            flash(f"{leaving.end(work, person, form.matters.data)} ended.")
            return redirect(url_for("leavers.show", person=person), 303)
    return page("accounts/end_matters.html", form=form, person=found)


def said(matter: Matter) -> str:
    """One matter in words."""
    day = filters.gds_date(date.fromisoformat(matter.state)) if matter.kind == "hold" else ""
    return SAID[matter.kind].format(id=matter.id, name=matter.name, day=day)
