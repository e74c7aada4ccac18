"""Entries into the tree ten times a second, in every process that serves: whoever gets the lock takes them in."""

from __future__ import annotations

import logging
import threading

from app.bootstrap import sequencing
from app.bootstrap.house import House
from audit.events import SEQUENCING_CAUGHT_UP, SEQUENCING_LATE
from audit.statements import SQLITE
from foundation.actor import SERVICE
from foundation.errors import ServiceError

EVERY = 0.1  # seconds
AFTER_A_FAULT = 5.0
_LOOK = 100  # rounds between two looks at how long the oldest has been waiting

log = logging.getLogger("custodes.sequencer")


class Sequencer:
    """A thread of its own. What fails is said once, and tried again until it works."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._over = threading.Event()
        self._faulty = ""
        self._late = False
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> Sequencer:
        """Begin; itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the round under way."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        rounds, pause = 0, EVERY
        while not self._over.wait(pause):
            pause = EVERY if self._round(look=rounds % _LOOK == 0) else AFTER_A_FAULT
            rounds += 1

    def _round(self, *, look: bool) -> bool:
        try:
            # On SQLite taking in keeps everybody from writing, so it is asked first whether there is anything.
            if self._house.engine.dialect.name != SQLITE or sequencing.behind(self._house).entries:
                sequencing.run(self._house)
            if look:
                self.watch()
        except ServiceError as error:
            if error.code != self._faulty:
                log.error("entries are not taken into the log’s tree: %s (%s)", error.title, error.code)
            self._faulty = error.code
            return False
        self._faulty = ""
        return True

    def watch(self) -> bool:
        """Is anything waiting for longer than it may? The beginning and the end of that are recorded."""
        house = self._house
        found = sequencing.behind(house)
        late = found.since is not None and house.now() - found.since > house.policies.sequencing.within
        if late:
            log.error("%d entries wait for their place in the log’s tree, since %s", found.entries, found.since)
        if late != self._late:
            kind = SEQUENCING_LATE if late else SEQUENCING_CAUGHT_UP
            with house.work() as work:
                work.trail.record(kind, actor=SERVICE, now=work.now, what={"waiting": found.entries})
        self._late = late
        return late
