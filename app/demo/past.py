"""Playing in the past: the demonstration's history is lived through the services, each act at the time it happened.

The log's time only advances, so the history is played in order, and a fresh house is begun with its clock set back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.bootstrap import sequencing
from app.bootstrap.house import House
from app.bootstrap.work import Work
from app.config import Settings
from audit.events import CLOCK_CORRECTED
from audit.tables import audit_head
from foundation.actor import SERVICE
from foundation.calendar import LONDON, is_working_day, london_date
from foundation.errors import ServiceError
from foundation.orm import from_ms, to_ms

# Far enough back that a period confirmed in months has run out, and never before the agreement was in force.
WORKING_DAYS = 300
CLOCK = "clock"


class PastClock:
    """A clock that stands where the history has come to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant of the act being played."""
        return self.at


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days back from today: duties are counted in them, so what is overdue here is overdue by the agreement."""

    days: tuple[date, ...]

    @classmethod
    def before(cls, now: datetime) -> Calendar:
        """``days[n]`` is the nth working day before today; ``days[0]`` is today, whatever day it is."""
        day = london_date(now)
        found = [day]
        while len(found) <= WORKING_DAYS + 5:
            day -= timedelta(days=1)
            if is_working_day(day):
                found.append(day)
        return cls(tuple(found))

    def at(self, back: int, clock: str) -> datetime:
        """``clock`` ("09:30", London) of the working day that many before today."""
        return datetime.combine(self.days[back], time.fromisoformat(clock), LONDON).astimezone(UTC)


def set_back(settings: Settings, now: datetime, back: int) -> None:
    """Before anything is made: let it be made as long ago as the history begins. Nothing where a house stands."""
    if settings.demonstration and not (settings.state / CLOCK).exists() and not _stands(settings.state):
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        behind = Calendar.before(now).at(back, "07:00") - now
        # The form of app.bootstrap.clock.DemonstrationClock, which itself only ever moves forward.
        (settings.state / CLOCK).write_text(str(int(behind.total_seconds() * 1000)), encoding="ascii")


def come_home(settings: Settings) -> None:
    """The history is told: from here the clock is the machine's."""
    (settings.state / CLOCK).unlink(missing_ok=True)


def _stands(state: Path) -> bool:
    return any(state.glob("*.db")) or (state / "keys").exists()


def in_the_past(house: House, at: datetime) -> tuple[House, PastClock]:
    """The house with a clock of its own. A log that has come further already says that its clock was corrected."""
    clock = PastClock(at)
    past = replace(house, clock=clock)
    sequencing.settle(house)
    with past.engine.connect() as conn:
        newest = conn.scalar(sa.select(audit_head.c.time))
    if newest is not None and from_ms(newest // 1000) > at:
        with past.work() as work:
            ahead = (newest // 1000) - to_ms(at)
            why = "The invented history of the demonstration begins here."
            work.trail.record(CLOCK_CORRECTED, actor=SERVICE, now=at, what={"ahead": ahead}, why=why)
        sequencing.settle(house)  # what comes after is measured by the tree
    return past, clock


def refused(act: Callable[[], object]) -> str:
    """Do what must be refused; the code of the refusal, which the log now holds. RuntimeError if it was allowed."""
    try:
        act()
    except ServiceError as error:
        return error.code
    msg = "the demonstration did something that the rules should have refused"
    raise RuntimeError(msg)


__all__ = ["Calendar", "PastClock", "Work", "come_home", "in_the_past", "refused", "set_back"]
