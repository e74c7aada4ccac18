"""The time a request has: the corresponding date, what it stops for, days off; and laws over all dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.calendar import add_months, is_working_day
from sharing.model.rights import BEGINS_ANEW, CLARIFICATION, DAYS_OUT, IDENTITY, STAYS, Clock, Pause
from sharing.rules.rights.clock import extendable_until, reminders_due, rolled, time_of

RULES = Clock(reminders=(10, 3))
PLAIN = replace(RULES, weekends=STAYS)
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def due(received: date, *pauses: Pause, rules: Clock = RULES, extended: bool = False) -> date | None:
    return time_of(rules, received, pauses, extended=extended).due_on


@pytest.mark.parametrize(
    ("received", "extended", "expected"),
    [
        (date(2026, 9, 3), False, date(2026, 10, 5)),  # 3 October is a Saturday
        (date(2026, 1, 31), False, date(2026, 3, 2)),  # no 31 February: the 28th, a Saturday
        (date(2028, 1, 31), False, date(2028, 2, 29)),  # a leap day, and a Tuesday
        (date(2028, 2, 29), False, date(2028, 3, 29)),
        (date(2027, 11, 30), True, date(2028, 2, 29)),  # three months: into February of a leap year
        (date(2026, 11, 25), False, date(2026, 12, 29)),  # Christmas Day, and Boxing Day's substitute on Monday
        (date(2026, 3, 3), False, date(2026, 4, 7)),  # Good Friday to the Tuesday after Easter
        (date(2026, 2, 28), False, date(2026, 3, 30)),  # the night the clocks go forward lies between
        (date(2026, 9, 25), False, date(2026, 10, 26)),  # the Sunday the clocks go back
    ],
)
def test_the_day_is_the_corresponding_date_or_the_next_working_day(
    received: date, extended: bool, expected: date
) -> None:
    assert due(received, extended=extended) == expected


def test_a_policy_may_leave_a_weekend_as_it_is() -> None:
    assert due(date(2026, 9, 3), rules=PLAIN) == date(2026, 10, 3)


def test_the_time_begins_anew_on_the_day_identity_was_confirmed() -> None:
    asked = Pause(IDENTITY, date(2026, 9, 4), date(2026, 9, 15))
    assert due(date(2026, 9, 3), asked, rules=PLAIN) == date(2026, 10, 15)
    assert due(date(2026, 9, 3), asked, rules=replace(PLAIN, identity=DAYS_OUT)) == date(2026, 10, 14)


def test_the_days_waited_for_a_clarification_are_added() -> None:
    asked = Pause(CLARIFICATION, date(2026, 9, 10), date(2026, 9, 14))
    assert due(date(2026, 9, 3), asked, rules=PLAIN) == date(2026, 10, 7)
    same_day = Pause(CLARIFICATION, date(2026, 9, 10), date(2026, 9, 10))
    assert due(date(2026, 9, 3), same_day, rules=PLAIN) == date(2026, 10, 3)
    assert due(date(2026, 9, 3), asked, rules=replace(PLAIN, clarification=BEGINS_ANEW)) == date(2026, 10, 14)


def test_while_it_waits_there_is_no_last_day_and_no_reminder() -> None:
    waiting = Pause(IDENTITY, date(2026, 9, 4))
    found = time_of(RULES, date(2026, 9, 3), [waiting], extended=False)
    assert (found.due_on, found.stopped_for) == (None, IDENTITY)
    assert reminders_due(RULES, None, date(2030, 1, 1)) == 0
    assert extendable_until(RULES, date(2026, 9, 3), [waiting]) is None


def test_reminders_come_in_turn_and_overdue_the_day_after() -> None:
    last = date(2026, 10, 5)
    told = [reminders_due(RULES, last, last + timedelta(days=days)) for days in (-11, -10, -4, -3, 0, 1, 90)]
    assert told == [0, 1, 1, 2, 2, 3, 3]


@given(DAYS, st.booleans())
def test_the_last_day_is_never_a_day_off_and_never_before_the_corresponding_date(start: date, extended: bool) -> None:
    plain, moved = due(start, rules=PLAIN, extended=extended), due(start, extended=extended)
    assert plain == add_months(start, 3 if extended else 1)
    assert moved is not None
    assert plain is not None
    assert is_working_day(moved)
    assert not any(is_working_day(plain + timedelta(days=n)) for n in range((moved - plain).days))
    assert (moved - plain).days <= 5


@given(DAYS, DAYS)
def test_who_asks_later_is_answered_no_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert (due(first) or date.max) <= (due(second) or date.max)


@given(DAYS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=4))
def test_clarifications_add_each_day_once_and_never_take_one_away(start: date, spans: list[tuple[int, int]]) -> None:
    pauses = [
        Pause(CLARIFICATION, start + timedelta(days=since), start + timedelta(days=since + length))
        for since, length in spans
    ]
    days = {each.since + timedelta(days=n) for each in pauses for n in range((each.until - each.since).days)}  # type: ignore[operator]
    assert due(start, *pauses, rules=PLAIN) == add_months(start, 1) + timedelta(days=len(days))
    assert due(start, *reversed(pauses)) == due(start, *pauses)


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_confirming_later_never_gives_an_earlier_day(start: date, one: int, other: int) -> None:
    first, second = sorted((one, other))

    def confirmed(after: int) -> date:
        found = due(start, Pause(IDENTITY, start, start + timedelta(days=after)))
        assert found is not None
        return found

    assert confirmed(first) <= confirmed(second)


@given(DAYS)
def test_the_next_working_day_of_a_working_day_is_itself(day: date) -> None:
    assert rolled(RULES, rolled(RULES, day)) == rolled(RULES, day)
