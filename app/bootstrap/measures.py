"""Figures for a monitoring system: counts and ages. No person, no item, nothing anybody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import condition, runs
from app.bootstrap.clock import SystemClock
from app.bootstrap.condition import Timed
from app.bootstrap.finding import ORDER, Finding
from audit import reading as log
from foundation.orm import from_ms

if TYPE_CHECKING:
    from datetime import datetime

    from app.bootstrap.house import House
    from app.bootstrap.work import Work


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure at this moment. Ages are in seconds; names follow the conventions of Prometheus."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def measures(house: House, jobs: Sequence[Timed]) -> list[Measure]:
    """All of them. Raises as every unit of work does, where the database is away."""
    found = condition.findings(house, jobs)
    with house.work() as work:
        return [*_findings(found), *_ages(found, work.now), *_log(work), *_drill(house, work.conn), *_rows(work)]


def _findings(found: list[Finding]) -> Iterator[Measure]:
    """The worst word of each check: what an alert is made of."""
    worst: dict[str, int] = {}
    for each in found:
        worst[each.check] = max(worst.get(each.check, 0), len(ORDER) - 1 - ORDER.index(each.word))
    for check, grade in sorted(worst.items()):
        yield Measure("custodes_finding", "0 well, 1 needs attention, 2 wrong.", grade, {"check": check})


def _ages(found: list[Finding], now: datetime) -> Iterator[Measure]:
    for each in found:
        if each.last is not None and each.check in {"backup", "key_backup", "drill", "fixity", "checkpoint"}:
            age = max(0.0, (now - each.last).total_seconds())
            yield Measure("custodes_age_seconds", "Seconds since it was done last.", age, {"of": each.check})


def _log(work: Work) -> Iterator[Measure]:
    state = log.state(work.conn, work.house.keys.log)
    yield Measure("custodes_log_entries", "Entries in the tree of the log.", state.size)
    yield Measure("custodes_log_waiting", "Entries committed that wait for their place in the tree.", state.waiting)
    yield Measure("custodes_log_unsigned", "Entries in the tree that no checkpoint covers yet.", state.unsigned)
    if state.checkpoint is not None:
        signed = from_ms(state.checkpoint.checkpoint.time)
        yield Measure("custodes_checkpoint_time_seconds", "When the newest checkpoint was signed.", signed.timestamp())


def _drill(house: House, conn: sa.Connection) -> Iterator[Measure]:
    drill = condition.measured(house, conn)
    if drill is not None:
        lost, took = drill.lost.total_seconds(), drill.took.total_seconds()
        yield Measure("custodes_drill_rpo_seconds", "Age of the backup that the last drill restored.", lost)
        yield Measure("custodes_drill_rto_seconds", "How long the last drill took to restore it.", took)


def _rows(work: Work) -> Iterator[Measure]:
    yield Measure("custodes_destructions_failing", "Destructions that failed and wait.", work.outstanding.failing())
    for state, count in sorted(work.disposals.counts().items()):
        yield Measure("custodes_disposals", "Cases of disposal by state.", count, {"state": state})
    now = SystemClock().now()
    for name, run in sorted(runs.last(work.conn).items()):
        age = (now - run.ended).total_seconds()
        yield Measure("custodes_job_age_seconds", "Seconds since the job last ended.", max(0.0, age), {"job": name})
        took = run.took.total_seconds()
        yield Measure("custodes_job_seconds", "How long its last run took.", took, {"job": name})
        yield Measure("custodes_job_failed", "1 where its last run failed.", float(bool(run.code)), {"job": name})
