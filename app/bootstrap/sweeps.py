"""What the clock sets going, each step a unit of work of its own: jobs, a command and an operator call the same."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap import idempotency, logbook, logkeys, outside, publishing, sequencing, unsent
from app.bootstrap.requests import requests
from audit.statements import SQLITE
from foundation.actor import SERVICE, Actor
from foundation.errors import Denied, ServiceError, Unavailable
from sharing.service.agreeing import Attended
from sharing.service.alerting import Passed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.bootstrap.house import House
    from app.bootstrap.work import Work

Step = Callable[["Work", Sequence[str]], None]  # of several items in one unit of work: all of them or none

log = logging.getLogger("custodes.jobs")
TOGETHER = 100  # items in one unit of work: longer, and on PostgreSQL it meets others more often
# On SQLite everybody waits for the one who writes, readers too, since reading is entered in the log. So a unit is over
# after a few hundredths of a second, and whoever waits is let in before the next; shorter ones would be all beginning
# and end.
FEW = 20
PAUSE = 0.004  # seconds; who waits looks at least every third thousandth (``engines``)


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
        _each(house, actor, found.changed, _apply_schedule)
        started = _each(house, actor, found.begin, _begin)
        erased = _each(house, actor, (*found.carry_out, *started), _carry_out)
        ready = _ready(house, actor, erased)
        proven = _certify(house, actor, (*found.certify, *ready))
        begun, destroyed, certified = begun + len(started), destroyed + len(erased), certified + len(proven)
        wanted = len(found.begin) + len(found.carry_out) + len(found.certify) - (len(erased) - len(ready))
        failed += wanted - len(proven)
        # A batch that moved nothing would come again for ever; what is stuck in it is tried by the next run.
        moved = (found.started, found.due, found.caught, found.recomputed, found.reminded, proven)
        if not found.more or not any(moved):
            _certify_batches(house, actor)
            return Swept(due, begun, destroyed, certified, failed)


def _ready(house: House, actor: Actor, erased: Sequence[str]) -> list[str]:
    """Those whose certificate no copy on paper or media holds open."""
    if not erased:
        return []
    return house.do(lambda work: work.retention.certifiable(erased, actor=actor, now=work.now), actor)


def _certify(house: House, actor: Actor, items: Sequence[str]) -> list[str]:
    """Issued, and then proven, which needs the entry of issue in the tree."""

    issued = _each(house, actor, items, _issue) if items else []
    if issued:
        sequencing.settle(house)
    return _each(house, actor, issued, _prove)


def _apply_schedule(work: Work, items: Sequence[str]) -> None:
    for item in items:
        work.retention.apply_schedule(item, actor=work.actor, now=work.now)


def _begin(work: Work, items: Sequence[str]) -> None:
    work.retention.begin_all(items, actor=work.actor, now=work.now)


def _carry_out(work: Work, items: Sequence[str]) -> None:
    work.retention.carry_out_all(items, actor=work.actor, now=work.now)


def _issue(work: Work, items: Sequence[str]) -> None:
    work.retention.issue_all(items, actor=work.actor, now=work.now)


def _prove(work: Work, items: Sequence[str]) -> None:
    work.retention.certify_all(items, actor=work.actor, now=work.now)


def _certify_batches(house: House, actor: Actor) -> None:
    """The same of batches of which nothing waits for its end any more. What fails is tried by the next run."""
    owed = house.do(lambda work: work.certifying.owed(actor=actor, now=work.now), actor)

    def issue(work: Work, batch: str) -> object:
        return work.certifying.issue_batch(batch, actor=actor, now=work.now)

    def prove(work: Work, batch: str) -> object:
        return work.certifying.certify_batch(batch, actor=actor, now=work.now)

    for step in (issue, prove) if owed else ():
        for batch in owed:
            try:
                house.do(lambda work, batch=batch, step=step: step(work, batch), actor)  # type: ignore[misc]
            except ServiceError as error:
                log.exception("the certificate of batch %s cannot be issued: %s", batch, error.code)
        sequencing.settle(house)


def _each(house: House, actor: Actor, items: Iterable[str], step: Step) -> list[str]:
    """Those the step succeeded for. A failure is loud in the log and does not stop the others.

    Many go in one unit of work, so that they wait once for the disk; where one of those cannot, each goes alone.
    """
    done: list[str] = []
    waiting = list(dict.fromkeys(items))
    alone = house.engine.dialect.name == SQLITE
    size = FEW if alone else TOGETHER
    for start in range(0, len(waiting), size):
        some = waiting[start : start + size]
        if start % TOGETHER == 0:
            sequencing.catch_up(house)  # what waits for its place is read by everybody who asks the log: keep it short
        if alone and start:
            time.sleep(PAUSE)
        if len(some) > 1 and _together(house, actor, some, step):
            done += some
        else:
            done += [item for item in some if _alone(house, actor, item, step)]
    return done


class _Apart(Exception):
    """One of many could not: nothing of the unit of work happened, and no refusal is recorded for it yet."""


def _together(house: House, actor: Actor, items: Sequence[str], step: Step) -> bool:
    def act(work: Work) -> None:
        try:
            step(work, items)
        except ServiceError as error:
            raise _Apart from error

    try:
        house.do(act, actor)
    except (_Apart, ServiceError):
        return False
    return True


def _alone(house: House, actor: Actor, item: str, step: Step) -> bool:
    try:
        house.do(lambda work: step(work, [item]), actor)
    except Denied:
        return False  # a hold placed meanwhile: already in the log as a refusal
    except ServiceError as error:
        _tell(house, actor, item, error)
        return False
    return True


def _tell(house: House, actor: Actor, item: str, error: ServiceError) -> None:
    try:
        house.do(lambda w: w.retention.record_failure(item, cause=error.code, actor=actor, now=w.now), actor)
    except Unavailable:
        return  # the log itself cannot be written: readiness and the next run say so


def attend(house: House, actor: Actor = SERVICE) -> Attended:
    """Open what time brings; enter in the log what is owed, done, late or gone up."""
    total = Attended(0, 0, 0, 0, more=True)
    alone = house.engine.dialect.name == SQLITE
    size = FEW if alone else TOGETHER
    done = 0
    while total.more:
        found = house.do(lambda work: work.agreeing.attend(limit=size, actor=actor, now=work.now), actor)
        total = total.plus(found)
        if done % TOGETHER < size:
            sequencing.catch_up(house)  # what waits for its place is read by everybody who asks the log
        done += size
        if alone and total.more:
            time.sleep(PAUSE)
    return total


def alerts(house: House, actor: Actor = SERVICE) -> Passed:
    """Pass on what nobody acknowledged in time. Every minute: an alert waits hours, and not one more."""
    return house.do(lambda work: work.alerting.attend(actor=actor, now=work.now), actor)


def remind_of_copies(house: House, actor: Actor = SERVICE) -> int:
    """Enter in the log what has come to be due of media and paper; how much."""
    return house.do(lambda work: work.custody.remind(actor=actor, now=work.now), actor)


def remind(house: House, actor: Actor = SERVICE) -> int:
    """Enter in the log which requests for data run out of time; how many."""
    return house.do(lambda work: requests(work).remind(actor=actor, now=work.now), actor)


def tidy(house: House, actor: Actor = SERVICE) -> int:
    """End uploads that have expired; finish or remove what crashed acts left in the vault."""
    ended = found = house.do(lambda work: work.sharing.sweep_uploads(actor=actor, now=work.now), actor)
    while found:
        found = house.do(lambda work: work.sharing.sweep_uploads(actor=actor, now=work.now), actor)
        ended += found
    return ended + house.do(lambda work: work.vault.sweep(actor=actor, now=work.now), actor)


def sessions(house: House, actor: Actor = SERVICE) -> int:
    """Remove sessions and invitations that are over (anybody who looks at the sign-in page begins one), answers kept
    for requests nobody will repeat, and what was typed and never sent; how many sessions."""

    def sweep(work: Work) -> int:
        idempotency.forget(work.conn, work.now)
        unsent.sweep(work.conn, work.now)
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
