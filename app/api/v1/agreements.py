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
from app.bootstrap import agreed
from app.bootstrap.work import Work
from app.http.house import actor, house
from sharing import events
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line
from sharing.queries.agreed import ALL
from sharing.rules.duties import coverage as rules
from sharing.rules.duties import recording
from sharing.service.agreeing import held_by

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
    rows = [asdict(each) | {"may": not recording.against_making(each, held)} for each in found.records.values()]
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
        made = work.agreeing.record(agreement, kind, given=body["values"], actor=work.actor, now=work.now)
        return Reply(made, location=url_for("api_agreements.record", record=made.id))

    return once(act)


@bp.op("GET", "/agreement-records/<record>", gives=schemas.AgreementRecord)
def record(record: str) -> Reply:
    """One record. Its words are there for those who make these, and those the agreement names beside them."""
    with house().work(actor()) as work:
        found, _ = agreed.record(work, record)
    return Reply(found)


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
