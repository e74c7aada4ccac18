"""The clock starts from a fact, by the originator's schedule in force then, and ends on the corresponding date."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retention_world import World

from retention.rules import clock

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
MONTHS = st.integers(1, 1200)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_date(start: date, months: int, due: date) -> None:
    assert clock.due_date(start, months) == due


@given(DAYS, MONTHS)
def test_the_due_date_is_in_the_month_so_many_months_on_and_never_on_a_later_day(start: date, months: int) -> None:
    due = clock.due_date(start, months)
    assert (due.year - start.year) * 12 + due.month - start.month == months
    assert due.day == start.day or (due.day < start.day and due.day == monthrange(due.year, due.month)[1])


@given(DAYS, DAYS, MONTHS)
def test_what_ended_earlier_is_never_due_later(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert clock.due_date(first, months) <= clock.due_date(second, months)


def test_an_item_closed_just_after_midnight_in_london_in_summer_counts_from_that_day() -> None:
    world = World(start=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    case = world.look(world.item())
    assert case.trigger_on == date(2026, 7, 1)
    assert case.schedule_version == 2, "the version in force on the London date"
    assert case.due_on == date(2028, 7, 1)
    world.close()


def test_a_class_nobody_verified_starts_its_clock_and_has_no_due_date(world: World) -> None:
    case = world.look(world.item(of="notes"))
    assert (case.state, case.due_on, case.period_months) == ("no-period", None, None)
    assert case.trigger_on == date(2026, 1, 31)


def test_an_item_of_which_no_schedule_speaks_is_listed_and_not_forgotten(world: World) -> None:
    case = world.look(world.item(of="unheard-of"))
    assert (case.state, case.schedule_version, case.verified) == ("no-period", None, False)


def test_a_withdrawn_item_starts_its_clock_too(world: World) -> None:
    assert world.look(world.item(ending="sharing.item-withdrawn")).trigger_kind == "sharing.item-withdrawn"


def test_nothing_is_due_a_day_early_and_everything_on_the_day(world: World) -> None:
    item = world.item()
    world.pass_time(27)
    assert world.sweep().due == 0
    assert world.look(item).state == "running"
    world.pass_time(1)
    assert world.sweep().due == 1
    assert world.look(item).state == "due"
    assert world.sweep().due == 0, "marking twice is once"
