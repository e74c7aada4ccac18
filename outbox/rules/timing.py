"""When people hear, and when what failed is tried again. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from foundation.calendar import LONDON
from outbox.model.rules import How, Retry, Rules

DAY = timedelta(days=1)
_MOST_DOUBLINGS = 20  # two to the power of more would be longer than any period


def slot(how: How, rules: Rules, now: datetime) -> datetime:
    """What came before this instant is told now: now itself, or the last time that digests were made.

    A digest is made at its hour in London, summer and winter.
    """
    if how == "at-once":
        return now
    local = now.astimezone(LONDON)
    day = local.date()
    if how == "weekly":
        day -= timedelta(days=(day.weekday() - rules.weekday) % 7)
    at = datetime.combine(day, time(rules.hour), LONDON)
    if at > local:
        at = datetime.combine(day - (DAY if how == "daily" else 7 * DAY), time(rules.hour), LONDON)
    return at.astimezone(now.tzinfo)


def next_try(retry: Retry, attempts: int, made_at: datetime, now: datetime, chance: float) -> datetime | None:
    """When what failed for the ``attempts``-th time is tried again; None when it is given up.

    ``chance``: from 0 to 1, drawn by the caller; it spreads the wait by the jitter either way. Twice as long each time.
    """
    if now - made_at >= retry.give_up:
        return None
    wait = min(retry.first * 2 ** min(attempts - 1, _MOST_DOUBLINGS), retry.most)
    spread = 1 + retry.jitter * (2 * chance - 1) / 100
    return now + timedelta(seconds=round(wait.total_seconds() * spread))
