"""Breaking the glass (M06): reach an item because safety demands it, see where it was done, review it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, forms, names, widgets
from app.web.names import Names
from app.web.page import page
from sharing.model.override import FINDINGS, Override
from sharing.service.base import MOST_WORDS

bp = Blueprint("overrides", __name__, url_prefix="/safety-override")
BOTH = ["GET", "POST"]
HEAD = ("When", "Item", "By", "Danger", "Review")
GONE = "Not readable: it was sealed with the item, which is held back or was destroyed"


class BreakForm(forms.Form):
    """Which item, and why."""

    reference = forms.text("Reference of the item", needed="Enter the reference", hint="As you were told it.")
    danger = forms.radios("What is the danger?", needed="Say what the danger is")
    why = forms.long_text("Why do you need this item now?", needed="Say why you need it now", most=MOST_WORDS)


class ReviewForm(forms.Form):
    """What the review found."""

    finding = forms.radios("What did you find?", FINDINGS.items(), needed="Say what you found")
    why = forms.long_text("Why?", needed="Say why", most=MOST_WORDS)


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Each time that concerns this person, newest first."""
    with house().work(actor()) as work:
        called = Names(work)
        rows = [_row(each, called) for each in work.protection.overrides.seen(actor=work.actor, now=work.now)]
    return page("overrides/index.html", rows=rows, head=HEAD, may="safety-override" in actor().duties)


@bp.route("/new", methods=BOTH)
@signed_in
def new() -> ResponseReturnValue:
    """Break the glass. Then the item opens like any other, for a short time."""
    safety = house().policies.safety
    form = BreakForm()
    form.danger.choices = widgets.choices(safety.dangers.items())
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            reference = form.reference.data.upper()
            given = (reference, form.danger.data, form.why.data)
            work.sharing.break_glass(*given, safety=safety, actor=work.actor, now=work.now)
            flash("It is recorded, and those concerned are told. You can open the item now.")
            return redirect(url_for("items.show", ref=reference), 303)
    minutes = int(safety.lasts.total_seconds() // 60)
    return page("overrides/new.html", form=form, minutes=minutes, may="safety-override" in actor().duties)


@bp.get("/<override>")
@signed_in
def show(override: str) -> ResponseReturnValue:
    """One time."""
    with house().work(actor()) as work:
        found = work.protection.overrides.one(override, actor=work.actor, now=work.now)
        summary = _summary(work, found)
        may = not found.finding and not against(work, "review-override", body=found.originator, other=found.by)
    return page("overrides/show.html", found=found, summary=summary, may=may, marking="OFFICIAL-SENSITIVE")


@bp.route("/<override>/review", methods=BOTH)
@signed_in
def review(override: str) -> ResponseReturnValue:
    """A second person says what they found."""
    form = ReviewForm()
    with house().work(actor()) as work:
        found = work.protection.overrides.one(override, actor=work.actor, now=work.now)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = (found.id, form.finding.data, form.why.data)
            work.sharing.review_override(*given, actor=work.actor, now=work.now)
            flash("The review is recorded.")
            return redirect(url_for("overrides.show", override=found.id), 303)
    return page("overrides/review.html", form=form, found=found)


def _row(each: Override, called: Names) -> list[Any]:
    return [
        {"text": filters.gds_datetime(each.at), "href": url_for("overrides.show", override=each.id)},
        each.reference,
        {"text": called.person(each.by), "minor": names.party(each.party)},
        _danger(each),
        {"status": "reviewed-then" if each.finding else "action-needed"},
    ]


def _danger(each: Override) -> str:
    return house().policies.safety.dangers.get(each.danger, each.danger)


def _summary(work: Work, found: Override) -> list[Any]:
    called, words = Names(work), found.words or {}
    rows = [
        ("Item", found.reference),
        ("By", f"{called.person(found.by)}, {names.party(found.party)}"),
        ("When", filters.gds_datetime(found.at)),
        ("Until", filters.gds_datetime(found.until)),
        ("Danger", _danger(found)),
        ("Why", words.get("why", "") if found.words is not None else GONE),
        ("Review", FINDINGS.get(found.finding, "Not reviewed yet")),
        ("What the review says", words.get("review", "")),
        ("Reviewed", f"{filters.gds_datetime(found.reviewed_at)}, by {called.person(found.reviewed_by)}"
         if found.reviewed_at else ""),
    ]  # fmt: skip
    return [each for each in rows if each[1]]
