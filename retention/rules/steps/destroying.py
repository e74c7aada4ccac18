"""May destruction begin; may what was begun be finished?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from foundation.errors import Reason
from retention.model.case import Case
from retention.rules.steps.reasons import CONTROLLED, SCHEDULE, destroyable, gathered, in_state


def may_destroy(case: Case, today: date, *, overtaken: bool = False) -> tuple[Reason, ...]:
    """Whether destruction may begin now: approved by two, the cooling-off over, no hold, its date not ``overtaken``."""
    return tuple(
        gathered(
            in_state(case, "cooling-off"),
            _cooled(case, today),
            destroyable(case),
            _approved_by_two(case),
            _current(overtaken),
        )
    )


def may_certify_again(case: Case) -> tuple[Reason, ...]:
    """Whether a restored case still says all that the certificate of a destruction before the restore must say."""
    return tuple(gathered(destroyable(case), _agreed_to(case)))


def _agreed_to(case: Case) -> Iterator[Reason]:
    two = case.reviewer and case.approver and case.reviewer != case.approver
    if not two or case.proposal not in ("destroy", "transfer"):
        yield Reason("RET-second-person", "Two people must have agreed to this.", CONTROLLED)


def may_carry_out(case: Case) -> tuple[Reason, ...]:
    """Whether what was begun may be finished: asked again in the transaction that destroys."""
    return tuple(gathered(in_state(case, "destroying"), destroyable(case)))


def _current(overtaken: bool) -> Iterator[Reason]:
    if overtaken:
        yield Reason("RET-overtaken", "Its date must be found anew first, by the schedule now in force.", SCHEDULE)


def _approved_by_two(case: Case) -> Iterator[Reason]:
    if case.state == "cooling-off" and (not case.reviewer or not case.approver or case.reviewer == case.approver):
        yield Reason("RET-second-person", "Two people must have agreed to this.", CONTROLLED)


def _cooled(case: Case, today: date) -> Iterator[Reason]:
    if case.destroy_on is not None and today < case.destroy_on:
        yield Reason(
            "RET-cooling-off",
            f"The cooling-off lasts until {case.destroy_on.day} {case.destroy_on:%B %Y}.",
            "local interpretation",
        )
