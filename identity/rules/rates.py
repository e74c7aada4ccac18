"""How many attempts in how long: all at once or spread out, and then one by one as earlier ones wear off (GCRA)."""

from __future__ import annotations

from datetime import datetime, timedelta

from identity.policy.doors import Rate


def attempt(rate: Rate, clear: datetime, now: datetime) -> tuple[datetime, timedelta]:
    """When all is worn off after one more attempt, and how long it must wait: nothing where it may be made now.

    ``clear``: when what was tried before is worn off. An attempt that must wait is not counted.
    """
    after = max(clear, now) + rate.each
    wait = after - now - rate.period
    return (after, timedelta()) if wait <= timedelta() else (clear, wait)
