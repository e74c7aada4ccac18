"""What falls due when, what is due and not disposed of, what a year's report counts."""

from __future__ import annotations

from typing import Any

from app.api import cursor
from app.api.reply import Reply
from app.api.schemas import foresight as schemas
from app.api.section import Section
from app.bootstrap.duties import must
from app.bootstrap.overseeing import overseen
from app.http.house import actor, house
from foundation.calendar import london_date
from retention.rules.foresight import BANDS

bp = Section("foresight", "Foresight: what falls due, what is owed and why, what a year came to.")
LOOK = "view-disposal-log"


@bp.op("GET", "/foresight/forecast", query=schemas.ForecastQuery, gives=schemas.Forecast)
def forecast(query: dict[str, Any]) -> Reply:
    """What falls due in this month and those after it, by class and originating body."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.foresight.forecast(
            london_date(work.now), months=query["months"], body=query["body"], retention_class=query["class_"]
        )
    return Reply(found)


@bp.op("GET", "/foresight/overdue", query=schemas.WaitingQuery, gives=schemas.OverdueCounts)
def overdue(query: dict[str, Any]) -> Reply:
    """How many are due and not disposed of, for how long and why; and the holds to be looked at again."""
    with house().work(actor()) as work:
        must(work, LOOK)
        today = london_date(work.now)
        waiting = work.foresight.waiting(today, body=query["body"], retention_class=query["class_"])
        holds = [
            {name: getattr(row.hold, name) for name in ("id", "party", "occasion", "owner", "review_on")}
            | {"stands_on": row.stands_on}
            for row in work.holds.holds(in_force=True, review_by=today)
        ]
    return Reply({"bands": [text for text, _ in BANDS], "waiting": waiting, "holds": holds})


@bp.op("GET", "/foresight/overdue/items", query=schemas.OwedQuery, gives=schemas.OwedItems)
def owed(query: dict[str, Any]) -> Reply:
    """The items behind those numbers, the longest owed first."""
    place = cursor.text(query["cursor"])
    with house().work(actor()) as work:
        must(work, LOOK)
        today = london_date(work.now)
        found = work.foresight.owed(
            today,
            why=query["why"],
            body=query["body"],
            retention_class=query["class_"],
            cursor=place,
            size=query["limit"],
        )
    named = ("reference", "item", "originator", "retention_class", "state")
    rows = [
        {name: getattr(each.case, name) for name in named}
        | {"why": each.why, "since": each.since, "days": (today - each.since).days}
        for each in found.rows
    ]
    return Reply({"items": rows, "next": cursor.of_text(found.next)})


@bp.op("GET", "/foresight/year", query=schemas.YearQuery, gives=schemas.DisposalYear)
def year(query: dict[str, Any]) -> Reply:
    """What the annual report counts, between two days. Counts alone: no item, no person."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.foresight.counted(query["since"], query["until"], body=query["body"])
    return Reply({"since": query["since"], "until": query["until"], "counted": found})


@bp.op("GET", "/overview", gives=schemas.Overview)
def overview() -> Reply:
    """How the exchange goes, for those who oversee it: a year of sending, closing and disposal, and what is late."""
    with house().work(actor()) as work:
        must(work, "view-overview")
        found = overseen(work)
    return Reply(
        {
            "months": found.flow.months,
            "sent": found.flow.sent,
            "took": found.flow.took,
            "disposed": found.disposed,
            "overdue": [{"office": office, "name": name, "steps": steps} for office, name, steps in found.overdue],
        }
    )
