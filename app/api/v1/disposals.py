"""Disposal, step by step. A step is taken on the version of If-Match, or on the case as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from flask import Response, url_for

from app.api import cursor
from app.api.certificates import CERTIFICATE_FILE, CERTIFICATE_PDF, certificate_file
from app.api.errors import FieldsInvalid
from app.api.reply import Reply, as_asked, expected, once
from app.api.schemas import disposals as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.api.shown import person_name, shown_hold
from app.bootstrap import sweeps
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.downloads import packed
from app.http.house import actor, house
from retention.model.case import STATES, Case, State
from retention.queries.disposals import CAP, Filter, Issued

bp = Section("disposals", "Retention and disposal: periods, returns, reviews, approvals, certificates.")
LOOK = "view-disposal-log"


@bp.op("GET", "/disposals", query=schemas.DisposalsQuery, gives=schemas.Cases)
def disposals(query: dict[str, Any]) -> Reply:
    """Cases, the soonest due first."""
    states = frozenset(filter(None, query["state"].split(",")))
    if unknown := states - set(STATES):
        raise FieldsInvalid("Correct the state.", fields={"state": [f"Not a state: {', '.join(sorted(unknown))}"]})
    wanted = Filter(
        states=cast("frozenset[State]", states),
        body=query["body"],
        retention_class=query["class_"],
        establishment=query["establishment"],
        held=query["held"],
        beyond=query["beyond"],
        due_by=query["due_by"],
        text=query["text"],
    )
    place = cursor.text(query["cursor"])
    with house().work(actor()) as work:
        must(work, LOOK)
        page = work.disposals.page(wanted, cursor=place, size=query["limit"])
        states_counted = work.disposals.counts(body=query["body"])
    shown = {
        "items": page.rows,
        "next": cursor.of_text(page.next),
        "states": {name: min(number, CAP) for name, number in states_counted.items()},
    }
    return Reply({**shown, "count": _count(wanted, states_counted)})


def _count(wanted: Filter, counted: Mapping[str, int]) -> dict[str, Any] | None:
    """How many the filter finds, where the counts per state say it; None elsewhere."""
    if replace(wanted, states=frozenset(), body="") != Filter():
        return None
    states = wanted.states or frozenset(STATES)
    numbers = [counted[state] for state in states]
    return {"value": sum(min(number, CAP) for number in numbers), "capped": any(number > CAP for number in numbers)}


@bp.op("GET", "/disposals/<reference>", gives=schemas.CaseSeen)
def disposal(reference: str) -> Reply:
    """One case, with its holds."""
    with house().work(actor()) as work:
        must(work, LOOK)
        case = work.disposals.case(reference)
        shown = {name: getattr(case, name) for name in (*schemas.Case().fields, "review_reason")}
        names = {who: person_name(work, getattr(case, who)) for who in ("reviewer", "approver")}
        shown |= {f"{who}_name": name for who, name in names.items()}
        holds = [{**shown_hold(hold, actor()), "manner": manner} for hold, manner in work.holds.of_item(case.item)]
        shown["recomputed"] = work.schedules.recomputations(case.item)
        shown["downloaded"] = dict(zip(("times", "people"), work.downloads(case.item), strict=True))
        return Reply({**shown, "holds": holds}, version=case.version)


@bp.op("POST", "/disposals/<reference>/period", takes=schemas.PeriodBody, gives=schemas.CaseMade)
def period(body: dict[str, Any], reference: str) -> Reply:
    """Set the period of an item whose class has none, citing the authority."""
    return _step(reference, lambda work, case: _do(work, work.retention.confirm_period, case, **body))


@bp.op("POST", "/disposals/<reference>/return", takes=Nothing, gives=schemas.CaseMade)
def offer_return(_body: dict[str, Any], reference: str) -> Reply:
    """Offer it back to its source."""
    return _step(reference, lambda work, case: _do(work, work.retention.offer_return, case))


@bp.op("POST", "/disposals/<reference>/return-answer", takes=schemas.ReturnAnswerBody, gives=schemas.CaseMade)
def answer_return(body: dict[str, Any], reference: str) -> Reply:
    """The source answers the offer."""
    return _step(reference, lambda work, case: _do(work, work.retention.answer_return, case, **body))


@bp.op(
    "POST",
    "/disposals/<reference>/return-package",
    takes=Nothing,
    doc={
        "responses": {
            "200": {
                "description": "All of the item: manifest.json, item.json and its files.",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def return_package(_body: dict[str, Any], reference: str) -> Response:
    """What the source accepted, as one package, made as it is sent. An error on the way breaks the connection off."""
    with house().work(actor()) as work, as_asked():
        must(work, LOOK)
        case = work.disposals.case(reference)
        seen = expected()
        version = case.version if seen is None else seen
        _, parcel = work.retention.give_back(case.item, version=version, actor=actor(), now=work.now)
    return packed(parcel)


@bp.op("POST", "/disposals/<reference>/returned", takes=schemas.ReturnedBody, gives=schemas.CaseMade)
def record_return(body: dict[str, Any], reference: str) -> Reply:
    """The source confirms that it has what it accepted: the receipt of the return."""
    return _step(reference, lambda work, case: _do(work, work.retention.record_return, case, **body))


@bp.op("POST", "/disposals/<reference>/review", takes=schemas.ReviewBody, gives=schemas.CaseMade)
def review(body: dict[str, Any], reference: str) -> Reply:
    """Propose what is to become of it; somebody else approves."""
    return _step(reference, lambda work, case: _do(work, work.retention.review, case, **body))


@bp.op("POST", "/disposals/<reference>/approve", takes=schemas.ApproveBody, gives=schemas.CaseMade)
def approve(body: dict[str, Any], reference: str) -> Reply:
    """Approve what somebody else reviewed, or send it back."""
    if body["approve"]:
        return _step(reference, lambda work, case: _do(work, work.retention.approve, case))
    return _step(reference, lambda work, case: _do(work, work.retention.send_back, case, reason=body["reason"]))


@bp.op("POST", "/disposals/<reference>/stop", takes=schemas.LiftBody, gives=schemas.CaseMade)
def stop(body: dict[str, Any], reference: str) -> Reply:
    """Stop an approved disposal in its cooling-off: the key works again."""
    return _step(reference, lambda work, case: _do(work, work.retention.withdraw_approval, case, **body))


@bp.op("POST", "/disposals/sweep", takes=Nothing, gives=schemas.Swept)
def sweep(_body: dict[str, Any]) -> Reply:
    """Mark what is due and carry approved destructions out, now. Safe to repeat."""
    with house().work(actor()) as work:
        must(work, "operate")
    return Reply(sweeps.dispose(house(), actor()))


@bp.op("GET", "/certificates", query=schemas.CertificatesQuery, gives=schemas.Certificates)
def certificates(query: dict[str, Any]) -> Reply:
    """Certificates of destruction, the newest number first."""
    place, limit = cursor.text(query["cursor"]), query["limit"]
    with house().work(actor()) as work:
        must(work, LOOK)
        wanted = Issued(query["class_"], query["since"], query["until"], query["text"])
        rows = work.disposals.certificates(body=query["body"], before=place, size=limit, wanted=wanted)
    return Reply({"items": rows, "next": cursor.of_text(rows[-1].number) if len(rows) == limit else None})


@bp.op("GET", "/certificates/<number>", doc=CERTIFICATE_FILE)
def certificate(number: str) -> Response:
    """The certificate, byte for byte as issued: `custodes verify` checks it offline."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.disposals.certificate(number)
    return certificate_file(found.text, found.number)


@bp.op("GET", "/certificates/<number>/pdf", doc=CERTIFICATE_PDF)
def certificate_as_pdf(number: str) -> Response:
    """The same to read, to print and to keep: PDF/A-3a and PDF/UA-1, with the file attached byte for byte."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.disposals.certificate(number)
    return certificate_file(found.text, found.number, pdf=True)


def _step(reference: str, act: Callable[[Work, Case], Case]) -> Reply:
    def doing(work: Work) -> Reply:
        must(work, LOOK)
        return _left(act(work, work.disposals.case(reference)))

    return once(doing)


def _do(work: Work, step: Callable[..., Case], case: Case, **given: Any) -> Case:
    seen = expected()
    version = case.version if seen is None else seen
    return step(case.item, version=version, actor=actor(), now=work.now, **given)


def _left(case: Case) -> Reply:
    body = {
        "reference": case.reference,
        "state": case.state,
        "version": case.version,
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "destroy_on": case.destroy_on.isoformat() if case.destroy_on else None,
    }
    return Reply(body, version=case.version, location=url_for("api_disposals.disposal", reference=case.reference))
