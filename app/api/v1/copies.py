"""Copies on paper and media: what holds a certificate open until it is accounted for; and failed destructions."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file

from app.api.reply import Reply, once
from app.api.schemas import copies as schemas
from app.api.section import Section
from app.bootstrap import pack as packs
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house

bp = Section("copies", "Copies of an item on paper and media, to be accounted for before its certificate.")
LOOK, TAKE = "view-disposal-log", "export-audit-log"


@bp.op("GET", "/disposals/failures", gives=schemas.Failures)
def failures() -> Reply:
    """Destructions that went wrong and are not done yet, the most stubborn first: a hundred at most, and how many."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.outstanding
        return Reply({"items": found.failures(), "failing": found.failing(), "held_open": found.held_open()})


@bp.op("GET", "/disposals/<reference>/copies", gives=schemas.Copies)
def copies(reference: str) -> Reply:
    """Every copy registered, in the order in which they were."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.outstanding.copies(work.disposals.case(reference).item)
        return Reply({"items": [each.shown_to(actor().party) for each in found]})


@bp.op("POST", "/disposals/<reference>/copies", takes=schemas.CopyBody, gives=schemas.CopyMade, status=201)
def register(body: dict[str, Any], reference: str) -> Reply:
    """Say that there is a copy: its certificate waits until somebody says what became of it."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        case = work.disposals.case(reference)
        made = work.retention.register_copy(case.item, **body, actor=actor(), now=work.now)
        return Reply({"id": made.id, "fate": made.fate})

    return once(act)


@bp.op("POST", "/copies/<copy>/account", takes=schemas.AccountBody, gives=schemas.CopyMade)
def account(body: dict[str, Any], copy: str) -> Reply:
    """Say what became of a copy, and what shows it."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        made = work.retention.account_copy(copy, **body, actor=actor(), now=work.now)
        return Reply({"id": made.id, "fate": made.fate})

    return once(act)


@bp.op(
    "GET",
    "/disposals/pack",
    query=schemas.PackQuery,
    doc={
        "responses": {
            "200": {
                "description": "The compliance pack: README.txt in it says how to check it.",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def pack(query: dict[str, Any]) -> Response:
    """Certificates of a period, its log with proofs, and the verifier, as a zip. That it was taken is recorded."""
    with house().work(actor()) as work:
        must(work, LOOK)
        must(work, TAKE)
    file = packs.opened(house(), packs.Period(**query), actor())
    return send_file(file, "application/zip", as_attachment=True, download_name="custodes-disposals.zip")
