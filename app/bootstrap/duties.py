"""What belongs to a duty and reaches no item: decided by the policies before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bootstrap.events import RECORDS_VIEWED
from foundation.errors import Denied, Reason

if TYPE_CHECKING:
    from app.bootstrap.work import Work

NO_RULE = "no-permit"  # the rule of a refusal for which no rule speaks: everything not permitted is refused


# Looking is an act too. The audit log's own readers record theirs with what was asked for.
LOOKS = frozenset(
    {"view-accounts", "view-people", "view-disposal-log", "view-incidents", "view-requests", "view-overview"}
)


class DutyRefused(Denied):
    """It belongs to a duty this person does not hold."""

    code = "app.duty-refused"
    title = "Your duties do not include this"


def must(work: Work, action: str) -> None:
    """Raises DutyRefused, with every reason, unless the asker may do this. Refused or not, the log says so."""
    if reasons := against(work, action):
        raise DutyRefused(" ".join(reason.text for reason in reasons), reasons=reasons)
    if action in LOOKS:
        work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, what={"duty": action})


def against(work: Work, action: str, *, body: str = "", other: str = "", owner: str = "") -> Sequence[Reason]:
    """Every reason of the policies against this duty; none means they may. Nothing is recorded: nothing was asked."""
    decider = work.house.decider
    verdict = decider.decide_duty(work.actor, action, now=work.now, body=body, other=other, owner=owner)
    if verdict.allowed:
        return ()
    if not verdict.rules:
        return (Reason(NO_RULE, " ".join(verdict.why)),)
    rules = decider.rules
    told = zip(verdict.rules, verdict.why, strict=False)
    return [Reason(rule, why, rules[rule].source) for rule, why in told if rule in rules] or (
        Reason(verdict.rules[0], " ".join(verdict.why)),
    )
