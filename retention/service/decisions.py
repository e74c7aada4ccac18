"""What people decide about one case, up to the approval that sets destruction going."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.errors import DetailsInvalid
from retention.model.case import Case, Proposal, Return
from retention.policy.files import LONGEST_MONTHS
from retention.rules import clock, steps
from retention.service.catching import Catching
from retention.service.desk import words

ANSWERS: tuple[Return, ...] = ("accepted", "declined", "cannot")
PROPOSALS: tuple[Proposal, ...] = ("destroy", "extend", "keep")


class Decisions(Catching):
    """Period, return, review, approval. ``version`` is the one the person saw: CaseChanged if it is no longer that."""

    def confirm_period(
        self, item: str, *, months: int, authority: str, version: int, actor: Actor, now: datetime
    ) -> Case:
        """Set the period of an item whose class has none, citing the authority; its due date follows (M71a).

        Raises DetailsInvalid (months outside 1..1200, no authority), DisposalRefused, CaseChanged, CaseNotFound.
        """
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", steps.may_confirm_period(case, actor), now=now)
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

    def offer_return(self, item: str, *, version: int, actor: Actor, now: datetime) -> Case:
        """The holding body offers a due item back to its source (M59a). Raises DisposalRefused, CaseChanged."""
        case = self._case(item, version)
        reasons = steps.may_offer_return(case, actor)
        self._ask(case, actor, "review-disposal", reasons, now=now, body=actor.party)
        return self._record(events.RETURN_OFFERED, case, actor=actor, now=now, by=actor.id, to=case.originator)

    def answer_return(
        self, item: str, *, answer: Return, reason: str, version: int, actor: Actor, now: datetime
    ) -> Case:
        """The source answers: accepted, declined, or cannot (agreed that it cannot be returned) (M59a).

        Raises DetailsInvalid (no such answer, no reason), DisposalRefused, CaseChanged.
        """
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", steps.may_answer_return(case, actor), now=now)
        if answer not in ANSWERS:
            raise DetailsInvalid("Choose an answer.", fields={"answer": ["Choose one of the answers"]})
        why = words("reason", reason)
        return self._record(events.RETURN_ANSWERED, case, actor=actor, now=now, why=why, by=actor.id, answer=answer)

    def record_return(self, item: str, *, version: int, actor: Actor, now: datetime) -> Case:
        """The source confirms that it has what it accepted. Raises DisposalRefused, CaseChanged."""
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", steps.may_record_return(case, actor), now=now)
        return self._record(events.ITEM_RETURNED, case, actor=actor, now=now, by=actor.id)

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
        """Propose destroy, extend (with ``until``, capped) or keep; somebody else approves (M59b, M71).

        Raises DetailsInvalid, DisposalRefused with every reason (held, unverified, return unanswered …), CaseChanged.
        """
        case = self._as_held(self._case(item, version))
        reasons = steps.may_review(case, actor, proposal, until, self._schedules.disposal)
        self._ask(case, actor, "review-disposal", reasons, now=now)
        why = words("reason", reason)
        _check_proposal(proposal, until, london_date(now))
        return self._record(
            events.DISPOSAL_REVIEWED,
            case,
            actor=actor,
            now=now,
            why=why,
            by=actor.id,
            proposal=proposal,
            until=until.isoformat() if until else None,
        )

    def approve(self, item: str, *, version: int, actor: Actor, now: datetime) -> Case:
        """Approve what was reviewed. For destroy the key is disabled at once and the cooling-off begins.

        Raises DisposalRefused (own review, held since, changed since …), CaseChanged, Unavailable (keys).
        """
        case = self._as_held(self._case(item, version))
        self._ask(case, actor, "approve-disposal", steps.may_approve(case, actor), now=now, other=case.reviewer)
        destroys = case.proposal == "destroy"
        cooled = london_date(now) + timedelta(days=self._schedules.disposal.cooling_off_days)
        approved = self._record(
            events.DISPOSAL_APPROVED,
            case,
            actor=actor,
            now=now,
            by=actor.id,
            proposal=case.proposal,
            destroy_on=cooled.isoformat() if destroys else None,
        )
        if destroys:
            self._eraser.disable(UUID(item), actor=actor, now=now)
        return approved

    def send_back(self, item: str, *, reason: str, version: int, actor: Actor, now: datetime) -> Case:
        """Refuse the review: the case is due again. Raises DetailsInvalid, DisposalRefused, CaseChanged."""
        case = self._case(item, version)
        self._ask(case, actor, "approve-disposal", steps.may_send_back(case, actor), now=now, other=case.reviewer)
        return self._record(events.REVIEW_REFUSED, case, actor=actor, now=now, why=words("reason", reason), by=actor.id)

    def withdraw_approval(self, item: str, *, reason: str, version: int, actor: Actor, now: datetime) -> Case:
        """Stop a disposal in its cooling-off: the key works again, the case is due again.

        Raises DetailsInvalid, DisposalRefused, CaseChanged, Unavailable (keys).
        """
        case = self._case(item, version)
        action = "review-disposal" if steps.REVIEWER in actor.duties else "approve-disposal"
        self._ask(case, actor, action, steps.may_withdraw_approval(case, actor), now=now)
        stopped = self._record(
            events.APPROVAL_WITHDRAWN,
            case,
            actor=actor,
            now=now,
            why=words("reason", reason),
            by=actor.id,
            cause="withdrawn",
        )
        self._eraser.enable(UUID(item), actor=actor, now=now)
        return stopped


def _no_sooner(case: Case, months: int) -> date:
    """When a confirmed period ends. Raises DetailsInvalid where a schedule keeps the item for longer (ADR 0024)."""
    due = clock.due_date(case.trigger_on, months)
    if case.least_on is not None and due < case.least_on:
        problem = f"Another schedule keeps it until {case.least_on.isoformat()}: enter a period that ends no sooner"
        raise DetailsInvalid("Check the period.", fields={"months": [problem]})
    return max(due, case.extended_until or due)


def _check_proposal(proposal: Proposal, until: date | None, today: date) -> None:
    if proposal not in PROPOSALS:
        raise DetailsInvalid("Choose what to do.", fields={"proposal": ["Choose one of the proposals"]})
    if (proposal == "extend") != (until is not None):
        raise DetailsInvalid("Check the date.", fields={"until": ["Enter a date to extend, and only then"]})
    if until is not None and until <= today:
        raise DetailsInvalid("Check the date.", fields={"until": ["Enter a date in the future"]})
