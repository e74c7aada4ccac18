"""What the clock sets going, each step a unit of work of its own: jobs, a command and an operator call the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap.work import Work
from foundation.actor import SERVICE, Actor
from foundation.errors import Denied, ServiceError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.bootstrap.house import House


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
        with house.work(actor) as work:
            found = work.retention.sweep(actor=actor, now=work.now)
        due += found.due
        started = _each(
            house, actor, found.begin, lambda w, item: w.retention.begin_destruction(item, actor=actor, now=w.now)
        )
        erased = _each(
            house,
            actor,
            (*found.carry_out, *started),
            lambda w, item: w.retention.carry_out(item, actor=actor, now=w.now),
        )
        proven = _each(
            house, actor, (*found.certify, *erased), lambda w, item: w.retention.certify(item, actor=actor, now=w.now)
        )
        begun, destroyed, certified = begun + len(started), destroyed + len(erased), certified + len(proven)
        wanted = len(found.begin) + len(found.carry_out) + len(found.certify)
        failed += wanted - len(proven)
        # A batch that moved nothing would come again for ever; what is stuck in it is tried by the next run.
        if not found.more or not (found.started or found.due or proven):
            return Swept(due, begun, destroyed, certified, failed)


def _each(house: House, actor: Actor, items: Iterable[str], step: Callable[[Work, str], object]) -> list[str]:
    """Those the step succeeded for. A failure is loud in the log and does not stop the others."""
    done = []
    for item in items:
        try:
            with house.work(actor) as work:
                step(work, item)
            done.append(item)
        except Denied:
            continue  # a hold placed meanwhile: already in the log as a refusal
        except ServiceError as error:
            _tell(house, actor, item, error)
    return done


def _tell(house: House, actor: Actor, item: str, error: ServiceError) -> None:
    try:
        with house.work(actor) as work:
            work.retention.record_failure(item, cause=error.code, actor=actor, now=work.now)
    except Unavailable:
        return  # the log itself cannot be written: readiness and the next run say so


def tidy(house: House, actor: Actor = SERVICE) -> int:
    """Finish or remove what broken-off uploads and crashed acts left in the vault."""
    with house.work(actor) as work:
        return work.vault.sweep(actor=actor, now=work.now)


def sessions(house: House, actor: Actor = SERVICE) -> int:
    """Remove sessions and invitations that are over: anybody who looks at the sign-in page begins one."""
    with house.work(actor) as work:
        return work.identity.sweep_sessions(actor=actor, now=work.now)


def checkpoint(house: House, actor: Actor = SERVICE) -> int:
    """Sign the log's head; the size signed."""
    with house.work(actor) as work:
        return work.checkpoints.current(now=work.now).checkpoint.size
