"""The audit log: looked at, verified, taken away. Every look is itself an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import logbook, sequencing
from app.bootstrap.glance import glance
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import public, signed_in
from app.web import audit_view as view
from app.web import filters, listing, names
from app.web.audit_forms import ExportForm
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.spreadsheet import csv_stream
from audit import reading
from audit.errors import EntryUnknown
from audit.fact import kinds
from audit.leaf import canonical
from audit.reading import Row
from audit.receipts import receipt

bp = Blueprint("audit", __name__)

LOOK, TAKE = "view-audit-log", "export-audit-log"
SIZE = 50
MOST_CSV, BATCH = 10_000, 500
MORE = f"Only the newest {MOST_CSV:,} entries are here. Filter the list for the others, or take the log itself away."
HEAD = ("Entry", "Id", "Time", "Who", "Party", "Act", "In words", "Outcome", "About", "Reason", "Rules")


@bp.get("/audit")
@signed_in
def index() -> ResponseReturnValue:
    """The list, newest first, under the state of the whole."""
    sequencing.catch_up(house())
    with holding(LOOK) as work:
        sought = view.wanted(work)
        found = _page(work, sought)
        rows = _rows(work, found)
        standing = view.standing(work)
    return page(
        "audit/index.html",
        rows=rows,
        problems=sought.problems,
        older=listing.here(**{listing.CURSOR: str(found.cursor)}) if found.cursor is not None else "",
        newer=listing.here() if listing.asked(listing.CURSOR) else "",
        marking=_marking(found.rows),
        **standing,
        **_filters(),
    )


@bp.get("/audit.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The newest entries of the filtered list as a file. Recorded and committed before the first of them is read."""
    sequencing.catch_up(house())
    with holding(TAKE) as work:
        sought = view.wanted(work)
        newest = reading.page(work.conn, house().keys.log, n=1).rows
        if not sought.problems:
            view.note_view(work, sought)
    below = newest[0].seq + 1 if newest and not sought.problems else 0
    return csv_stream("audit-log", HEAD, _batches(sought, below))


@bp.get("/audit/<uuid:entry>")
@signed_in
def show(entry: Any) -> ResponseReturnValue:
    """One entry with everything it discloses."""
    sequencing.catch_up(house())
    with holding(LOOK) as work:
        found = _entry(work, str(entry))
        called = Names(work)
        shown: dict[str, Any] = {"details": view.details(found, called), "facts": view.facts(found)}
        view.note_view(work, view.Wanted(), subject=found.id)
    return page("audit/show.html", entry=found, marking=_marking([found]), **shown)


@bp.get("/audit/<uuid:entry>.json")
@signed_in
def as_receipt(entry: Any) -> ResponseReturnValue:
    """The entry with its proof, for ``custodes verify``."""
    sequencing.catch_up(house())
    with holding(TAKE) as work:
        found = receipt(work.conn, house().keys.log, str(entry), now=work.now)
        view.note_view(work, view.Wanted(), subject=str(entry))
    answer = Response(canonical(found), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{entry}.json"'
    return answer


@bp.post("/audit/verify")
@signed_in
def verify() -> ResponseReturnValue:
    """Every entry, the tree, every checkpoint: now."""
    with holding(LOOK):
        pass
    report = logbook.verify(house(), actor())
    if report.ok:
        flash(f"The whole log was verified: {filters.plural(report.entries, 'entry', 'entries')}, no fault.")
        return redirect(url_for("audit.index"), 303)
    return page("audit/faulty.html", report=report)


@bp.route("/audit/export", methods=["GET", "POST"])
@signed_in
def export() -> ResponseReturnValue:
    """Ask, then give the log or a range of it as a bundle."""
    form = ExportForm()
    sequencing.catch_up(house())
    if form.validate_on_submit() and (ends := form.range()) is not None:
        with form.refusals():
            with holding(TAKE) as work:
                logbook.announce_export(work, first=ends["first"], end=ends["end"])
            name = f"audit-log-{work.now:%Y-%m-%d}{'-part' if any(ends.values()) else ''}.zip"
            file = logbook.bundle(house(), **ends)
            return send_file(file, "application/zip", as_attachment=True, download_name=name)
    with holding(TAKE) as work:
        size = reading.state(work.conn, house().keys.log).size
    return page("audit/export.html", form=form, size=size)


@bp.get("/audit/key")
@public
def key() -> ResponseReturnValue:
    """The public key that verifies this log. No secret: whoever holds it can only check."""
    return _text(house().keys.log.published)


def _page(work: Work, sought: view.Wanted) -> reading.Page:
    """The rows, and the look itself recorded. Where the filter cannot be used nothing is shown."""
    if sought.problems:
        return reading.Page((), None)
    place = listing.asked(listing.CURSOR)
    cursor = int(place) if place.isascii() and place.isdecimal() and len(place) < 18 else None
    found = reading.page(work.conn, house().keys.log, cursor, SIZE, **sought.given())
    view.note_view(work, sought)
    return found


def _batches(sought: view.Wanted, cursor: int | None) -> Iterator[list[list[object]]]:
    """Rows below ``cursor``, newest first, each batch from a moment of its own: entries never change."""
    left = MOST_CSV
    while left and cursor:
        with glance(house()) as seen:
            found = reading.page(seen.conn, house().keys.log, cursor, min(BATCH, left), **sought.given())
            called = Names(seen)
            rows = [_cells(each, called) for each in found.rows]
        left, cursor = left - len(rows), found.cursor
        yield rows if left or not cursor else [*rows, [MORE]]


def _rows(work: Work, found: reading.Page) -> list[list[Any]]:
    called = Names(work)
    return [view.row(each, called) for each in found.rows]


def _entry(work: Work, entry: str) -> Row:
    found = reading.entry(work.conn, house().keys.log, entry)
    if found is None:
        raise EntryUnknown("The log has no entry of that id.")
    return found


def _filters() -> dict[str, Any]:
    acts = {
        name: names.sentence(kind.meaning)
        for name, kind in sorted(kinds().items(), key=lambda pair: pair[1].meaning.lower())
    }
    words = {"act": acts, "outcome": view.OUTCOMES}
    return {
        "acts": acts,
        "outcomes": view.OUTCOMES,
        "asked": {name: listing.asked(name) for name in view.CATEGORIES},
        "chosen": listing.chosen(view.CATEGORIES, words),
        "csv": listing.as_file("audit.as_csv", view.CATEGORIES),
    }


def _cells(row: Row, called: Names) -> list[object]:
    return [
        row.seq,
        row.id,
        row.at.isoformat(timespec="milliseconds"),
        row.who.get("name", "") if row.state == "disclosed" else row.state,
        row.who.get("party", ""),
        row.act,
        row.meaning,
        row.outcome,
        view.subject(row, called),
        row.why,
        " ".join(row.rules),
    ]


def _marking(rows: Any) -> str:
    """The tier of what the entries speak of."""
    return "OFFICIAL-SENSITIVE" if any(row.marking == "OS" for row in rows) else "OFFICIAL"


def _text(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
