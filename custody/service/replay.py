"""The register as the log has it, made again in memory, and held against the rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from audit.replica import Replica
from custody.ports import Words
from custody.service.follower import Register
from custody.store.rows import Exports, Papers, Reminders
from custody.tables import custody_export, custody_paper, custody_reminder

TABLES = [custody_export, custody_paper, custody_reminder]


class CustodyReplay(Replica):
    """Media, paper and reminders. No policy has a part in what the facts lead to."""

    def __init__(self, words: Words) -> None:
        self._words = words
        super().__init__(Register(words), TABLES, self._read, "media and paper")

    def _read(self, conn: sa.Connection) -> dict[str, Any]:
        found: dict[str, Any] = {f"medium {each.id}": each for each in Exports(conn, self._words).where()}
        found |= {f"paper {each.id}": each for each in Papers(conn, self._words).where()}
        said = Reminders(conn).all()
        return found | {f"reminder {each.thing}/{each.stage}/{each.since}": each.at for each in said}
