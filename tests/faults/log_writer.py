"""A process that appends to a log until it is killed, and says each entry's id once it is acknowledged.

    python -m tests.faults.log_writer URL KEYS [early | careless]

``early`` says it before the commit, ``careless`` lets PostgreSQL answer before it has flushed: the controls.
"""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.bootstrap.engines import make_engine
from app.bootstrap.writers import Writers
from audit.fact import kind
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import SERVICE

DONE = kind("test.act-done", "Something was done, in a test of crashes", "number")


def main(url: str, keys: str, how: str = "") -> None:
    engine, log_keys = make_engine(url), LogKeys.load(Path(keys))
    writers = Writers(alone=engine.dialect.name == "sqlite")
    for number in range(10**9):
        chain = writers.take()
        with engine.connect() as conn:
            conn.begin()
            if how == "careless":
                conn.execute(sa.text("set local synchronous_commit = off"))
            trail = Trail(conn, keys=log_keys, writer=chain, policies="p" * 64)
            made = trail.record(
                DONE, actor=SERVICE, now=datetime.now(UTC), subject=secrets.token_hex(8), what={"number": number}
            )
            if how == "early":
                print(made.id, flush=True)
            conn.commit()
        writers.bring_back(trail.chain)
        if how != "early":
            print(made.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
