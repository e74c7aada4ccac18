"""What lies ahead, what is owed and what a year came to, as tables and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from app.web import chart, filters, names
from retention.model.foresight import ACTS, WHYS, Counted, Forecast, Waiting, Why
from retention.queries.foresight import Owed
from retention.rules.foresight import BANDS

WORDS: Mapping[Why, str] = {
    "failed": "Destruction failed, tried again by every sweep",
    "destroying": "Being destroyed",
    "certificate": "Destroyed, its certificate is owed",
    "held": "On hold",
    "transfer": "Being transferred to the archive",
    "cooling-off": "Approved, cooling off",
    "approval": "Waits for approval",
    "unverified": "No period confirmed",
    "return": "Waits for the offer of return, or its answer",
    "review": "Waits for review",
    "sweep": "Waits for the next sweep",
}
ACT_WORDS = {
    "opened": "Opened", "held": "Put on hold", "extended": "Extended", "failed": "Destruction failed",
    "destroyed": "Destroyed", "returned": "Returned to source", "transferred": "Transferred", "kept": "Kept for good",
}  # fmt: skip


def month(day: date) -> str:
    """ "Nov 2026"."""
    return f"{day:%b %Y}"


def ahead(found: Forecast) -> Markup:
    """The chart: bars a month, divided by body."""
    labels = [month(day) for day in found.months]
    about = "; ".join(f"{label}: {number:,}" for label, number in zip(labels, found.totals, strict=True) if number)
    series = {names.party(body): counts for body, counts in found.by_body().items()}
    said = (
        f"Items that fall due in each month, divided by originating body. {about or 'None'}. The table has all numbers."
    )
    return chart.stacked("ahead", "Items falling due by month", said, labels, series)


def lines(found: Forecast) -> list[list[Any]]:
    """A month a row, body and class a column, and in all."""
    rows: list[list[Any]] = []
    for place, day in enumerate(found.months):
        rows.append([month(day), *(_number(line.months[place]) for line in found.lines),
                     _number(found.totals[place])])  # fmt: skip
    all_ = [_number(line.total) for line in found.lines]
    held = [_number(line.held) for line in found.lines]
    rows.append(["All these months", *all_, _number(sum(found.totals))])
    rows.append(["Of these on hold", *held, _number(sum(line.held for line in found.lines))])
    return rows


def columns(found: Forecast) -> list[Any]:
    """The head of those rows."""
    kinds = [f"{names.party(line.body)}: {names.words(line.retention_class)}" for line in found.lines]
    return ["Month", *({"text": text, "numeric": True} for text in (*kinds, "All"))]


def reasons(found: Sequence[Waiting], link: Mapping[Why, str]) -> list[list[Any]]:
    """A reason a row, a band of age a column, and in all."""
    rows: list[list[Any]] = []
    for why in WHYS:
        counts = [sum(each.number for each in found if (each.why, each.band) == (why, place))
                  for place in range(len(BANDS))]  # fmt: skip
        if any(counts):
            rows.append([{"text": WORDS[why], "href": link[why]}, *map(_number, counts), _number(sum(counts))])
    if len(rows) > 1:
        sums = [sum(each.number for each in found if each.band == place) for place in range(len(BANDS))]
        rows.append(["All", *map(_number, sums), _number(sum(sums))])
    return rows


BAND_HEAD: list[Any] = ["Why", *({"text": text, "numeric": True} for text, _ in (*BANDS, ("All", None)))]


def owed_row(each: Owed, today: date) -> list[Any]:
    """One item of the report."""
    case = each.case
    return [
        {"text": case.reference, "href": f"/disposals/{case.reference}"},
        names.words(case.retention_class),
        names.party(case.originator),
        {"text": filters.gds_date(each.since), "minor": filters.plural((today - each.since).days, "day")},
        WORDS[each.why],
    ]


def owed_cells(each: Owed, today: date) -> list[object]:
    """The same in a file."""
    case = each.case
    return [case.reference, names.words(case.retention_class), names.party(case.originator), each.since.isoformat(),
            (today - each.since).days, WORDS[each.why], filters.status(case.state).text]  # fmt: skip


def years(found: Sequence[Counted]) -> list[list[Any]]:
    """A class of a body a row, an act a column."""
    known = {(each.body, each.retention_class, each.act): each.number for each in found}
    keys = sorted({(each.body, each.retention_class) for each in found})
    rows: list[list[Any]] = [
        [{"text": names.words(code), "minor": names.party(body)},
         *(_number(known.get((body, code, act), 0)) for act in ACTS)]
        for body, code in keys
    ]  # fmt: skip
    if len(keys) > 1:
        rows.append(["All", *(_number(sum(each.number for each in found if each.act == act)) for act in ACTS)])
    return rows


# Eight columns beside the filter: the page says below the table what the shorter words are short for.
_ACT_HEADS = {**ACT_WORDS, "held": "Held", "failed": "Failed", "returned": "Returned", "transferred": "Archived",
              "kept": "Kept"}  # fmt: skip
YEAR_HEAD: list[Any] = ["Class", *({"text": _ACT_HEADS[act], "numeric": True} for act in ACTS)]


def _number(value: int) -> dict[str, Any]:
    return {"text": f"{value:,}", "numeric": True}
