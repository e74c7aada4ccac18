"""Who writes the log: a name for each unit of work that runs at the same time as others.

On SQLite one unit writes at a time and one name does. On PostgreSQL a unit takes a name before its transaction begins
and brings it back after the commit, so that no two use it at once and the entries under it stand in the tree in their
order. Names are of this process and this start: their chains begin fresh, for what the process before wrote last may
still be on its way to being committed. A process that is forked from this one is another.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from itertools import count

from audit.chain import Chain

ONLY = "main"


class Writers:
    """The names of one process; as many as ever were in use at once. Threads may share it."""

    def __init__(self, *, alone: bool) -> None:
        """``alone``: the database takes one writer at a time."""
        self._alone = alone
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._process = secrets.token_hex(4)
        self._numbers = count(1)
        self._free: deque[Chain] = deque()

    def take(self) -> str | Chain:
        """A name nobody else uses now, with its chain as it stands."""
        if self._alone:
            return ONLY
        if self._pid != os.getpid():
            self._begin()
        try:
            return self._free.pop()  # the last one used, so that there are no more names than are needed
        except IndexError:
            return Chain(f"{self._process}/{next(self._numbers)}")

    def bring_back(self, chain: str | Chain) -> None:
        """Free for the next. A name whose last commit may or may not have happened is given up instead."""
        if isinstance(chain, Chain):
            self._free.append(chain)
