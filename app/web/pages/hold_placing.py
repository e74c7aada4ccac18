"""Placing a hold: what it catches, what that comes to now, why; then check, then done. Every page works without script.

Nothing is kept between the pages: what was said goes along in the form, sealed for the person who said it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import filters, hold_draft, hold_view, item_words, names, widgets
from app.web import hold_forms as fields
from app.web.hold_draft import Draft
from app.web.looking import holding
from app.web.page import page
from app.web.spreadsheet import csv_file

bp = Blueprint("hold_placing", __name__, url_prefix="/holds")
LOOK = "view-disposal-log"
HEAD = ("Reference", "Kind", "Class", "Originating body", "Establishment", "Due", "State", "On hold already")


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Each page posts here, and says which it was."""
    stage = request.form.get("stage", "") if request.method == "POST" else ""
    draft = hold_draft.unseal(request.form.get("draft", "")) if stage not in ("", "scope") else None
    if stage == "scope":
        return _scoped()
    if draft is None or stage == "change":
        return _ask_scope(draft or Draft(references=request.args.get("item", "")))
    return _place(draft) if stage == "place" else _terms(draft)


@bp.post("/new.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """Everything the hold would catch, as a file."""
    draft = hold_draft.unseal(request.form.get("draft", ""))
    if draft is None:
        return redirect(url_for("hold_placing.new"), 303)
    with holding(LOOK) as work:
        found = list(work.retention.previewed(draft.read, actor=work.actor, now=work.now))
        places = item_words.places(work)
    return csv_file("hold", HEAD, [[
        case.reference, names.words(case.kind), names.words(case.retention_class), names.party(case.originator),
        places.get(case.establishment, case.establishment), case.due_on.isoformat() if case.due_on else "",
        filters.status(case.state).text, "yes" if case.held else "no",
    ] for case in found])  # fmt: skip


def _ask_scope(draft: Draft) -> ResponseReturnValue:
    shown = {
        name: getattr(draft, name) for name in ("references", "people", "establishments", "classes", "bodies", "words")
    }
    days = {name: hold_draft.day(getattr(draft, name)) for name in ("since", "until")}
    form = fields.ScopeForm(formdata=None, data={**shown, **days})
    return _scope_page(form)


def _scope_page(form: fields.ScopeForm) -> ResponseReturnValue:
    with holding(LOOK) as work:
        _offer(form, work)
        against = hold_view.against_placing(work)
    form.stage.data = "scope"
    return page("holds/new.html", form=form, against=against, marking="OFFICIAL-SENSITIVE")


def _scoped() -> ResponseReturnValue:
    form = fields.ScopeForm()
    with holding(LOOK) as work:
        _offer(form, work)
    if form.validate_on_submit():
        with form.refusals():
            with holding(LOOK) as work:
                draft = hold_draft.of_scope(work, form)
            return _preview(draft, fields.TermsForm(formdata=None))
    return _scope_page(form)


def _preview(draft: Draft, form: fields.TermsForm) -> ResponseReturnValue:
    with holding(LOOK) as work:
        found = work.retention.preview(draft.read, actor=work.actor, now=work.now)
        shown = _shown(work, draft)
        policy = work.house.policies.schedules.disposal
    form.draft.data, form.stage.data = hold_draft.seal(draft), "terms"
    return page(
        "holds/preview.html",
        form=form,
        found=found,
        counts=hold_view.counted_rows(found),
        rows=[hold_view.case_row(case) for case in found.rows],
        late=[hold_view.case_row(case) for case in found.late],
        policy=policy,
        marking="OFFICIAL-SENSITIVE",
        **shown,
    )


def _terms(draft: Draft) -> ResponseReturnValue:
    form = fields.TermsForm()
    if not form.validate_on_submit():
        return _preview(draft, form)
    return _check(hold_draft.with_terms(draft, form), fields.Staged(formdata=None))


def _check(draft: Draft, form: fields.Staged) -> ResponseReturnValue:
    with holding(LOOK) as work:
        found = work.retention.preview(draft.read, actor=work.actor, now=work.now)
        shown = _shown(work, draft)
        policy = work.house.policies.schedules.disposal
    form.draft.data, form.stage.data = hold_draft.seal(draft), "place"
    occasion = hold_view.OCCASIONS.get(draft.occasion, "")
    shown |= {"review": hold_draft.day(draft.review_on), "policy": policy, "occasion": occasion}
    return page("holds/check.html", form=form, found=found, marking="OFFICIAL-SENSITIVE", **shown)


def _place(draft: Draft) -> ResponseReturnValue:
    form = fields.Staged()
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            hold = work.retention.place(draft.read, draft.terms, actor=work.actor, now=work.now)
            flash("The hold is placed. Nothing that it catches is destroyed until it is lifted.")
            return redirect(url_for("holds.show", hold=hold.id), 303)
    return _check(draft, form)


def _offer(form: fields.ScopeForm, work: Work) -> None:
    known = sorted(item_words.places(work).items(), key=lambda each: each[1])
    form.establishments.choices = widgets.choices(known)
    form.classes.choices = widgets.choices(names.classes())
    form.bodies.choices = widgets.choices(names.parties())


def _shown(work: Work, draft: Draft) -> dict[str, Any]:
    scope = draft.read
    people = "; ".join(draft.named)
    return {
        "draft": draft,
        "lines": hold_view.scope_lines(scope, item_words.places(work), work.holds.references(scope.items), people),
    }
