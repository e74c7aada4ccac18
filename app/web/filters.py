"""How pages say dates, sizes, numbers and statuses: once, for every page (GOV.UK style guide)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from app.http.phrases import filesize, gds_date, gds_datetime, gds_time, plural
from foundation.actor import BEGINNING, FOREVER

__all__ = ["STATUSES", "Status", "filesize", "gds_date", "gds_datetime", "gds_time", "plural", "set_up", "status",
           "until"]  # fmt: skip


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
    "transferring": Status("Waiting for transfer", "blue"),
    "submitted": Status("Waiting for approval", "orange"),
    "approved": Status("Approved", "green"),
    "taken": Status("Nothing proposed", "blue"),
    "proposed": Status("Proposed", "teal"),
    "sent-back": Status("Sent back", "grey"),
    "left-out": Status("Left out", "purple"),
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
    "up-to-date": Status("Up to date", "green"),
    "nothing-yet": Status("Nothing yet", "grey"),
    "enforced": Status("Enforced", "green"),
    "on-record": Status("On record", "teal"),
    "context": Status("Nothing runs", "grey"),
    "unmet": Status("Not met by the service yet", "orange"),
}


def until(value: datetime) -> str:
    """A date until which something is good; the two ends of time are said in words."""
    if value >= FOREVER:
        return "No end"
    return "Not recorded" if value <= BEGINNING else gds_date(value)


def status(code: str) -> Status:
    """The word and colour of a code; an unknown code is shown as it is, in grey, rather than hidden."""
    return STATUSES.get(code) or Status(code.replace("-", " ").capitalize(), "grey")


def set_up(app: Flask) -> None:
    """Make them filters of every template."""
    for filter_ in (gds_date, gds_time, gds_datetime, until, filesize, plural, status):
        app.jinja_env.filters[filter_.__name__] = filter_
