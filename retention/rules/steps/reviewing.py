"""May this be proposed, approved, sent back, stopped? (M59b, M71)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from foundation.actor import Actor
from foundation.calendar import add_months
from foundation.errors import Reason
from retention.model.case import Case, Proposal
from retention.model.schedule import DisposalPolicy
from retention.rules.progress import unreviewed
from retention.rules.steps.reasons import (
    APPROVER,
    CONTROLLED,
    RETURN_SAYS,
    REVIEWER,
    SOURCE,
    destroyable,
    duty,
    gathered,
    in_state,
    not_same,
    own_body,
    period_known,
)


def may_review(
    case: Case, actor: Actor, proposal: Proposal, until: date | None, policy: DisposalPolicy
) -> tuple[Reason, ...]:
    """The originator's reviewer proposes what to do with a due item; to destroy it needs more than to keep it."""
    return tuple(
        gathered(
            duty(actor, REVIEWER),
            own_body(case, actor),
            period_known(case) if proposal != "destroy" else iter(()),  # destroyable asks it too
            in_state(case, "due") if case.state != "no-period" else iter(()),
            _possible(case, proposal),
            _extension(case, until, policy) if proposal == "extend" else iter(()),
        )
    )


def as_due(case: Case) -> Case:
    """As if its review were taken back: what may be proposed instead is asked of this."""
    return unreviewed(case, "due")


def may_approve(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A second person of the originating body approves exactly what was reviewed."""
    return tuple(
        gathered(
            _second_person(case, actor),
            in_state(case, "reviewed"),
            _unchanged_since_review(case),
            _possible(case, case.proposal),
        )
    )


def outlived(case: Case, today: date) -> Iterator[Reason]:
    """An extension that waited for its approval until the day it was to last."""
    if case.state == "reviewed" and case.proposed_until is not None and case.proposed_until <= today:
        yield Reason("RET-extension-past", "The day it was to be kept until has come.", CONTROLLED)


def may_send_back(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """Whoever could approve may send the review back, changed or held as the case may be."""
    return tuple(gathered(_second_person(case, actor), in_state(case, "reviewed")))


def may_withdraw_approval(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """Until destruction has begun, the originator's reviewer or approver may stop it."""
    return tuple(gathered(_either_duty(actor), own_body(case, actor), _stoppable(case)))


def _stoppable(case: Case) -> Iterator[Reason]:
    if case.state != "transferring":
        yield from in_state(case, "cooling-off")


def _either_duty(actor: Actor) -> Iterator[Reason]:
    if not actor.duties & {REVIEWER, APPROVER}:
        yield Reason("RET-duty", "This is for records reviewers and disposal approvers.", CONTROLLED)


def _second_person(case: Case, actor: Actor) -> Iterator[Reason]:
    yield from duty(actor, APPROVER)
    yield from own_body(case, actor)
    yield from not_same(
        actor, case.reviewer, "RET-second-person", "You made this review; somebody else must decide on it.", CONTROLLED
    )


def _possible(case: Case, proposal: Proposal) -> Iterator[Reason]:
    """What one proposal needs beyond the others: asked when it is made, and again when it is approved."""
    if proposal in ("destroy", "transfer"):  # what is transferred is destroyed here once the archive has it
        yield from destroyable(case)
    elif proposal == "return" and case.return_state != "none":
        yield Reason("RET-return-order", RETURN_SAYS[case.return_state], SOURCE)


def _extension(case: Case, until: date | None, policy: DisposalPolicy) -> Iterator[Reason]:
    if until is None or case.due_on is None:
        return
    cap = add_months(case.due_on, policy.extension_cap_months)
    if until > cap:
        yield Reason(
            "RET-extension-cap",
            f"One review may extend by {policy.extension_cap_months} months at most: here until {cap.day} {cap:%B %Y}.",
            "local interpretation",
        )
    if until > add_months(case.trigger_on, policy.longest_months):
        yield Reason(
            "RET-longest",
            f"Keeping beyond {policy.longest_months} months needs the Secretary of State's approval.",
            "GSCP24 para 42d",
        )


def _unchanged_since_review(case: Case) -> Iterator[Reason]:
    if case.state == "reviewed" and case.version != case.reviewed_version:
        yield Reason("RET-changed", "Something changed since the review. It must be reviewed again.", CONTROLLED)
