"""Transfer to The National Archives: make the package, then record that the archive has it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import archive
from app.bootstrap.work import Work
from app.http.downloads import packed
from app.http.permissions import signed_in
from app.web import disposal_view, filters
from app.web.disposal_acts import asked
from app.web.disposal_forms import Seen
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.transfer_forms import PackageForm, ReceiptForm
from retention.model.case import Case
from retention.model.transfer import Transfer
from retention.rules.steps import transferring

bp = Blueprint("transfers", __name__, url_prefix="/disposals")
LOOK = "view-disposal-log"
BOTH = ["GET", "POST"]


@bp.route("/<ref>/transfer", methods=BOTH)
@signed_in
def package(ref: str) -> ResponseReturnValue:
    """Ask for whom, then send the sealed bag."""
    form = PackageForm()
    if form.validate_on_submit():
        with form.refusals():
            with holding(LOOK) as work:
                sealed = archive.package(
                    work,
                    work.disposals.case(ref).item,
                    recipient=form.recipient.data,
                    closure=form.closure.data,
                    closure_years=form.years,
                    authority=form.authority.data or "",
                    version=form.seen,
                )
            answer = packed(sealed)
            answer.mimetype = "application/octet-stream"
            return answer
    with holding(LOOK) as work:
        case = work.disposals.case(ref)
        against = asked(work, "receive-return", transferring.may_package(case, work.actor), body=case.originator)
        shown = _shown(work, case, form)
    return page("transfers/package.html", form=form, against=against, **shown)


@bp.route("/<ref>/transfer-receipt", methods=BOTH)
@signed_in
def receipt(ref: str) -> ResponseReturnValue:
    """Ask what the archive said, then let the disposal go on."""
    form = ReceiptForm()
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.retention.record_receipt(
                work.disposals.case(ref).item,
                archive_reference=form.archive_reference.data,
                received_on=form.received_on.data,
                sha256=form.sha256.data,
                version=form.seen,
                actor=work.actor,
                now=work.now,
            )
            flash("The archive’s receipt is recorded. The item is destroyed here after the cooling-off.")
            return redirect(url_for("disposals.show", ref=ref), 303)
    with holding(LOOK) as work:
        case = work.disposals.case(ref)
        shown = _shown(work, case, form)
        found = work.foresight.transfer(case.item)
        reasons = transferring.may_record_receipt(case, work.actor, found)
        other = found.packaged_by if found else ""
        against = asked(work, "approve-disposal", reasons, body=case.originator, other=other)
    return page("transfers/receipt.html", form=form, against=against, **shown)


def _shown(work: Work, case: Case, form: Seen) -> dict[str, Any]:
    if not form.is_submitted():
        form["version"].data = str(case.version)
    found = work.foresight.transfer(case.item)
    return {
        "case": case,
        "marking": disposal_view.tier([case]),
        "summary": told(found, Names(work)) if found else [],
        "twenty": filters.gds_date(case.longest_on) if case.longest_on else "",
    }


def told(found: Transfer, called: Names) -> list[tuple[str, str]]:
    """A package in words, and its receipt."""
    years = f", for {filters.plural(found.closure_years, 'year')}" if found.closure_years else ""
    rows = [
        ("Packaged", f"{filters.gds_datetime(found.packaged_at)}, by {called.person(found.packaged_by)}"),
        ("Sealed for", found.recipient),
        ("In it", f"{filters.plural(found.files, 'file')}, {filters.filesize(found.size)}"),
        ("Digest of its manifest", found.sha256),
        ("Closure", f"{found.closure.capitalize()}{years}"),
    ]
    if found.receipt_entry:
        rows += [
            ("Received", f"{filters.gds_date(found.received_on)}, recorded by {called.person(found.received_by)}"),
            ("The archive’s reference", found.archive_reference),
        ]
    return rows
