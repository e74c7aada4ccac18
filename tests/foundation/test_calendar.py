"""Dates as people in England and Wales count them."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.calendar import add_months, add_working_days, is_working_day, london_date

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(0, 1200)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 8, 31), 0, date(2026, 8, 31)),
        (date(2099, 2, 28), 12, date(2100, 2, 28)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_date(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@given(DAYS, MONTHS)
def test_the_day_is_kept_or_is_the_last_of_its_month(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == min(start.day, calendar.monthrange(end.year, end.month)[1])


@given(DAYS, DAYS, MONTHS)
def test_a_later_start_never_ends_sooner(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@given(DAYS.filter(lambda day: day.day <= 28), MONTHS, MONTHS)
def test_months_add_up_where_no_month_is_too_short(start: date, one: int, other: int) -> None:
    assert add_months(add_months(start, one), other) == add_months(start, one + other)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 1, 1), "New Year's Day"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 5, 4), "early May"),
        (date(2026, 5, 25), "spring"),
        (date(2026, 8, 31), "summer"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "substitute for Boxing Day, a Saturday"),
        (date(2027, 12, 27), "substitute for Christmas Day, a Saturday"),
        (date(2027, 12, 28), "substitute for Boxing Day, a Sunday"),
        (date(2023, 1, 2), "substitute for New Year's Day"),
        (date(2026, 9, 19), "Saturday"),
        (date(2026, 9, 20), "Sunday"),
    ],
)
def test_no_work_is_done_on(day: date, why: str) -> None:
    assert not is_working_day(day), why


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 12, 24), "Christmas Eve"),
        (date(2026, 12, 29), "after the substitute day"),
        (date(2026, 1, 2), "a bank holiday in Scotland only"),
        (date(2026, 3, 17), "a bank holiday in Northern Ireland only"),
        (date(2026, 8, 3), "a bank holiday in Scotland only"),
        (date(2026, 11, 30), "a bank holiday in Scotland only"),
        (date(2026, 4, 2), "Maundy Thursday"),
    ],
)
def test_work_is_done_on(day: date, why: str) -> None:
    assert is_working_day(day), why


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # over Christmas, Boxing Day, Sunday and the substitute day
        (date(2026, 12, 24), 4, date(2027, 1, 4)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Easter
        (date(2026, 9, 18), 5, date(2026, 9, 25)),
        (date(2026, 9, 19), 1, date(2026, 9, 21)),  # from a Saturday
        (date(2026, 9, 19), 0, date(2026, 9, 19)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


@given(DAYS, st.integers(1, 30))
def test_a_deadline_in_working_days_is_a_working_day_with_so_many_before_it(start: date, days: int) -> None:
    end = add_working_days(start, days)
    assert is_working_day(end)
    between = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(map(is_working_day, between)) == days


@pytest.mark.parametrize(
    ("instant", "there"),
    [
        (datetime(2026, 1, 15, 23, 59, 59, tzinfo=UTC), date(2026, 1, 15)),  # GMT
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),  # the night the clocks go forward
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),  # the night after
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),  # BST
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),  # the day the clocks go back
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_date_is_that_on_the_wall_in_london(instant: datetime, there: date) -> None:
    assert london_date(instant) == there


def test_a_naive_time_is_no_instant_in_london() -> None:
    with pytest.raises(ValueError, match="zone"):
        london_date(datetime(2026, 7, 1, 12, 0))  # noqa: DTZ001
