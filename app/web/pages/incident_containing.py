"""Stopping it: from the page of an incident, and from an item in two clicks. Who was reached by it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import affected as reach
from app.bootstrap import recalling
from app.bootstrap.incidents import Colleagues, Items
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters
from app.web import incident_forms as forms
from app.web.forms import Ask
from app.web.incident_asking import LOOK, RUN, ask, asked
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from foundation.actor import FOREVER
from incidents.errors import MeasureUnknown
from incidents.model.incident import MEASURES
from sharing.errors.items import FactsAltered

bp = Blueprint("incident_containing", __name__)
BOTH = ["GET", "POST"]
HOW = {"shown": "Saw that it is there", "read": "Read it", "taken": "Took files away", "copied": "Made paper or media"}
CLOSED_ALREADY = (
    "The records of this item do not agree with the log. Nobody is shown it and nobody can open it until whoever runs "
    "the service has put them right. Then hold it back here"
)
BASES = {
    "sender": "Sent it",
    "recipient": "Named on it",
    "group": "In a group named on it",
    "route": "Of an office it came to",
    "grant": "Sight for a time",
    "break-glass": "In an emergency",
}


@bp.route("/incidents/<number>/contain", methods=BOTH)
@signed_in
def contain(number: str) -> ResponseReturnValue:
    """Stop something at once."""
    form = forms.ContainForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
    if not form.is_submitted() and found.references:
        form.target.data = found.references[0]
    if form.validate_on_submit():
        try:
            with form.refusals(), holding(RUN) as work:
                target = _target(work, form.act.data, form.target.data)
                work.incidents.contain(number=number, act=form.act.data, target=target, actor=work.actor, now=work.now)
                flash("It is stopped.")
                return redirect(url_for("incidents.show", number=number), 303)
        except FactsAltered:
            form.say(CLOSED_ALREADY, "target")
    said = "It is done at once and recorded. Letting it go again takes a second person."
    return ask(form, number, "Stop something", "Stop it", said, danger=True)


@bp.route("/incidents/<number>/measures/<measure>/ask", methods=BOTH)
@signed_in
def ask_release(number: str, measure: str) -> ResponseReturnValue:
    """Ask a second person to let it go again."""
    form = forms.WhyForm()

    def act(work: Work) -> None:
        given = {"number": number, "measure": measure, "reason": form.reason.data}
        work.incidents.ask_release(**given, actor=work.actor, now=work.now)

    words = {"title": "Ask for its release?", "action": "Ask for its release"}
    said = "It stays stopped until another security lead agrees."
    return asked(form, number, act, done="A second security lead now decides.", said=said, **words)


@bp.route("/incidents/<number>/measures/<measure>/release", methods=BOTH)
@signed_in
def release(number: str, measure: str) -> ResponseReturnValue:
    """Let it go again, or keep it stopped: the second person."""
    form = forms.ReleaseForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given: dict[str, Any] = {"number": number, "measure": measure, "actor": work.actor, "now": work.now}
            if form.agree.data == "yes":
                work.incidents.release(**given)
                flash("It is released.")
            else:
                work.incidents.keep(reason=form.reason.data or "", **given)
                flash("It stays stopped.")
            return redirect(url_for("incidents.show", number=number), 303)
    given_why = [each.text for each in found.told.notes if each.sort == "release"]
    said = f"The reason given: {given_why[-1]}" if given_why else "Nobody has asked for it."
    return ask(form, number, "Let it go again?", "Answer", said)


@bp.get("/incidents/<number>/affected")
@signed_in
def affected(number: str) -> ResponseReturnValue:
    """Who could have seen the items of an incident, who did, and what left; and the same of its people."""
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
        called = Names(work)
        items = [_item(reach.of_item(work, each), called) for each in found.items]
        people = [_person(reach.of_person(work, each), called) for each in found.people]
    return page("incidents/affected.html", incident=found, items=items, people=people)


@bp.route("/items/<ref>/recall", methods=BOTH)
@signed_in
def recall(ref: str) -> ResponseReturnValue:
    """I, or my office, sent it to the wrong person."""
    form = forms.RecallForm()
    with house().work(actor()) as work:
        if not form.is_submitted():
            work.sharing.see(ref, actor=work.actor, now=work.now)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            made, took = recalling.recall(work, ref, form.reason.data or "")
            called = Names(work)
            who = [called.person(each) for each in took]
            return page("incidents/recalled.html", incident=made, reference=ref, who=who, form=None)
    return page("incidents/recall.html", form=form, reference=ref)


@bp.route("/items/<ref>/not-for-me", methods=BOTH)
@signed_in
def not_for_me(ref: str) -> ResponseReturnValue:
    """It was not meant for me."""
    form = Ask()
    with house().work(actor()) as work:
        work.sharing.see(ref, actor=work.actor, now=work.now)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            made = recalling.came_wrongly(work, ref)
            flash(f"Thank you. It was received as {made.number}: the security leads see it now.")
            return redirect(url_for("incident_reports.mine"), 303)
    return page("incidents/not_for_me.html", form=form, reference=ref)


def _target(work: Work, act: str, typed: str) -> str:
    """The id of an item by its reference, or of a person by their address. Raises MeasureUnknown."""
    if MEASURES.get(act) == "person":
        target = Colleagues(work.people).account(typed.strip())
    else:
        target = next((each.item for each in Items(work.conn).named([typed.strip().upper()])), "")
    if not target:
        said = "Nothing of that name is here: give a reference, or an e-mail address"
        raise MeasureUnknown(f"{said}.", fields={"target": [said]})
    return target


def _item(found: reach.Affected, called: Names) -> dict[str, Any]:
    return {
        "reference": found.reference,
        "reached": [
            [called.person(each.person), HOW[each.how], _times(each), filters.gds_datetime(each.last_at)]
            for each in found.reached
        ],
        "could": [
            [
                called.person(each.person),
                {"text": BASES.get(each.basis, each.basis), "minor": each.through},
                filters.gds_datetime(each.since),
                "Still" if each.until >= FOREVER else filters.gds_datetime(each.until),
            ]
            for each in found.could
        ],
    }


def _person(found: reach.Exposed, called: Names) -> dict[str, Any]:
    return {
        "name": called.person(found.person),
        "could": found.could,
        "totals": [(HOW[how], f"{things} items, {times} times") for how, (things, times) in found.totals.items()],
        "reached": [
            [
                found.references.get(each.item, "An item that is gone"),
                HOW[each.how],
                _times(each),
                filters.gds_datetime(each.last_at),
            ]
            for each in found.reached
        ],
    }


def _times(each: Any) -> str:
    return "Once" if each.times == 1 else f"{each.times} times, first {filters.gds_datetime(each.first_at)}"
