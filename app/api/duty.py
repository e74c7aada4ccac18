"""Lists that belong to a duty: decided by the policies before anything is read."""

from __future__ import annotations

from app.api.errors import DutyRefused
from app.bootstrap.work import Work
from foundation.errors import Reason


def must(work: Work, action: str) -> None:
    """Raises DutyRefused, with the reasons, unless the asker may do this. The refusal is entered in the log."""
    house = work.house
    verdict = house.decider.decide_duty(work.actor, action, now=work.now)
    if not verdict.allowed:
        rules = house.decider.rules
        reasons = [
            Reason(rule, why, rules[rule].source if rule in rules else "")
            for rule, why in zip(verdict.rules, verdict.why, strict=False)
        ]
        raise DutyRefused(" ".join(verdict.why) or "No rule permits this to you.", reasons=reasons)
