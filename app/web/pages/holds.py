"""Holds: all that stand, each with what it stands on and what happened to it, and what its keepers do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import forms, hold_view, listing, names, widgets
from app.web import hold_forms as fields
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from audit.follow import facts_about
from foundation.calendar import london_date
from retention.errors import HoldNotFound
from retention.model.hold import MANNERS, Hold, Manner
from retention.service.holds import Decided

bp = Blueprint("holds", __name__, url_prefix="/holds")
LOOK = "view-disposal-log"
CATEGORIES = {"state": "State", "body": "Placed by", "occasion": "What for"}
STATES = {"in-force": "In force", "overdue": "To be looked at again", "lifted": "Lifted"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Those to be looked at soonest first; lifted ones on request."""
    asked = {name: listing.asked(name) for name in CATEGORIES}
    state = asked["state"] if asked["state"] in STATES else "lifted" if listing.asked("lifted") == "yes" else "in-force"
    with holding(LOOK) as work:
        today, called = london_date(work.now), Names(work)
        found = work.holds.holds(
            in_force=state != "lifted",
            review_by=today if state == "overdue" else None,
            party=asked["body"],
            occasion=asked["occasion"],
        )
        rows = [hold_view.row(each, called, overdue=each.hold.review_on <= today) for each in found]
        late = sum(1 for each in found if each.hold.review_on <= today and state != "lifted")
        may_place = not hold_view.against_placing(work)
    words = {"state": STATES, "body": dict(names.parties()), "occasion": hold_view.OCCASIONS}
    return page("holds/index.html", rows=rows, state=state, late=late, may_place=may_place, words=words, asked=asked,
                chosen=listing.chosen(CATEGORIES, words), title=f"Holds {STATES[state].lower()}",
                marking="OFFICIAL-SENSITIVE")  # fmt: skip


@bp.get("/<hold>")
@signed_in
def show(hold: str) -> ResponseReturnValue:
    """One hold: what it names, what it stands on now, what happened to it."""
    with holding(LOOK) as work:
        row = work.holds.hold(hold)
        called, today = Names(work), london_date(work.now)
        wanted = listing.asked("manner")
        manner: Manner | None = next((each for each in MANNERS if each == wanted), None)
        held, after = work.holds.items(hold, manner=manner, after=listing.asked(listing.CURSOR))
        shown: dict[str, Any] = {
            "hold": row.hold,
            "row": row,
            "rows": [hold_view.held_row(each) for each in held],
            "also": work.holds.still_held(hold),
            "lines": hold_view.named_by(work, row.hold, work.actor),
            "owner": called.person(row.hold.owner),
            "lifter": called.person(row.hold.lifted_by),
            "body": names.party(row.hold.party),
            "occasion": hold_view.OCCASIONS.get(row.hold.occasion, ""),
            "overdue": row.hold.lifted_at is None and row.hold.review_on <= today,
            "may": not hold_view.against(work, row.hold),
            "ends": hold_view.against_lifting(work, row.hold),
            "history": hold_view.history(facts_about(work.conn, work.house.keys.log, hold), called),
        }
    older = listing.here(**{listing.CURSOR: after}) if after else ""
    newer = listing.here() if listing.asked(listing.CURSOR) else ""
    return page("holds/show.html", form=None, older=older, newer=newer, manner=wanted, manners=hold_view.MANNERS,
                marking="OFFICIAL-SENSITIVE", **shown)  # fmt: skip


@bp.route("/<hold>/lift", methods=["GET", "POST"])
@signed_in
def lift(hold: str) -> ResponseReturnValue:
    """Ask why, then lift it."""

    def do(work: Work, form: Any) -> None:
        work.retention.lift_hold(hold, reason=form.reason.data, actor=work.actor, now=work.now)

    return _act(hold, "lift", fields.LiftForm(), do, "The hold is lifted.")


@bp.route("/<hold>/renew", methods=["GET", "POST"])
@signed_in
def renew(hold: str) -> ResponseReturnValue:
    """Say that it was looked at and stays."""

    def do(work: Work, form: Any) -> None:
        work.retention.renew_hold(
            hold, review_on=form.review_on.data, reason=form.reason.data, actor=work.actor, now=work.now
        )

    return _act(hold, "renew", fields.RenewForm(), do, "The hold stays, until it is looked at again.")


@bp.route("/<hold>/owner", methods=["GET", "POST"])
@signed_in
def owner(hold: str) -> ResponseReturnValue:
    """Give it to somebody else."""
    form = fields.OwnerForm()
    with holding(LOOK) as work:
        offered = work.retention.may_own(_found(work, hold), actor=work.actor, now=work.now)
    form.owner.choices = widgets.choices([("", "Choose a person"), *offered.items()])

    def do(work: Work, form: Any) -> None:
        work.retention.change_owner(
            hold, owner=form.owner.data, reason=form.reason.data, actor=work.actor, now=work.now
        )

    return _act(hold, "owner", form, do, "The hold has another owner.")


@bp.route("/<hold>/decide", methods=["GET", "POST"])
@signed_in
def decide(hold: str) -> ResponseReturnValue:
    """Say of items whether the words fit; what could not be done is said for each."""
    form = fields.DecideForm()
    refused: list[str] = []

    def do(work: Work, form: Any) -> None:
        given = [each.upper() for each in fields.lines(form.references.data)]
        named = work.retention.items_named(given, actor=work.actor, now=work.now)
        done = work.retention.decide_items(
            hold, list(named.values()), fits=form.fits.data == "yes", reason=form.reason.data, actor=work.actor,
            now=work.now,
        )  # fmt: skip
        refused.extend(_refused(given, named, done))

    answer = _act(hold, "decide", form, do, "What you said of the items is recorded.")
    for each in refused:
        flash(each)
    return answer


def _act(hold: str, slug: str, form: forms.Form, do: Callable[[Work, Any], None], done: str) -> ResponseReturnValue:
    with holding(LOOK) as work:
        found = _found(work, hold)
        shown: dict[str, Any] = {
            "against": (hold_view.against_lifting if slug == "lift" else hold_view.against)(work, found),
            "lines": hold_view.named_by(work, found, work.actor),
            "body": names.party(found.party),
            "waiting": _waiting(work, found),
        }
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            do(work, form)
            flash(done)
            return redirect(url_for("holds.show", hold=hold), 303)
    return page(f"holds/{slug}.html", form=form, hold=found, marking="OFFICIAL-SENSITIVE", **shown)


def _found(work: Work, hold: str) -> Hold:
    """Raises HoldNotFound for one that is lifted too: there is nothing left to ask about."""
    found = work.holds.hold(hold).hold
    if found.lifted_at is not None:
        raise HoldNotFound("It was lifted already.")
    return found


def _waiting(work: Work, hold: Hold) -> list[list[Any]]:
    held, _ = work.holds.items(hold.id, manner="suggested")
    return [hold_view.held_row(each) for each in held] if hold.kind == "words" else []


def _refused(given: list[str], named: Mapping[str, str], done: list[Decided]) -> list[str]:
    called = {item: reference for reference, item in named.items()}
    unknown = [f"{each}: no retention clock runs for it." for each in given if each not in named]
    return unknown + [
        f"{called[each.item]}: {' '.join(reason.text for reason in each.reasons)}" for each in done if each.reasons
    ]
