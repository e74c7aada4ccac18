"""The time a request has (UK-GDPR art. 12(3)), counted in dates of London as ``policies/rights.toml`` says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from foundation.calendar import add_months, add_working_days, is_working_day
from sharing.model.rights import BEGINS_ANEW, IDENTITY, NEXT_WORKING_DAY, Clock, Pause, Time

OVERDUE = 0  # the reminder after the last


def time_of(rules: Clock, received_on: date, pauses: Sequence[Pause], *, extended: bool) -> Time:
    """When the answer is due: the corresponding date, months later, after what the clock stood still for.

    What a pause does is the policy's: the time begins anew on the day it ended, or its days are added. A pause without
    an end leaves no day at all. Days are counted once, however many pauses they lie in.
    """
    stopped = next((each.about for each in pauses if each.until is None), "")
    begins = max([received_on, *(each.until for each in pauses if each.until and _anew(rules, each))])
    out = _days_out([each for each in pauses if not _anew(rules, each)], begins)
    if stopped:
        return Time(begins, None, out, stopped_for=stopped)
    months = rules.months + (rules.extension if extended else 0)
    plain = add_months(begins, months) + timedelta(days=out)
    due = rolled(rules, plain)
    return Time(begins, due, out, moved=due != plain)


def extendable_until(rules: Clock, received_on: date, pauses: Sequence[Pause]) -> date | None:
    """The last day on which an extension may be told: that of the time without it. None: the clock stands still."""
    return time_of(rules, received_on, pauses, extended=False).due_on


def rolled(rules: Clock, day: date) -> date:
    """The day itself, or the next working day where the policy says so."""
    if rules.weekends != NEXT_WORKING_DAY or is_working_day(day):
        return day
    return add_working_days(day, 1)


def reminders_due(rules: Clock, due_on: date | None, today: date) -> int:
    """How many of the reminders have come by today, overdue being one more than there are days."""
    if due_on is None:
        return 0
    come = sum(today >= due_on - timedelta(days=days) for days in rules.reminders)
    return len(rules.reminders) + 1 if today > due_on else come


def _anew(rules: Clock, pause: Pause) -> bool:
    return (rules.identity if pause.about == IDENTITY else rules.clarification) == BEGINS_ANEW


def _days_out(pauses: Sequence[Pause], begins: date) -> int:
    """Days from being asked (counted) until the answer came (not counted), after ``begins``."""
    days: set[int] = set()
    for each in pauses:
        if each.until is not None:
            days |= set(range(max(each.since, begins).toordinal(), each.until.toordinal()))
    return len(days)
