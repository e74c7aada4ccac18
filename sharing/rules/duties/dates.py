"""When a duty is due. Instants are UTC; days are those of London, working days those of England and Wales."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from foundation.calendar import add_months, add_working_days, london_date
from sharing.model.coverage import OPEN, Occurrence
from sharing.model.duty import Escalation, Every, Span

_MOST_SLOTS = 4000  # a duty that came every day for ten years and was never met


def after(start: date, span: Span) -> date:
    """The day ``span`` after ``start``, which is day nought. Hours are counted from an instant: ``moment``."""
    if span.unit == "working_days":
        return add_working_days(start, span.number)
    if span.unit == "months":
        return add_months(start, span.number)
    return start + timedelta(days=span.number * (7 if span.unit == "weeks" else 1))


def due(span: Span | None, at: datetime, on: date) -> tuple[date | None, datetime | None]:
    """(day, instant) of what began at ``at`` and counts from ``on``; the instant only where hours are given."""
    if span is None:
        return None, None
    if span.unit == "hours":
        moment = at + timedelta(hours=span.number)
        return london_date(moment), moment
    return after(on, span), None


def comes_again(every: Every, last: date | None) -> tuple[date, date]:
    """(counted from, due) of the next time, when it was last met on ``last`` (None: never).

    From the calendar: the first slot after the last one met; each slot is counted from the beginning, so that what
    falls on the 31st does not slip to the 28th for good.
    """
    if last is None:
        return every.start, after(every.start, every.span)
    if every.counted == "from the last":
        return last, after(last, every.span)
    before = every.start
    for slot in range(1, _MOST_SLOTS):
        span = Span(every.span.unit, every.span.number * slot, every.span.source)
        found = after(every.start, span)
        if found > last:
            return max(before, last), found
        before = found
    return last, after(last, every.span)


def is_overdue(occurrence: Occurrence, now: datetime) -> bool:
    """Open, and its day, or its hour, is past."""
    if occurrence.state != OPEN:
        return False
    if occurrence.due_at is not None:
        return now > occurrence.due_at
    return occurrence.due_on is not None and london_date(now) > occurrence.due_on


def levels(occurrence: Occurrence, escalation: tuple[Escalation, ...], now: datetime) -> int:
    """How many steps up an unmet duty has gone by now. Each is counted from when it was due."""
    if not is_overdue(occurrence, now) or occurrence.due_on is None:
        return 0
    return sum(_passed(occurrence, step.after, now) for step in escalation)


def passed_by(span: Span, now: datetime) -> tuple[date, datetime | None]:
    """What was due on this day or before it, and, where hours count, before this instant, is more than ``span`` late.

    Found by going back: the days after a holiday are told by the same count as ``levels`` uses.
    """
    if span.unit == "hours":
        moment = now - timedelta(hours=span.number)
        return london_date(moment), moment
    today = london_date(now)
    day = today - timedelta(days=1)
    while after(day, span) >= today:
        day -= timedelta(days=1)
    return day, None


def _passed(occurrence: Occurrence, span: Span, now: datetime) -> bool:
    if span.unit == "hours":
        return occurrence.due_at is not None and now > occurrence.due_at + timedelta(hours=span.number)
    return occurrence.due_on is not None and london_date(now) > after(occurrence.due_on, span)
