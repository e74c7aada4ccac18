"""How long wrong codes keep codes from being looked at, and what that leaves to whoever has a password."""

from __future__ import annotations

from datetime import timedelta

from identity.policy.doors import Codes

_MOST_DOUBLINGS = 30  # two to the power of more would be longer than any period


def shut_for(codes: Codes, locks: int) -> timedelta:
    """How long the ``locks``-th lock in a row lasts: twice as long as the one before, up to the most."""
    return min(codes.first * (1 << min(locks - 1, _MOST_DOUBLINGS)), codes.most)


def guesses(codes: Codes, within: timedelta) -> int:
    """How many wrong codes are looked at in so long, from a count of nought and without a pause.

    The first ones at once; after each lock one, which makes the next. No sign-in of the owner sets the count back.
    """
    found, locks, at = codes.failures, 1, shut_for(codes, 1)
    while at < within:
        found, locks = found + 1, locks + 1
        at += shut_for(codes, locks)
    return found


def chance(tried: int, *, good: int, digits: int) -> float:
    """That one of so many guesses is right, where ``good`` codes of ``digits`` digits are good at any instant."""
    return float(1 - (1 - good / 10**digits) ** tried)
