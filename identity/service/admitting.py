"""Whether an attempt to come in is looked at at all: so many for an account, so many from an address, in the database.

Every worker counts in the same rows. What is refused is refused before a password is compared, for an account that is
there and for one that is not alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from foundation.actor import Actor
from identity import events
from identity.policy.doors import Rate
from identity.rules.naming import fold_email
from identity.rules.rates import attempt
from identity.service.desk import Desk
from identity.store import rates


class Admitting(Desk):
    """Asked in a unit of work of its own, which is kept whatever becomes of the attempt."""

    def admit(self, *, source: str, email: str = "", actor: Actor, now: datetime) -> timedelta:
        """Count an attempt; how long it must wait, nothing where it may be made. ``email``: whom it is for, if said.

        The address is asked first: what it may not try is not held against an account. The log is told once a period.
        """
        doors = self._gates.doors
        wait = self._count("source", source, doors.source, actor=actor, now=now)
        if wait or not email:
            return wait
        return self._count("account", fold_email(email), doors.account, actor=actor, now=now)

    def _count(self, of: str, whose: str, rate: Rate, *, actor: Actor, now: datetime) -> timedelta:
        key = self._bound.keyed("custodes/rate/1", of, whose)
        clear, told = rates.take(self._conn, key)
        after, wait = attempt(rate, clear, now)
        if wait and (told is None or now - told >= rate.period):
            told = now
            seconds = int(wait.total_seconds())
            self._record(events.TOO_MANY_ATTEMPTS, actor=actor, now=now, refused=True, of=of, seconds=seconds)
        rates.put(self._conn, key, after, told)
        return wait
