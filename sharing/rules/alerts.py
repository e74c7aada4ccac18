"""Alerts decided, purely: what may be raised, whom it calls next, who may see it and who may acknowledge it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from foundation.actor import Actor
from foundation.errors import Reason
from identity.model import Office
from sharing.model.agreement import Agreement
from sharing.model.alert import (
    DEPUTY,
    EVERYBODY,
    FIRST,
    LATE,
    MOST_WORDS,
    NOBODY,
    Alert,
    AlertKind,
    Call,
    Cause,
    Order,
    Raising,
    Turn,
)
from sharing.rules.duties.recording import Held, stands_at

ADMINISTRATOR = "account-admin"
MARKINGS = ("O", "OS")  # in ascending order


def against_raising(kind: AlertKind, held: Collection[Held]) -> tuple[Reason, ...]:
    """Why they may not raise one; none when they may."""
    if any(stands_at(place, held) for place in kind.by):
        return ()
    text = f"“{kind.name}” is raised by {', '.join(kind.by)}; you hold none of these."
    return (Reason("alert-by", text, kind.clauses[0]),)


def faults(agreement: Agreement, kind: AlertKind, given: Raising) -> dict[str, list[str]]:
    """Every fault of what is raised, by field; what only the database knows is looked at elsewhere."""
    return {name: [text] for name, text in _faults(agreement, kind, given)}


def _faults(agreement: Agreement, kind: AlertKind, given: Raising) -> Iterator[tuple[str, str]]:
    if kind.urgency(given.urgency) is None:
        yield "urgency", "Choose how urgent it is"
    if not given.establishment:
        yield "establishment", "Choose an establishment from the list"
    if given.marking not in MARKINGS:
        yield "marking", "Choose a marking"
    elif MARKINGS.index(given.marking) > MARKINGS.index(agreement.ceiling):
        yield "marking", "The agreement allows no marking that high"
    if not given.gist.strip():
        yield "gist", "Say what the concern is"
    elif len(given.gist) > MOST_WORDS:
        yield "gist", f"Use {MOST_WORDS} characters or fewer"
    if not given.to or not set(given.to) <= set(kind.to):
        yield "to", "Choose whom it is for"


def called(order: Order, able: Collection[str], *, raised_by: str) -> list[tuple[str, ...]]:
    """Whom an office calls, one after another. ``able`` are those who hold it and could act; empty: nobody does.

    Whoever raised it is not called: it would reach nobody. Without an order everybody of the office is called at once,
    and there is no deputy to pass it to.
    """
    there = [each for each in sorted(able) if each != raised_by]
    named = [each for each in (order.first, order.deputy) if each in there]
    if named:
        return [(each,) for each in dict.fromkeys(named)]
    return [tuple(there)] if there else []


def first_turn(line: list[tuple[str, ...]], order: Order, cause: Cause, offices: tuple[int, ...]) -> Turn:
    """On whom it stands when it comes to an office: the first who is there, else it goes up at once."""
    if not line:
        return Turn(EVERYBODY, NOBODY, offices=offices)
    return Turn(DEPUTY if line[0] == (order.deputy,) else FIRST, cause, people=line[0])


def next_turn(call: Call, line: list[tuple[str, ...]], cause: Cause, offices: tuple[int, ...]) -> Turn:
    """On whom it stands next: the deputy after the first, where there is another; else both offices."""
    if call.turn.stage == FIRST:
        for people in line:
            if not set(people) & set(call.turn.people):
                return Turn(DEPUTY, cause, people=people)
    return Turn(EVERYBODY, cause, offices=offices)


def goes_on(call: Call, able: Collection[str], now: datetime) -> Cause | None:
    """Why it must go on from those it stands on; None: it may wait. From everybody it goes no further."""
    if call.acknowledged_at is not None or call.turn.stage == EVERYBODY:
        return None
    if not set(call.turn.people) & set(able):
        return NOBODY  # they left the office, or may act no longer: nobody would ever see it
    return LATE if call.due_at is not None and now > call.due_at else None


def stands_on(call: Call, actor_id: str, offices: Collection[int], raised_by: str) -> bool:
    """Does it stand on this person now, on top of what they see first?"""
    if call.acknowledged_at is not None:
        return False
    if call.turn.stage == EVERYBODY:
        return not set(call.turn.offices).isdisjoint(offices)
    return actor_id in call.turn.people and actor_id != raised_by


def against_acknowledging(alert: Alert, call: Call, actor_id: str, offices: Collection[int]) -> tuple[Reason, ...]:
    """Why they may not: those it was raised to acknowledge it; when it went up, those it went up to as well, except the
    office that raised it."""
    if actor_id == alert.raised_by:
        return (Reason("alert-own", "You raised it: somebody else must say that it has reached them."),)
    reached = {call.office}
    if call.turn.stage == EVERYBODY:
        reached |= set(call.turn.offices) - {alert.office}
    if reached.isdisjoint(offices):
        return (Reason("alert-addressee", "It is acknowledged by the office it was raised to."),)
    return ()


def against_handing_on(call: Call, actor_id: str) -> tuple[Reason, ...]:
    """Whoever it stands on may pass it on at once."""
    if call.turn.stage != EVERYBODY and actor_id in call.turn.people:
        return ()
    return (Reason("alert-standing", "It is passed on by the person it stands on now."),)


def against_ordering(office: Office, actor: Actor) -> tuple[Reason, ...]:
    """Whom an office calls is said by those who hold it, and by those who manage the accounts of its body."""
    manages = ADMINISTRATOR in actor.duties and actor.party == office.party
    if manages or office.principal in actor.offices:
        return ()
    text = "It is said by those who hold the office, and by the administrators of its body."
    return (Reason("order-by", text),)


def seen_by(alert: Alert) -> frozenset[int]:
    """The offices that may see it: the one that raised it, those it was raised to, and those it went up to."""
    calls = {call.office for call in alert.calls} | {office for call in alert.calls for office in call.turn.offices}
    return frozenset(calls | {alert.office}) - {0}
