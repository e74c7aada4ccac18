"""Times and dates as people type them into one line."""

from __future__ import annotations

import re
from datetime import date, time

from wtforms.validators import ValidationError

from app.http.language import N_

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")
_DAY = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})")
_WORDS = {"midday": time(12), "noon": time(12), "midnight": time()}


def clock_time(text: str) -> time:
    """“9:30am”, “2pm”, “14:00”, “midday”. Raises ValidationError for a bare number and for what is no time."""
    said = " ".join(text.lower().split())
    if said in _WORDS:
        return _WORDS[said]
    found = _CLOCK.fullmatch(said)
    if not found or not (found[2] or found[3]) or not found[0].isascii():
        raise ValidationError(_NO_TIME)
    hour, half = int(found[1]), found[3]
    if half and not 1 <= hour <= 12:
        raise ValidationError(_NO_TIME)
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    try:
        return time(hour, int(found[2] or 0))
    except ValueError:
        raise ValidationError(_NO_TIME) from None


def typed_day(text: str) -> date:
    """“27/3/2026” or “27 3 2026”. Raises ValidationError for what is no day."""
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None or not found[0].isascii():
            raise ValueError
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise ValidationError(_NO_DAY) from None


_NO_TIME = N_("Enter a time, like 9:30am or 14:00")
_NO_DAY = N_("Enter a real date, like 27/3/2026")
