"""Certificates of destruction: to read, to print, and as the file that anybody can check."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.bootstrap import pack as packs
from app.bootstrap.duties import must
from app.bootstrap.glance import glance
from app.bootstrap.wiring import words as disposal_words
from app.bootstrap.work import Work
from app.http import certificate_pdf
from app.http import certificate_words as view
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, listing, names, widgets
from app.web.copy_forms import PackForm
from app.web.item_words import places
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.spreadsheet import csv_stream
from foundation.calendar import london_date
from retention.queries.disposals import MOST, CertificateRow, Disposals, Issued
from sharing.queries.overview import months_back

bp = Blueprint("certificates", __name__, url_prefix="/certificates")
LOOK, TAKE = "view-disposal-log", "export-audit-log"
SIZE = 50
MONTHS = 24  # to choose from; what is older is asked for by its days
HEAD = ("Certificate", "Item", "Class", "Originating body", "Establishment", "Destroyed", "Issued", "Bytes")
CATEGORIES = {
    "text": "Reference",
    "body": "Originating body",
    "establishment": "Establishment",
    "class": "Class",
    "month": "Month issued",
    "since": "Issued from",
    "until": "Issued to",
}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The log of disposals: every certificate, newest numbers first."""
    before = listing.asked(listing.CURSOR)
    with holding(LOOK) as work:
        found = work.disposals.certificates(body=listing.asked("body"), before=before, size=SIZE + 1, wanted=_wanted())
        shown = _filters(work)
        rows = [_row(each, shown["words"]["establishment"]) for each in found[:SIZE]]
    older = listing.here(**{listing.CURSOR: found[SIZE - 1].number}) if len(found) > SIZE else ""
    return page(
        "certificates/index.html",
        rows=rows,
        older=older,
        newer=listing.here() if before else "",
        csv=listing.as_file("certificates.as_csv", CATEGORIES),
        **shown,
    )


@bp.get("/log.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The filtered log as a file, all of it. Recorded and committed before the first line is read."""
    with holding(LOOK):
        pass
    return csv_stream("disposal-log", HEAD, _batches(listing.asked("body"), _wanted()))


def _batches(body: str, wanted: Issued) -> Iterator[list[list[object]]]:
    """Newest numbers first, each batch from a moment of its own: a certificate never changes."""
    before = ""
    while True:
        with glance(house()) as seen:
            words = disposal_words(house())
            rows = Disposals(seen.conn, words).certificates(body=body, before=before, size=MOST, wanted=wanted)
        yield [_cells(each) for each in rows]
        if len(rows) < MOST:
            return
        before = rows[-1].number


@bp.route("/pack", methods=["GET", "POST"])
@signed_in
def pack() -> ResponseReturnValue:
    """Ask, then give the certificates of a period with the log that proves them."""
    form = PackForm()
    form.body.choices = widgets.choices([("", "Every body"), *names.parties()])
    with holding(LOOK) as work:
        must(work, TAKE)
    if form.validate_on_submit():
        with form.refusals():
            period = packs.Period(form.first.data, form.end.data, form.body.data)
            file = packs.opened(house(), period, actor())
            name = f"disposals-{period.first}-to-{period.end}.zip"
            return send_file(file, "application/zip", as_attachment=True, download_name=name)
    return page("certificates/pack.html", form=form)


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
    return _file(found.text, found.number)


@bp.get("/<number>.pdf")
@signed_in
def as_pdf(number: str) -> ResponseReturnValue:
    """To read, to print, to keep: with the file itself within."""
    with holding(LOOK) as work:
        found = work.disposals.certificate(number)
    return _pdf(found.text, found.number)


@bp.get("/batches/<batch>")
@signed_in
def batch(batch: str) -> ResponseReturnValue:
    """The certificate of a batch in words."""
    with holding(LOOK) as work:
        found = work.batches.certificate(batch)
        body = json.loads(found.text)["body"]
        sections = view.batch_sections(body, Names(work))
    links = {each["number"]: url_for("certificates.show", number=each["number"]) for each in body["certificates"]}
    tables = [
        (caption, head, [[{"text": row[0], "href": links.get(row[0], "")}, *map(_code, row[1:])] for row in rows])
        for caption, head, rows in view.batch_tables(body)
    ]
    return page("certificates/batch.html", batch=batch, number=found.number, sections=sections, tables=tables)


@bp.get("/batches/<batch>.json")
@signed_in
def batch_as_file(batch: str) -> ResponseReturnValue:
    """The file exactly as it was issued."""
    with holding(LOOK) as work:
        found = work.batches.certificate(batch)
    return _file(found.text, found.number)


@bp.get("/batches/<batch>.pdf")
@signed_in
def batch_as_pdf(batch: str) -> ResponseReturnValue:
    """To read, to print, to keep."""
    with holding(LOOK) as work:
        found = work.batches.certificate(batch)
    return _pdf(found.text, found.number)


def _code(text: str) -> str | Markup:
    """A digest may be broken anywhere on a narrow screen."""
    return Markup('<span class="app-code">{}</span>').format(text) if len(text) == 64 else text


def _file(text: str, number: str) -> Response:
    answer = Response(text.encode(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return answer


def _pdf(text: str, number: str) -> Response:
    answer = Response(certificate_pdf.made(text), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    return answer


def _row(one: CertificateRow, called: Mapping[str, str]) -> list[Any]:
    link = {"text": one.number, "href": url_for("certificates.show", number=one.number)}
    gone = filters.gds_datetime(one.erased_at)
    place = called.get(one.establishment, one.establishment)
    return [link, place, names.words(one.retention_class), names.party(one.originator), gone,
            filters.gds_datetime(one.issued_at)]  # fmt: skip


def _cells(one: CertificateRow) -> list[object]:
    return [one.number, one.item, names.words(one.retention_class), names.party(one.originator), one.establishment,
            one.erased_at.isoformat() if one.erased_at else "", one.issued_at.isoformat(), one.size]  # fmt: skip


def _wanted() -> Issued:
    """An unreadable day filters nothing: the page shows what is chosen."""
    since, until = listing.day(listing.asked("since")), listing.day(listing.asked("until"))
    if month := listing.day(f"{listing.asked('month')}-1"):
        since = max(since or month, month)
        last = month.replace(day=monthrange(month.year, month.month)[1])
        until = min(until or last, last)
    return Issued(
        retention_class=listing.asked("class"),
        since=listing.start_of(since) if since else None,
        until=listing.end_of(until) if until else None,
        text=listing.asked("text"),
        establishment=listing.asked("establishment"),
    )


def _filters(work: Work) -> dict[str, Any]:
    back = months_back(london_date(work.now), MONTHS)
    words = {
        "body": dict(names.parties()),
        "establishment": places(work),
        "class": dict(names.classes()),
        "month": {f"{day:%Y-%m}": f"{day:%B %Y}" for day in reversed(back)},
    }
    return {
        "words": words,
        "asked": {name: listing.asked(name) for name in CATEGORIES},
        "chosen": listing.chosen(CATEGORIES, words),
    }
