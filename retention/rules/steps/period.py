"""May this person set the period of this item?"""

from __future__ import annotations

from collections.abc import Iterator

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case
from retention.rules.steps.reasons import CONTROLLED, REVIEWER, SCHEDULE, duty, gathered, own_body


def may_confirm_period(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A period is set by the originator's records reviewer, for a class without one, before any review."""
    return tuple(gathered(duty(actor, REVIEWER), own_body(case, actor), _open_period(case)))


def _open_period(case: Case) -> Iterator[Reason]:
    if case.verified:
        yield Reason("RET-period-set", "The schedule gives the period of this class; change the schedule.", SCHEDULE)
    if case.state not in ("no-period", "running", "due"):
        yield Reason("RET-state", f"The case is “{case.state}”; a period is confirmed before review.", CONTROLLED)
