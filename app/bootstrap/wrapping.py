"""The keys that wrap, from outside one unit of work: made, and everything moved under the newest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from foundation.actor import Actor
from vault.errors import ErasureUnfinished
from vault.rewrap import Moved, rewrap

if TYPE_CHECKING:
    from app.bootstrap.house import House


def rotate(house: House, body: str, actor: Actor) -> str:
    """Make the body a new KEK, and enter it in the log; its id. Raises KeysElsewhere, Unavailable (keyring, log)."""
    kek_id = house.keys.vault.create(body, now=house.now())
    house.do(lambda work: work.vault.rotation.tell(actor=actor, now=work.now), actor)
    return kek_id


def move(house: House, body: str, actor: Actor, *, show: Callable[[Moved, int], None]) -> tuple[Moved, int]:
    """Move every data key of the body under its newest KEK; what came of it, and how many are left under older ones.

    ``show`` is told after every batch how far it has come, of how many. Broken off by whatever, what was moved
    stays moved, is recorded if the log can be reached, and the next run goes on. Raises KeysElsewhere, Unavailable.
    """
    total = house.do(lambda work: work.vault.rotation.begin_rewrap(body=body, actor=actor, now=work.now), actor)
    so_far = [Moved()]
    try:
        for moved in rewrap(house.keystore, house.keys.vault, body):
            so_far.append(moved)
            del so_far[0]
            show(moved, total)
    finally:
        left = house.do(
            lambda work: work.vault.rotation.end_rewrap(body=body, moved=so_far[0], actor=actor, now=work.now), actor
        )
    # The replaced wraps. A reader in the way is no harm here: they die with their KEK.
    with suppress(ErasureUnfinished):
        house.keystore.keks.forget_deleted()
    return so_far[0], left
