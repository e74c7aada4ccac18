"""The outbox as the log has it, made again in memory, and held against the rows."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from audit.fact import Fact
from audit.replica import Replica, by_key
from outbox import events
from outbox.model.rules import Rules
from outbox.service.follower import Outbox
from outbox.tables import TABLES

_ROWS = by_key({table: table.name.removeprefix("outbox_") for table in TABLES})
# What the facts of other rooms began follows from the policy it was recorded under.
_BY_POLICY = ("notice ", "told ")


class OutboxReplay(Replica):
    """Told every fact in order, with the digest of the policies it was recorded under, then asked.

    What was told under other policies was told by other rules: of a log that has such facts the notices are not
    compared, and who hears of them neither. Messages, preferences and partner systems always are.
    """

    def __init__(self, rules: Rules, policies: str) -> None:
        """``policies`` is the digest of those in force."""
        super().__init__(Outbox(rules), TABLES, _ROWS)
        self._policies = policies
        self._older = False

    def follow(self, fact: Fact, policies: str = "") -> None:
        """One fact, and the digest of the policies it was recorded under."""
        if fact.kind not in events.OWN_KINDS:
            self._older = self._older or policies != self._policies
        super().follow(fact)

    def differences(self, conn: sa.Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        for told in super().differences(conn):
            if not (self._older and told.startswith(_BY_POLICY)):
                yield told
