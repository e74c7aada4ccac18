"""What people do with batches over ``retention_world``, a unit of work each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from retention_world import APPROVER, OTHER, REVIEWER, WORDS, World, person

import sharing.events.items as shared
from audit.follow import facts_about
from foundation.actor import Actor
from retention.errors import DisposalRefused
from retention.model.batch import Wanted
from retention.service.holds import Decided
from retention.store.batches import BatchRows
from retention.tables.batches import disposal_reminder

SECOND = person("Gus Second", "alpha", "records-reviewer")
DESTROY = {"proposal": "destroy", "reason": "Nobody needs them."}


def many(world: World, number: int, **given: Any) -> list[str]:
    """Items of alpha that are due, their return declined."""
    items = [world.item(**given) for _ in range(number)]
    world.pass_time(40)
    world.sweep()
    for item in items:
        world.do("offer_return", item, OTHER)
        world.do("answer_return", item, REVIEWER, answer="declined", reason="We have our own.")
    return items


def does(world: World, step: str, *given: Any, actor: Actor = REVIEWER, **more: Any) -> Any:
    with world.work() as retention:
        return getattr(retention, step)(*given, actor=actor, now=world.now, **more)


def open_(world: World, actor: Actor = REVIEWER, **wanted: Any) -> Any:
    return does(world, "open_batch", Wanted(**(wanted or {"retention_class": "letters"})), actor=actor)


def submitted(world: World, items: Sequence[str], **given: Any) -> str:
    batch = open_(world).batch.id
    does(world, "propose_in_batch", batch, items, **(given or DESTROY))
    does(world, "submit_batch", batch)
    return str(batch)


def approve(world: World, batch: str, actor: Actor = APPROVER, seen: int | None = None) -> Any:
    with world.work() as retention:
        saw = retention._stamp(retention._batch(batch)) if seen is None else seen
        return retention.approve_batch(batch, seen=saw, actor=actor, now=world.now)


def places(world: World, batch: str) -> dict[str, str]:
    with world.engine.begin() as conn:
        return {each.item: each.place for each in BatchRows(conn, WORDS).members(batch)}


def said(world: World, subject: str) -> list[tuple[str, str]]:
    with world.engine.begin() as conn:
        return [(fact.kind.partition(".")[2], fact.outcome) for fact in facts_about(conn, world.keys, subject)]


def rules(decided: Decided) -> set[str]:
    return {reason.rule for reason in decided.reasons}


def refusal(world: World, step: str, *given: Any, actor: Actor, **more: Any) -> set[str]:
    with pytest.raises(DisposalRefused) as told:
        does(world, step, *given, actor=actor, **more)
    assert all(reason.text and reason.clause for reason in told.value.reasons)
    return {reason.rule for reason in told.value.reasons}


def reminders(world: World) -> list[tuple[str, str]]:
    with world.engine.begin() as conn:
        rows = conn.execute(sa.select(disposal_reminder).order_by(disposal_reminder.c.at)).all()
    return [(row.stage, str(row.since)) for row in rows]


def reopen(world: World, item: str) -> None:
    """The item is owed something again: its clock stops."""
    case = world.look(item)
    what = {"reference": case.reference, "item_id": case.item_id, "originator": case.originator}
    what = {name: value for name, value in what.items() if name in shared.ITEM_REOPENED.fields}
    with world.engine.begin() as conn:
        world.trail(conn).record(
            shared.ITEM_REOPENED, actor=REVIEWER, now=world.now, subject=item, what=what, marking="OS"
        )
