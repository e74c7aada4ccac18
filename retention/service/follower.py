"""Turns facts into cases. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from datetime import date
from typing import cast

import sqlalchemy as sa

from audit.fact import Fact
from foundation.calendar import london_date
from retention import events
from retention.errors import CaseChanged, DisposalRefused
from retention.model.case import Recomputation, Trigger
from retention.model.hold import Catch, Hold, HoldKind, Manner, Occasion
from retention.model.schedule import Applies, Proposed, Schedules, ScheduleVersion
from retention.policy.files import ENDINGS
from retention.ports import Words
from retention.rules import clock, hearing
from retention.rules.progress import Told, advance
from retention.store.cases import Cases, Holdings
from retention.store.schedules import ScheduleRows


class Clocks:
    """Follows every trigger the schedules name, and retention's own facts (``audit.follow.Follower``).

    A rebuild into empty tables gives the rows there were; over existing rows it changes nothing, because a fact that a
    case has seen is recognised by the case's own count.
    """

    name = "retention"

    def __init__(self, schedules: Schedules, words: Words) -> None:
        self._schedules = schedules
        self._words = words
        self.kinds = schedules.triggers | events.OWN_KINDS

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Open a case at a trigger, or move the case the fact is about. Refusals move nothing."""
        if fact.outcome != "allowed":
            return
        if fact.kind in events.CASE_KINDS:
            self._move(Cases(conn, self._words), Holdings(conn, self._words), fact)
            if fact.kind == events.CLOCK_RECOMPUTED.name:
                ScheduleRows(conn, self._words).add_recomputation(_recomputation(fact))
        elif fact.kind in events.HOLD_KINDS:
            self._hold(Holdings(conn, self._words), fact)
        elif fact.kind in events.SCHEDULE_KINDS:
            _schedule(ScheduleRows(conn, self._words), fact)
        else:
            self._hear(Cases(conn, self._words), ScheduleRows(conn, self._words), fact)

    def _hear(self, cases: Cases, rows: ScheduleRows, fact: Fact) -> None:
        """A fact about an item: kept, for a clock to count from; its end opens a case, or starts it again."""
        heard = rows.hear(_trigger(fact))
        case = cases.find(fact.subject)
        if case is not None and case.heard >= heard[-1].number:
            return  # followed before
        if case is None and fact.kind not in ENDINGS:
            return
        schedules = self._schedules.plus(rows.approved(fact.at))
        if case is None:
            opened = clock.opened(fact.what, marking=fact.marking, triggers=heard, schedules=schedules)
            if opened is not None:
                cases.add(opened)
        elif reasons := hearing.against(case, fact.kind):
            raise DisposalRefused(reasons[0].text, reasons=reasons, subject=case.item)
        elif not cases.save(hearing.heard(case, heard, schedules), seen=case.version):
            raise CaseChanged("Somebody acted on this case a moment ago. Look at it again.", subject=case.item)

    def _move(self, cases: Cases, holdings: Holdings, fact: Fact) -> None:
        case = cases.find(fact.subject)
        # `step` counts a case's facts: lower than its version means that this one was followed before.
        if case is None or int(str(fact.what["step"])) < case.version:
            return
        if fact.kind in (events.HOLD_CAUGHT.name, events.HOLD_PASSED_OVER.name):
            holdings.enter(_catch(fact))
        if not cases.save(advance(case, Told(fact.kind, fact.at, fact.what, fact.why)), seen=case.version):
            raise CaseChanged("Somebody acted on this case a moment ago. Look at it again.", subject=case.item)

    def _hold(self, holdings: Holdings, fact: Fact) -> None:
        what, hold = fact.what, fact.subject
        if fact.kind == events.HOLD_PLACED.name:
            holdings.add(placed(fact, self._words))
        elif fact.kind == events.HOLD_SETTLED.name:
            holdings.change(hold, settled_at=fact.at)
        elif fact.kind == events.HOLD_RENEWED.name:
            holdings.change(hold, review_on=date.fromisoformat(str(what["review_on"])))
        elif fact.kind == events.HOLD_OWNER_CHANGED.name:
            holdings.change(hold, owner=str(what["owner"]))
        else:
            holdings.change(hold, lifted_at=fact.at, lifted_by=str(what["by"]), lift_reason=fact.why)


def about(hold: str, name: str) -> str:
    """What the words of a hold are sealed to in the log."""
    return f"hold/{hold}/{name}"


def placed(fact: Fact, words: Words) -> Hold:
    """The hold a fact placed."""
    what = fact.what
    return Hold(
        id=fact.subject,
        party=str(what["party"]),
        kind=cast(HoldKind, what["hold_kind"]),
        occasion=cast(Occasion, what["occasion"]),
        scope=str(what["scope"]),
        words=words.open(about(fact.subject, "words"), str(what["words"])),
        people=words.open(about(fact.subject, "people"), str(what["people"])),
        owner=str(what["owner"]),
        issuer=str(what["issuer"]),
        reason=fact.why,
        placed_by=str(what["by"]),
        placed_at=fact.at,
        review_on=date.fromisoformat(str(what["review_on"])),
    )


def _trigger(fact: Fact) -> Trigger:
    return Trigger(fact.subject, 0, fact.kind, fact.id, london_date(fact.at), str(fact.what.get("outcome") or ""))


def _recomputation(fact: Fact) -> Recomputation:
    what = fact.what
    before, after = what["due_before"], what["due_after"]
    return Recomputation(
        entry=fact.id,
        item=fact.subject,
        at=fact.at,
        cause=str(what["cause"]),
        version_before=cast("int | None", what["version_before"]),
        version_after=cast("int | None", what["version_after"]),
        due_before=date.fromisoformat(str(before)) if before else None,
        due_after=date.fromisoformat(str(after)) if after else None,
    )


def _schedule(rows: ScheduleRows, fact: Fact) -> None:
    what = fact.what
    if fact.kind != events.SCHEDULE_PROPOSED.name:
        state: Proposed = "approved" if fact.kind == events.SCHEDULE_APPROVED.name else "rejected"
        rows.decide(fact.subject, state=state, by=str(what["by"]), at=fact.at, decision=fact.why)
        return
    rows.add(
        ScheduleVersion(
            id=fact.subject,
            party=str(what["party"]),
            number=int(str(what["number"])),
            effective_from=date.fromisoformat(str(what["effective_from"])),
            applies=cast(Applies, what["applies"]),
            base=int(str(what["base"])),
            sha256=str(what["sha256"]),
            state="proposed",
            reason=fact.why,
            proposed_by=str(what["by"]),
            proposed_at=fact.at,
        )
    )


def _catch(fact: Fact) -> Catch:
    what = fact.what
    manner = cast(Manner, what["manner"]) if fact.kind == events.HOLD_CAUGHT.name else "passed-over"
    return Catch(str(what["hold"]), fact.subject, manner, str(what["by"]), fact.at)
