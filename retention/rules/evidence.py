"""What the log must say before anything is destroyed for good: rows alone are not believed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from audit.fact import Fact
from retention import events
from retention.model.batch import ENDS
from retention.model.case import Case
from retention.model.hold import BINDING
from retention.policy.files import REOPENED

# Whatever takes a review or an approval back.
_UNDOES = frozenset(
    {
        events.REVIEW_REFUSED.name,
        events.REVIEW_WITHDRAWN.name,
        events.APPROVAL_WITHDRAWN.name,
        events.RETURN_OFFERED.name,
        events.CLOCK_RECOMPUTED.name,
        REOPENED,
    }
)
# All that is listened to before something is destroyed.
HEARD = _UNDOES | {
    events.HOLD_CAUGHT.name,
    events.HOLD_PASSED_OVER.name,
    events.DISPOSAL_REVIEWED.name,
    events.DISPOSAL_APPROVED.name,
    events.TRANSFER_RECEIVED.name,
}


@dataclass(slots=True)
class _Said:
    """How far the facts have come."""

    reviewer: str = ""
    approver: str = ""
    cooled: str = ""
    holds: set[str] = field(default_factory=set)

    def hear(self, fact: Fact) -> None:
        """Nothing that is not of ``HEARD`` moves it: such facts need not even be read."""
        if fact.kind == events.HOLD_CAUGHT.name and fact.what["manner"] in BINDING:
            self.holds.add(str(fact.what["hold"]))
        elif fact.kind == events.HOLD_PASSED_OVER.name:
            self.holds.discard(str(fact.what["hold"]))
        elif fact.kind == events.DISPOSAL_REVIEWED.name:
            self.reviewer = str(fact.what["by"]) if fact.what["proposal"] in ENDS else ""
            self.approver = self.cooled = ""
        elif fact.kind == events.DISPOSAL_APPROVED.name and self.reviewer:
            self.approver, self.cooled = str(fact.what["by"]), str(fact.what["destroy_on"] or "")
        elif fact.kind == events.TRANSFER_RECEIVED.name and self.approver:
            self.cooled = str(fact.what["destroy_on"])  # the archive has it: only now may it go here
        elif fact.kind in _UNDOES:
            self.reviewer = self.approver = self.cooled = ""


def holds(facts: Sequence[Fact]) -> frozenset[str]:
    """The holds that stand on an item by what the log says of it, those lifted since included."""
    return frozenset(_heard(facts).holds)


def lifted(facts: Sequence[Fact]) -> bool:
    """Whether a hold was lifted, by what the log says of it."""
    return any(fact.kind == events.HOLD_LIFTED.name and fact.outcome == "allowed" for fact in facts)


def approved(facts: Sequence[Fact], sha256: str) -> bool:
    """Whether the log has this text of a schedule proposed by one person and approved by another."""
    told = [fact for fact in facts if fact.outcome == "allowed" and fact.what.get("sha256") == sha256]
    proposed = {str(fact.what["by"]) for fact in told if fact.kind == events.SCHEDULE_PROPOSED.name}
    agreed = {str(fact.what["by"]) for fact in told if fact.kind == events.SCHEDULE_APPROVED.name}
    return bool(proposed and agreed - proposed)


def unproven(case: Case, facts: Sequence[Fact], today: date, *, gone: Collection[str]) -> str:
    """Why the log does not bear out that this case may be destroyed on ``today``; empty if it does.

    Two different people reviewed and approved, both as the case says, the cooling-off is over, and of every hold that
    was placed the lifting is there too (M59b; GSCP 2024 para 42). ``facts``: what the log says of the item, oldest
    first. ``gone``: the ``holds`` among them that were lifted by what the log says of those.
    """
    said = _heard(facts)
    if said.holds - set(gone):
        return "a hold that nobody lifted"
    if not (said.reviewer and said.approver and said.cooled) or said.reviewer == said.approver:
        return "no review and approval by two people"
    if (case.reviewer, case.approver) != (said.reviewer, said.approver):
        return "a review or approval by others"
    return "" if date.fromisoformat(said.cooled) <= today else "a cooling-off that is not over"


def _heard(facts: Sequence[Fact]) -> _Said:
    said = _Said()
    for fact in facts:
        if fact.outcome == "allowed":
            said.hear(fact)
    return said
