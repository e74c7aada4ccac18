"""One unit of work for a page that belongs to a duty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house


@contextmanager
def holding(action: str) -> Iterator[Work]:
    """``with holding("view-disposal-log") as work``: DutyRefused, entered in the log, for whoever may not."""
    with house().work(actor()) as work:
        must(work, action)
        yield work
