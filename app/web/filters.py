"""How pages say dates, sizes, numbers and statuses: once, for every page (GOV.UK style guide)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from app.http.language import ENGLISH, N_, shown, told
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
    "action-needed": Status(N_("Action needed"), "orange"),
    "overdue": Status(N_("Overdue"), "red"),
    "due-now": Status("Due now", "orange"),
    "in-outbox": Status("In the outbox", "blue"),
    "waiting": Status(N_("Waiting for others"), "purple"),
    "not-looked": Status("Not checked yet", "grey"),
    "owed": Status(N_("Owed now"), "orange"),
    "passed-on": Status("Passed on", "teal"),
    "answered": Status("Answered", "green"),
    "done": Status(N_("Done"), "green"),
    "can-start": Status("Can start", "blue"),
    "not-yet": Status("Cannot start yet", "grey"),
    "under-way": Status("Under way", "light-blue"),
    "called-off": Status("Ended", "grey"),
    "named-only": Status("Known to those named", "purple"),
    "open": Status(N_("Open"), "blue"),
    "closed": Status(N_("Closed"), "grey"),
    "asked": Status("Asked for", "blue"),
    "writing": Status("Not written whole", "orange"),
    "written": Status("Written, not read back", "orange"),
    "exported": Status("Exported", "green"),
    "lost": Status("Lost", "red"),
    "paper-held": Status("Held", "green"),
    "paper-missing": Status("Missing", "red"),
    "withdrawn": Status(N_("Withdrawn"), "grey"),
    "signed": Status("Signed by all", "green"),
    "destroyed": Status(N_("Disposed of"), "grey"),
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
    "closing": Status("A second person agrees", "orange"),
    "received": Status("Received", "blue"),
    "report-owed": Status("Last report owed", "orange"),
    "grade-high": Status("High", "red"),
    "grade-medium": Status("Medium", "orange"),
    "grade-low": Status("Low", "grey"),
    "not-graded": Status("Not graded", "grey"),
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
    "stale": Status("Stale", "orange"),
    "nothing-recorded": Status("Nothing recorded", "red"),
    "unacknowledged": Status("Not acknowledged", "red"),
    "acknowledged": Status("Acknowledged", "green"),
    "acknowledged-late": Status("Acknowledged late", "orange"),
    "ended": Status("Ended", "grey"),
    "unconfirmed": Status("Unconfirmed", "orange"),
    "reviewed-then": Status("Reviewed", "green"),
    "missing": Status("Missing", "orange"),
    "behind": Status("Behind", "orange"),
    "finding-well": Status("Well", "green"),
    "finding-attention": Status("Needs attention", "orange"),
    "finding-wrong": Status("Wrong", "red"),
    "unmet": Status("Not met by the service yet", "orange"),
}


def until(value: datetime) -> str:
    """A date until which something is good; the two ends of time are said in words."""
    if value >= FOREVER:
        return "No end"
    return "Not recorded" if value <= BEGINNING else gds_date(value)


def status(code: str) -> Status:
    """The word and colour of a code; an unknown code is shown as it is, in grey, rather than hidden."""
    found = STATUSES.get(code) or Status(code.replace("-", " ").capitalize(), "grey")
    return found if shown() == ENGLISH else Status(told(found.text), found.colour)


def set_up(app: Flask) -> None:
    """Make them filters of every template."""
    for filter_ in (gds_date, gds_time, gds_datetime, until, filesize, plural, status):
        app.jinja_env.filters[filter_.__name__] = filter_
