"""The list of items as a file: the same decision as the page, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask import Response

from app.bootstrap.work import Work
from app.http.downloads import marked
from app.web.filters import gds_date, gds_datetime
from app.web.markings import most_restrictive
from app.web.spreadsheet import csv_file
from classification.model import OFFICIAL
from sharing.queries.rows import ItemRow
from sharing.queries.visible import Filters

HEAD = (
    "Reference",
    "Kind",
    "Establishment",
    "Marking",
    "From",
    "To",
    "State",
    "Owed",
    "Owed by",
    "Due",
    "Late",
    "Files",
    "Sent",
    "Closed",
)
SIZE, MOST = 500, 10_000
MORE = f"Only the newest {MOST:,} items are here. Filter the list for the others."


def every(work: Work, filters: Filters) -> Iterator[ItemRow]:
    """Page after page of what they may see, up to ``MOST``."""
    cursor: int | None = None
    for _ in range(MOST // SIZE):
        found = work.items.page(filters=filters, cursor=cursor, size=SIZE, actor=work.actor, now=work.now)
        yield from found.rows
        if found.next is None:
            return
        cursor = found.next


def answer(rows: Iterable[ItemRow], names: Mapping[str, str]) -> Response:
    """A download whose name carries the marking of everything in it."""
    shown = list(rows)
    marking = most_restrictive(row.marking for row in shown) or OFFICIAL
    lines = [_cells(row, names) for row in shown]
    if len(shown) == MOST:
        lines.append([MORE])
    return csv_file(marked(marking, "items"), HEAD, lines)


def _cells(row: ItemRow, names: Mapping[str, str]) -> list[str]:
    step = row.step
    return [
        row.reference,
        row.kind_name,
        names.get(row.establishment or "", row.establishment or ""),
        row.marking.partition("\n")[0],
        row.from_office,
        "; ".join(row.to_offices),
        row.state,
        step.title if step else "",
        step.office if step else "",
        gds_date(step.due_on) if step else "",
        "yes" if step and step.late else "",
        str(row.files),
        gds_datetime(row.sent_at),
        gds_datetime(row.closed_at),
    ]
