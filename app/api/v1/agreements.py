"""Agreements: every duty with its home and its state, what is owed, and the records that show it was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Response, url_for

from app.api.reply import Reply, once
from app.api.schemas import agreements as schemas
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap import agreed, matters
from app.bootstrap.work import Work
from app.http.house import actor, house
from sharing.errors.agreements import RecordNotFound
from sharing.events import agreements as events
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line
from sharing.queries.agreed import ALL, Matter
from sharing.rules.duties import coverage as rules
from sharing.rules.duties import recording
from sharing.service.recording import held_by

bp = Section("agreements", "Agreements: every duty and how it stands; what is owed; records of what was done.")
_FILE = {"description": "The file.", "content": {"text/csv": {"schema": {"type": "string"}}}}
_OF_DUTY = (
    "number", "id", "what", "who", "to", "clauses", "home", "because", "missing", "enforced_by", "tests", "due",
)  # fmt: skip


@bp.op("GET", "/agreements", gives=schemas.Agreements)
def agreements() -> Reply:
    """The version of each agreement in force today."""
    with house().work(actor()) as work:
        found = [_plain(each, agreed.lines(work, each)) for each in work.agreed.in_force(work.now)]
    return Reply(whole(found))


@bp.op("GET", "/agreements/<agreement>", query=schemas.AgreementQuery, gives=schemas.AgreementSeen)
def agreement(query: dict[str, Any], agreement: str) -> Reply:
    """Every duty of one, its home and its state: numbers and dates alone."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        lines = agreed.lines(work, found)
    shown = [
        _line(each) for each in lines if query["home"] in ("", each.duty.home) and query["state"] in ("", each.state)
    ]
    return Reply({"agreement": _plain(found, lines), "duties": shown})


@bp.op("GET", "/agreements/<agreement>/table", doc={"responses": {"200": _FILE}})
def table(agreement: str) -> Response:
    """The same as CSV. That it was taken away is recorded."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        text = rules.table([(found, agreed.lines(work, found, most=ALL))])
        work.trail.record(events.COVERAGE_TAKEN, actor=work.actor, now=work.now, what={"agreement": found.id})
    answer = Response(text, content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"agreement-{found.id}.csv")
    return answer


@bp.op("GET", "/agreements/<agreement>/duties/<number>", gives=schemas.DutySeen)
def duty(agreement: str, number: str) -> Reply:
    """One duty by its number, with what of it concerns whoever asks. Words of records are read one by one."""
    with house().work(actor()) as work:
        seen = agreed.duty(work, work.agreed.agreement(agreement, work.now), number)
    return Reply(
        {
            "duty": _line(seen.line),
            "occurrences": seen.occurrences,
            "hidden": seen.hidden,
            "records": seen.records,
        }
    )


@bp.op("GET", "/agreements/<agreement>/record-kinds", gives=schemas.RecordKinds)
def record_kinds(agreement: str) -> Reply:
    """The kinds of record it asks for, with their fields."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        held = held_by(work.people, work.actor, work.now)
    rows = [
        asdict(each) | {"may": not recording.against_making(each, held), "named": agreed.named_places(found, each)}
        for each in found.records.values()
    ]
    return Reply(whole(rows))


@bp.op(
    "POST",
    "/agreements/<agreement>/records/<kind>",
    takes=schemas.RecordBody,
    gives=schemas.AgreementRecord,
    status=201,
)
def make(body: dict[str, Any], agreement: str, kind: str) -> Reply:
    """Make a record. Every fault is told by field."""

    def act(work: Work) -> Reply:
        made = work.agreeing.record(
            agreement, kind, given=body["values"], named=body["named"], actor=work.actor, now=work.now
        )
        return Reply(made, location=url_for("api_agreements.record", record=made.id))

    return once(act)


@bp.op("GET", "/agreement-records/<record>", gives=schemas.AgreementRecord)
def record(record: str) -> Reply:
    """One record. Its words are there for those who make these, and those the agreement names beside them."""
    with house().work(actor()) as work:
        found, _ = agreed.record(work, record)
    return Reply(found)


@bp.op("GET", "/agreements/<agreement>/tasks/<tasks>", gives=schemas.Matters)
def tasks(agreement: str, tasks: str) -> Reply:
    """The newest matters of a list, such as inspections, that the asker may see, each with its steps."""
    with house().work(actor()) as work:
        of = work.agreed.agreement(agreement, work.now)
        task_list = work.agreed.task_list(of, tasks)
        found = [_matter(each) for each in matters.matters(work, of, task_list)]
        matters.noted(work, task_list)
    return Reply(whole(found))


@bp.op("GET", "/agreement-records/<record>/tasks", gives=schemas.Matter)
def matter(record: str) -> Reply:
    """One matter by the record it began with: how each step stands for the asker, and what does it."""
    with house().work(actor()) as work:
        found, _ = matters.matter(work, record)
    return Reply(_matter(found))


@bp.op("GET", "/agreement-records/<record>/known-to", gives=schemas.KnownTo)
def known_to(record: str) -> Reply:
    """Who knows of a record that is kept to named people. For those who do; to all others there is no such record."""
    with house().work(actor()) as work:
        return Reply(_known_to(work, record))


@bp.op("POST", "/agreement-records/<record>/known-to", takes=schemas.KnownToBody, gives=schemas.KnownTo)
def change_known_to(body: dict[str, Any], record: str) -> Reply:
    """Name somebody, end that, or bar them, with a reason."""

    def act(work: Work) -> Reply:
        work.agreeing.change_known(record, **body, actor=work.actor, now=work.now)
        return Reply(_known_to(work, record, own=body["person"] == work.actor.id))

    return once(act)


def _known_to(work: Work, record: str, *, own: bool = False) -> dict[str, Any]:
    """``own``: they have just taken themselves off it, and are told no more."""
    try:
        root, closing, standing, may = work.agreeing.known(record, actor=work.actor, now=work.now)
    except RecordNotFound:
        if not own:
            raise
        return {"closed": True, "places": [], "most": 0, "may": False, "people": []}
    return {"closed": root.closed, "places": closing.places, "most": closing.most, "may": may, "people": standing}


def _matter(found: Matter) -> dict[str, Any]:
    steps = [
        {
            **{name: getattr(each.step, name) for name in ("id", "title", "part", "record", "values", "clauses")},
            **{name: getattr(each, name) for name in ("state", "mine", "waits", "due_on")},
            "done": [one.id for one in each.done],
        }
        for each in found.tasks
    ]
    ended = found.ended.id if found.ended else ""
    return {"record": found.root, "list": found.task_list.id, "ended": ended, "steps": steps}


def _plain(found: Agreement, lines: Sequence[Line]) -> dict[str, Any]:
    own = {name: getattr(found, name) for name in ("id", "version", "title", "parties", "in_force")}
    overdue = sum(line.state == "overdue" for line in lines)
    return {**own, "duties": len(lines), "overdue": overdue, "unmet": len(rules.unmet(lines))}


def _line(line: Line) -> dict[str, Any]:
    tally = line.tally
    return {name: getattr(line.duty, name) for name in _OF_DUTY} | {
        "section": line.section,
        "state": line.state,
        "open": tally.open,
        "overdue": tally.overdue,
        "next_due": tally.next_due,
        "overdue_since": tally.overdue_since,
        "last_evidence": tally.last_on,
        "evidence_entry": tally.last_entry,
        "register": line.standing,
    }
