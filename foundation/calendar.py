"""Calendar dates as people in England and Wales count them. Instants are UTC; deadlines and retention are dates."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")


def london_date(now: datetime) -> date:
    """The date on the wall in London at this instant. Raises ValueError for a naive one."""
    if now.tzinfo is None:  # astimezone would take it for the machine's own zone
        msg = "an instant needs its zone"
        raise ValueError(msg)
    return now.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """The instant at which the day begins in London: a day of 23 or 25 hours is a day."""
    return datetime.combine(day, time(), tzinfo=LONDON)


def london_end(day: date) -> datetime:
    """The instant at which the next day begins in London; of the last day there is, that at which it begins itself."""
    return london_midnight(min(day, date.max - timedelta(days=1)) + timedelta(days=1))


def add_months(start: date, months: int) -> date:
    """The corresponding date: same day of the month, or the last day where there is none (31 January + 1 = 28/29)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a bank holiday of England and Wales."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def add_working_days(start: date, days: int) -> date:
    """The date ``days`` working days after ``start``, which itself is day nought."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
