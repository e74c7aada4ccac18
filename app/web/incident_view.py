"""How an incident is shown: clocks, what was sent, what was stopped, what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from app.bootstrap import sending_notices
from app.bootstrap.work import Work
from app.http import phrases
from app.web import filters
from app.web.incident_forms import IMPACTS, MEASURE_WORDS
from app.web.names import Names
from foundation.actor import SERVICE
from incidents.model.incident import CLOSED, CLOSING, DECIDED_NOT, OFF, ONCE, Incident, Notice, Owed
from incidents.model.rules import Detector, Late, Rules
from incidents.rules import clocks
from incidents.service.containing import ANSWERS
from incidents.service.desk import HERE
from incidents.service.noting import CHANNELS
from outbox.model.message import DROPPED, FAILED, WAITING, Message

LONG = 3  # days; no clock here is longer
NOTES = {
    "lesson": "Lesson",
    "note": "Note",
    "closure": "Closing proposed",
    "sent-back": "Closing sent back",
    "release": "Release asked for",
    "kept": "Release refused",
    "assessed": "Assessed",
}


def row(incident: Incident, now: datetime, rules: Late) -> list[Any]:
    """A line of the register."""
    coming = incident.next
    late = incident.state != CLOSED and any(clocks.overdue(each, now, rules) for each in incident.owed)
    return [
        {"text": incident.number, "href": url_for("incidents.show", number=incident.number)},
        incident.kind.name,
        filters.gds_datetime(incident.awareness_at),
        {"status": f"grade-{incident.grade}" if incident.grade else "not-graded"},
        {"status": "overdue" if late else incident.state},
        _next(incident, coming),
    ]


def _next(incident: Incident, owed: Owed | None) -> Any:
    if incident.state == CLOSED:
        return f"Closed on {filters.gds_date(incident.closed_at)}"
    if incident.state == CLOSING:
        return "A second person agrees to closing it"
    if owed is None:
        return "Close it"
    return {"text": owed.duty.text, "minor": f"due {filters.gds_datetime(owed.due_at)}" if owed.due_at else ""}


def shown(work: Work, incident: Incident) -> dict[str, Any]:
    """Everything the page of one incident needs."""
    called = Names(work)
    rules = work.house.policies.incidents
    return {
        "summary": _summary(incident, called, rules),
        "known": _known(work, incident),
        "grade": rules.grade(incident.grade),
        "grade_reasons": [
            rule
            for grade in rules.grades
            for rule in grade.rules
            if grade.id == incident.grade and rule.id in incident.grade_reasons
        ],
        "owed": _owed(work, incident, called),
        "told": [_notice(incident, each, called) for each in incident.told.notices],
        "measures": [_measure(incident, each, called) for each in incident.told.measures],
        "asked": [
            [called.person(each.person), each.reference, ANSWERS.get(each.answer, "No answer yet"), each.words]
            for each in incident.told.asked
        ],
        "actions": [_action(incident, each, called, work.now) for each in incident.told.actions],
        "notes": [
            [NOTES.get(each.sort, each.sort), each.text, f"{filters.gds_datetime(each.at)}, {called.person(each.by)}"]
            for each in incident.told.notes
        ],
        "proposed_by": called.person(incident.proposed_by),
    }


def _summary(incident: Incident, called: Names, rules: Rules) -> list[Any]:
    outcome = next((each.text for each in incident.kind.outcomes if each.code == incident.outcome), "")
    rule = next((each for each in rules.detectors if each.code == incident.rule), None)
    noticed = rule.text if rule else incident.rule
    how = f"The service noticed: {noticed}" if noticed else "Somebody reported it"
    rows: list[Any] = [
        {"key": "State", "status": incident.state},
        {"key": "Grade", "status": f"grade-{incident.grade}" if incident.grade else "not-graded"},
        _aware(incident, called),
        ("Opened", f"{filters.gds_datetime(incident.opened_at)}. {how}."),
        from_whom(incident, rule, called),
        ("Concerns", ", ".join(phrases.party(each) for each in incident.parties)),
        ("Suspected or known", incident.certainty.capitalize()),
        ("What suffered", "; ".join(text for code, text in IMPACTS if code in incident.impacts) or "Nothing yet"),
        ("Items", ", ".join(incident.references) or "None named"),
        ("What was at risk", "Never kept here"),
    ]
    if incident.people:
        rows.append(("People", ", ".join(called.person(each) for each in incident.people)))
    if incident.media:
        rows.append(("Media", ", ".join(incident.media)))
    if incident.marking_claimed:
        rows.append(("Marking that was typed", incident.marking_claimed))
    if happened := incident.words.get("happened"):
        rows.append(("What happened", happened))
    if incident.told.joined:
        rows.append(("Further facts that joined it", str(len(incident.told.joined))))
    if incident.state == CLOSED:
        closed = f"{filters.gds_datetime(incident.closed_at)}, by {called.person(incident.closed_by)}"
        rows += [("Ended", outcome), ("Closed", f"{closed}, proposed by {called.person(incident.proposed_by)}")]
    return rows


def from_whom(incident: Incident, rule: Detector | None, called: Names) -> tuple[str, str]:
    """Only a rule that counts somebody's own acts is about them: any other may be met while anybody does their work."""
    who = called.person(incident.reported_by)
    if not incident.rule:
        return ("Reported by", who)
    if rule is not None and rule.per == "actor":
        return ("Set off by", who)
    served = (
        "the service was at work by itself" if incident.reported_by == SERVICE.id else f"{who} was using the service"
    )
    return ("Noticed while", f"{served}. It need not be about what they did")


def _aware(incident: Incident, called: Names) -> dict[str, Any]:
    """The moment the clocks run from, with every one that was recorded before it."""
    lines = [filters.gds_datetime(incident.awareness_at)]
    for each in reversed(incident.told.corrected):
        before, at = filters.gds_datetime(each.before), filters.gds_datetime(each.at)
        way = "earlier" if each.after < each.before else "later"
        lines.append(f"Recorded before: {before}. Moved {way} on {at} by {called.person(each.by)}: {each.reason}")
    return {"key": "Became aware", "lines": lines}


def _known(work: Work, incident: Incident) -> list[tuple[str, str]]:
    rows = []
    for field in work.house.policies.incidents.fields.values():
        value = incident.known.get(field.id, "")
        said = incident.words.get(field.id, "") if field.type == "text" else value
        if field.choices:
            said = "; ".join(field.choices.get(each, each) for each in value.split(",") if each)
        if said:
            rows.append((field.label, said))
    return rows


def _owed(work: Work, incident: Incident, called: Names) -> list[dict[str, Any]]:
    """Every line of what is owed; what is in the outbox says so until it is noted that it went."""
    under_way = sending_notices.under_way(work, incident)
    lines = []
    for owed in incident.owed:
        line = duty(owed, work.now, called, incident, work.house.policies.incidents.late)
        message = under_way.get((owed.duty.code, owed.stage))
        if message is not None and incident.state != CLOSED:
            line["carried"] = outbox_words(under_way, owed)
            line["status"] = line["status"] if message.state in (FAILED, DROPPED) else "in-outbox"
        lines.append(line)
    return lines


def outbox_words(under_way: Mapping[tuple[str, str], Message], owed: Owed) -> str:
    """What became of the notice of this duty that was to be sent from here; empty where there is none."""
    message = under_way.get((owed.duty.code, owed.stage))
    if message is None:
        return ""
    since = filters.gds_datetime(message.made_at)
    if message.state in (FAILED, DROPPED):
        return f"It could not be sent from here ({since}). Send it by your own means and note it here."
    if message.state != WAITING:
        return f"It went on {filters.gds_datetime(message.ended_at)}. That is noted here within a minute."
    if not message.attempts:
        return f"In the outbox since {since}. It goes within a minute, and is then noted here in the sender’s name."
    tries = phrases.plural(message.attempts, "try", "tries")
    again = filters.gds_datetime(message.next_at)
    return f"In the outbox since {since}: {tries} so far failed. It is tried again on {again}."


def duty(owed: Owed, now: datetime, called: Names, incident: Incident, late: Late) -> dict[str, Any]:
    """One line of what is owed, with its clock."""
    return {
        "owed": owed,
        "duty": owed.duty,
        "status": _status(owed, now, late, closed=incident.state == CLOSED),
        "by": called.person(owed.done_by),
        "left": _left(owed, now, late),
        "carried": "",
        "open": incident.state != CLOSED and (owed.done_at is None or bool(owed.stage)),
    }


def _status(owed: Owed, now: datetime, late: Late, *, closed: bool) -> str:
    if owed.done_at is not None:
        return "report-owed" if owed.waits else "done"
    if closed:
        return "not-done"
    if owed.needed is False:
        return "not-needed"
    if clocks.due(owed, now):
        return "overdue" if clocks.overdue(owed, now, late) else "due-now"
    return "only-if" if owed.needed is None else "to-do"


def _left(owed: Owed, now: datetime, late: Late) -> str:
    """How long is left, or how late it is: in hours and minutes, as clocks are set, and late by days in days."""
    if owed.due_at is None or owed.done_at is not None or owed.needed is False:
        return ""
    if clocks.due(owed, now) and not clocks.overdue(owed, now, late):
        return "now"
    days = (now - owed.due_at).days
    if days >= LONG:
        return f"{phrases.plural(days, 'day')} late"
    hours, minutes = divmod(round(abs((owed.due_at - now).total_seconds()) / 60), 60)
    if not hours and not minutes:
        return "now"
    parts = [phrases.plural(hours, "hour") if hours else "", phrases.plural(minutes, "minute") if minutes else ""]
    text = " ".join(filter(None, parts))
    return f"{text} left" if owed.due_at > now else f"{text} late"


def _notice(incident: Incident, notice: Notice, called: Names) -> list[Any]:
    text = next((each.duty.text for each in incident.owed if each.duty.code == notice.duty), notice.duty)
    how = "This service: their security lead sees it" if notice.channel == HERE else CHANNELS.get(notice.channel, "")
    said = [how, notice.words.get("to", ""), notice.words.get("reasons", ""), notice.words.get("note", "")]
    if notice.late:
        why = notice.words.get("late", "")
        said.append(f"Late, because: {why}" if why else "Late, by the time of awareness as it was corrected")
    if notice.received_at is not None:
        got: Any = {
            "text": f"{filters.gds_datetime(notice.received_at)}, {called.person(notice.received_by)}",
            "minor": notice.receipt,
        }
    elif notice.decision == DECIDED_NOT:
        got = "Decided not to"
    elif not _went(incident, notice):
        got = "Nothing was sent"
    else:
        link = url_for("incidents.receipt", number=incident.number, notice=notice.id)
        got = {"text": "Note its receipt", "href": link} if incident.state != CLOSED else "None noted"
    return [
        {"text": text, "minor": notice.stage.capitalize()},
        {"text": filters.gds_datetime(notice.sent_at), "minor": called.person(notice.by)},
        ". ".join(each.strip().rstrip(".") for each in said if each.strip()) + "." if any(said) else "Not said",
        got,
    ]


def _went(incident: Incident, notice: Notice) -> bool:
    """Whether something went to somebody, who can have received it: of what was only done, nothing did."""
    duty = next((each.duty for each in incident.owed if each.duty.code == notice.duty), None)
    return duty is None or bool(notice.channel or duty.contact or duty.notice or notice.words.get("to"))


def _measure(incident: Incident, measure: Any, called: Names) -> list[Any]:
    name = measure.called or called.person(measure.target)
    if measure.state == OFF or incident.state == CLOSED:
        what: Any = (
            "Cannot be undone" if measure.act in ONCE else f"Released {filters.gds_datetime(measure.released_at)}"
        )
    else:
        end = "incident_containing.release" if measure.state == "asked" else "incident_containing.ask_release"
        words = "A second person decides" if measure.state == "asked" else "Ask for its release"
        what = {"text": words, "href": url_for(end, number=incident.number, measure=measure.id)}
    return [
        MEASURE_WORDS[measure.act],
        name,
        {"text": filters.gds_datetime(measure.at), "minor": called.person(measure.by)},
        what,
    ]


def _action(incident: Incident, action: Any, called: Names, now: datetime) -> list[Any]:
    late = action.done_at is None and filters.gds_date(now) and action.due_on < now.date()
    if action.done_at is not None:
        state: Any = {"text": f"Done on {filters.gds_date(action.done_at)}", "minor": action.result}
    else:
        link = url_for("incidents.action_done", number=incident.number, action=action.id)
        state = {"text": "Overdue: note that it is done" if late else "Note that it is done", "href": link}
    return [action.text, called.person(action.owner), filters.gds_date(action.due_on), state]
