"""May this step be taken, by this person, now? Each question answers with every reason against; none means it may.

Identity's policies are asked too, by the service; what stands here holds whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from foundation.actor import Actor
from foundation.calendar import add_months
from foundation.errors import Reason
from retention.model.case import HOLDABLE, RETURN_SETTLED, Case, Proposal, State
from retention.model.hold import BINDING, Hold, Manner
from retention.model.schedule import DisposalPolicy

REVIEWER = "records-reviewer"
APPROVER = "disposal-approver"
_CONTROLLED = "M59b"
_SCHEDULE = "M71a"
_SOURCE = "M59a"


def may_confirm_period(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A period is set by the originator's records reviewer, for a class without one, before any review."""
    return tuple(_gather(_duty(actor, REVIEWER), _own_body(case, actor), _open_period(case)))


def may_offer_return(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The body that holds a due item offers it to the source, once."""
    return tuple(
        _gather(_duty(actor, REVIEWER), _other_body(case, actor), _in_state(case, "due"), _return_is(case, "none"))
    )


def may_answer_return(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The source answers; agreement takes two, so never whoever offered."""
    return tuple(
        _gather(
            _duty(actor, REVIEWER),
            _own_body(case, actor),
            _in_state(case, "due"),
            _return_is(case, "offered"),
            _not_same(
                actor, case.offered_by, "RET-return-two", "You made this offer; somebody else answers it.", "M59a"
            ),
        )
    )


def may_record_return(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The source says that it has the item back, after it accepted."""
    return tuple(
        _gather(_duty(actor, REVIEWER), _own_body(case, actor), _in_state(case, "due"), _return_is(case, "accepted"))
    )


def may_hold(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of any body stops a destruction that has not begun, whoever's schedule it follows.

    What an inquiry or a court may ask for, it may ask of either body (Inquiries Act 2005 s.35; M06).
    """
    return tuple(_gather(may_place(actor), _holdable(case)))


def may_place(actor: Actor) -> Iterator[Reason]:
    """Whoever keeps holds for a body."""
    yield from _duty(actor, REVIEWER)
    if not actor.party:
        yield Reason("RET-hold-body", "A hold is placed for a body: you act for none.", _CONTROLLED)


def may_keep(hold: Hold, actor: Actor) -> tuple[Reason, ...]:
    """Any records reviewer of the body that placed a hold lifts it or sees to it: an owner may have left."""
    return tuple(_gather(_duty(actor, REVIEWER), _holds_body(hold, actor), _in_force(hold)))


def shows_people(hold: Hold, actor: Actor) -> bool:
    """Whom a hold names, as typed, is for those who keep it: other readers of disposal read no names (M64)."""
    return REVIEWER in actor.duties and actor.party == hold.party


def may_apply(case: Case, hold: Hold) -> tuple[Reason, ...]:
    """Whether words may be said to fit this item."""
    return tuple(_gather(_by_words(hold), _holdable(case)))


def may_pass_over(hold: Hold, manner: Manner | None) -> tuple[Reason, ...]:
    """Only of a hold by words, on which people decide item by item: what a scope catches, the scope holds."""
    return tuple(_gather(_by_words(hold), _stands(manner)))


def may_review(
    case: Case, actor: Actor, proposal: Proposal, until: date | None, policy: DisposalPolicy
) -> tuple[Reason, ...]:
    """The originator's reviewer proposes what to do with a due item; to destroy it needs more than to keep it."""
    return tuple(
        _gather(
            _duty(actor, REVIEWER),
            _own_body(case, actor),
            _period_known(case) if proposal != "destroy" else iter(()),  # _destroyable asks it too
            _in_state(case, "due") if case.state != "no-period" else iter(()),
            _destroyable(case) if proposal == "destroy" else iter(()),
            _extension(case, until, policy) if proposal == "extend" else iter(()),
        )
    )


def may_approve(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A second person of the originating body approves exactly what was reviewed."""
    return tuple(
        _gather(
            _second_person(case, actor),
            _in_state(case, "reviewed"),
            _unchanged_since_review(case),
            _destroyable(case) if case.proposal == "destroy" else iter(()),
        )
    )


def may_send_back(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """Whoever could approve may send the review back, changed or held as the case may be."""
    return tuple(_gather(_second_person(case, actor), _in_state(case, "reviewed")))


def may_withdraw_approval(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """Until destruction has begun, the originator's reviewer or approver may stop it."""
    return tuple(_gather(_either_duty(actor), _own_body(case, actor), _in_state(case, "cooling-off")))


def may_destroy(case: Case, today: date, *, overtaken: bool = False) -> tuple[Reason, ...]:
    """Whether destruction may begin now: approved by two, the cooling-off over, no hold, its date not ``overtaken``."""
    return tuple(
        _gather(
            _in_state(case, "cooling-off"),
            _cooled(case, today),
            _destroyable(case),
            _approved_by_two(case),
            _current(overtaken),
        )
    )


def may_carry_out(case: Case) -> tuple[Reason, ...]:
    """Whether what was begun may be finished: asked again in the transaction that destroys."""
    return tuple(_gather(_in_state(case, "destroying"), _destroyable(case)))


def _gather(*parts: Iterator[Reason]) -> Iterator[Reason]:
    for part in parts:
        yield from part


def _duty(actor: Actor, duty: str) -> Iterator[Reason]:
    if duty not in actor.duties:
        yield Reason("RET-duty", f"This is for people appointed as {duty.replace('-', ' ')}.", _CONTROLLED)


def _either_duty(actor: Actor) -> Iterator[Reason]:
    if not actor.duties & {REVIEWER, APPROVER}:
        yield Reason("RET-duty", "This is for records reviewers and disposal approvers.", _CONTROLLED)


def _own_body(case: Case, actor: Actor) -> Iterator[Reason]:
    if actor.party != case.originator:
        yield Reason("RET-originator", "Only the originating body decides this, by its own schedule.", _SCHEDULE)


def _other_body(case: Case, actor: Actor) -> Iterator[Reason]:
    if actor.party == case.originator:
        yield Reason("RET-return-holder", "A body that holds the item offers it back; the source answers.", _SOURCE)


def _not_same(actor: Actor, other: str, rule: str, text: str, clause: str) -> Iterator[Reason]:
    if actor.id == other:
        yield Reason(rule, text, clause)


def _second_person(case: Case, actor: Actor) -> Iterator[Reason]:
    yield from _duty(actor, APPROVER)
    yield from _own_body(case, actor)
    yield from _not_same(
        actor, case.reviewer, "RET-second-person", "You made this review; somebody else must decide on it.", _CONTROLLED
    )


def _in_state(case: Case, state: State) -> Iterator[Reason]:
    if case.state != state:
        yield Reason(
            "RET-state", f"The case is “{case.state}”; this step is for a case that is “{state}”.", _CONTROLLED
        )


def _return_is(case: Case, state: str) -> Iterator[Reason]:
    if case.return_state != state:
        yield Reason("RET-return-order", _RETURN_SAYS[case.return_state], _SOURCE)


def _open_period(case: Case) -> Iterator[Reason]:
    if case.verified:
        yield Reason("RET-period-set", "The schedule gives the period of this class; change the schedule.", _SCHEDULE)
    if case.state not in ("no-period", "running", "due"):
        yield Reason("RET-state", f"The case is “{case.state}”; a period is confirmed before review.", _CONTROLLED)


def _holdable(case: Case) -> Iterator[Reason]:
    if case.state not in HOLDABLE:
        yield Reason("RET-begun", "Destruction has begun: there may be nothing left to hold.", _CONTROLLED)


def _holds_body(hold: Hold, actor: Actor) -> Iterator[Reason]:
    if actor.party != hold.party:
        yield Reason("RET-hold-body", "Only the body that placed this hold sees to it, or lifts it.", "M06")


def _in_force(hold: Hold) -> Iterator[Reason]:
    if hold.lifted_at is not None:
        yield Reason("RET-hold-lifted", "This hold was lifted already.", _CONTROLLED)


def _by_words(hold: Hold) -> Iterator[Reason]:
    if hold.kind != "words":
        yield Reason("RET-hold-scope", "What this hold stands on follows from its scope, not from a decision.", "M06")


def _stands(manner: Manner | None) -> Iterator[Reason]:
    if manner not in BINDING:
        yield Reason("RET-hold-none", "This hold does not stand on the item.", _CONTROLLED)


def _period_known(case: Case) -> Iterator[Reason]:
    if case.period_months is None or not case.period_authority:
        yield Reason(
            "RET-unverified",
            "No period is in force for this class: a records manager must confirm the period and cite its authority.",
            _SCHEDULE,
        )


def _destroyable(case: Case) -> Iterator[Reason]:
    if case.held:
        yield Reason("RET-held", "A hold stands on this item. It must be lifted first.", "M06")
    if case.return_state not in RETURN_SETTLED:
        yield Reason("RET-return-first", _RETURN_SAYS[case.return_state], _SOURCE)
    yield from _period_known(case)


def _extension(case: Case, until: date | None, policy: DisposalPolicy) -> Iterator[Reason]:
    if until is None or case.due_on is None:
        return
    if until > add_months(case.due_on, policy.extension_cap_months):
        yield Reason(
            "RET-extension-cap",
            f"One review may extend by {policy.extension_cap_months} months at most.",
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
        yield Reason("RET-changed", "Something changed since the review. It must be reviewed again.", _CONTROLLED)


def _current(overtaken: bool) -> Iterator[Reason]:
    if overtaken:
        yield Reason("RET-overtaken", "Its date must be found anew first, by the schedule now in force.", _SCHEDULE)


def _approved_by_two(case: Case) -> Iterator[Reason]:
    if case.state == "cooling-off" and (not case.reviewer or not case.approver or case.reviewer == case.approver):
        yield Reason("RET-second-person", "Two people must have agreed to this.", _CONTROLLED)


def _cooled(case: Case, today: date) -> Iterator[Reason]:
    if case.destroy_on is not None and today < case.destroy_on:
        yield Reason(
            "RET-cooling-off",
            f"The cooling-off lasts until {case.destroy_on.day} {case.destroy_on:%B %Y}.",
            "local interpretation",
        )


_RETURN_SAYS = {
    "none": "The item must first be offered back to its source.",
    "offered": "The source has not answered the offer of return yet.",
    "accepted": "The source accepted the return; it must confirm that it has the item.",
    "returned": "The item was returned to its source already.",
    "declined": "The source declined the return already.",
    "cannot": "It was agreed already that the item cannot be returned.",
}
