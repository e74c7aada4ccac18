"""Changing the key that signs the log: each step durable before the next, and finished by running it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap import sequencing
from app.bootstrap.engines import reading
from audit import rotation
from foundation.actor import SERVICE, Actor

if TYPE_CHECKING:
    from app.bootstrap.house import House


@dataclass(frozen=True, slots=True)
class Rotated:
    """``resumed``: an earlier change was finished, no new one begun. ``key`` signs now."""

    resumed: bool
    old: str
    key: str


def rotate(house: House, actor: Actor) -> Rotated:
    """Bring a new signing key into force and destroy the private half of the old one.

    Raises RotationRunning, and what signing a checkpoint raises: then the old key signs on, and nothing is lost.
    """
    signing = house.keys.log.signing
    with signing.rotating():
        if settled := _settle(house, actor):
            return settled
        sequencing.settle(house)
        signing.prepare()
        house.do(
            lambda work: rotation.rotate(work.trail, work.checkpoints, house.keys.log, actor=actor, now=work.now),
            actor,
        )
        finished = _settle(house, actor)
        if finished is None:
            msg = "the checkpoint that changes the key was committed and is not there"
            raise RuntimeError(msg)
        return Rotated(False, finished.old, finished.key)


def settle(house: House, actor: Actor = SERVICE) -> Rotated | None:
    """Finish a change that broke off after its checkpoint was committed; None where there is none."""
    with house.keys.log.signing.rotating():
        return _settle(house, actor)


def _settle(house: House, actor: Actor) -> Rotated | None:
    keys = house.keys.log
    old = keys.verifier
    with reading(house.engine) as conn:
        at = rotation.rotated(conn, keys)
        owed = at is not None or rotation.unrecorded(conn)
    if at is not None:
        keys.signing.finish(at)
    if not owed:
        return None
    if at is None:  # the files are finished; only its record was lost
        old = keys.trust.logs[-2].key if len(keys.trust.logs) > 1 else old
    house.do(lambda work: rotation.record_retired(work.trail, old, actor=actor, now=work.now), actor)
    sequencing.settle(house)
    return Rotated(True, old.text, keys.vkey)
