"""Incidents: what is owed, by when, and to whom; noting what was done; containing it; closing it by two."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import sending_notices
from app.bootstrap.work import Work
from app.http import incident_notices
from app.http.permissions import signed_in
from app.web import incident_forms as forms
from app.web import incident_view as view
from app.web import listing, widgets
from app.web.incident_asking import LOOK, RUN, ask, asked
from app.web.looking import holding
from app.web.page import page
from incidents.model.incident import SENT
from incidents.rules import standing
from incidents.service.noting import Doing

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

SIZE = 50
STATES = {"open": "Open", "closing": "Being closed", "closed": "Closed"}
BOTH = ["GET", "POST"]


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The register, newest first."""
    state, before = listing.asked("state"), listing.asked(listing.CURSOR)
    with holding(LOOK) as work:
        found = work.incident_list.page(state=state if state in STATES else "", before=before, size=SIZE + 1)
        late = work.house.policies.incidents.late
        rows = [view.row(each, work.now, late) for each in found[:SIZE]]
    return page(
        "incidents/index.html",
        rows=rows,
        state=state,
        states=STATES,
        chosen=listing.chosen({"state": "State"}, {"state": STATES}),
        older=listing.here(**{listing.CURSOR: found[SIZE - 1].number}) if len(found) > SIZE else "",
        newer=listing.here() if before else "",
    )


@bp.get("/<number>")
@signed_in
def show(number: str) -> ResponseReturnValue:
    """One incident. That a lead of the other body sees it is the receipt of what told them."""
    with holding(LOOK) as work:
        work.incident_list.one(number, words=False)
        found = work.incidents.note_seen(number=number, actor=work.actor, now=work.now)
        shown = view.shown(work, found)
    return page("incidents/show.html", incident=found, **shown)


@bp.route("/<number>/duties/<duty>", methods=BOTH)
@signed_in
def done(number: str, duty: str) -> ResponseReturnValue:
    """Note that something owed was done, or decided: with the text to send ready made."""
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
        owed = standing.owed_of(found, duty)
        ready = incident_notices.text(work, found, owed.duty)
        goes_to = "" if owed.duty.decision else sending_notices.address(work, duty)
        carried = view.outbox_words(sending_notices.under_way(work, found), owed)
    form = forms.done_form(owed)
    if form.validate_on_submit() and _when(form):
        with form.refusals(), holding(RUN) as work:
            doing = _doing(form)
            work.incidents.note_done(number=number, duty=duty, how=doing, actor=work.actor, now=work.now)
            flash("It is noted.")
            return redirect(url_for("incidents.show", number=number), 303)
    return page(
        "incidents/done.html", form=form, number=number, owed=owed, text=ready, goes_to=goes_to, carried=carried
    )


@bp.route("/<number>/duties/<duty>/send", methods=BOTH)
@signed_in
def send(number: str, duty: str) -> ResponseReturnValue:
    """Have its notice sent from here: it is noted with the incident once it went."""
    form = forms.LateForm()

    def act(work: Work) -> None:
        found = work.incident_list.one(number)
        ready = incident_notices.text(work, found, standing.owed_of(found, duty).duty)
        sending_notices.send(work, number, duty, ready, late=form.late.data or "")

    words = {"title": "Send this notice from here?", "action": "Send the notice"}
    said = "It goes within a minute, to the address that is set for it. That it went is noted in your name."
    return asked(form, number, act, done="The notice is in the outbox.", said=said, **words)


@bp.route("/<number>/notices/<notice>/receipt", methods=BOTH)
@signed_in
def receipt(number: str, notice: str) -> ResponseReturnValue:
    """Note that what was sent has arrived."""
    form = forms.NoteForm()

    def act(work: Work) -> None:
        given = {"number": number, "notice": notice, "note": form.note.data}
        work.incidents.note_receipt(**given, actor=work.actor, now=work.now)

    words = {"title": "Note that it was received?", "action": "Note its receipt"}
    return asked(form, number, act, done="Its receipt is noted.", said="Say how you know, in the note.", **words)


@bp.route("/<number>/assessment", methods=BOTH)
@signed_in
def assess(number: str) -> ResponseReturnValue:
    """Say what is known now. It is graded anew."""
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
        rules = work.house.policies.incidents
    form = forms.assessment(rules, found.known)
    if not form.is_submitted():
        form.impacts.data = list(found.impacts)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            known, words = forms.assessed(rules, form)
            impacts = tuple(form.impacts.data or ())
            given: dict[str, Any] = {"number": number, "known": known, "impacts": impacts, "words": words}
            work.incidents.assess(**given, actor=work.actor, now=work.now)
            flash("It is noted, and graded anew.")
            return redirect(url_for("incidents.show", number=number), 303)
    names = [f"f_{each}" for each in rules.fields]
    return page("incidents/assess.html", form=form, incident=found, names=names)


@bp.route("/<number>/awareness", methods=BOTH)
@signed_in
def awareness(number: str) -> ResponseReturnValue:
    """Correct when somebody became aware."""
    form = forms.AwarenessForm()
    with holding(LOOK) as work:
        work.incident_list.one(number)
    if form.validate_on_submit():
        aware = forms.moment(form.aware_on.data, form.aware_time.data)
        if aware is None:
            form.say("Enter a time like 14:30", "aware_time")
        else:
            with form.refusals(), holding(RUN) as work:
                given = {"number": number, "aware_at": aware, "reason": form.reason.data}
                work.incidents.correct_awareness(**given, actor=work.actor, now=work.now)
                flash("It is corrected, and every clock with it.")
                return redirect(url_for("incidents.show", number=number), 303)
    said = "Every clock of this incident moves with it. What was recorded before stays on the page, with your reason."
    return ask(form, number, "Correct when somebody became aware", "Correct it", said)


@bp.route("/<number>/actions/new", methods=BOTH)
@signed_in
def action(number: str) -> ResponseReturnValue:
    """Somebody is to do something."""
    form = forms.ActionForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
        people = [each for party in found.parties for each in work.people.people(party=party, standing="active")]
    form.owner.choices = widgets.choices([("", "Choose somebody"), *((each.id, each.name) for each in people)])
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given = {"text": form.text.data, "owner": form.owner.data, "due_on": form.due_on.data}
            work.incidents.add_action(number=number, **given, actor=work.actor, now=work.now)
            flash("The action is noted.")
            return redirect(url_for("incidents.show", number=number), 303)
    return ask(form, number, "Add an action", "Add this action", "It is shown until it is done.")


@bp.route("/<number>/actions/<action>/done", methods=BOTH)
@signed_in
def action_done(number: str, action: str) -> ResponseReturnValue:
    """An action was done."""
    form = forms.NoteForm()

    def act(work: Work) -> None:
        given = {"number": number, "action": action, "note": form.note.data}
        work.incidents.finish_action(**given, actor=work.actor, now=work.now)

    words = {"title": "Note that the action is done?", "action": "Note that it is done"}
    return asked(form, number, act, done="It is noted.", said="With your name and the time.", **words)


@bp.route("/<number>/notes/new", methods=BOTH)
@signed_in
def note(number: str) -> ResponseReturnValue:
    """A lesson, or a note."""
    form = forms.LessonForm()

    def act(work: Work) -> None:
        given = {"text": form.text.data, "lesson": form.sort.data == "lesson"}
        work.incidents.add_note(number=number, **given, actor=work.actor, now=work.now)

    words = {"title": "Add a lesson or a note", "action": "Add it"}
    return asked(form, number, act, done="It is noted.", said="It stays with the incident.", **words)


@bp.route("/<number>/close", methods=BOTH)
@signed_in
def close(number: str) -> ResponseReturnValue:
    """Propose to close it, once everything owed is done."""
    form = forms.EndForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
    form.outcome.choices = widgets.choices((each.code, each.text) for each in found.kind.outcomes)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given = {"number": number, "outcome": form.outcome.data, "note": form.note.data}
            work.incidents.propose_closing(**given, actor=work.actor, now=work.now)
            flash("A second security lead now agrees to it, or sends it back.")
            return redirect(url_for("incidents.show", number=number), 303)
    still = [each.text for each in standing.still(found)]
    return page("incidents/close.html", form=form, incident=found, still=still)


@bp.route("/<number>/agree", methods=BOTH)
@signed_in
def agree(number: str) -> ResponseReturnValue:
    """Agree to the closing, or send it back."""
    form = forms.AgreeForm()
    with holding(LOOK) as work:
        found = work.incident_list.one(number)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            given: dict[str, Any] = {"number": number, "actor": work.actor, "now": work.now}
            if form.agree.data == "yes":
                work.incidents.close(**given)
                flash("The incident is closed.")
            else:
                work.incidents.send_back(note=form.reason.data, **given)
                flash("It is open again.")
            return redirect(url_for("incidents.show", number=number), 303)
    ended = next((each.text for each in found.kind.outcomes if each.code == found.outcome), "")
    said = f"It was proposed to close it so: {ended}" if ended else "Nobody has proposed to close it."
    return ask(form, number, "Agree to closing it?", "Answer", said)


def _when(form: Any) -> bool:
    """Whether day and time belong together: both, or neither for just now."""
    day, wall = form.sent_on.data, (form.sent_time.data or "").strip()
    if (day is None) != (not wall) or (day is not None and forms.moment(day, wall) is None):
        form.say("Enter both a day and a time like 14:30, or neither", "sent_time")
        return False
    return True


def _doing(form: Any) -> Doing:
    decided = {"decision": form.decision.data, "reasons": form.reasons.data} if "decision" in form else {}
    sent_at = forms.moment(form.sent_on.data, form.sent_time.data or "")
    return Doing(
        note=form.note.data or "",
        stage=form.stage.data if "stage" in form else "",
        sent_at=sent_at,
        channel=form.channel.data or "",
        to=form.to.data or "",
        late=form.late.data or "",
        decision=decided.get("decision") or SENT,
        reasons=decided.get("reasons") or "",
    )
