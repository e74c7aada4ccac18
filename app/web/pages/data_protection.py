"""Data protection: where its registers are, and the register of processing."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import processing
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import names
from app.web.decision_view import standing
from app.web.page import page
from app.web.spreadsheet import csv_file
from sharing.events.decisions import PROCESSING_TAKEN

bp = Blueprint("data_protection", __name__, url_prefix="/data-protection")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The registers, and what of them waits for this person."""
    with house().work(actor()) as work:
        agreements = work.agreed.in_force(work.now)
        broken = work.protection.overrides.seen(open_only=True, actor=work.actor, now=work.now)
        unanswered = work.protection.decisions.unanswered(actor=work.actor, now=work.now)
    return page("data_protection/index.html", agreements=agreements, unanswered=unanswered, broken=broken)


@bp.get("/processing/<agreement>")
@signed_in
def register(agreement: str) -> ResponseReturnValue:
    """The register of processing of one agreement, made from what the policies say."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        entries = processing.register(work, found)
    shown = [
        {
            "title": f"{names.party(each.party)}: {each.activity}",
            "rows": [
                [line.heading, {"text": one.words, "minor": standing(one)}] for line in each.lines for one in line.said
            ]
            + [[heading, {"status": "missing", "minor": "Nobody has stated it"}] for heading in each.missing],
            "missing": len(each.missing),
            "unverified": len(each.unverified),
        }
        for each in entries
    ]
    return page("data_protection/processing.html", found=found, entries=shown,
                csv=url_for("data_protection.as_csv", agreement=found.id))  # fmt: skip


@bp.get("/processing/<agreement>.csv")
@signed_in
def as_csv(agreement: str) -> ResponseReturnValue:
    """The same as a file. That it was taken away is recorded."""
    with house().work(actor()) as work:
        found = work.agreed.agreement(agreement, work.now)
        rows = list(processing.table(processing.register(work, found)))
        work.trail.record(PROCESSING_TAKEN, actor=work.actor, now=work.now, what={"agreement": found.id})
    return csv_file(f"processing-{found.id}", processing.HEAD, rows)
