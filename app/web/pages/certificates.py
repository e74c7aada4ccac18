"""Certificates of destruction: to read, to print, and as the file that anybody can check."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from app.http.permissions import signed_in
from app.web import certificate_view as view
from app.web import filters, listing, names
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from retention.queries.disposals import CertificateRow

bp = Blueprint("certificates", __name__, url_prefix="/certificates")
LOOK = "view-disposal-log"
SIZE = 50


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every certificate, newest numbers first."""
    before, body = listing.asked(listing.CURSOR), listing.asked("body")
    with holding(LOOK) as work:
        found = work.disposals.certificates(body=body, before=before, size=SIZE + 1)
    older = listing.here(**{listing.CURSOR: found[SIZE - 1].number}) if len(found) > SIZE else ""
    return page(
        "certificates/index.html",
        rows=[_row(each) for each in found[:SIZE]],
        older=older,
        newer=listing.here() if before else "",
        body=body,
        **_filters(),
    )


@bp.get("/<number>")
@signed_in
def show(number: str) -> ResponseReturnValue:
    """One certificate in words. What counts is the file."""
    with holding(LOOK) as work:
        found = work.disposals.certificate(number)
        body = json.loads(found.text)["body"]
        sections = view.sections(body, Names(work))
    return page("certificates/show.html", number=number, body=body, sections=sections)


@bp.get("/<number>.json")
@signed_in
def as_file(number: str) -> ResponseReturnValue:
    """The file exactly as it was issued: one byte changed and it holds no more."""
    with holding(LOOK) as work:
        found = work.disposals.certificate(number)
    answer = Response(found.text.encode(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}.json"'
    return answer


def _row(one: CertificateRow) -> list[Any]:
    link = {"text": one.number, "href": url_for("certificates.show", number=one.number)}
    return [link, names.party(one.originator), filters.gds_datetime(one.issued_at)]


def _filters() -> dict[str, Any]:
    parties = names.parties()
    chosen = listing.chosen({"body": "Originating body"}, {"body": dict(parties)})
    return {"parties": parties, "chosen": chosen}
