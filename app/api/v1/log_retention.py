"""How long the log's own disclosures are kept: one proposes to erase what is past its age, another decides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import log_retention as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.bootstrap import redacting, sequencing
from app.bootstrap.work import Work
from app.http.house import actor, house

bp = Section("log_retention", "The log’s own retention: what is past its age, erased by two people. Proofs stay.")
_OF_CLASS = ("code", "description", "least_months", "most_months", "verified", "source")


@bp.op("GET", "/audit/retention", gives=schemas.LogRetention)
def standing() -> Reply:
    """The rules, what is past its age now, and every erasure so far."""
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        plans, proposed = redacting.standing(work)
    keeping = house().policies.keeping
    classes = [
        {name: getattr(keeping.classes[each.code], name) for name in _OF_CLASS}
        | {"acts": sorted(keeping.classes[each.code].acts)}
        | {name: getattr(each, name) for name in ("before", "entries", "kept", "overdue")}
        for each in plans
    ]
    return Reply({"classes": classes, "record": keeping.record, "erasures": [asdict(each) for each in proposed]})


@bp.op("POST", "/audit/erasures", takes=schemas.ErasureBody, gives=schemas.ErasureMade, status=201)
def propose(body: dict[str, Any]) -> Reply:
    """Propose to erase what is past its age in one class."""
    sequencing.catch_up(house())
    return once(lambda work: Reply({"id": redacting.propose(work, body["code"], body["reason"])}))


@bp.op("POST", "/audit/erasures/<erasure>/approve", takes=Nothing, gives=schemas.ErasureDecided)
def approve(_body: dict[str, Any], erasure: str) -> Reply:
    """Somebody else agrees: it is carried out by the next job."""
    sequencing.catch_up(house())
    return once(lambda work: _decided(work, erasure, approve=True))


@bp.op("POST", "/audit/erasures/<erasure>/reject", takes=schemas.ErasureRejectBody, gives=schemas.ErasureDecided)
def reject(body: dict[str, Any], erasure: str) -> Reply:
    """Somebody else does not agree."""
    sequencing.catch_up(house())
    return once(lambda work: _decided(work, erasure, approve=False, **body))


def _decided(work: Work, erasure: str, *, approve: bool, reason: str = "") -> Reply:
    found = redacting.decide(work, erasure, approve=approve, reason=reason)
    return Reply({"id": found.id, "state": found.state})
