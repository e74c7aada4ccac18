"""May this person place, keep or decide on a hold? (M06)"""

from __future__ import annotations

from collections.abc import Iterator

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case
from retention.model.hold import BINDING, FOLLOWED, Hold, Manner
from retention.rules.steps.reasons import CONTROLLED, REVIEWER, duty, gathered, holdable


def may_hold(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of any body stops a destruction that has not begun, whoever's schedule it follows.

    What an inquiry or a court may ask for, it may ask of either body (Inquiries Act 2005 s.35; M06).
    """
    return tuple(gathered(may_place(actor), holdable(case)))


def may_place(actor: Actor) -> Iterator[Reason]:
    """Whoever keeps holds for a body."""
    yield from duty(actor, REVIEWER)
    if not actor.party:
        yield Reason("RET-hold-body", "A hold is placed for a body: you act for none.", CONTROLLED)


def may_keep(hold: Hold, actor: Actor) -> tuple[Reason, ...]:
    """Any records reviewer of the body that placed a hold lifts it or sees to it: an owner may have left."""
    return tuple(gathered(duty(actor, REVIEWER), _holds_body(hold, actor), _in_force(hold)))


def may_lift(hold: Hold, actor: Actor) -> tuple[Reason, ...]:
    """The same, of those holds that do not end with what they follow: to destroy what somebody asked for is an
    offence (DPA 2018 s.173), whoever lifted the hold before."""
    return (*may_keep(hold, actor), *_follows_nothing(hold))


def shows_people(hold: Hold, actor: Actor) -> bool:
    """Whom a hold names, as typed, is for those who keep it: other readers of disposal read no names (M64)."""
    return REVIEWER in actor.duties and actor.party == hold.party


def may_apply(case: Case, hold: Hold) -> tuple[Reason, ...]:
    """Whether words may be said to fit this item."""
    return tuple(gathered(_by_words(hold), holdable(case)))


def may_pass_over(hold: Hold, manner: Manner | None) -> tuple[Reason, ...]:
    """Only of a hold by words, on which people decide item by item: what a scope catches, the scope holds."""
    return tuple(gathered(_by_words(hold), _stands(manner)))


def _holds_body(hold: Hold, actor: Actor) -> Iterator[Reason]:
    if actor.party != hold.party:
        yield Reason("RET-hold-body", "Only the body that placed this hold sees to it, or lifts it.", "M06")


def _follows_nothing(hold: Hold) -> Iterator[Reason]:
    if hold.occasion == "subject-request":
        yield Reason("RET-asked", "It ends when the request it stands for is answered or withdrawn.", "DPA 2018 s.173")
    elif hold.occasion in FOLLOWED:
        text = "It ends when a data protection officer lifts the restriction it stands for."
        yield Reason("RET-restricted", text, "UK-GDPR art. 18")


def _in_force(hold: Hold) -> Iterator[Reason]:
    if hold.lifted_at is not None:
        yield Reason("RET-hold-lifted", "This hold was lifted already.", CONTROLLED)


def _by_words(hold: Hold) -> Iterator[Reason]:
    if hold.kind != "words":
        yield Reason("RET-hold-scope", "What this hold stands on follows from its scope, not from a decision.", "M06")


def _stands(manner: Manner | None) -> Iterator[Reason]:
    if manner not in BINDING:
        yield Reason("RET-hold-none", "This hold does not stand on the item.", CONTROLLED)
