"""When each job last ran and what came of it: one row a job, written over. No fact: too many.

By the machine's clock, since it says whether processes run; a demonstration's clock can be moved on for years.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.bootstrap.clock import SystemClock
from foundation.orm import Instant, metadata

log = logging.getLogger("custodes.jobs")
BROKE = "broke"  # in place of a refusal's code: an error nobody foresaw

job_run = sa.Table(
    "job_run",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("ended", Instant, nullable=False),
    sa.Column("ms", sa.BigInteger, nullable=False),
    sa.Column("code", sa.String(80), nullable=False),  # of the refusal; "" where it went well
)

_KEEP = sa.text(
    "INSERT INTO job_run (name, ended, ms, code) VALUES (:name, :ended, :ms, :code) "
    "ON CONFLICT (name) DO UPDATE SET ended = excluded.ended, ms = excluded.ms, code = excluded.code"
).bindparams(sa.bindparam("ended", type_=Instant))


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of one job: when it ended, how long it took, the code of what went wrong or ""."""

    name: str
    ended: datetime
    took: timedelta
    code: str


def keep(engine: sa.Engine, name: str, *, took: float, code: str) -> None:
    """Note that it ran, ``took`` in seconds. A database that is away keeps nobody from the next run."""
    given = {"name": name, "ended": SystemClock().now(), "ms": round(took * 1000), "code": code}
    try:
        with engine.connect() as opened:
            postgresql = engine.dialect.name == "postgresql"
            conn = opened.execution_options(isolation_level="READ COMMITTED") if postgresql else opened
            with conn.begin():
                conn.execute(_KEEP, given)
    except (DBAPIError, PoolTimeout) as error:
        log.error("that job %s ran cannot be noted: %s", name, type(error).__name__)


def last(conn: sa.Connection) -> dict[str, Run]:
    """The last run of each job that ever ran."""
    rows = conn.execute(sa.select(job_run)).all()
    return {row.name: Run(row.name, row.ended, timedelta(milliseconds=row.ms), row.code) for row in rows}
