"""The requests as the log has them, made again in memory, and held against the rows."""

from __future__ import annotations

from audit.replica import Replica, by_key
from sharing.ports import Words
from sharing.service.rights.follower import RequestFollower
from sharing.tables.rights import TABLES


class RequestReplay(Replica):
    """No policy has a part in it: only what was said."""

    def __init__(self, words: Words) -> None:
        super().__init__(RequestFollower(words), TABLES, by_key({table: table.name for table in TABLES}))
