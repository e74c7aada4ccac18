"""How pages say dates, sizes, numbers and statuses: once, for every page (GOV.UK style guide)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask

from foundation.actor import BEGINNING, FOREVER
from foundation.calendar import LONDON


@dataclass(frozen=True, slots=True)
class Status:
    """A word and its colour. One colour a meaning; the word alone is enough."""

    text: str
    colour: str


STATUSES = {
    "draft": Status("Draft", "grey"),
    "unread": Status("Unread", "blue"),
    "read": Status("Read", "grey"),
    "action-needed": Status("Action needed", "orange"),
    "overdue": Status("Overdue", "red"),
    "waiting": Status("Waiting for others", "purple"),
    "owed": Status("Owed now", "orange"),
    "passed-on": Status("Passed on", "teal"),
    "answered": Status("Answered", "green"),
    "done": Status("Done", "green"),
    "open": Status("Open", "blue"),
    "closed": Status("Closed", "grey"),
    "withdrawn": Status("Withdrawn", "grey"),
    "destroyed": Status("Disposed of", "grey"),
    "stopped": Status("Reopened", "blue"),
    "no-period": Status("No period confirmed", "orange"),
    "running": Status("Being kept", "grey"),
    "due": Status("Disposal due", "yellow"),
    "held": Status("On hold", "purple"),
    "hold-overdue": Status("Look at it again", "red"),
    "lifted": Status("Lifted", "grey"),
    "reviewed": Status("Waiting for approval", "orange"),
    "cooling-off": Status("Cooling off", "yellow"),
    "destroying": Status("Being destroyed", "red"),
    "erased": Status("Erased, certificate owed", "teal"),
    "kept": Status("Kept for good", "green"),
    "transferred": Status("Transferred", "teal"),
    "returned": Status("Returned", "teal"),
    "unverified": Status("Period not confirmed", "orange"),
    "incident": Status("Breach reported", "red"),
    "active": Status("Active", "green"),
    "invited": Status("Invited", "blue"),
    "suspended": Status("Suspended", "red"),
    "locked": Status("Locked", "red"),
    "left": Status("Left", "grey"),
    "allowed": Status("Allowed", "green"),
    "refused": Status("Refused", "red"),
    "to-do": Status("To do", "blue"),
    "later": Status("Not yet", "grey"),
    "not-needed": Status("Not needed", "grey"),
    "only-if": Status("Depends", "grey"),
    "not-done": Status("Not done", "grey"),
    "verified": Status("Verified", "green"),
    "failed": Status("Failed", "red"),
}

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def gds_date(value: date | datetime | None) -> str:
    """“20 November 2026”. An instant is shown as the date in London; nothing is shown as nothing."""
    if value is None:
        return ""
    day = value.astimezone(LONDON).date() if isinstance(value, datetime) else value
    return f"{day.day} {day:%B %Y}"


def gds_time(value: datetime) -> str:
    """“4:42pm”, “10am”, “midday”, “midnight”, in London."""
    wall = value.astimezone(LONDON)
    if wall.minute == 0 and wall.hour % 12 == 0:
        return "midday" if wall.hour else "midnight"
    half = "am" if wall.hour < 12 else "pm"
    return f"{wall.hour % 12 or 12}{f':{wall.minute:02}' if wall.minute else ''}{half}"


def gds_datetime(value: datetime | None) -> str:
    """“20 November 2026 at 4:42pm”, in London."""
    return "" if value is None else f"{gds_date(value)} at {gds_time(value)}"


def until(value: datetime) -> str:
    """A date until which something is good; the two ends of time are said in words."""
    if value >= FOREVER:
        return "No end"
    return "Not recorded" if value <= BEGINNING else gds_date(value)


def filesize(size: int) -> str:
    """“1.2GB”, “12MB”, “812 bytes”: thousands, as a file manager on a desk shows them."""
    if size == 1:
        return "1 byte"
    amount, unit = float(size), 0
    # 999.95 and more would be shown as 1000: that is one of the next unit.
    while unit < len(_UNITS) - 1 and round(amount, 0 if amount >= 9.95 else 1) >= 1000:
        amount, unit = amount / 1000, unit + 1
    if unit == 0:
        return f"{size} bytes"
    text = f"{amount:.1f}" if amount < 9.95 else f"{amount:.0f}"
    return f"{text.removesuffix('.0')}{_UNITS[unit]}"


def plural(count: int, one: str, many: str = "") -> str:
    """“1 item”, “2 items”, “1,204 items”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def status(code: str) -> Status:
    """The word and colour of a code; an unknown code is shown as it is, in grey, rather than hidden."""
    return STATUSES.get(code) or Status(code.replace("-", " ").capitalize(), "grey")


def set_up(app: Flask) -> None:
    """Make them filters of every template."""
    for filter_ in (gds_date, gds_time, gds_datetime, until, filesize, plural, status):
        app.jinja_env.filters[filter_.__name__] = filter_
