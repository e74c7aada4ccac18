"""Two at once on PostgreSQL: the database refuses one of them, and what was refused is done again, from its start.

Units of work are serializable: what they read must still be so when they commit. Where it is not, the database rolls
one back (SQLSTATE 40001, or 40P01 where two waited for each other). Nothing of it has happened, so doing it again is
safe, unless an earlier unit of the same act is committed already. SQLite takes one writer at a time; it never says so.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError

from app.bootstrap.ways import Way, going, way
from foundation.errors import Unavailable

T = TypeVar("T")

# serialization_failure, deadlock_detected; unique_violation: seen only because somebody else committed the same row in
# between (what a unit can see itself it asks for before it inserts), so the second look finds it.
_AGAIN = frozenset({"40001", "40P01", "23505"})
_WAITED = "55P03"  # lock_not_available
TRIES: Final = 16  # of n that meet at one row at least one comes through each time
PATIENCE: Final = 10.0  # seconds for all tries together: what takes longer is a fault to be seen
_STEP: Final = 0.005
_LONGEST: Final = 0.25
_SOON: Final = 1
_LATER: Final = 10


class DatabaseUnavailable(Unavailable):
    """The database did not take the work. Nothing was changed."""

    code = "app.database-unavailable"
    title = "The service cannot do this safely just now"
    retry_after = _LATER


class Contended(Unavailable):
    """Somebody else did something with the same rows in the same moment. Nothing was changed."""

    code = "app.contended"
    title = "Somebody else did something in the same moment"
    retry_after = _SOON
    as_act = False  # it began as a look and was about to change something: nobody else had to do with it


class _Committed(threading.local):
    units = 0


_committed = _Committed()


def committed() -> None:
    """Told by a unit of work of this thread that has written something and is committed."""
    _committed.units += 1


def is_contention(error: BaseException | None) -> bool:
    """Whether the database asked for it to be done again: as it said it, or under what a room made of that."""
    return any(getattr(one.orig, "sqlstate", None) in _AGAIN for one in _faults(error))


def is_wait(error: DBAPIError) -> bool:
    """Whether somebody else kept a lock for longer than may be waited for."""
    return getattr(error.orig, "sqlstate", None) == _WAITED


def _faults(error: BaseException | None) -> Iterator[DBAPIError]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, DBAPIError):
            yield error
        error = error.__cause__ or error.__context__


def again(act: Callable[[], T], *, before: Callable[[], None] = lambda: None) -> T:
    """Do it; as long as it is only refused for somebody else's sake, and nothing of it is committed, do it again.

    What lost once begins again when no other act is under way, so that it cannot lose to one; a look that changes
    something after all begins again as an act. ``before`` is called before every further try, to undo what the try left
    in memory. Raises Contended at last.
    """
    until, start = time.monotonic() + PATIENCE, _committed.units
    chosen = way()
    for tried in range(TRIES):
        try:
            with going(chosen):
                return act()
        except Contended as error:
            late = time.monotonic() > until or tried == TRIES - 1
            if late or _committed.units != start:
                raise
            chosen = Way.ACT if error.as_act else Way.ALONE
        if chosen is Way.ALONE:
            # Each waits a time of its own, so that the same ones do not meet again.
            time.sleep(random.uniform(0, min(_LONGEST, _STEP * 2**tried)))  # noqa: S311 - nothing is kept secret by it
        before()
    raise AssertionError  # not reached: the last try returns or raises
