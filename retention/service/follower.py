"""Turns facts into cases. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from audit.fact import Fact
from retention import events
from retention.errors import CaseChanged
from retention.model import Hold, Schedules
from retention.ports import Words
from retention.rules import clock
from retention.rules.progress import Told, advance
from retention.store import Cases


class Clocks:
    """Follows every trigger the schedules name, and retention's own facts (``audit.follow.Follower``).

    A rebuild into empty tables gives the rows there were; over existing rows it changes nothing, because a fact that a
    case has seen is recognised by the case's own count.
    """

    name = "retention"

    def __init__(self, schedules: Schedules, words: Words) -> None:
        self._schedules = schedules
        self._words = words
        self.kinds = schedules.triggers | events.CASE_KINDS

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Open a case at a trigger, or move the case the fact is about. Refusals move nothing."""
        if fact.outcome != "allowed":
            return
        if fact.kind in events.CASE_KINDS:
            self._move(Cases(conn, self._words), fact)
        else:
            self._open(Cases(conn, self._words), fact)

    def _open(self, cases: Cases, fact: Fact) -> None:
        case = clock.start(
            fact.what,
            item=fact.subject,
            kind=fact.kind,
            entry=fact.id,
            marking=fact.marking,
            at=fact.at,
            schedules=self._schedules,
        )
        if case is not None:
            cases.add(case)

    def _move(self, cases: Cases, fact: Fact) -> None:
        case = cases.find(fact.subject)
        # `step` counts a case's facts: lower than its version means that this one was followed before.
        if case is None or int(str(fact.what["step"])) < case.version:
            return
        if fact.kind == events.HOLD_PLACED.name:
            cases.add_hold(_hold(fact))
        elif fact.kind == events.HOLD_LIFTED.name:
            cases.lift(str(fact.what["hold"]), by=str(fact.what["by"]), at=fact.at, reason=fact.why)
        if not cases.save(advance(case, Told(fact.kind, fact.at, fact.what, fact.why)), seen=case.version):
            raise CaseChanged("Somebody acted on this case a moment ago. Look at it again.", subject=case.item)


def _hold(fact: Fact) -> Hold:
    what = fact.what
    return Hold(
        id=str(what["hold"]),
        item=fact.subject,
        owner=str(what["owner"]),
        issuer=str(what["issuer"]),
        reason=fact.why,
        placed_at=fact.at,
        review_on=date.fromisoformat(str(what["review_on"])),
    )
