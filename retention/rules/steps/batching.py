"""May this person open, propose in, submit, approve a batch, or give it up? (M59b, M71)

Of each item in it the questions of ``reviewing`` are asked besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.batch import Batch, BatchState
from retention.rules.steps.reasons import APPROVER, CONTROLLED, REVIEWER, SCHEDULE, duty, gathered


def may_open(party: str, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer takes due items of their own body."""
    return tuple(gathered(duty(actor, REVIEWER), _own(party, actor)))


def may_work(batch: Batch, actor: Actor) -> tuple[Reason, ...]:
    """Any records reviewer of the body proposes, submits, or gives an open batch up: who opened it may be away."""
    return tuple(gathered(duty(actor, REVIEWER), _own(batch.party, actor), _is(batch, "open")))


def may_approve_batch(batch: Batch, actor: Actor, proposers: Collection[str]) -> tuple[Reason, ...]:
    """An approver of the body who proposed nothing of it. Whoever might approve may send it, or items of it, back."""
    return tuple(
        gathered(duty(actor, APPROVER), _own(batch.party, actor), _is(batch, "submitted"), _apart(actor, proposers))
    )


def free(batch: Batch | None) -> Iterator[Reason]:
    """What is in a batch under way is decided with it, and nowhere else."""
    if batch is not None:
        yield Reason("RET-in-batch", f"It is in batch {batch.number}, and decided there.", CONTROLLED)


def _own(party: str, actor: Actor) -> Iterator[Reason]:
    if actor.party != party:
        yield Reason("RET-originator", "Only the originating body decides this, by its own schedule.", SCHEDULE)


def _is(batch: Batch, state: BatchState) -> Iterator[Reason]:
    if batch.state != state:
        said = f"This batch {_STANDS[batch.state]}; this is for one that {_STANDS[state]}."
        yield Reason("RET-batch-state", said, CONTROLLED)


_STANDS: Mapping[BatchState, str] = {
    "open": "is open",
    "submitted": "waits for its approval",
    "approved": "was approved",
    "closed": "was given up or sent back",
}


def _apart(actor: Actor, proposers: Collection[str]) -> Iterator[Reason]:
    if actor.id in proposers:
        yield Reason(
            "RET-second-person", "You proposed something in this batch; somebody else must decide on it.", CONTROLLED
        )
