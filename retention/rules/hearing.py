"""What a fact about an item that is no fact of retention does to its case: the one place beside ``progress``.

Reopening stops the clock, the next end starts it again; any other fact a schedule counts from marks the case, and the
next sweep finds its date anew, by a fact of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from foundation.errors import Reason
from retention.model.case import DECIDED, Case, State, Trigger
from retention.model.schedule import Schedules
from retention.policy.files import ENDINGS, REOPENED
from retention.rules import clock
from retention.rules.progress import unreviewed

# What reopening stops. What two people agreed to keep stays kept; what they agreed to destroy is stopped first.
STOPPABLE: frozenset[State] = frozenset({"no-period", "running", "due", "reviewed"})


def against(case: Case, kind: str) -> tuple[Reason, ...]:
    """Why this may not happen to the item; whoever is refused has done nothing, the fact is undone with the act."""
    if kind != REOPENED or case.state in STOPPABLE | {"stopped", "kept"}:
        return ()
    if case.state in ("cooling-off", "transferring"):
        text = "Its disposal is approved. The approval must be withdrawn before it can be reopened."
        return (Reason("RET-approved", text, "M59b"),)
    return (Reason("RET-begun", "Its destruction has begun, or is done.", "M59b"),)


def heard(case: Case, triggers: Sequence[Trigger], schedules: Schedules) -> Case:
    """The case after the last of ``triggers``, all that were heard of its item. ``version`` counts what changed it."""
    last = triggers[-1]
    moved = _heard(replace(case, heard=last.number), triggers, schedules)
    return moved if replace(moved, heard=case.heard) == case else replace(moved, version=case.version + 1)


def _heard(case: Case, triggers: Sequence[Trigger], schedules: Schedules) -> Case:
    last = triggers[-1]
    if last.kind == REOPENED:
        return _stopped(case) if case.state in STOPPABLE else case
    if last.kind in ENDINGS:
        return _again(case, triggers, schedules) if case.state == "stopped" else case
    if case.state not in STOPPABLE | DECIDED:
        return case
    fresh = clock.anew(case, triggers, schedules, last.on)
    return replace(case, stale=case.stale or fresh.due_on != case.due_on)


def _stopped(case: Case) -> Case:
    return replace(unreviewed(case, "stopped", returns=True), due_on=None, stale=False)


def _again(case: Case, triggers: Sequence[Trigger], schedules: Schedules) -> Case:
    """By the schedules in force at this end, with what came of the item this time."""
    return clock.started(
        replace(case, outcome=triggers[-1].outcome, clock_logged=False, state="no-period"), triggers, schedules
    )
