"""A real log on a real file: SQLite in WAL mode, flushed at each commit, one writer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import audit.events  # noqa: F401 - declares its kinds
from audit.chain import Chain
from audit.fact import Kind, kind
from audit.follow import Follower
from audit.keys import LogKeys
from audit.trail import Entry, Trail
from foundation.actor import Actor
from foundation.orm import metadata
from tests import databases
from tests.taken_in import take_in

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ORIGIN = "custodes.test/log"
ASHA = Actor(id="0190d6c2-0000-7000-8000-000000000001", name="Asha Véres", party="imb", principal=7, request_id="r-1")
SENT: Kind = kind("test.item-sent", "An item was sent, in a test", "reference", "to", "step", "urgent", "reply")
OPENED: Kind = kind("test.item-opened", "An item was opened, in a test", "version")

AUDIT_TABLES = [table for table in metadata.sorted_tables if table.name.startswith("audit_")]


class Log:
    """One log with its keys; ``write`` commits entries, one transaction each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = databases.engine(folder, "log.db")
        self.keys = LogKeys.create(folder / "keys", ORIGIN)

    def trail(self, conn: sa.Connection, writer: str | Chain = "web", followers: Sequence[Follower] = ()) -> Trail:
        return Trail(conn, keys=self.keys, writer=writer, policies="p" * 64, followers=followers)

    def write(
        self, count: int = 1, *, start: int = 0, writer: str = "web", step: timedelta = timedelta(seconds=1)
    ) -> list[Entry]:
        entries = []
        for at in range(start, start + count):
            with self.engine.begin() as conn:
                entries.append(record(self.trail(conn, writer), at, now=NOW + at * step))
        self.take_in()
        return entries

    def take_in(self) -> None:
        """Whatever was recorded stands in the tree."""
        take_in(self.engine)


def record(trail: Trail, at: int, *, now: datetime = NOW) -> Entry:
    return trail.record(
        SENT if at % 3 else OPENED,
        actor=ASHA,
        now=now,
        subject=f"item-{at % 5}",
        what={"reference": f"HMIP-2026-{at:05}", "to": ["imb", "hmip"], "step": at} if at % 3 else {"version": at},
        why="Follow-up of a visit",
        marking="OS" if at % 2 else "O",
        outcome="refused" if at % 7 == 6 else "allowed",
        rules=("need-to-know",) if at % 7 == 6 else (),
    )
