"""Turns facts into cases. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

import sqlalchemy as sa

from audit.fact import Fact
from foundation.calendar import london_date
from retention import events
from retention.errors import CaseChanged, DisposalRefused
from retention.model.case import Recomputation, Trigger
from retention.model.copy import Copy, CopyKind
from retention.model.hold import Catch, Hold, HoldKind, Manner, Occasion
from retention.model.schedule import Applies, Proposed, Schedules, ScheduleVersion
from retention.policy.files import ENDINGS
from retention.ports import Words
from retention.rules import clock, foresight, hearing
from retention.rules.progress import Told, advance
from retention.service import followed_batches, followed_transfers
from retention.store.cases import Cases, Holdings
from retention.store.copies import Copies
from retention.store.schedules import ScheduleRows
from retention.store.tally import Tally


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
        self.follow_all(conn, [fact])

    def follow_all(self, conn: sa.Connection, facts: Sequence[Fact]) -> None:
        """The same of facts of one act: the cases they move are read together, and written together."""
        told = [fact for fact in facts if fact.outcome == "allowed"]
        self._of_cases(conn, [fact for fact in told if fact.kind in events.CASE_KINDS])
        for fact in told:
            if fact.kind not in events.CASE_KINDS:
                self._of_another(conn, fact)

    def _of_another(self, conn: sa.Connection, fact: Fact) -> None:
        if fact.kind in events.TOGETHER_KINDS:
            followed_batches.follow(conn, self._words, fact)
        elif fact.kind in events.HOLD_KINDS:
            self._hold(Holdings(conn, self._words), fact)
        elif fact.kind in events.SCHEDULE_KINDS:
            _schedule(ScheduleRows(conn, self._words), fact)
        elif fact.kind in events.COPY_KINDS:
            _copy(Copies(conn, self._words), self._words, fact)
        else:
            self._hear(Cases(conn, self._words), ScheduleRows(conn, self._words), Tally(conn), fact)

    def _of_cases(self, conn: sa.Connection, facts: Sequence[Fact]) -> None:
        for fact in self._moved(Cases(conn, self._words), Holdings(conn, self._words), Tally(conn), facts):
            followed_batches.moved(conn, self._words, fact)
            followed_transfers.moved(conn, fact)
        for fact in facts:
            if fact.kind == events.CLOCK_RECOMPUTED.name:
                ScheduleRows(conn, self._words).add_recomputation(_recomputation(fact))

    def _hear(self, cases: Cases, rows: ScheduleRows, tally: Tally, fact: Fact) -> None:
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
            if opened is not None and cases.add(opened):
                tally.add([("opened", opened, fact)])
        elif reasons := hearing.against(case, fact.kind):
            raise DisposalRefused(reasons[0].text, reasons=reasons, subject=case.item)
        elif not cases.save(hearing.heard(case, heard, schedules), seen=case.version):
            raise CaseChanged("Somebody acted on this case a moment ago. Look at it again.", subject=case.item)

    def _moved(self, cases: Cases, holdings: Holdings, tally: Tally, facts: Sequence[Fact]) -> list[Fact]:
        """Those of the facts that moved a case: one that has seen the fact stays."""
        found = cases.all([fact.subject for fact in facts]) if facts else {}
        moved, saved = [], []
        for fact in facts:
            case = found.get(fact.subject)
            # `step` counts a case's facts: lower than its version means that this one was followed before.
            if case is None or int(str(fact.what["step"])) < case.version:
                continue
            if fact.kind in (events.HOLD_CAUGHT.name, events.HOLD_PASSED_OVER.name):
                holdings.enter(_catch(fact))
            found[case.item] = advance(case, Told(fact.kind, fact.at, fact.what, fact.why))
            saved.append((found[case.item], case.version))
            moved.append((fact, case))
        if not cases.save_all(saved):
            subject = facts[0].subject if len(facts) == 1 else ""
            raise CaseChanged("Somebody acted on this case a moment ago. Look at it again.", subject=subject)
        counted = ((foresight.counts_as(fact.kind, fact.what), case, fact) for fact, case in moved)
        tally.add([(act, case, fact) for act, case, fact in counted if act])
        return [fact for fact, _ in moved]

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


def copy_about(copy: str, name: str) -> str:
    """What the words about a copy are sealed to in the log."""
    return f"copy/{copy}/{name}"


def _copy(copies: Copies, words: Words, fact: Fact) -> None:
    what, copy = fact.what, str(fact.what["copy"])

    def said(name: str) -> str:
        return words.open(copy_about(copy, name), str(what[name]))

    if fact.kind == events.COPY_ACCOUNTED.name or fact.kind in events.COPY_ENDED_ELSEWHERE:
        copies.account(
            copy,
            fate=str(what["fate"]),
            method=str(what["method"]),
            witness=said("witness"),
            evidence=fact.why,
            on=date.fromisoformat(str(what["on"])),
            accounted_by=str(what["by"]),
            accounted_at=fact.at,
            entry=fact.id,
        )
        return
    copies.add(
        Copy(
            id=copy,
            item=fact.subject,
            kind=cast(CopyKind, what["copy_kind"]),
            party=str(what["party"]),
            holder=said("holder"),
            place=said("place"),
            made_on=date.fromisoformat(str(what["made_on"])),
            registered_by=str(what["by"]),
            registered_at=fact.at,
            elsewhere=fact.kind in events.COPY_HELD_ELSEWHERE,
        )
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
