"""The overview: how the exchange goes, for those who oversee it. Figures alone, as charts, tables and files."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from app.http.permissions import signed_in
from app.web import overview_view as view
from app.web.looking import holding
from app.web.page import page
from app.web.spreadsheet import csv_file

bp = Blueprint("overview", __name__)
LOOK = "view-overview"


@bp.get("/overview")
@signed_in
def show() -> ResponseReturnValue:
    """Flow, time to an outcome, what is overdue where, disposals."""
    with holding(LOOK) as work:
        found, now = view.figures(work), work.now
    return page("overview/show.html", figures=found, now=now)


@bp.get("/overview/<figure>.csv")
@signed_in
def as_csv(figure: str) -> Response:
    """The numbers of one chart."""
    with holding(LOOK) as work:
        found = next((each for each in view.figures(work) if each.id == figure), None)
    if found is None:
        abort(404)
    return csv_file(f"overview-{found.id}", found.head, found.rows)
