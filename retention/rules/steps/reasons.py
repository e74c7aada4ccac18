"""Reasons against that more than one question gives."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import CALLED, HOLDABLE, RETURN_SETTLED, Case, State

REVIEWER = "records-reviewer"
APPROVER = "disposal-approver"
CONTROLLED = "M59b"
SCHEDULE = "M71a"
SOURCE = "M59a"


def gathered(*parts: Iterator[Reason]) -> Iterator[Reason]:
    for part in parts:
        yield from part


def duty(actor: Actor, duty: str) -> Iterator[Reason]:
    if duty not in actor.duties:
        yield Reason("RET-duty", f"This is for people appointed as {duty.replace('-', ' ')}.", CONTROLLED)


def own_body(case: Case, actor: Actor) -> Iterator[Reason]:
    if actor.party != case.originator:
        yield Reason("RET-originator", "Only the originating body decides this, by its own schedule.", SCHEDULE)


def not_same(actor: Actor, other: str, rule: str, text: str, clause: str) -> Iterator[Reason]:
    if actor.id == other:
        yield Reason(rule, text, clause)


def in_state(case: Case, state: State) -> Iterator[Reason]:
    if case.state != state:
        yield Reason("RET-state", f"It is {CALLED[case.state]}; this step is for what is {CALLED[state]}.", CONTROLLED)


def holdable(case: Case) -> Iterator[Reason]:
    if case.state not in HOLDABLE:
        yield Reason("RET-begun", "Destruction has begun: there may be nothing left to hold.", CONTROLLED)


def period_known(case: Case) -> Iterator[Reason]:
    if case.period_months is None or not case.period_authority:
        yield Reason(
            "RET-unverified",
            "No period is in force for this class: a records manager must confirm the period and cite its authority.",
            SCHEDULE,
        )


def destroyable(case: Case) -> Iterator[Reason]:
    if case.held:
        yield Reason("RET-held", "A hold stands on this item. It must be lifted first.", "M06")
    if case.return_state not in RETURN_SETTLED:
        yield Reason("RET-return-first", RETURN_SAYS[case.return_state], SOURCE)
    yield from period_known(case)


RETURN_SAYS = {
    "none": "The item must first be offered back to its source.",
    "offered": "The source has not answered the offer of return yet.",
    "accepted": "The source accepted the return; it must confirm that it has the item.",
    "returned": "The item was returned to its source already.",
    "declined": "The source declined the return already.",
    "cannot": "It was agreed already that the item cannot be returned.",
}
