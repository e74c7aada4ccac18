"""Changes to an agreement: the versions there are, proposals with what they change and would do, the acts on them."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from flask import Response, url_for

from app.api.reply import Reply, once
from app.api.schemas import versions as schemas
from app.api.section import Section
from app.bootstrap import amending
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.calendar import london_date
from sharing.model.version import Proposal
from sharing.queries.versions import Counted, DryRun, Left

bp = Section("versions", "Changes to an agreement: proposed, assessed, signed by each party, declined, withdrawn.")
_FILE = {"description": "The file.", "content": {"application/toml": {"schema": {"type": "string"}}}}


@bp.op("GET", "/agreements/<agreement>/versions", gives=schemas.Versions)
def versions(agreement: str) -> Reply:
    """Every version there is, of a file or signed here, what was proposed, and what ended while it was owed."""
    with house().work(actor()) as work:
        found = work.versions.of(agreement)
        proposals = work.versions.proposals(agreement)
        current = work.agreements.current(agreement, london_date(work.now)) or found[0]
        left = [_ended(each) for each in work.versions.left(current, work.now)]
    count = {"value": len(proposals), "capped": False}
    return Reply({"versions": found, "left": left, "proposals": proposals, "count": count})


def _ended(found: Left) -> dict[str, Any]:
    duty = {"id": found.duty.id, "number": found.duty.number, "what": found.duty.what}
    return duty | {"version": found.version, "open": found.open, "overdue": found.overdue}


@bp.op("GET", "/agreements/<agreement>/versions/<number>/file", doc={"responses": {"200": _FILE}})
def file(agreement: str, number: str) -> Response:
    """One version as its file: what the next is written from."""
    with house().work(actor()) as work:
        found = work.versions.version(agreement, int(number) if re.fullmatch("[0-9]{1,6}", number) else 0)
    return toml(found.text, f"{agreement}-{number}")


@bp.op(
    "POST",
    "/agreements/<agreement>/versions",
    takes=schemas.ProposeVersionBody,
    gives=schemas.Proposal,
    status=201,
)
def propose(body: dict[str, Any], agreement: str) -> Reply:
    """Propose the next version. Every fault of the file is told by its key; nothing is taken of it then."""

    def act(work: Work) -> Reply:
        file = body["file"].encode("utf-8", "surrogatepass")
        return _left(work.changing.propose(agreement, file=file, reason=body["reason"], actor=actor(), now=work.now))

    return once(act)


@bp.op("GET", "/agreement-versions/<version>", gives=schemas.ProposalSeen)
def version(version: str) -> Reply:
    """One proposal and what it changes; while it is undecided, what it would do, for those who may ask."""
    with house().work(actor()) as work:
        found = work.versions.proposal(version)
        run = amending.dry_run(work, found)
        changes = work.versions.difference(found)
    return Reply(asdict(found) | {"changes": changes, "dry_run": _run(run) if run else None})


@bp.op("GET", "/agreement-versions/<version>/file", doc={"responses": {"200": _FILE}})
def proposed_file(version: str) -> Response:
    """A proposal as its file."""
    with house().work(actor()) as work:
        found = work.versions.proposal(version)
        text = work.versions.text(found)
    return toml(text, f"{found.agreement}-{found.number}-proposed")


@bp.op("POST", "/agreement-versions/<version>/assess", takes=schemas.AssessBody, gives=schemas.Proposal)
def assess(body: dict[str, Any], version: str) -> Reply:
    """Decide whether a data protection impact assessment is needed, or say that it was carried out."""
    return once(lambda work: _left(work.changing.assess(version, **body, actor=actor(), now=work.now)))


@bp.op("POST", "/agreement-versions/<version>/sign", takes=schemas.SignBody, gives=schemas.Proposal)
def sign(body: dict[str, Any], version: str) -> Reply:
    """Sign the text of this digest for the asker's party."""
    return once(lambda work: _left(work.changing.sign(version, **body, actor=actor(), now=work.now)))


@bp.op("POST", "/agreement-versions/<version>/decline", takes=schemas.VersionReason, gives=schemas.Proposal)
def decline(body: dict[str, Any], version: str) -> Reply:
    """It never takes effect, says an office that could sign."""
    return once(lambda work: _left(work.changing.decline(version, **body, actor=actor(), now=work.now)))


@bp.op("POST", "/agreement-versions/<version>/withdraw", takes=schemas.VersionReason, gives=schemas.Proposal)
def withdraw(body: dict[str, Any], version: str) -> Reply:
    """It never takes effect, says the party that proposed it."""
    return once(lambda work: _left(work.changing.withdraw(version, **body, actor=actor(), now=work.now)))


def toml(text: str, name: str) -> Response:
    """A file to keep."""
    answer = Response(text, content_type="application/toml; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.toml")
    return answer


def _left(found: Proposal) -> Reply:
    return Reply(found, location=url_for("api_versions.version", version=found.id))


def _run(found: DryRun) -> dict[str, Any]:
    return {"routes": [_counted(each) for each in found.routes], "duties": [_counted(each) for each in found.duties]}


def _counted(found: Counted) -> dict[str, Any]:
    return asdict(found.effect) | {"open": found.open, "overdue": found.overdue}
