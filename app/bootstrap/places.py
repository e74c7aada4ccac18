"""How many units of work a process has under way at once: few, so that each is over soon and seldom meets another.

Threads are many because uploads and downloads hold them; they compute one at a time all the same. Those that wait here
have read nothing yet, so nothing of theirs grows old, and the log's sequencer waits for no transaction of theirs.
"""

from __future__ import annotations

import threading
from typing import Final

AT_ONCE: Final = 4
# Then it begins anyway: where units wait for a slow disk or another machine, more of them at once do no harm.
LONGEST: Final = 1.0  # seconds


class _Held(threading.local):
    depth = 0


class Places:
    """Those of one process. A thread that has one needs no second for a unit within a unit."""

    def __init__(self, most: int = AT_ONCE, *, longest: float = LONGEST) -> None:
        self._free, self._longest, self._here = threading.Semaphore(most), longest, _Held()

    def take(self) -> bool:
        """Wait for one; whether there is one to give back."""
        self._here.depth += 1
        return self._here.depth == 1 and self._free.acquire(timeout=self._longest)

    def give_back(self, *, taken: bool) -> None:
        """The unit of work is over. ``taken``: what ``take`` said."""
        self._here.depth -= 1
        if taken:
            self._free.release()
