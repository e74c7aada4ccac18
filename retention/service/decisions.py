"""What people decide about one case, up to the approval that sets destruction going."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from retention import events
from retention.errors import DetailsInvalid
from retention.model.case import Case, Proposal
from retention.policy.files import LONGEST_MONTHS
from retention.rules import clock
from retention.rules.steps import batching, period, reviewing
from retention.rules.steps.reasons import REVIEWER
from retention.service.catching import Catching
from retention.service.desk import words

PROPOSALS: tuple[Proposal, ...] = ("destroy", "extend", "return", "transfer", "keep")


class Decisions(Catching):
    """Period, review, approval. ``version`` is the one the person saw: CaseChanged if it is no longer that."""

    def confirm_period(
        self, item: str, *, months: int, authority: str, version: int, actor: Actor, now: datetime
    ) -> Case:
        """Set the period of an item whose class has none, citing the authority; its due date follows (M71a).

        Raises DetailsInvalid (months outside 1..1200, no authority), DisposalRefused, CaseChanged, CaseNotFound.
        """
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", period.may_confirm_period(case, actor), now=now)
        cited = words("authority", authority)
        if not 1 <= months <= LONGEST_MONTHS:
            raise DetailsInvalid(
                "Enter a period.", fields={"months": [f"Enter whole months from 1 to {LONGEST_MONTHS}"]}
            )
        return self._record(
            events.PERIOD_CONFIRMED,
            case,
            actor=actor,
            now=now,
            why=cited,
            by=actor.id,
            months=months,
            due_on=_no_sooner(case, months).isoformat(),
            due_before=case.due_on.isoformat() if case.due_on else None,
        )

    def review(
        self,
        item: str,
        *,
        proposal: Proposal,
        reason: str,
        version: int,
        actor: Actor,
        now: datetime,
        until: date | None = None,
    ) -> Case:
        """Propose destroy, extend (``until``, capped), return, transfer or keep; somebody else approves (M59b, M71).

        Raises DetailsInvalid, DisposalRefused with every reason (held, unverified, return unanswered …), CaseChanged.
        """
        case = self._as_held(self._case(item, version))
        against = [*self._elsewhere(case), *self._against_review(case, actor, proposal, until)]
        self._ask(case, actor, "review-disposal", against, now=now)
        why = words("reason", reason)
        check_proposal(proposal, until, london_date(now))
        return self._review(case, proposal, until, why, actor=actor, now=now)

    def approve(self, item: str, *, version: int, actor: Actor, now: datetime) -> Case:
        """Approve what was reviewed. For destroy the key is disabled at once and the cooling-off begins.

        Raises DisposalRefused (own review, held since, changed since …), CaseChanged, Unavailable (keys).
        """
        case = self._as_held(self._case(item, version))
        against = [*self._elsewhere(case), *self._against_approval(case, actor, now)]
        self._ask(case, actor, "approve-disposal", against, now=now, other=case.reviewer)
        return self._approve(case, actor=actor, now=now)

    def send_back(self, item: str, *, reason: str, version: int, actor: Actor, now: datetime) -> Case:
        """Refuse the review: the case is due again. Raises DetailsInvalid, DisposalRefused, CaseChanged."""
        case = self._case(item, version)
        against = [*self._elsewhere(case), *reviewing.may_send_back(case, actor)]
        self._ask(case, actor, "approve-disposal", against, now=now, other=case.reviewer)
        return self._send_back(case, words("reason", reason), actor=actor, now=now)

    def withdraw_approval(self, item: str, *, reason: str, version: int, actor: Actor, now: datetime) -> Case:
        """Stop a disposal in its cooling-off: the key works again, the case is due again.

        Raises DetailsInvalid, DisposalRefused, CaseChanged, Unavailable (keys).
        """
        case = self._case(item, version)
        action = "review-disposal" if REVIEWER in actor.duties else "approve-disposal"
        self._ask(case, actor, action, reviewing.may_withdraw_approval(case, actor), now=now)
        stopped = self._record(
            events.APPROVAL_WITHDRAWN,
            case,
            actor=actor,
            now=now,
            why=words("reason", reason),
            by=actor.id,
            cause="withdrawn",
        )
        if case.state == "cooling-off":
            self._eraser.enable(UUID(item), actor=actor, now=now)
        return stopped

    def _elsewhere(self, case: Case) -> tuple[Reason, ...]:
        return tuple(batching.free(self._batches.holding(case.item)))

    def _against_review(self, case: Case, actor: Actor, proposal: Proposal, until: date | None) -> tuple[Reason, ...]:
        return reviewing.may_review(case, actor, proposal, until, self._schedules.disposal)

    def _against_approval(self, case: Case, actor: Actor, now: datetime) -> tuple[Reason, ...]:
        return (*reviewing.may_approve(case, actor), *reviewing.outlived(case, london_date(now)))

    def _review(
        self, case: Case, proposal: Proposal, until: date | None, why: str, *, actor: Actor, now: datetime,
        batch: str = "",
    ) -> Case:  # fmt: skip
        return self._record(
            events.DISPOSAL_REVIEWED,
            case,
            actor=actor,
            now=now,
            why=why,
            by=actor.id,
            proposal=proposal,
            until=until.isoformat() if until else None,
            batch=batch,
        )

    def _approve(self, case: Case, *, actor: Actor, now: datetime, batch: str = "") -> Case:
        """Keys first: where they cannot be reached nothing is said of this item, and of others may be."""
        destroys = case.proposal == "destroy"
        cooled = london_date(now) + timedelta(days=self._schedules.disposal.cooling_off_days)
        if destroys:
            self._eraser.disable(UUID(case.item), actor=actor, now=now)
        return self._record(
            events.DISPOSAL_APPROVED,
            case,
            actor=actor,
            now=now,
            by=actor.id,
            proposal=case.proposal,
            destroy_on=cooled.isoformat() if destroys else None,
            batch=batch,
        )

    def _send_back(self, case: Case, why: str, *, actor: Actor, now: datetime, batch: str = "") -> Case:
        return self._record(events.REVIEW_REFUSED, case, actor=actor, now=now, why=why, by=actor.id, batch=batch)


def _no_sooner(case: Case, months: int) -> date:
    """When a confirmed period ends. Raises DetailsInvalid where a schedule keeps the item for longer (ADR 0024)."""
    due = clock.due_date(case.trigger_on, months)
    if case.least_on is not None and due < case.least_on:
        problem = f"Another schedule keeps it until {case.least_on.isoformat()}: enter a period that ends no sooner"
        raise DetailsInvalid("Check the period.", fields={"months": [problem]})
    return max(due, case.extended_until or due)


def check_proposal(proposal: Proposal, until: date | None, today: date) -> None:
    """Raises DetailsInvalid for what could be proposed of nothing."""
    if proposal not in PROPOSALS:
        raise DetailsInvalid("Choose what to do.", fields={"proposal": ["Choose one of the proposals"]})
    if proposal == "extend" and until is None:
        raise DetailsInvalid("Check the date.", fields={"until": ["Enter the date until which it is kept"]})
    if proposal != "extend" and until is not None:
        said = "Leave the date empty: it is only for keeping longer"
        raise DetailsInvalid("Check the date.", fields={"until": [said]})
    if until is not None and until <= today:
        raise DetailsInvalid("Check the date.", fields={"until": ["Enter a date in the future"]})
