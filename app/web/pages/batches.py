"""Batches of due items: opened, proposed upon and submitted by reviewers, approved by another person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import batch_forms as fields
from app.web import batch_view as view
from app.web import disposal_view, filters, forms, listing, names, widgets
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from retention.model.batch import BATCH_STATES, MOST, BatchState, Wanted
from retention.queries.batches import BatchSeen
from retention.service.holds import Decided, Terms

bp = Blueprint("batches", __name__, url_prefix="/disposals/batches")
LOOK = "view-disposal-log"
CATEGORIES = {"state": "State", "body": "Originating body"}
SIZE = 50


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every batch, the newest first."""
    wanted: list[BatchState] = [each for each in BATCH_STATES if each == listing.asked("state")]
    with holding(LOOK) as work:
        called, places = Names(work), view.places(work)
        found = work.batches.batches(
            party=listing.asked("body"), states=wanted, before=listing.asked(listing.CURSOR), size=SIZE + 1
        )
        rows = [view.row(each, called, places) for each in found[:SIZE]]
        may_open = not view.against_opening(work)
    words: dict[str, dict[str, str]] = {
        "state": {each: filters.status(each).text for each in BATCH_STATES},
        "body": dict(names.parties()),
    }
    older = listing.here(**{listing.CURSOR: found[SIZE - 1].batch.id}) if len(found) > SIZE else ""
    newer = listing.here() if listing.asked(listing.CURSOR) else ""
    return page("batches/index.html", rows=rows, may_open=may_open, words=words, older=older, newer=newer,
                asked={name: listing.asked(name) for name in CATEGORIES},
                chosen=listing.chosen(CATEGORIES, words))  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """What it takes, then it is open."""
    form = fields.OpenForm()
    with holding(LOOK) as work:
        against = view.against_opening(work)
        places = view.places(work)
        waiting = work.batches.waiting(work.actor.party)
    mine = sorted({each.retention_class for each in waiting})
    form.retention_class.choices = widgets.choices([("", "Any class"), *((code, names.words(code)) for code in mine)])
    here = sorted({each.establishment for each in waiting} - {""})
    offered = [("", "Any establishment"), *((key, places.get(key, key)) for key in here)]
    form.establishment.choices = widgets.choices(offered)
    if form.validate_on_submit():
        wanted = Wanted(form.retention_class.data or "", form.establishment.data or "", form.due_by.data)
        with form.refusals(), holding(LOOK) as work:
            made = work.retention.open_batch(wanted, actor=work.actor, now=work.now)
            more = f" More than {MOST} items fit: the rest waits for the next batch." if made.more else ""
            flash(f"The batch is open.{more}")
            return redirect(url_for("batches.show", batch=made.batch.id), 303)
    return page("batches/new.html", form=form, against=against, waiting=view.waiting(waiting, places), most=MOST)


@bp.get("/<batch>")
@signed_in
def show(batch: str) -> ResponseReturnValue:
    """One batch: what is in it, what was proposed, what would happen, who may do what."""
    with holding(LOOK) as work:
        shown = _shown(work, batch)
    form = fields.ProposeForm() if not shown["against_working"] else None
    return page("batches/show.html", form=form, ticked=[], results=[], **shown)


@bp.route("/<batch>/propose", methods=["GET", "POST"])
@signed_in
def propose(batch: str) -> ResponseReturnValue:
    """The same for many; what was refused is said of each. Asked for, the batch with what was typed before."""
    form, ticked = fields.ProposeForm(), request.form.getlist("items")
    results: list[dict[str, Any]] = []
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            seen = work.batches.batch(batch)
            done = _proposed(work, seen, form, _chosen(seen, form.which.data, ticked))
            results = view.refused(done, {each.case.item: each.case.reference for each in seen.items})
            if went := sum(1 for each in done if not each.reasons):
                flash(_recorded(form.proposal.data, went))
    if form.is_submitted() and not form.errors and not results:
        return redirect(url_for("batches.show", batch=batch), 303)
    with holding(LOOK) as work:
        shown = _shown(work, batch)
    return page("batches/show.html", form=form, ticked=ticked, results=results, **shown)


def _recorded(proposal: str, number: int) -> str:
    items = filters.plural(number, "item")
    if proposal == "hold":
        return f"A hold stands on {items}: out of this batch, and nothing destroys what it stands on."
    return f"Your proposal is recorded for {items}. Nothing happens before somebody else has approved the batch."


def _proposed(work: Work, seen: BatchSeen, form: Any, items: Sequence[str]) -> list[Decided]:
    if not items:
        form.say("Tick at least one item in the list, or choose all that nothing was proposed for", "which")
    if form.proposal.data == "hold" and not (form.issuer.data or "").strip():
        form.say("Enter who asked for the hold", "issuer")
    if form.errors:
        return []
    given: dict[str, Any] = {"actor": work.actor, "now": work.now}
    if form.proposal.data == "hold":
        terms = Terms(form.reason.data, form.issuer.data or "")
        return work.retention.hold_in_batch(seen.batch.id, items, terms, **given)
    return work.retention.propose_in_batch(
        seen.batch.id, items, proposal=form.proposal.data, reason=form.reason.data, until=form.until.data, **given
    )


def _chosen(seen: BatchSeen, which: str, ticked: Sequence[str]) -> list[str]:
    if which == "ticked":
        return [each.case.item for each in seen.items if each.case.reference in ticked]
    if which == "rest":
        return [each.case.item for each in seen.items if each.bare]
    return [each.case.item for each in seen.items if each.member.place == "proposed"]


@bp.route("/<batch>/submit", methods=["GET", "POST"])
@signed_in
def submit(batch: str) -> ResponseReturnValue:
    """Ask, then put it before those who approve."""

    def do(work: Work, _form: Any) -> None:
        work.retention.submit_batch(batch, actor=work.actor, now=work.now)

    return _act(batch, "submit", forms.Ask(), do, "The batch waits for its approval.")


@bp.route("/<batch>/close", methods=["GET", "POST"])
@signed_in
def close(batch: str) -> ResponseReturnValue:
    """Ask why, then give it up."""

    def do(work: Work, form: Any) -> None:
        work.retention.close_batch(batch, reason=form.reason.data, actor=work.actor, now=work.now)

    return _act(batch, "close", fields.ReasonForm(), do, "The batch is given up. Its items are due again.")


@bp.route("/<batch>/approve", methods=["GET", "POST"])
@signed_in
def approve(batch: str) -> ResponseReturnValue:
    """Show what will happen, by count and by name; then do exactly that."""

    def do(work: Work, form: Any) -> None:
        done = work.retention.approve_batch(batch, seen=form.stamp, actor=work.actor, now=work.now)
        left = sum(1 for each in done.items if each.reasons)
        more = f", {left} left out: each is named below with why" if left else ""
        flash(f"{filters.plural(len(done.items) - left, 'item')} approved{more}.")

    return _act(batch, "approve", fields.ApproveForm(), do, "")


@bp.route("/<batch>/send-back", methods=["GET", "POST"])
@signed_in
def send_back(batch: str) -> ResponseReturnValue:
    """Ask which and why, then send them back."""
    ticked = request.form.getlist("items")

    def do(work: Work, form: Any) -> None:
        seen = work.batches.batch(batch)
        items = _chosen(seen, form.which.data, ticked)
        if not items:
            form.say("Tick at least one item in the list, or send the whole batch back", "which")
            return
        done = work.retention.send_back_items(batch, items, reason=form.reason.data, actor=work.actor, now=work.now)
        went = sum(1 for each in done if not each.reasons)
        more = f", {len(done) - went} left out" if went < len(done) else ""
        flash(f"{filters.plural(went, 'item')} sent back{more}. What is sent back is due again.")

    return _act(batch, "send-back", fields.SendBackForm(), do, "", ticked=ticked)


def _act(
    batch: str, slug: str, form: Any, do: Callable[[Work, Any], None], done: str, *, ticked: Sequence[str] = ()
) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            do(work, form)
            if done:
                flash(done)
    if form.is_submitted() and not form.errors:
        return redirect(url_for("batches.show", batch=batch), 303)
    with holding(LOOK) as work:
        shown = _shown(work, batch)
    if slug == "approve":
        form.seen.data = str(shown["stamp"])
    against = shown["against_working" if slug in ("submit", "close") else "against_deciding"]
    return page(f"batches/{slug}.html", form=form, against=against, ticked=ticked, **shown)


def _shown(work: Work, batch: str) -> dict[str, Any]:
    seen = work.batches.batch(batch)
    called = Names(work)
    places = view.places(work)
    rows = [view.item(each, called, places) for each in seen.items]
    return {
        "batch": seen.batch,
        "title": view.title(seen.batch),
        "stamp": seen.stamp,
        "summary": view.summary(seen, called, places),
        "items": [each for each in rows if each["within"] or each["place"] == "approved"],
        "out": [each for each in rows if each["place"] in view.OUT],
        "will": view.will(rows),
        "changed": [each for each in rows if each["changed"]],
        "bare": sum(1 for each in rows if each["bare"]),
        "against_working": view.against_working(work, seen.batch),
        "against_deciding": view.against_deciding(work, seen),
        "policy": work.house.policies.schedules.disposal,
        "marking": disposal_view.tier(each.case for each in seen.items),
    }
