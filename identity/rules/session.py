"""How long a session and an invitation live. From the first instant (included) until the last (excluded).

Source: MoJ security guidance: idle connections dropped, "normally less than 30 minutes"; one-time passwords 1 day. The
12 hours are ours: one long working day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)  # how far "last seen" may lag: a session may end this much early, never late
INVITATION_LIFE = timedelta(days=1)
MOST_DATA = 8192  # characters of JSON a session may hold: a CSRF token and purposes, never content

CODE_SECONDS = 30  # RFC 6238 time step
CODE_WINDOW = 1  # steps either side, for clocks that differ
CODE_DIGITS = 6


def alive(*, created: datetime, seen: datetime, now: datetime) -> bool:
    """Whether a session created and last seen then may still be used now."""
    return now - seen < IDLE and now - created < ABSOLUTE


def code_steps(now: datetime) -> range:
    """The time steps whose code is good now, oldest first."""
    step = int(now.timestamp()) // CODE_SECONDS
    return range(step - CODE_WINDOW, step + CODE_WINDOW + 1)


def code_digits(text: str) -> str:
    """The six digits somebody typed, with or without spaces; empty when it cannot be a code."""
    digits = "".join(text.split())
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else ""
