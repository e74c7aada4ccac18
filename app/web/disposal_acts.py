"""The steps of a disposal as pages know them: what each is called, who may take it now, and which service takes it.

Nothing is decided here: ``against`` asks the room's rules and the policies what the service will ask them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.bootstrap import duties
from app.bootstrap.work import Work
from app.web import disposal_forms as fields
from foundation.errors import Reason
from retention.model.case import Case
from retention.rules.steps import batching, holding, period, returning, reviewing
from retention.rules.steps.reasons import REVIEWER


@dataclass(frozen=True, slots=True)
class Act:
    """``name`` is the button and names its object; ``done`` is said afterwards."""

    slug: str
    title: str
    name: str
    done: str
    form: type[fields.Seen]
    against: Callable[[Work, Case], Sequence[Reason]]
    do: Callable[[Work, Case, Any], object]
    danger: bool = False


def asked(work: Work, action: str, found: Sequence[Reason], *, body: str = "", other: str = "") -> list[Reason]:
    """What stands against it: the room's reasons, and those of the policies that say something else."""
    more = duties.against(work, action, body=body, other=other)
    said = {reason.text for reason in found}
    # What no rule permits, the room's own rule has said better.
    return [*found, *(each for each in more if each.text not in said and (each.rule != duties.NO_RULE or not found))]


def _reviewer(rule: Callable[..., tuple[Reason, ...]]) -> Callable[[Work, Case], Sequence[Reason]]:
    return lambda work, case: asked(work, "review-disposal", rule(case, work.actor), body=case.originator)


def _elsewhere(work: Work, case: Case) -> tuple[Reason, ...]:
    """What is in a batch under way is decided there."""
    return tuple(batching.free(work.batches.of_item(case.item)))


def _approver(rule: Callable[..., tuple[Reason, ...]]) -> Callable[[Work, Case], Sequence[Reason]]:
    return lambda work, case: asked(
        work, "approve-disposal", [*_elsewhere(work, case), *rule(case, work.actor)], body=case.originator,
        other=case.reviewer,
    )  # fmt: skip


def _offers(work: Work, case: Case) -> Sequence[Reason]:
    return asked(work, "review-disposal", returning.may_offer_return(case, work.actor), body=work.actor.party)


def _reviews(work: Work, case: Case) -> Sequence[Reason]:
    policy = work.house.policies.schedules.disposal
    against = [*_elsewhere(work, case), *reviewing.may_review(case, work.actor, "keep", None, policy)]
    return asked(work, "review-disposal", against, body=case.originator)


def _stops(work: Work, case: Case) -> Sequence[Reason]:
    action = "review-disposal" if REVIEWER in work.actor.duties else "approve-disposal"
    return asked(work, action, reviewing.may_withdraw_approval(case, work.actor), body=case.originator)


def _holds(work: Work, case: Case) -> Sequence[Reason]:
    return asked(work, "place-hold", holding.may_hold(case, work.actor), body=work.actor.party)


def _take(method: str, *names: str) -> Callable[[Work, Case, Any], object]:
    """Call the service with the form's fields of these names, upon the version the reader saw."""

    def do(work: Work, case: Case, form: Any) -> object:
        given = {name: form[name].data for name in names}
        return getattr(work.retention, method)(case.item, **given, version=form.seen, actor=work.actor, now=work.now)

    return do


def _confirm_period(work: Work, case: Case, form: Any) -> object:
    return work.retention.confirm_period(
        case.item,
        months=int(form.months.data),
        authority=form.authority.data,
        version=form.seen,
        actor=work.actor,
        now=work.now,
    )


def _place_hold(work: Work, case: Case, form: Any) -> object:
    return work.retention.place_hold(
        case.item,
        reason=form.reason.data,
        issuer=form.issuer.data,
        review_on=form.review_on.data,
        actor=work.actor,
        now=work.now,
    )


# In the order a page offers them: what somebody waits for first.
_ALL = (
    Act(
        "answer-return",
        "Answer the offer of return",
        "Send this answer",
        "Your answer is recorded.",
        fields.AnswerForm,
        _reviewer(returning.may_answer_return),
        _take("answer_return", "answer", "reason"),
    ),
    Act(
        "record-return",
        "Confirm that you have it back",
        "Confirm that we have this item",
        "It is recorded that you have the item back.",
        fields.ReceivedForm,
        _reviewer(returning.may_receive),
        _take("record_return", "manner"),
    ),
    Act(
        "offer-return",
        "Offer it back to its source",
        "Offer this item back",
        "The item is offered back to its source.",
        fields.Seen,
        _offers,
        _take("offer_return"),
    ),
    Act(
        "approve",
        "Approve what was proposed",
        "Approve this proposal",
        "The proposal is approved.",
        fields.Seen,
        _approver(reviewing.may_approve),
        _take("approve"),
        danger=True,
    ),
    Act(
        "send-back",
        "Send the review back",
        "Send this review back",
        "The review is sent back. The item is due again.",
        fields.ReasonForm,
        _approver(reviewing.may_send_back),
        _take("send_back", "reason"),
    ),
    Act(
        "review",
        "Review this item",
        "Propose this",
        "Your review is recorded. Somebody else decides on it.",
        fields.ReviewForm,
        _reviews,
        _take("review", "proposal", "reason", "until"),
    ),
    Act(
        "confirm-period",
        "Confirm the period",
        "Confirm the period",
        "The period is confirmed.",
        fields.PeriodForm,
        _reviewer(period.may_confirm_period),
        _confirm_period,
    ),
    Act(
        "stop",
        "Stop this disposal",
        "Stop this disposal",
        "The disposal is stopped. The item is due again and can be opened.",
        fields.ReasonForm,
        _stops,
        _take("withdraw_approval", "reason"),
    ),
    Act(
        "hold",
        "Place a hold",
        "Place a hold on this item",
        "A hold stands on the item. Nothing destroys it until the hold is lifted.",
        fields.HoldForm,
        _holds,
        _place_hold,
    ),
)
ACTS: Mapping[str, Act] = {each.slug: each for each in _ALL}


def against_destroying(work: Work, case: Case) -> Sequence[Reason]:
    """Why a review may not propose to destroy it now, beside what stands against any review."""
    policy = work.house.policies.schedules.disposal
    any_ = set(reviewing.may_review(case, work.actor, "keep", None, policy))
    return [each for each in reviewing.may_review(case, work.actor, "destroy", None, policy) if each not in any_]


def against_receiving(work: Work, case: Case) -> Sequence[Reason]:
    """Why the asker may not be given the item as a package."""
    return asked(work, "receive-return", returning.may_receive(case, work.actor), body=case.originator)
