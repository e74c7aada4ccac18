"""How the running service stands, for its page of status, for ``custodes doctor`` and for what is measured.

Every line is read from the log, from rows or by asking: nothing is remembered that could be untrue by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from app.bootstrap import continuity, runs, vouching
from app.bootstrap.clock import SystemClock
from app.bootstrap.events import DRILL_PASSED
from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from app.outbound import clamd
from app.scanner import NONE, Scanner
from audit import reading as log
from foundation.errors import ServiceError
from foundation.orm import from_ms

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work

_SLACK = timedelta(minutes=5)  # on top of twice its period before a job counts as late


class Timed(Protocol):
    """A job of the table of jobs, as far as it is asked about here."""

    @property
    def name(self) -> str: ...

    @property
    def meaning(self) -> str: ...

    @property
    def minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """What the newest drill that passed measured: what would have been lost, and how long a restore took."""

    at: datetime
    lost: timedelta
    took: timedelta
    entries_after: int


def findings(house: House, jobs: Sequence[Timed]) -> list[Finding]:
    """Everything, in the order in which an operator would ask. No transaction waits for scanner or key service."""
    asked = [*_keys(house), _scanner(house)]
    with house.work() as work:
        conn, now = work.conn, work.now
        log_, cosigned = list(_log(house, conn, now)), list(_cosigned(work))
        return [*log_, *cosigned, *asked, *_kept(house, conn, now), _destructions(work), *_jobs(conn, jobs)]


def sending(house: House) -> list[Finding]:
    """What people must have to send: a log that is sound and a key of each body; for files, the scanner."""
    asked = [*_keys(house), _scanner(house)]
    with house.work() as work:
        return [*_log(house, work.conn, work.now), *asked]


def measured(house: House, conn: sa.Connection) -> Measured | None:
    """Of the newest drill that passed; None where there was none, or its entry was erased."""
    rows = log.page(conn, house.keys.log, n=1, act=DRILL_PASSED.name).rows
    if not rows or rows[0].state != "disclosed":
        return None
    what = rows[0].what
    lost, took = timedelta(seconds=what["age_seconds"]), timedelta(seconds=what["seconds"])
    return Measured(rows[0].at, lost, took, what["entries_after"])


def _log(house: House, conn: sa.Connection, now: datetime) -> Iterator[Finding]:
    state = log.state(conn, house.keys.log)
    if not state.sound:
        yield Finding(
            "log", WRONG, "The log does not agree with itself.",
            "Keep everything as it is, run “custodes audit verify”, and open an incident; docs/runbooks/breach.md.",
        )  # fmt: skip
    if state.since is not None and now - state.since > house.policies.sequencing.within:
        text = f"{state.waiting} entries of the log wait for their place since {state.since:%d %B %Y %H:%M} UTC."
        yield Finding("log", WRONG, text, "See in the process’s log why; a restart of the service takes them in.")
    signed = from_ms(state.checkpoint.checkpoint.time) if state.checkpoint else None
    most = house.policies.continuity.checkpoint
    if state.unsigned and (signed is None or now - signed > most):
        text = f"{state.unsigned} entries of the log are not signed, and no checkpoint is younger than {_span(most)}."
        yield Finding(
            "checkpoint",
            ATTENTION,
            text,
            "See why the job “checkpoint” does not run; or run “custodes audit checkpoint”.",
            signed,
        )
    elif state.sound:
        yield Finding("checkpoint", WELL, f"The log has {state.size} entries, and its head is signed.", "", signed)


def _cosigned(work: Work) -> Iterator[Finding]:
    found = vouching.standing(work)
    if found is None:
        yield Finding("cosignatures", WRONG, "It cannot be told who cosigned the log.", "Run “custodes audit verify”.")
    elif not found:
        text = (
            "Nobody outside cosigns the log: that it was rewritten could only be shown by a checkpoint somebody kept."
        )
        yield Finding("cosignatures", ATTENTION, text, "Have the other body run a witness; docs/runbooks/witness.md.")
    for each in found or ():
        if each.late:
            do = "Ask its operator whether it runs and whether it refused to sign; docs/runbooks/witness.md."
            yield Finding("cosignatures", WRONG, f"{each.name} has not cosigned in time.", do, each.at)
        else:
            yield Finding("cosignatures", WELL, f"{each.name} cosigns in time.", "", each.at)


def _keys(house: House) -> Iterator[Finding]:
    rings = house.keys.vault
    for body, party in sorted(house.policies.parties.items()):
        if not rings.holds(body):
            yield Finding("keys", WELL, f"The keys of {party.short} are held by another service.")
            continue
        try:
            yield Finding("keys", WELL, f"What {party.short} originates is closed under {rings.newest(body)}.")
        except ServiceError as error:
            do = f"{error.detail} docs/runbooks/recover-the-keyring.md."
            yield Finding("keys", WRONG, f"The keys of {party.short} cannot be used: {error.title}.", do)


def _scanner(house: House) -> Finding:
    text = house.settings.scanner
    if not text and not house.demonstration:
        return Finding(
            "scanner",
            WRONG,
            "No malware scanner is named: no file is accepted.",
            "Set CUSTODES_SCANNER; docs/deployment.md.",
        )
    if text in ("", NONE):
        word = WELL if house.demonstration else ATTENTION
        return Finding(
            "scanner",
            word,
            "Files come in without being looked at for malware.",
            "Set CUSTODES_SCANNER; docs/deployment.md.",
        )
    address = Scanner.read(text)
    if address is not None and clamd.answers(address):
        return Finding("scanner", WELL, "The malware scanner answers.")
    return Finding(
        "scanner",
        WRONG,
        "The malware scanner does not answer: no file is accepted.",
        "Start clamd, and see whether the service may use its socket; docs/deployment.md.",
    )


def _kept(house: House, conn: sa.Connection, now: datetime) -> Iterator[Finding]:
    for line in continuity.standing(house, conn, now):
        word = WELL if line.well else WRONG if line.word == "faults" else ATTENTION
        yield Finding(line.name, word, line.text, "" if line.well else line.do, line.last)


def _destructions(work: Work) -> Finding:
    failing = work.outstanding.failing()
    if not failing:
        return Finding("destructions", WELL, "No destruction has failed.")
    do = "The page of disposals says which and why; what waits is tried again every hour."
    return Finding("destructions", WRONG, f"{failing} destructions have failed and are not done yet.", do)


def _jobs(conn: sa.Connection, jobs: Sequence[Timed]) -> Iterator[Finding]:
    ran, now = runs.last(conn), SystemClock().now()
    if not ran:
        do = "Start the service, or “custodes jobs run”."
        yield Finding("jobs", ATTENTION, "No job has run yet.", do)
        return
    for job in jobs:
        yield _job(job, ran.get(job.name), now)


def _job(job: Timed, run: runs.Run | None, now: datetime) -> Finding:
    name = f"job-{job.name}"
    what = f"{job.name} ({job.meaning})"
    if run is None:
        return Finding(name, WELL, f"{what}: has not run yet; it runs every {job.minutes} minutes.")
    if run.code:
        do = f"See {run.code} in docs/errors.md and the process’s log; it is tried again every {job.minutes} minutes."
        if run.code == runs.BROKE:
            do = "See the process’s log, and report it to whoever maintains the service."
        return Finding(name, WRONG, f"{what}: failed ({run.code}).", do, run.ended)
    if now - run.ended > 2 * timedelta(minutes=job.minutes) + _SLACK:
        do = (
            "See whether any process of the service runs and reaches the database; “custodes jobs run” runs them apart."
        )
        return Finding(name, WRONG, f"{what}: is late; it runs every {job.minutes} minutes.", do, run.ended)
    return Finding(name, WELL, f"{what}: went well.", "", run.ended)


def _span(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutes"
