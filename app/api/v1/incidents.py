"""Incidents: reported by anybody, run by whoever leads on them: what is owed, what was done, how it ended."""

from __future__ import annotations

from typing import Any

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import incidents as schemas
from app.api.section import Section
from app.bootstrap import affected as reach
from app.bootstrap import recalling, sending_notices
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http import incident_notices
from app.http.house import actor, house
from incidents.model.incident import Incident
from incidents.rules import standing
from incidents.service.noting import Doing
from incidents.service.reporting import Report

bp = Section("incidents", "Incidents and their clocks.")


@bp.op("GET", "/incidents", query=schemas.IncidentsQuery, gives=schemas.Incidents)
def incidents(query: dict[str, Any]) -> Reply:
    """Those that concern your body, the newest first."""
    before, limit = cursor.text(query["cursor"]), query["limit"]
    with house().work(actor()) as work:
        must(work, "view-incidents")
        rows = work.incident_list.page(state=query["state"], before=before, size=limit + 1)
        waiting = work.incident_list.count_open()
    following = cursor.of_text(rows[limit - 1].number) if len(rows) > limit else None
    return Reply({"items": rows[:limit], "next": following, "open": waiting})


@bp.op("POST", "/incidents", takes=schemas.IncidentReportBody, gives=schemas.IncidentMade, status=201)
def report(body: dict[str, Any]) -> Reply:
    """Report what you know or suspect. Anybody may. Never what the information says."""
    lists = ("impacts", "references", "people", "media")
    said: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in body.items()}
    given = Report(**said)

    def act(work: Work) -> Reply:
        return _left(work.incidents.report(given, actor=actor(), now=work.now))

    return once(act)


@bp.op("GET", "/incidents/<number>", gives=schemas.Incident)
def incident(number: str) -> Reply:
    """One incident with all that is owed and was done. Seeing it is the receipt of what told your body."""
    with house().work(actor()) as work:
        must(work, "view-incidents")
        return Reply(work.incidents.note_seen(number=number, actor=actor(), now=work.now))


@bp.op("GET", "/incidents/<number>/affected", gives=schemas.AffectedAll)
def affected(number: str) -> Reply:
    """Who could have seen its items, whom they reached, and what reached its people."""
    with house().work(actor()) as work:
        must(work, "view-incidents")
        found = work.incident_list.one(number, words=False)
        items = [reach.of_item(work, each) for each in found.items]
        people = [reach.of_person(work, each) for each in found.people]
    return Reply({"items": items, "people": people})


@bp.op("POST", "/incidents/<number>/duties/<duty>", takes=schemas.IncidentDutyBody, gives=schemas.IncidentMade)
def note_done(body: dict[str, Any], number: str, duty: str) -> Reply:
    """Note that a duty was done, or decided. What is written must not say what was at risk."""
    return _run("note_done", number, duty=duty, how=Doing(**body))


@bp.op("POST", "/incidents/<number>/duties/<duty>/send", takes=schemas.IncidentLateBody, gives=schemas.IncidentMade)
def send_notice(body: dict[str, Any], number: str, duty: str) -> Reply:
    """Have its notice sent from here, where the policy says where to. It is noted with the incident once it went."""

    def act(work: Work) -> Reply:
        must(work, "manage-incidents")
        found = work.incident_list.one(number)
        ready = incident_notices.text(work, found, standing.owed_of(found, duty).duty)
        sending_notices.send(work, number, duty, ready, late=body["late"])
        return _left(found)

    return once(act)


@bp.op(
    "POST", "/incidents/<number>/notices/<notice>/receipt", takes=schemas.IncidentNoteBody, gives=schemas.IncidentMade
)
def note_receipt(body: dict[str, Any], number: str, notice: str) -> Reply:
    """Note that what was sent has arrived."""
    return _run("note_receipt", number, notice=notice, **body)


@bp.op("POST", "/incidents/<number>/assessment", takes=schemas.IncidentAssessBody, gives=schemas.IncidentMade)
def assess(body: dict[str, Any], number: str) -> Reply:
    """Say what is known now; it is graded anew. `known` and `words` by the fields of the policies."""
    impacts = body.pop("impacts")
    return _run("assess", number, impacts=None if impacts is None else tuple(impacts), **body)


@bp.op("POST", "/incidents/<number>/awareness", takes=schemas.IncidentAwarenessBody, gives=schemas.IncidentMade)
def correct_awareness(body: dict[str, Any], number: str) -> Reply:
    """Correct when somebody became aware; every clock moves with it, and both moments are kept."""
    return _run("correct_awareness", number, **body)


@bp.op("POST", "/incidents/<number>/actions", takes=schemas.IncidentActionBody, gives=schemas.IncidentMade)
def add_action(body: dict[str, Any], number: str) -> Reply:
    """Somebody is to do something by a day."""
    return _run("add_action", number, **body)


@bp.op("POST", "/incidents/<number>/actions/<action>/done", takes=schemas.IncidentNoteBody, gives=schemas.IncidentMade)
def finish_action(body: dict[str, Any], number: str, action: str) -> Reply:
    """It was done."""
    return _run("finish_action", number, action=action, **body)


@bp.op("POST", "/incidents/<number>/notes", takes=schemas.IncidentLessonBody, gives=schemas.IncidentMade)
def add_note(body: dict[str, Any], number: str) -> Reply:
    """A note, or a lesson."""
    return _run("add_note", number, **body)


@bp.op("POST", "/incidents/<number>/measures", takes=schemas.IncidentContainBody, gives=schemas.IncidentMade)
def contain(body: dict[str, Any], number: str) -> Reply:
    """Stop something at once. `target` is the id of an item or an account."""
    return _run("contain", number, **body)


@bp.op(
    "POST",
    "/incidents/<number>/measures/<measure>/ask-release",
    takes=schemas.IncidentReasonBody,
    gives=schemas.IncidentMade,
)
def ask_release(body: dict[str, Any], number: str, measure: str) -> Reply:
    """Ask a second person to let it go again."""
    return _run("ask_release", number, measure=measure, **body)


@bp.op("POST", "/incidents/<number>/measures/<measure>/release", takes=schemas.Nothing, gives=schemas.IncidentMade)
def release(body: dict[str, Any], number: str, measure: str) -> Reply:  # noqa: ARG001
    """Let it go again; not by whoever asked."""
    return _run("release", number, measure=measure)


@bp.op(
    "POST", "/incidents/<number>/measures/<measure>/keep", takes=schemas.IncidentReasonBody, gives=schemas.IncidentMade
)
def keep(body: dict[str, Any], number: str, measure: str) -> Reply:
    """It stays stopped; not by whoever asked for its release."""
    return _run("keep", number, measure=measure, **body)


@bp.op("POST", "/incidents/<number>/close", takes=schemas.IncidentCloseBody, gives=schemas.IncidentMade)
def close(body: dict[str, Any], number: str) -> Reply:
    """Propose to close it, once everything owed is done."""
    return _run("propose_closing", number, **body)


@bp.op("POST", "/incidents/<number>/agree", takes=schemas.Nothing, gives=schemas.IncidentMade)
def agree(body: dict[str, Any], number: str) -> Reply:  # noqa: ARG001
    """Agree to the closing; not by whoever proposed it, nor by whoever set it off."""
    return _run("close", number)


@bp.op("POST", "/incidents/<number>/send-back", takes=schemas.IncidentNoteBody, gives=schemas.IncidentMade)
def send_back(body: dict[str, Any], number: str) -> Reply:
    """Do not agree to the closing."""
    return _run("send_back", number, **body)


@bp.op("GET", "/me/incidents", gives=schemas.MyIncidents)
def mine() -> Reply:
    """What you reported, and what you were asked to delete."""
    with house().work(actor()) as work:
        asked = [{"number": number, "asked": each} for number, each in work.incident_register.asked(work.actor.id)]
        return Reply({"reported": work.incident_register.reported(work.actor.id), "asked": asked})


@bp.op("POST", "/me/incidents/<number>/<item>", takes=schemas.DeletionBody, gives=schemas.IncidentMade)
def answer_deletion(body: dict[str, Any], number: str, item: str) -> Reply:
    """Say whether you deleted what you took."""

    def act(work: Work) -> Reply:
        return _left(work.incidents.answer_deletion(number=number, item=item, **body, actor=actor(), now=work.now))

    return once(act)


@bp.op("POST", "/items/<reference>/recall", takes=schemas.RecallBody, gives=schemas.Recalled)
def recall(body: dict[str, Any], reference: str) -> Reply:
    """It went to the wrong person: take it back from everybody. Anybody of the office that sent it."""

    def act(work: Work) -> Reply:
        found, took = recalling.recall(work, reference, body["reason"])
        return Reply({"number": found.number, "state": found.state, "took": took})

    return once(act)


@bp.op("POST", "/items/<reference>/not-for-me", takes=schemas.Nothing, gives=schemas.IncidentMade)
def not_for_me(body: dict[str, Any], reference: str) -> Reply:  # noqa: ARG001
    """It was not meant for you."""
    return once(lambda work: _left(recalling.came_wrongly(work, reference)))


def _run(method: str, number: str, **given: Any) -> Reply:
    """One act of a lead."""

    def act(work: Work) -> Reply:
        must(work, "manage-incidents")
        return _left(getattr(work.incidents, method)(number=number, **given, actor=actor(), now=work.now))

    return once(act)


def _left(found: Incident) -> Reply:
    return Reply({"number": found.number, "state": found.state})
