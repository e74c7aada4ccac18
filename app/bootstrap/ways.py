"""How a unit of work goes about it where several go on at once (ADR 0022). SQLite takes one after the other anyway.

PostgreSQL keeps track of what was read by page of an index. Whoever adds at the end of a table meets everybody who read
there, so what needs no checking is not checked, what is sure to meet waits its turn, and what lost once goes alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

WAY = "custodes_way"  # the execution option of a connection


class Way(Enum):
    """Each says how a transaction begins."""

    LOOK = "one moment of the database; enters itself in the log and changes nothing else"
    ACT = "as if it were alone: what it read must still be so when it commits"
    TURN = "the same, and it begins when no other that waits its turn is under way"
    ALONE = "the same, and it begins when no other act is under way, and none begins before it is over"


class _Here(threading.local):
    way = Way.ACT


_here = _Here()


def way() -> Way:
    """How a unit of work that this thread begins now goes about it."""
    return _here.way


@contextmanager
def going(chosen: Way) -> Iterator[None]:
    """Units of work begun within, by this thread, go that way."""
    before, _here.way = _here.way, chosen
    try:
        yield
    finally:
        _here.way = before
