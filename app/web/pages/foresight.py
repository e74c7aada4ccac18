"""Foresight: what falls due when, what is due and not disposed of, what a year's report counts."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import foresight_view as view
from app.web import hold_view, listing, names
from app.web.disposal_view import tier
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.spreadsheet import csv_file
from foundation.calendar import london_date
from retention.model.foresight import WHYS, Why
from retention.queries.foresight import OwedPage
from retention.rules import foresight

bp = Blueprint("foresight", __name__, url_prefix="/foresight")
LOOK = "view-disposal-log"
MOST_CSV = 10_000
SPANS = {"6": "6 months", "12": "12 months", "24": "2 years", "60": "5 years"}
BY = {"months": "Months ahead", "body": "Originating body", "class": "Class"}
WHY = {"why": "Why", "body": "Originating body", "class": "Class"}
AHEAD = ("Month", "Originating body", "Class", "Falls due", "On hold of all months")
OWED = ("Reference", "Class", "Originating body", "Due since", "Days", "Why", "State")
YEAR = ("From", "To", "Originating body", "Class", "Act", "Items")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The months ahead, as a chart and as a table."""
    with holding(LOOK) as work:
        found = work.foresight.forecast(london_date(work.now), months=_months(), **_of())
    words = {"months": SPANS, "body": dict(names.parties()), "class": dict(names.classes())}
    return page(
        "foresight/index.html",
        found=found,
        chart=view.ahead(found) if found.lines else "",
        head=view.columns(found),
        rows=view.lines(found) if found.lines else [],
        words=words,
        asked={name: listing.asked(name) for name in BY},
        chosen=listing.chosen(BY, words),
        csv=listing.as_file("foresight.as_csv", BY),
    )


@bp.get("/forecast.csv")
@signed_in
def as_csv() -> Response:
    """The same as a file."""
    with holding(LOOK) as work:
        found = work.foresight.forecast(london_date(work.now), months=_months(), **_of())
    rows = [
        [f"{day:%Y-%m}", names.party(line.body), names.words(line.retention_class), line.months[place], line.held]
        for line in found.lines
        for place, day in enumerate(found.months)
    ]
    return csv_file("forecast", AHEAD, rows)


@bp.get("/owed")
@signed_in
def owed() -> ResponseReturnValue:
    """Due and not disposed of: how many, how long, why; the items, longest first; holds past their day."""
    with holding(LOOK) as work:
        today, called = london_date(work.now), Names(work)
        waiting = work.foresight.waiting(today, **_of())
        items = _owed(work, listing.asked(listing.CURSOR))
        holds = [hold_view.row(each, called, overdue=True)
                 for each in work.holds.holds(in_force=True, review_by=today)]  # fmt: skip
    words: dict[str, dict[str, str]] = {
        "why": {why: view.WORDS[why] for why in WHYS},
        "body": dict(names.parties()),
        "class": dict(names.classes()),
    }
    link = {why: listing.here(why=why) for why in WHYS}
    return page(
        "foresight/owed.html",
        head=view.BAND_HEAD,
        reasons=view.reasons(waiting, link),
        items=[view.owed_row(each, today) for each in items.rows],
        holds=holds,
        older=listing.here(**{listing.CURSOR: items.next}) if items.next else "",
        newer=listing.here() if listing.asked(listing.CURSOR) else "",
        words=words,
        asked={name: listing.asked(name) for name in WHY},
        chosen=listing.chosen(WHY, words),
        csv=listing.as_file("foresight.owed_csv", WHY),
        marking="OFFICIAL-SENSITIVE" if holds else tier(each.case for each in items.rows),
    )


@bp.get("/owed.csv")
@signed_in
def owed_csv() -> Response:
    """The items as a file."""
    rows: list[list[object]] = []
    cursor = ""
    with holding(LOOK) as work:
        today = london_date(work.now)
        while len(rows) < MOST_CSV:
            found = _owed(work, cursor, 100)
            rows += [view.owed_cells(each, today) for each in found.rows]
            cursor = found.next
            if not cursor:
                break
    return csv_file("due-not-disposed", OWED, rows)


@bp.get("/year")
@signed_in
def year() -> ResponseReturnValue:
    """What the annual report counts."""
    with holding(LOOK) as work:
        today = london_date(work.now)
        years = _years(work, today)
        since, until = _year(years, today)
        found = work.foresight.counted(since, until, body=listing.asked("body"))
    words = {"body": dict(names.parties()), "year": years}
    return page(
        "foresight/year.html",
        since=since,
        until=until,
        head=view.YEAR_HEAD,
        rows=view.years(found),
        words=words,
        asked={name: listing.asked(name) for name in words},
        chosen=listing.chosen({"year": "Year", "body": "Originating body"}, words),
        csv=listing.as_file("foresight.year_csv", words),
    )


@bp.get("/year.csv")
@signed_in
def year_csv() -> Response:
    """The same as a file."""
    with holding(LOOK) as work:
        today = london_date(work.now)
        since, until = _year(_years(work, today), today)
        found = work.foresight.counted(since, until, body=listing.asked("body"))
    rows = [
        [since.isoformat(), until.isoformat(), names.party(each.body), names.words(each.retention_class),
         view.ACT_WORDS[each.act], each.number]
        for each in found
    ]  # fmt: skip
    return csv_file("disposal-year", YEAR, rows)


def _of() -> dict[str, str]:
    return {"body": listing.asked("body"), "retention_class": listing.asked("class")}


def _months() -> int:
    asked = listing.asked("months")
    return int(asked) if asked in SPANS else 12


def _owed(work: Work, cursor: str, size: int = 50) -> OwedPage:
    why: Why | None = next((each for each in WHYS if each == listing.asked("why")), None)
    return work.foresight.owed(london_date(work.now), why=why, cursor=cursor, size=size, **_of())


def _years(work: Work, today: date) -> dict[str, str]:
    """Calendar years and those from 1 April, newest first, as far back as anything counts."""
    found = {}
    for number in range(today.year, (work.foresight.first_year() or today.year) - 2, -1):
        found[f"{number}"] = f"{number}"
        found[f"{number}-04"] = f"April {number} to March {number + 1}"
    return found


def _year(years: dict[str, str], today: date) -> tuple[date, date]:
    asked = listing.asked("year")
    number, _, financial = (asked if asked in years else str(today.year)).partition("-")
    return foresight.year(int(number), financial=bool(financial))
