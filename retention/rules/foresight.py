"""Months ahead, bands of age, and which fact counts as what in the statistics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from foundation.calendar import add_months
from retention import events
from retention.model.foresight import Act
from retention.model.hold import BINDING

MOST_MONTHS: Final = 60
# Days since it fell due, the last of each band included; how the report is divided, no rule of any schedule.
BANDS: Final[tuple[tuple[str, int | None], ...]] = (
    ("30 days or less", 30), ("31 to 90 days", 90), ("91 to 180 days", 180), ("181 to 365 days", 365),
    ("More than a year", None),
)  # fmt: skip
_APPROVED: Final[Mapping[str, Act]] = {"extend": "extended", "keep": "kept"}
_COUNTED: Final[Mapping[str, Act]] = {
    events.DESTRUCTION_FAILED.name: "failed",
    events.ITEM_DESTROYED.name: "destroyed",
    events.ITEM_RETURNED.name: "returned",
    events.TRANSFER_RECEIVED.name: "transferred",
}


def months(today: date, number: int) -> tuple[date, ...]:
    """The first day of this month and of those after it."""
    first = today.replace(day=1)
    return tuple(add_months(first, place) for place in range(number))


def band(since: date, today: date) -> int:
    """The place in ``BANDS`` of what fell due on ``since``."""
    age = (today - since).days
    return next(place for place, (_, last) in enumerate(BANDS) if last is None or age <= last)


def thresholds(today: date) -> tuple[date, ...]:
    """The oldest day of each band but the last: on or after it, and not in an earlier band, is in that band."""
    return tuple(today - timedelta(days=last) for _, last in BANDS if last is not None)


def counts_as(kind: str, what: Mapping[str, Any]) -> Act | None:
    """What a fact about a case counts as in the annual report; most count as nothing."""
    if kind == events.DISPOSAL_APPROVED.name:
        return _APPROVED.get(str(what["proposal"]))
    if kind == events.HOLD_CAUGHT.name:
        return "held" if what["manner"] in BINDING else None
    return _COUNTED.get(kind)


def year(number: int, *, financial: bool = False) -> tuple[date, date]:
    """The first and last day of a calendar year, or of the year from 1 April."""
    first = date(number, 4 if financial else 1, 1)
    return first, add_months(first, 12) - timedelta(days=1)
