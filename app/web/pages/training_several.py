"""The same training recorded for several people at once: a page that names each, and a POST for all of them or none."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.bootstrap.duties import against
from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import filters, forms, names, widgets
from app.web.looking import holding
from app.web.page import page
from app.web.pages.training import LOOK, MANAGE, TrainingForm
from identity.model import Person
from identity.service.training import MOST_PEOPLE

bp = Blueprint("training_several", __name__, url_prefix="/accounts")
_CHANGED = "These have changed since you looked, and nothing was recorded. Check the list again."


class SeveralForm(TrainingForm):
    """``stand``: whom the page named, so that it is recorded of nobody who was not looked at."""

    stand = HiddenField()
    sure = forms.tick(
        "I have looked at each of these names, and it is true of all of them",
        needed="Say that you have looked at each of the names",
    )


@bp.route("/training", methods=["GET", "POST"])
@signed_in
def record() -> ResponseReturnValue:
    """Whom it would be recorded for; then record it."""
    form = SeveralForm()
    asked = dict.fromkeys(request.args.getlist("person"))
    with holding(LOOK) as work:
        people = _chosen(work, asked)
        modules = work.house.policies.gates.modules
    form.module.choices = widgets.choices([(each.id, each.name) for each in modules.values()])
    stands = " ".join(each.id for each in people)
    if people and form.validate_on_submit():
        if form.stand.data == stands:
            with form.refusals(), holding(LOOK) as work:
                named = [each.id for each in people]
                work.identity.record_training_several(people=named, **form.result(), actor=work.actor, now=work.now)
                flash(f"The training of {filters.plural(len(people), 'person', 'people')} is recorded.")
                return redirect(url_for("accounts.index"), 303)
        else:
            form.say(_CHANGED)
    form.stand.data = stands
    rows = [[each.name, each.email, names.party(each.party)] for each in people]
    return page("accounts/training_several.html", form=form, rows=rows, left=len(asked) - len(rows))


def _chosen(work: Work, asked: dict[str, None]) -> list[Person]:
    """Those of them whom the asker may manage and who have not left, by name."""
    found = [each for each in work.people.people() if each.id in asked and each.standing != "left"]
    return [each for each in found if not against(work, MANAGE, owner=each.id, body=each.party)][:MOST_PEOPLE]
