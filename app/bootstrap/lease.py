"""Who leads, over any number of processes and machines: one row, held until an instant, taken over when that is past.

Time is the database's, so that machines whose clocks differ agree; on SQLite all are on one machine. What a lease
guards must be safe to do twice: a leader that hangs for longer than its lease wakes up not knowing that it is over.
"""

from __future__ import annotations

import secrets
import time
from typing import Final

import sqlalchemy as sa

from app.bootstrap.clock import SystemClock
from foundation.orm import metadata, to_ms

HELD_FOR: Final = 30.0  # seconds; a leader that dies is followed after this long at most

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("holder", sa.String(32), nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # ms since 1970
)

# Reads the same on both databases. Of two who find it over at once the second waits for the first and finds it taken.
_TAKE = sa.text(
    "INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = excluded.holder OR lease.until <= :now"
)


class Lease:
    """One process's claim to lead. ``keep`` it at least every third of HELD_FOR; ``held`` says whether it is ours."""

    def __init__(self, engine: sa.Engine, name: str, *, held_for: float = HELD_FOR) -> None:
        self._engine, self._name, self._held_for = engine, name, held_for
        self._holder = secrets.token_hex(16)
        self._until = 0.0  # by this process's own clock, which nobody can set

    @property
    def held(self) -> bool:
        """Surely ours still: the row cannot be taken over before this says no."""
        return time.monotonic() < self._until

    def keep(self) -> bool:
        """Take it, or hold it for longer; whether it is ours. Raises DBAPIError, and it then runs out."""
        asked = time.monotonic()
        with _plain(self._engine) as conn, conn.begin():
            now = _now(conn)
            given = {"name": self._name, "holder": self._holder, "until": now + int(self._held_for * 1000), "now": now}
            ours = conn.execute(_TAKE, given).rowcount == 1
        # Counted from before it was asked for, less a tenth: our own clock may be the slower one.
        self._until = asked + 0.9 * self._held_for if ours else 0.0
        return ours

    def give_up(self) -> None:
        """Let the next one have it at once. Raises DBAPIError."""
        self._until = 0.0
        mine = (lease.c.name == self._name, lease.c.holder == self._holder)
        with _plain(self._engine) as conn, conn.begin():
            conn.execute(sa.delete(lease).where(*mine))


def _plain(engine: sa.Engine) -> sa.Connection:
    conn = engine.connect()
    return conn if engine.dialect.name == "sqlite" else conn.execution_options(isolation_level="READ COMMITTED")


def _now(conn: sa.Connection) -> int:
    if conn.dialect.name == "sqlite":
        return to_ms(SystemClock().now())
    return int(conn.exec_driver_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").scalar_one())
