"""The log as its readers see it: what was recorded, taken into the tree."""

from __future__ import annotations

import time

import sqlalchemy as sa

from audit.sequence import integrate, waiting


def take_in(engine: sa.Engine) -> None:
    """Everything committed. On PostgreSQL somebody else's transaction on the same server may be waited for."""
    until = time.monotonic() + 10
    while True:
        level = {"isolation_level": "READ COMMITTED"} if engine.dialect.name == "postgresql" else {}
        with engine.connect() as opened:
            conn = opened.execution_options(**level)
            with conn.begin():
                integrate(conn)
                left = waiting(conn).entries
        if not left:
            return
        assert time.monotonic() < until, f"{left} entries are not taken in"
        time.sleep(0.01)
