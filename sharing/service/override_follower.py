"""Turns facts into the register of breaking the glass, and holds its rows against the log."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from audit.fact import Fact
from audit.replica import Replica, by_key
from sharing.events.overrides import GLASS_BROKEN, OVERRIDE_KINDS
from sharing.model.override import Override
from sharing.store import overrides
from sharing.tables.overrides import safety_override


class Overrides:
    """Follows each breaking of the glass, and its review (``audit.follow.Follower``)."""

    name = "overrides"
    kinds = OVERRIDE_KINDS

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """One fact. A refusal opened nothing."""
        if fact.outcome != "allowed":
            return
        what = fact.what
        if fact.kind != GLASS_BROKEN.name:
            said = (str(what["finding"]), str(what["by"]), fact.at, str(what["words"]))
            overrides.review(conn, fact.subject, *said)
            return
        found = Override(
            id=str(what["override"]),
            item=fact.subject,
            reference=str(what["reference"]),
            by=str(what["by"]),
            party=str(what["party"]),
            originator=str(what["originator"]),
            office=int(str(what["office"])),
            danger=str(what["danger"]),
            at=fact.at,
            until=datetime.fromisoformat(str(what["until"])),
        )
        overrides.add(conn, found, str(what["words"]))


class OverrideReplay(Replica):
    """The register as the log has it, made again in memory, and held against the rows."""

    def __init__(self) -> None:
        super().__init__(Overrides(), [safety_override], by_key({safety_override: "override"}))
