"""Transfer to The National Archives: packaged by one person, its receipt recorded by another."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from app.api.reply import Reply, expected, once
from app.api.schemas import transfers as schemas
from app.api.schemas.disposals import CaseMade
from app.api.section import Section
from app.bootstrap import archive
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.downloads import packed
from app.http.house import actor, house
from retention.errors import TransferNotFound

bp = Section("transfers", "Transfer to The National Archives: a sealed bag, the archive’s receipt, then disposal.")
LOOK = "view-disposal-log"
_FILE = {
    "description": "The bag (RFC 8493) as one zip, encrypted with age for the recipient alone.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@bp.op("GET", "/disposals/<reference>/transfer", gives=schemas.TransferShown)
def transfer(reference: str) -> Reply:
    """The newest package, and the archive's receipt for it."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.foresight.transfer(work.disposals.case(reference).item)
    if found is None:
        raise TransferNotFound("Nothing was packaged for the archive.")
    return Reply(found)


@bp.op("POST", "/disposals/<reference>/transfer-package", takes=schemas.TransferBody, doc={"responses": {"200": _FILE}})
def package(body: dict[str, Any], reference: str) -> Response:
    """Everything of the item for the archive, made as it is sent. An error on the way breaks the connection off."""
    with house().work(actor()) as work:
        must(work, LOOK)
        case = work.disposals.case(reference)
        seen = expected()
        version = case.version if seen is None else seen
        sealed = archive.package(work, case.item, **body, version=version)
    answer = packed(sealed)
    answer.mimetype = "application/octet-stream"
    return answer


@bp.op("POST", "/disposals/<reference>/transfer-receipt", takes=schemas.TransferReceiptBody, gives=CaseMade)
def receipt(body: dict[str, Any], reference: str) -> Reply:
    """The archive has it: its key here is disabled, and after the cooling-off it is destroyed."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        case = work.disposals.case(reference)
        seen = expected()
        left = work.retention.record_receipt(
            case.item, **body, version=case.version if seen is None else seen, actor=actor(), now=work.now
        )
        shown = {
            "reference": left.reference,
            "state": left.state,
            "version": left.version,
            "due_on": left.due_on.isoformat() if left.due_on else None,
            "destroy_on": left.destroy_on.isoformat() if left.destroy_on else None,
        }
        return Reply(shown, version=left.version, location=url_for("api_disposals.disposal", reference=left.reference))

    return once(act)
