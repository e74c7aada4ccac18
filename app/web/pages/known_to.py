"""Who knows of a record that is kept to named people, and changing that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import agreement_view as view
from app.web import filters, finding, forms, widgets
from app.web.names import Names
from app.web.page import page
from sharing.model.circle import BARRED, ENDED, NAMED, Named
from sharing.model.coverage import Record

bp = Blueprint("known_to", __name__, url_prefix="/agreements/records")

STATES = {NAMED: "Knows of it", ENDED: "Knows no longer", BARRED: "Barred from it"}
DONE = {"name": "They are named, and know of it now.", "end": "They know of it no longer.", "bar": "They are barred."}
ACTS = (
    ("name", "Name them: from now on they know of it"),
    ("end", "End it: they know of it no longer"),
    ("bar", "Bar them, also when everybody entitled may know of it"),
)


class KnownForm(forms.Form):
    """Who, what, and why."""

    person = forms.radios("Who?", needed="Choose somebody")
    act = forms.radios("What is to be done?", ACTS, needed="Choose what is to be done")
    reason = forms.long_text("Why?", needed="Say why", hint="Kept sealed. Those who know of the record may read it.")


@bp.route("/<record>/known-to", methods=["GET", "POST"])
@signed_in
def show(record: str) -> ResponseReturnValue:
    """Everybody named or barred; and, for those who may, the form that changes it."""
    form = KnownForm()
    with house().work(actor()) as work:
        root, closing, standing, may = work.agreeing.known(record, actor=work.actor, now=work.now)
        version = work.agreements.version(root.agreement, root.version)
        options = _options(work, standing)
        called = Names(work)
        rows = [_row(root, each, called, may=may) for each in standing]
    form.person.choices = widgets.choices(options)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"person": form.person.data, "act": form.act.data, "reason": form.reason.data}
            work.agreeing.change_known(record, **given, actor=work.actor, now=work.now)
            flash(DONE[form.act.data])
            off = given["act"] != "name" and given["person"] == work.actor.id  # they may not look any more
            return redirect(url_for("agreements.index") if off else url_for("known_to.show", record=record), 303)
    return page(
        "agreements/known_to.html",
        form=form,
        found=root,
        kind=version.records[root.kind],
        rows=rows,
        may=may,
        choosing=bool(options) and may,
        may_be_told=view.places(version, closing.places),
        most=closing.most,
    )


def _row(root: Record, each: Named, called: Names, *, may: bool) -> list[Any]:
    change = url_for("known_to.show", record=root.id, person=each.person)
    return [
        called.person(each.person),
        STATES[each.state],
        {"text": filters.gds_datetime(each.at), "minor": f"by {called.person(each.by)}"},
        {"text": f"Change for {called.person(each.person)}", "href": change} if may and each.state != BARRED else "",
    ]


def _options(work: Work, standing: Sequence[Named]) -> list[tuple[str, str]]:
    """Whom somebody looked for, by account: those found by name or office, or the one person of a row."""
    chosen = request.args.get("person", "")
    if chosen in {each.person for each in standing}:
        return [(chosen, Names(work).person(chosen))]
    found = finding.matches(work, request.args.get("q", ""))
    people = ((work.people.by_principal(each.principal), each.words) for each in found)
    return [(person.id, words) for person, words in people if person is not None]
