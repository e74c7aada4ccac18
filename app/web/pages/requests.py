"""What people ask about the data held on them: the list with its clocks, one as a task list, every act on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import requests as rooms
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import listing, request_forms, request_view
from app.web.names import Names
from app.web.page import page
from app.web.request_acts import ACTS, offered
from app.web.spreadsheet import csv_file
from foundation.calendar import london_date
from sharing.queries.rights import left
from sharing.service.rights.receiving import Asked

bp = Blueprint("requests", __name__, url_prefix="/requests")
BOTH = ["GET", "POST"]
_ASKED = ("right", "received_on", "channel", "requester", "subject", "gist", "identity")
STATES = {"open": "Open", "answered": "Answered", "withdrawn": "Taken back"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Those my body deals with, the shortest time left first."""
    state = listing.asked("state")
    with house().work(actor()) as work:
        found = rooms.listed(work, state=state if state in STATES else "")
        officer = not rooms.officer(work)
    late = sum(each.left is not None and each.left < 0 for each in found)
    return page(
        "requests/index.html",
        rows=[request_view.row(each) for each in found],
        head=request_view.HEAD,
        late=late,
        officer=officer,
        state=state,
        states=STATES,
        chosen=listing.chosen({"state": "State"}, {"state": STATES}),
    )


@bp.get("/list.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The list with its clocks for a spreadsheet: nothing people wrote. That it was taken away is recorded."""
    with house().work(actor()) as work:
        found = rooms.listed(work)
        rooms.taken(work, len(found))
    return csv_file("requests", request_view.CSV_HEAD, [request_view.cells(each) for each in found])


@bp.route("/new", methods=BOTH)
@signed_in
def new() -> ResponseReturnValue:
    """Enter a request."""
    form = request_forms.new_form()
    with house().work(actor()) as work:
        rooms.must_handle(work)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {
                name: form[name].data
                for name in ("right", "received_on", "channel", "requester", "subject", "gist", "identity")
            }
            asked = Asked(**given, identifiers=request_forms.pairs(form.identifiers.data))
            made = rooms.requests(work).receive(asked, actor=work.actor, now=work.now)
            flash("The request is entered.")
            return redirect(url_for("requests.show", reference=made.reference), 303)
    return page("requests/new.html", form=form)


@bp.get("/<reference>")
@signed_in
def show(reference: str) -> ResponseReturnValue:
    """One request: what is owed, what was found, what was given, what happened."""
    with house().work(actor()) as work:
        seen = rooms.seen(work, reference)
        called, party = Names(work), work.actor.party
        days = left(seen.case.request, seen.time, london_date(work.now))
        offices = {each.office: work.people.office(each.office).name for each in seen.case.notices}
        shown: dict[str, Any] = {
            "summary": request_view.summary(seen, called, days),
            "parts": request_view.parts(seen),
            "items": request_view.items(seen, party, called),
            "given": request_view.disclosures(seen, called),
            "told": request_view.told(seen, offices, called),
            "history": request_view.history(seen, called),
            "kept": work.request_list.kept_until(seen.case.request),
        }
    mine = seen.case.part(party)
    return page(
        "requests/show.html",
        seen=seen,
        found=seen.case.request,
        mine=mine,
        acts=[(each, ACTS[each].title) for each in offered(seen, party)],
        rules=house().policies.rights,
        **shown,
    )


@bp.route("/<reference>/<act>", methods=BOTH)
@signed_in
def act(reference: str, act: str) -> ResponseReturnValue:
    """One act: asked first, then done."""
    if act not in ACTS:
        abort(404)
    asked, item = ACTS[act], request.args.get("item", "")
    with house().work(actor()) as work:
        rooms.must_handle(work)
        seen = rooms.seen(work, reference)
    if asked.item and seen.case.match(item) is None:
        abort(404)
    form = asked.form(seen)()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            asked.call(rooms.requests(work), seen.case.request.id, item, form, {"actor": work.actor, "now": work.now})
            flash(asked.done)
            gone = act == "decline"  # whoever declined deals with it no longer
            at = url_for("requests.show", reference=seen.case.request.reference)
            return redirect(url_for("requests.index") if gone else at, 303)
    names = [field.name for field in form if field.name != "csrf_token"]
    return page("requests/act.html", form=form, act=asked, found=seen.case.request, item=item, names=names)


@bp.get("/<reference>/letter.txt")
@signed_in
def letter(reference: str) -> ResponseReturnValue:
    """The letter as it stands: what was decided, with no name and no content."""
    with house().work(actor()) as work:
        text = rooms.letter(work, reference)
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="letter.txt"'
    return answer


corrections = Blueprint("corrections", __name__, url_prefix="/corrections")


@corrections.route("", methods=BOTH)
@signed_in
def index_() -> ResponseReturnValue:
    """What my offices were told of items they received, and saying that we know."""
    form = request_forms.KnowForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = (form.request.data or "", form.item.data or "", form.number)
            rooms.requests(work).know(*given, actor=work.actor, now=work.now)
            flash("It is recorded that your office knows.")
            return redirect(url_for("corrections.index_"), 303)
    with house().work(actor()) as work:
        waiting = rooms.corrections(work)
        offices = {each.notice.office: work.people.office(each.notice.office).name for each in waiting}
    return page("requests/corrections.html", form=form, waiting=waiting, offices=offices, rules=house().policies.rights)
