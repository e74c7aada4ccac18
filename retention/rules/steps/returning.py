"""May this item be offered back, answered for, received? (M59a)"""

from __future__ import annotations

from collections.abc import Iterator

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case, Received
from retention.rules.steps.reasons import RETURN_SAYS, REVIEWER, SOURCE, duty, gathered, in_state, not_same, own_body


def may_offer_return(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The body that holds a due item offers it to the source, once."""
    return tuple(
        gathered(duty(actor, REVIEWER), _other_body(case, actor), in_state(case, "due"), _return_is(case, "none"))
    )


def may_answer_return(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The source answers; agreement takes two, so never whoever offered."""
    return tuple(
        gathered(
            duty(actor, REVIEWER),
            own_body(case, actor),
            in_state(case, "due"),
            _return_is(case, "offered"),
            not_same(
                actor, case.offered_by, "RET-return-two", "You made this offer; somebody else answers it.", "M59a"
            ),
        )
    )


def may_receive(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of the source is given the item once the source accepted it, as often as it takes."""
    return tuple(
        gathered(duty(actor, REVIEWER), own_body(case, actor), in_state(case, "due"), _return_is(case, "accepted"))
    )


def may_record_return(case: Case, actor: Actor, manner: Received) -> tuple[Reason, ...]:
    """The source says that it has the item back, after it accepted: by the package given to it, or from before."""
    return (*may_receive(case, actor), *_served(case, manner))


def _other_body(case: Case, actor: Actor) -> Iterator[Reason]:
    if actor.party == case.originator:
        yield Reason("RET-return-holder", "A body that holds the item offers it back; the source answers.", SOURCE)


def _served(case: Case, manner: Received) -> Iterator[Reason]:
    if manner == "package" and case.return_state == "accepted" and case.served_at is None:
        yield Reason("RET-return-unserved", "Nobody was given the package of this item yet: download it first.", SOURCE)


def _return_is(case: Case, state: str) -> Iterator[Reason]:
    if case.return_state != state:
        yield Reason("RET-return-order", RETURN_SAYS[case.return_state], SOURCE)
