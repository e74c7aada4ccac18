"""The overview in words, charts and tables: each chart says its numbers, and its table has them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.bootstrap.overseeing import overseen
from app.bootstrap.work import Work
from app.web import chart, filters, names
from app.web.foresight_view import ACT_WORDS, month
from sharing.queries.overview import TOOK

BARS = 15  # offices drawn; the table has them all
TOOK_WORDS: Mapping[str, str] = {
    "week": "Within 7 days", "four-weeks": "8 to 28 days", "longer": "Longer", "open": "Not closed yet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its table. ``rows`` hold words and whole numbers, as the file has them."""

    id: str
    title: str
    about: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    drawn: Markup

    @property
    def cells(self) -> list[list[Any]]:
        """The rows for ``ui.table``."""
        return [[each[0], *({"text": f"{one:,}", "numeric": True} for one in each[1:])] for each in self.rows]

    @property
    def columns(self) -> list[Any]:
        """The head for ``ui.table``."""
        return [self.head[0], *({"text": text, "numeric": True} for text in self.head[1:])]


def figures(work: Work) -> list[Figure]:
    """Of the agreements that the asker's body is a party to."""
    found = overseen(work)
    flow, labels = found.flow, [month(day) for day in found.flow.months]
    return [
        _by_month("sent", "Items sent each month", "by the body they came from", labels,
                  {names.party(body): numbers for body, numbers in flow.sent.items()}),
        _by_month("outcome", "Time from sending to closing", "by the month of sending", labels,
                  {TOOK_WORDS[name]: flow.took[name] for name in TOOK}),
        _overdue([(name, number) for _, name, number in found.overdue]),
        _by_month("disposals", "Disposals each month", "by how they ended", labels,
                  {ACT_WORDS[act]: numbers for act, numbers in found.disposed.items()}),
    ]  # fmt: skip


def _by_month(id_: str, title: str, more: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Figure:
    rows: list[list[Any]] = [[label, *(numbers[at] for numbers in series.values())] for at, label in enumerate(labels)]
    sums = [sum(row[1:]) for row in rows]
    said = "; ".join(f"{label}: {number:,}" for label, number in zip(labels, sums, strict=True) if number)
    about = f"{title}, {more}. {said or 'None'}. The table has all numbers."
    whole = [[*row, total] for row, total in zip(rows, sums, strict=True)]
    drawn = chart.stacked(id_, title, about, labels, series) if said else Markup()
    return Figure(id_, f"{title}, {more}", about, ("Month", *series, "All"), whole, drawn)


def _overdue(rows: Sequence[tuple[str, int]]) -> Figure:
    said = "; ".join(f"{name}: {number:,}" for name, number in rows[:BARS])
    title = "Overdue now, by Board or office"
    about = f"{filters.plural(sum(number for _, number in rows), 'step is', 'steps are')} overdue. {said or 'None'}."
    drawn = chart.ranked("overdue", title, about, rows[:BARS]) if rows else Markup()
    return Figure("overdue", title, about, ("Board or office", "Overdue"), rows, drawn)
