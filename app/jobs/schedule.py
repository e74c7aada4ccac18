"""The table of jobs. One process leads: whoever holds the lock in the state folder runs them."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from apscheduler.schedulers.background import BackgroundScheduler

from app.bootstrap import sweeps
from app.bootstrap.house import House
from foundation.errors import ServiceError

log = logging.getLogger("custodes.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """What runs, how often. Each is idempotent: a missed run is caught up by the next."""

    name: str
    meaning: str
    run: Callable[[House], object]
    minutes: int


JOBS = (
    Job("dispose", "mark what is due, carry approved disposals to their certificates", sweeps.dispose, 60),
    Job("tidy", "finish or remove what broken-off uploads left", sweeps.tidy, 60),
    Job("sessions", "remove sessions and invitations that are over", sweeps.sessions, 60),
    Job("checkpoint", "sign the log’s head", sweeps.checkpoint, 15),
)


def lead(house: House) -> BackgroundScheduler | None:
    """Start the scheduler in this process, or None when another process leads."""
    lock = _lock(house.settings.state / "jobs.lock")
    if lock is None:
        return None
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    for job in JOBS:
        scheduler.add_job(
            _run, "interval", args=(job, house), minutes=job.minutes, id=job.name, misfire_grace_time=None
        )
    scheduler.custodes_lock = lock  # held as long as the scheduler lives
    scheduler.start()
    return scheduler


def run_once(house: House) -> dict[str, str]:
    """Every job once, now; what each said, by name."""
    return {job.name: _run(job, house) for job in JOBS}


def _run(job: Job, house: House) -> str:
    try:
        said = str(job.run(house))
    except ServiceError as error:
        log.error("job %s: %s (%s)", job.name, error.title, error.code)
        return f"refused: {error.code}"
    log.info("job %s: %s", job.name, said)
    return said


def _lock(path: Path) -> IO[str] | None:
    handle = path.open("w", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
