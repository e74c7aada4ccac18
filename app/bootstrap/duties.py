"""What belongs to a duty and reaches no item: decided by the policies before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from foundation.errors import Denied, Reason

if TYPE_CHECKING:
    from app.bootstrap.work import Work

NO_RULE = "no-permit"  # the rule of a refusal for which no rule speaks: everything not permitted is refused


class DutyRefused(Denied):
    """It belongs to a duty this person does not hold."""

    code = "app.duty-refused"
    title = "Your duties do not include this"


def must(work: Work, action: str) -> None:
    """Raises DutyRefused, with every reason, unless the asker may do this. The unit of work enters it in the log."""
    if reasons := against(work, action):
        raise DutyRefused(" ".join(reason.text for reason in reasons), reasons=reasons)


def against(work: Work, action: str, *, body: str = "", other: str = "", owner: str = "") -> Sequence[Reason]:
    """Every reason of the policies against this duty; none means they may. Nothing is recorded: nothing was asked."""
    decider = work.house.decider
    verdict = decider.decide_duty(work.actor, action, now=work.now, body=body, other=other, owner=owner)
    if verdict.allowed:
        return ()
    if not verdict.rules:
        return (Reason(NO_RULE, " ".join(verdict.why)),)
    rules = decider.rules
    return [Reason(rule, rules[rule].why, rules[rule].source) for rule in verdict.rules if rule in rules] or (
        Reason(verdict.rules[0], " ".join(verdict.why)),
    )
