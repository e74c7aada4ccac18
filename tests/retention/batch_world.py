"""Batches taken to their end over ``retention_world``, for certificates of batches."""

from __future__ import annotations

from typing import Any

from retention_world import APPROVER, OTHER, REVIEWER, WORDS, World

from foundation.actor import SERVICE
from retention.model.batch import BatchCertificate, Wanted
from retention.queries.batches import BatchList
from retention.service.batch_certifying import BatchCertifying
from retention.service.witness import LogWitness
from tests.taken_in import take_in


def does(world: World, step: str, *given: Any, actor: Any = REVIEWER, **more: Any) -> Any:
    with world.work() as retention:
        return getattr(retention, step)(*given, actor=actor, now=world.now, **more)


def due(world: World, number: int, **given: Any) -> list[str]:
    """Items of alpha that are due, their return declined."""
    items = [world.item(**given) for _ in range(number)]
    world.pass_time(40)
    world.sweep()
    for item in items:
        world.do("offer_return", item, OTHER)
        world.do("answer_return", item, REVIEWER, answer="declined", reason="We have our own.")
    return items


def opened_batch(world: World) -> str:
    return str(does(world, "open_batch", Wanted(retention_class="letters")).batch.id)


def propose(world: World, batch: str, items: list[str], proposal: str = "destroy", **more: Any) -> None:
    does(world, "propose_in_batch", batch, items, proposal=proposal, reason="Nobody needs them.", **more)


def approve(world: World, batch: str) -> None:
    does(world, "submit_batch", batch)
    with world.work() as retention:
        saw = retention._stamp(retention._batch(batch))
        retention.approve_batch(batch, seen=saw, actor=APPROVER, now=world.now)


def approved(world: World, items: list[str]) -> str:
    batch = opened_batch(world)
    propose(world, batch, items)
    approve(world, batch)
    return batch


def certifying(world: World, step: str, *given: Any) -> Any:
    """``owed``, ``issue_batch`` or ``certify_batch`` in a unit of work of its own."""
    take_in(world.engine)
    with world.engine.begin() as conn:
        made = BatchCertifying(
            conn, world.trail(conn), witness=LogWitness(conn, world.keys), words=WORDS, holder="sample.example"
        )
        return getattr(made, step)(*given, actor=SERVICE, now=world.now)


def certified(world: World, batch: str) -> str:
    """Issued, and then proven; the file."""
    for _ in range(2):
        certifying(world, "certify_batch", batch)
    return certificate(world, batch).text


def certificate(world: World, batch: str) -> BatchCertificate:
    with world.engine.begin() as conn:
        return BatchList(conn, WORDS).certificate(batch)


def ended(world: World, number: int = 2) -> str:
    """A batch whose items are all destroyed and certified, itself not yet."""
    items = due(world, number)
    batch = approved(world, items)
    world.pass_time(14)
    for item in items:
        world.finish(item)
    return batch
