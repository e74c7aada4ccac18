"""Decisions to share as the log has them, made again in memory, and held against the rows."""

from __future__ import annotations

from audit.replica import Replica, by_key
from sharing.service.decision_follower import Decisions
from sharing.tables.decisions import sharing_decision


class DecisionReplay(Replica):
    """What policies stated stands in the facts themselves."""

    def __init__(self) -> None:
        super().__init__(Decisions(), [sharing_decision], by_key({sharing_decision: "decision"}))
