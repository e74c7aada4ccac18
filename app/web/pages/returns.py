"""Return first: what is to be offered to its source, answered, received; many at once. And the package itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.downloads import packed
from app.http.permissions import signed_in
from app.web import batch_forms as fields
from app.web import batch_view, disposal_view, filters, names
from app.web.disposal_acts import asked
from app.web.looking import holding
from app.web.page import page
from retention.model.case import Case, State
from retention.queries.disposals import Filter
from retention.rules.steps.reasons import REVIEWER
from retention.service.holds import Decided

bp = Blueprint("returns", __name__)
LOOK = "view-disposal-log"
SIZE = 100
UNTICKED = "Tick at least one item in the list"


@bp.route("/disposals/returns", methods=["GET"])
@signed_in
def index() -> ResponseReturnValue:
    """What waits for this body: as the holder of others' items, and as the source of its own."""
    return _page(fields.OffersForm(), fields.AnswersForm(), [])


@bp.route("/disposals/returns/offers", methods=["GET", "POST"])
@signed_in
def offer() -> ResponseReturnValue:
    """Offer all that are ticked back to their source. Asked for, the page with what was ticked before."""
    form, ticked = fields.OffersForm(), request.form.getlist("items")
    results: list[dict[str, Any]] = []
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            done = work.retention.offer_many(_named(work, ticked, form), actor=work.actor, now=work.now)
            results = _told(work, done)
    return _after(form, results) or _page(form, fields.AnswersForm(formdata=None), results, ticked)


@bp.route("/disposals/returns/answers", methods=["GET", "POST"])
@signed_in
def answer() -> ResponseReturnValue:
    """Answer all that are ticked the same. Asked for, the page with what was typed before."""
    form, ticked = fields.AnswersForm(), request.form.getlist("items")
    results: list[dict[str, Any]] = []
    good = form.validate_on_submit()
    if form.is_submitted() and not good and not ticked:
        form.say(UNTICKED)  # all that is wanting, at once
    elif good:
        with form.refusals(), holding(LOOK) as work:
            done = work.retention.answer_many(
                _named(work, ticked, form), answer=form.answer.data, reason=form.reason.data, actor=work.actor,
                now=work.now,
            )  # fmt: skip
            results = _told(work, done)
    return _after(form, results) or _page(fields.OffersForm(formdata=None), form, results, ticked)


@bp.post("/disposals/<ref>/return-package")
@signed_in
def package(ref: str) -> ResponseReturnValue:
    """The item for its source, made as it is sent; entered in the log before the first byte."""
    with holding(LOOK) as work:
        case = work.disposals.case(ref)
        _, parcel = work.retention.give_back(case.item, actor=work.actor, now=work.now)
    return packed(parcel)


def _named(work: Work, ticked: Sequence[str], form: Any) -> list[str]:
    if not ticked:
        form.say(UNTICKED)
        return []
    return list(work.retention.items_named(ticked, actor=work.actor, now=work.now).values())


def _told(work: Work, done: Sequence[Decided]) -> list[dict[str, Any]]:
    went = sum(1 for each in done if not each.reasons)
    if went:
        flash(f"Recorded for {filters.plural(went, 'item')}.")
    return batch_view.refused(done, work.holds.references([each.item for each in done]))


def _after(form: Any, results: Sequence[Any]) -> ResponseReturnValue | None:
    asked_only = not form.is_submitted()
    return None if asked_only or form.errors or results else redirect(url_for("returns.index"), 303)


def _page(offers: Any, answers: Any, results: Sequence[Any], ticked: Sequence[str] = ()) -> ResponseReturnValue:
    with holding(LOOK) as work:
        party = work.actor.party
        due: frozenset[State] = frozenset({"due"})
        lists = {
            "offer": work.disposals.page(Filter(due, not_body=party, returns=frozenset({"none"})), size=SIZE),
            "answer": work.disposals.page(Filter(due, body=party, returns=frozenset({"offered"})), size=SIZE),
            "receive": work.disposals.page(Filter(due, body=party, returns=frozenset({"accepted"})), size=SIZE),
        }
        may = REVIEWER in work.actor.duties and not asked(work, "review-disposal", (), body=party)
    shown = {name: [_row(case) for case in found.rows] for name, found in lists.items()}
    more = {name: bool(found.next) for name, found in lists.items()}
    bad = answers if answers.errors else offers
    return page("returns/index.html", form=bad if bad.errors else None, offers=offers, answers=answers, lists=shown,
                more=more, may=may, results=results, ticked=ticked, size=SIZE,
                marking=disposal_view.tier(case for found in lists.values() for case in found.rows))  # fmt: skip


def _row(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "cls": names.words(case.retention_class),
        "body": names.party(case.originator),
        "due": filters.gds_date(case.due_on),
        "offered": filters.gds_date(case.offered_at) if case.offered_at else "",
    }
