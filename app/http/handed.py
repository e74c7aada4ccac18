"""Which files this session was served lately, so that a file read in many ranges is one entry of the log and not many.

The first request is entered before a byte is served; what follows within a quarter of an hour, in the same session, is
decided anew each time and belongs to that entry, if it is for the same purpose: an entry says what for. Without a
session (a program's token) each request is entered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request, session

from app.http.sessions import current

LASTS = timedelta(minutes=15)  # of ours: a file of the largest size is read in that time on a slow line, in ranges
MOST = 40
_KEY = "handed"


def goes_on(what: str, purpose: str, now: datetime, *, part: bool | None = None) -> bool:
    """Whether this request belongs to one entered before: it asks for a range (or ``part`` says so) of the same."""
    wanted = "Range" in request.headers if part is None else part
    since = session.get(_KEY, {}).get(_name(what, purpose), "")
    return bool(wanted and since and timedelta() <= now - datetime.fromisoformat(since) <= LASTS)


def remember(what: str, purpose: str, now: datetime) -> None:
    """It is entered in the log. To be said after the unit of work, or a commit that failed would count as an entry."""
    if not current().token:
        return
    mine = _name(what, purpose)
    kept = {name: since for name, since in session.get(_KEY, {}).items() if name != mine}
    kept[mine] = now.isoformat()
    session[_KEY] = dict(list(kept.items())[-MOST:])


def _name(what: str, purpose: str) -> str:
    return f"{what} {purpose}"
