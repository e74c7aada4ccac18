"""What the clock sets going, each step a unit of work of its own: jobs, a command and an operator call the same."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap import idempotency, logbook, logkeys, outside, publishing, sequencing
from app.bootstrap.work import Work
from foundation.actor import SERVICE, Actor
from foundation.errors import Denied, ServiceError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.bootstrap.house import House

log = logging.getLogger("custodes.jobs")


@dataclass(frozen=True, slots=True)
class Swept:
    """Counts of one run; ``failed`` items stay where they are and are tried again by the next."""

    due: int
    begun: int
    destroyed: int
    certified: int
    failed: int

    def __str__(self) -> str:
        return (
            f"{self.due} fell due, {self.begun} begun, {self.destroyed} destroyed, {self.certified} certified, "
            f"{self.failed} failed"
        )


def dispose(house: House, actor: Actor = SERVICE) -> Swept:
    """Mark what is due; carry approved destructions to their certificates. Safe at any time, as often as liked."""
    due = begun = destroyed = certified = failed = 0
    while True:
        found = house.do(lambda work: work.retention.sweep(actor=actor, now=work.now), actor)
        due += found.due
        _each(house, actor, found.changed, lambda w, item: w.retention.apply_schedule(item, actor=actor, now=w.now))
        started = _each(
            house, actor, found.begin, lambda w, item: w.retention.begin_destruction(item, actor=actor, now=w.now)
        )
        erased = _each(
            house,
            actor,
            (*found.carry_out, *started),
            lambda w, item: w.retention.carry_out(item, actor=actor, now=w.now),
        )
        proven = _certify(house, actor, (*found.certify, *erased))
        begun, destroyed, certified = begun + len(started), destroyed + len(erased), certified + len(proven)
        wanted = len(found.begin) + len(found.carry_out) + len(found.certify)
        failed += wanted - len(proven)
        # A batch that moved nothing would come again for ever; what is stuck in it is tried by the next run.
        if not found.more or not (found.started or found.due or found.caught or found.recomputed or proven):
            return Swept(due, begun, destroyed, certified, failed)


def _certify(house: House, actor: Actor, items: Sequence[str]) -> list[str]:
    """Issued, and then proven, which needs the entry of issue in the tree."""

    def step(work: Work, item: str) -> object:
        return work.retention.certify(item, actor=actor, now=work.now)

    issued = _each(house, actor, items, step) if items else []
    if issued:
        sequencing.settle(house)
    return _each(house, actor, issued, step)


def _each(house: House, actor: Actor, items: Iterable[str], step: Callable[[Work, str], object]) -> list[str]:
    """Those the step succeeded for. A failure is loud in the log and does not stop the others."""
    done = []
    for item in items:
        try:
            house.do(lambda work, item=item: step(work, item), actor)  # type: ignore[misc]
            done.append(item)
        except Denied:
            continue  # a hold placed meanwhile: already in the log as a refusal
        except ServiceError as error:
            _tell(house, actor, item, error)
    return done


def _tell(house: House, actor: Actor, item: str, error: ServiceError) -> None:
    try:
        house.do(lambda w: w.retention.record_failure(item, cause=error.code, actor=actor, now=w.now), actor)
    except Unavailable:
        return  # the log itself cannot be written: readiness and the next run say so


def tidy(house: House, actor: Actor = SERVICE) -> int:
    """Finish or remove what broken-off uploads and crashed acts left in the vault."""
    return house.do(lambda work: work.vault.sweep(actor=actor, now=work.now), actor)


def sessions(house: House, actor: Actor = SERVICE) -> int:
    """Remove sessions and invitations that are over (anybody who looks at the sign-in page begins one), and answers
    kept for requests nobody will repeat; how many sessions."""

    def sweep(work: Work) -> int:
        idempotency.forget(work.conn, work.now)
        return work.identity.sweep_sessions(actor=actor, now=work.now)

    return house.do(sweep, actor)


def checkpoint(house: House, actor: Actor = SERVICE) -> int:
    """Sign the log's head; the size signed. What others keep of it, they are given."""
    if house.keys.log.signing.state.following:
        logkeys.settle(house)  # a change of key that broke off
    size = logbook.sign(house, actor).checkpoint.size
    outside.both(house, actor)
    publishing.publish(house)  # also what a process that died, or a full disk, left unpublished
    return size


def cosignatures(house: House, actor: Actor = SERVICE) -> str:
    """See which witnesses are late; record it once, and once more when they are well again."""
    with house.work(actor) as work:
        late = work.cosignatures.watch(work.trail, actor=actor, now=work.now)
    if late:
        log.error("the log is not cosigned in time: %s", ", ".join(each.id for each in late))
    return f"{len(late)} late"
