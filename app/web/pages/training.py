"""What one person was trained in: everything recorded of it, and recording more."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.http.permissions import signed_in
from app.web import forms, gates, widgets
from app.web.looking import holding
from app.web.page import page

bp = Blueprint("training", __name__, url_prefix="/accounts")

LOOK, MANAGE = "view-accounts", "manage-account"


class TrainingForm(forms.Form):
    """The result of one module."""

    module = forms.radios("Module", needed="Select a module")
    on = forms.day("Date of the training", needed="Enter the date of the training", hint="For example, 27 3 2026")
    passed = forms.radios("Result", (("yes", "Passed"), ("no", "Not passed")), needed="Select the result")
    provider = forms.text("Who gave the training", needed="Enter who gave the training")
    evidence = forms.text(
        "Reference of the certificate or record",
        needed="Enter the reference of the certificate or record",
        hint="A number or a place where it is kept. No personal details.",
    )

    def result(self) -> dict[str, Any]:
        """What was heard, as the room takes it."""
        return {
            "module": self.module.data,
            "on": self.on.data,
            "passed": self.passed.data == "yes",
            "provider": self.provider.data,
            "evidence": self.evidence.data,
        }


@bp.route("/<person>/training", methods=["GET", "POST"])
@signed_in
def record(person: str) -> ResponseReturnValue:
    """Record a result; below it what was recorded before."""
    form = TrainingForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
        modules = work.house.policies.gates.modules
        form.module.choices = widgets.choices([(each.id, each.name) for each in modules.values()])
        refused = against(work, MANAGE, owner=found.id, body=found.party)
        results = [] if refused else work.identity.results(person_id=person, actor=work.actor, now=work.now)
        rows = gates.training(work, found)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.record_training(person_id=person, **form.result(), actor=work.actor, now=work.now)
            flash("The training is recorded.")
            return redirect(url_for("accounts.show", person=person), 303)
    shown: dict[str, Any] = {"person": found, "rows": rows, "results": results, "refused": refused, "modules": modules}
    return page("accounts/training.html", form=form, title="Record training", **shown)
