"""The demonstration's clock moved on, and what a clock sets going: the page and the API do the same by this."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from app.bootstrap import sweeps
from app.bootstrap.clock import ClockRefused, DemonstrationClock, SystemClock
from app.bootstrap.events import CLOCK_MOVED
from app.bootstrap.house import House
from app.jobs.schedule import DISPOSE, JOBS, attempt, turn
from foundation.actor import SERVICE, Actor

# Longer than any period of any schedule; periods are counted on from here, and years end at 9999.
FURTHEST = timedelta(days=100 * 365)


def move_on(house: House, to: datetime, *, actor: Actor) -> sweeps.Swept:
    """Move it, and do what fell due on the way, as the service. Raises ClockRefused where it cannot be moved so."""
    clock = house.clock
    if not isinstance(clock, DemonstrationClock):
        msg = "the demonstration has a clock that can be moved"
        raise TypeError(msg)
    # In the log first: a clock that moved without an entry could not be told from a broken one.
    with house.work(actor) as work:
        if to <= work.now:
            raise ClockRefused("The demonstration’s clock only moves forward. Choose a later time.")
        if to - SystemClock().now() > FURTHEST:
            raise ClockRefused("The demonstration’s clock goes no further than 100 years. Choose an earlier time.")
        work.trail.record(CLOCK_MOVED, actor=actor, now=work.now, what={"to": to.isoformat(timespec="milliseconds")})
    clock.move_to(to)
    return set_going(house)


def set_going(house: House, actor: Actor = SERVICE) -> sweeps.Swept:
    """Every job once, as if the time had passed: what is late is told, what is to be noticed is noticed.

    What came of disposal is answered. A refusal of it is raised; of another job it is in the log, as by the clock.
    """
    swept = attempt(replace(DISPOSE, run=partial(sweeps.dispose, actor=actor)), house)
    for job in JOBS:
        if job is not DISPOSE:
            turn(job, house)
    return swept
