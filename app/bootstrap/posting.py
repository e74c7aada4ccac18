"""What the clock does for the outbox. One process at a time does it, whoever asks; nothing is sent in a transaction.

An act never waits for a mail server: what it tells was put into the outbox by the act, and leaves from here. A process
that dies between handing over and setting that down leaves the message as it was: it is handed over once more, under
the same Message-ID, reference or webhook-id.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.bootstrap import outbox as rooms
from app.bootstrap import sending_notices
from app.bootstrap.engines import reading
from app.bootstrap.lease import Lease
from app.outbound import hooks
from foundation.actor import SERVICE, Actor
from foundation.errors import NotFound
from identity.rules.reviewing import LATER
from identity.rules.training import GOOD
from outbox.events import REVIEW_DUE, TRAINING_DUE
from outbox.model.message import DROPPED, FAILED, PARTY, PERSON, SYSTEM, Letter, Message, Outcome
from outbox.ports import Carrier
from outbox.rules import signing
from outbox.store.rows import OutboxRows

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work

LEASE = "outbox"
FEW = 20  # notices, or people, in one unit of work
MOST = 500  # messages of one run: the next goes on
ASKED_FOR = timedelta(days=7)  # GOV.UK Notify keeps a notification no longer

log = logging.getLogger("custodes.outbox")
chance = secrets.SystemRandom().random  # how far the next attempt is spread


@dataclass(frozen=True, slots=True)
class Swept:
    """Counts of one run."""

    told: int
    gone: int
    failed: int
    elsewhere: bool = False

    def __str__(self) -> str:
        counts = f"{self.told} made, {self.gone} gone, {self.failed} failed"
        return "another process is at it" if self.elsewhere else counts


def sweep(house: House, actor: Actor = SERVICE, *, carrier: Carrier | None = None) -> Swept:
    """Find who hears, make messages, hand over what is due, ask what became of the rest."""
    lease = Lease(house.engine, LEASE)
    if not lease.keep():
        return Swept(0, 0, 0, elsewhere=True)
    try:
        while house.do(lambda work: work.outbox.spread(FEW, actor=actor, now=work.now), actor) == FEW:
            lease.keep()
        told = _repeat(lambda: house.do(lambda work: work.outbox.gather(FEW, actor=actor, now=work.now), actor), lease)
        taken = carrier or rooms.carrier(house)
        gone, failed = _hand_over(house, taken, lease, actor)
        _ask(house, taken, actor)
        sending_notices.note_sent(house)
        return Swept(told, gone, failed)
    finally:
        lease.give_up()


def remind(house: House, actor: Actor = SERVICE) -> int:
    """Enter in the log whose training runs out and who has appointments to attest, once for each; how many."""
    return house.do(_remind, actor)


def _remind(work: Work) -> int:
    told = 0
    for check in work.checks.active(now=work.now):
        for state in check.training:
            if state.needed and state.state != GOOD:
                until = state.ends.date().isoformat() if state.ends else ""
                what = {"module": state.module.id, "state": state.state, "until": until}
                told += work.outbox.came_due(TRAINING_DUE, check.person.id, {**what}, actor=work.actor, now=work.now)
    for line in work.identity.reviewed(actor=work.actor, now=work.now, everyone=True):
        what = {"appointment": line.held.id, "state": line.state, "due_on": line.due.isoformat()}
        for person in sorted(line.attesters) if line.state != LATER else ():
            told += work.outbox.came_due(REVIEW_DUE, person, {**what}, actor=work.actor, now=work.now)
    return told


def _repeat(step: Callable[[], int], lease: Lease) -> int:
    total = 0
    while done := step():
        total += done
        lease.keep()
    return total


def _hand_over(house: House, carrier: Carrier, lease: Lease, actor: Actor) -> tuple[int, int]:
    gone = failed = 0
    silent: set[str] = set()  # partner systems that did not answer: everybody else's messages do not wait for them
    with reading(house.engine) as conn:
        due = OutboxRows(conn).due(house.now(), MOST)
    for message in (each for each in due if each.sort != SYSTEM or each.to not in silent):
        if not lease.keep():
            break  # this process hung for longer than its lease: somebody else is at it
        outcome = _try(house, carrier, message)
        if outcome.state == FAILED and not outcome.cause.startswith(hooks.ANSWERED):
            silent.add(message.to)
        if house.do(lambda work, m=message, o=outcome: _came_out(work, m, o), actor):  # type: ignore[misc]
            gone += outcome.state not in ("failed", DROPPED)
            failed += outcome.state == "failed"
    return gone, failed


def _try(house: House, carrier: Carrier, message: Message) -> Outcome:
    if message.sort == PERSON:
        letter = house.do(lambda work: _letter(work, message))
    elif message.sort == PARTY:
        letter = house.do(lambda work: _notice(work, message))
    else:
        return _tell(house, message)
    if letter is None:
        return Outcome(DROPPED, "not-active" if message.sort == PERSON else "no-address")
    outcome = carrier.send(letter)
    log.info("message %s: %s %s", message.id, outcome.state, outcome.cause)
    return outcome


def _letter(work: Work, message: Message) -> Letter | None:
    """None for whoever has left or is suspended by now."""
    try:
        person = work.people.person(message.to)
    except NotFound:
        return None
    if person.standing != "active":
        return None
    texts = work.house.policies.notifications.texts
    count = len(OutboxRows(work.conn).carried(message.id))
    subject = texts.subject(count, urgent=message.urgent)
    body = texts.text(count, rooms.sign_in_page(work.house), urgent=message.urgent)
    return Letter(message.id, person.email, subject, body)


def _notice(work: Work, message: Message) -> Letter | None:
    """None where the policy says no more where to."""
    address = work.outbox.address_of(message.to, actor=work.actor, now=work.now)
    if not address:
        return None
    posted = work.outbox.posted(message, actor=work.actor, now=work.now)
    marking = work.house.policies.notifications.texts.marking
    body = f"{marking}\n\n{posted.text.strip()}\n\n{marking}\n"
    return Letter(message.id, address, f"{marking}: {posted.number}", body)


def _tell(house: House, message: Message) -> Outcome:
    with house.work() as work:
        place = work.outbox.opened(message.to, actor=work.actor, now=work.now)
        notice = OutboxRows(work.conn).known([message.notice]).get(message.notice)
        topic = house.policies.notifications.topic(notice.topic) if notice else None
    if place is None or notice is None or topic is None or not topic.event:
        return Outcome(DROPPED, "no-system")
    payload = signing.body(topic.event, notice.subject, notice.at)
    at = house.now()
    return hooks.tell(place.url, place.secrets, message.id, payload, at, demonstration=house.demonstration)


def _came_out(work: Work, message: Message, outcome: Outcome, *, asked: bool = False) -> bool:
    return work.outbox.came_out(message, outcome, chance=chance(), actor=work.actor, now=work.now, asked=asked)


def _ask(house: House, carrier: Carrier, actor: Actor) -> None:
    """What became of messages that a carrier took and can speak of."""
    with reading(house.engine) as conn:
        sent = OutboxRows(conn).asked_about(house.now() - ASKED_FOR, MOST)
    found = carrier.ask({each.id: each.remote for each in sent}) if sent else {}
    for message in sent:
        if outcome := found.get(message.id):
            house.do(lambda work, m=message, o=outcome: _came_out(work, m, o, asked=True), actor)  # type: ignore[misc]
