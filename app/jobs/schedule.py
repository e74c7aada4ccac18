"""The table of jobs. Every process stands ready to run them; one leads, by a lease in the database, and does."""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.bootstrap import fixity, posting, redacting, runs, sweeps, watching
from app.bootstrap.clock import SystemClock
from app.bootstrap.engines import reading
from app.bootstrap.house import House
from app.bootstrap.lease import HELD_FOR, Lease
from foundation.errors import ServiceError

log = logging.getLogger("custodes.jobs")
SETTLE = timedelta(minutes=1)  # a process that has just begun serves first
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Job(Generic[Found]):
    """What runs, how often. Each is idempotent: a missed run is caught up by the next."""

    name: str
    meaning: str
    run: Callable[[House], Found]
    minutes: int


DISPOSE = Job("dispose", "mark what is due, carry approved disposals to their certificates", sweeps.dispose, 60)
JOBS: tuple[Job[Any], ...] = (
    DISPOSE,
    Job("duties", "open, end and escalate what the agreements oblige to", sweeps.attend, 60),
    Job("alerts", "pass on alerts that nobody acknowledged in time", sweeps.alerts, 1),
    Job("copies", "enter in the log which media and papers are due, late or missing", sweeps.remind_of_copies, 60),
    Job("requests", "say which requests for data run out of time", sweeps.remind, 60),
    Job("tidy", "finish or remove what broken-off uploads left", sweeps.tidy, 60),
    Job("sessions", "remove sessions and invitations that are over", sweeps.sessions, 60),
    Job("redact", "erase what two people agreed to erase from the log", redacting.carry_out, 60),
    Job("fixity", "read stored objects again and compare them with what was stored", fixity.run, 1),
    Job("incidents", "count what the rules count, remind, index whom items reached", watching.watch, 1),
    Job("reminders", "say whose training runs out, and who has appointments to attest", posting.remind, 60),
    Job("outbox", "make messages of what is to be told, and hand them over", posting.sweep, 1),
    Job("checkpoint", "sign the log’s head", sweeps.checkpoint, 15),
    Job("cosignatures", "see whether the log’s witnesses cosign in time", sweeps.cosignatures, 5),
)


class Leading:
    """This process's part in the jobs, from ``start`` to ``stop``: it runs them whenever the lease is its own."""

    def __init__(self, house: House, *, held_for: float = HELD_FOR) -> None:
        self._house = house
        self._every = held_for / 3
        self.lease = Lease(house.engine, "jobs", held_for=held_for)
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})

    def start(self) -> Leading:
        """Begin; itself. ``lease.held`` says whether it leads from the start."""
        self._scheduler.add_job(self.stand, "interval", seconds=self._every, id="lease", misfire_grace_time=None)
        for job in JOBS:
            self._scheduler.add_job(
                self.turn, "interval", args=(job,), minutes=job.minutes, id=job.name, misfire_grace_time=None
            )
        self._scheduler.start()
        self.stand()
        atexit.register(self.stop)
        return self

    def stand(self) -> None:
        """Hold the lease, or take it over if nobody does. A database that is away is asked again the next time."""
        try:
            led, leads = self.lease.held, self.lease.keep()
            if leads and not led:
                log.info("this process runs the jobs now")
                self._go_on()
        except (DBAPIError, PoolTimeout) as error:
            log.error("the lease of the jobs cannot be held: %s", type(error).__name__)

    def _go_on(self) -> None:
        """From where the last to lead stopped: what is started anew every hour would never run some jobs otherwise."""
        with reading(self._house.engine) as conn:
            ran = runs.last(conn)
        now = SystemClock().now()
        for job in JOBS:
            due = ran[job.name].ended + timedelta(minutes=job.minutes) if job.name in ran else now
            planned = self._scheduler.get_job(job.name)
            if (soon := max(due, now + SETTLE)) < planned.next_run_time:
                planned.modify(next_run_time=soon)

    def due(self) -> dict[str, datetime]:
        """When each job is next its clock's turn, UTC."""
        return {job.name: self._scheduler.get_job(job.name).next_run_time for job in JOBS}

    def turn(self, job: Job[Any]) -> None:
        """What the clock does: the job, if this process leads."""
        if self.lease.held:
            turn(job, self._house)

    def stop(self) -> None:
        """End, and let the next process lead at once. Once is enough."""
        atexit.unregister(self.stop)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self.lease.held:
            with suppress(DBAPIError, PoolTimeout):
                self.lease.give_up()


def lead(house: House) -> Leading:
    """Stand ready in this process."""
    return Leading(house).start()


def run_once(house: House) -> dict[str, str]:
    """Every job once, now; what each said, by name."""
    return {job.name: turn(job, house) for job in JOBS}


def turn(job: Job[Any], house: House) -> str:
    """One job, now; what it said. What it was refused is in the log, and stops nothing."""
    try:
        return str(attempt(job, house))
    except ServiceError as error:
        log.error("job %s: %s (%s)", job.name, error.title, error.code)
        return f"refused: {error.code}"


def attempt(job: Job[Found], house: House) -> Found:
    """One job, now; its answer. How long it took is kept, and the code of what it was refused, which is raised."""
    began, code = time.monotonic(), runs.BROKE
    try:
        found, code = job.run(house), ""
    except ServiceError as error:
        code = error.code
        raise
    finally:
        runs.keep(house.engine, job.name, took=time.monotonic() - began, code=code)
    log.info("job %s: %s", job.name, found)
    return found
