"""What a version does to what is under way: which ways and duties end, change or begin with it.

What was sent, and what is owed, before a version takes effect keeps the version it began under. So an effect says how
things go on, never that something already promised moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sharing.model.agreement import Agreement, Agreements, Route
from sharing.model.duty import Duty
from sharing.rules.duties.dates import after as counted
from sharing.rules.versions.words import comes, span

Fate = Literal["begins", "ends", "changes"]


@dataclass(frozen=True, slots=True)
class RouteEffect:
    """A way that is new, is gone, or leads otherwise."""

    id: str
    title: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class DutyEffect:
    """A duty that begins to run, runs no longer, or is owed at another time, by others, or shown otherwise.

    ``was`` and ``will`` say when it is owed; ``first_due`` is the first day of one that time brings and that begins.
    """

    id: str
    number: str
    what: str
    fate: Fate
    was: str
    will: str
    first_due: date | None = None


def of_routes(before: Agreement, after: Agreement) -> tuple[RouteEffect, ...]:
    """Each way that is not as it was, in the order of the files."""
    found = []
    for name in dict.fromkeys((*before.routes, *after.routes)):
        was, will = before.routes.get(name), after.routes.get(name)
        if will is None and was is not None:
            found.append(RouteEffect(name, was.title, "ends"))
        elif was is None and will is not None:
            found.append(RouteEffect(name, will.title, "begins"))
        elif was and will and _led(before, was) != _led(after, will):
            found.append(RouteEffect(name, will.title, "changes"))
    return tuple(found)


def of_duties(before: Agreement, after: Agreement, whole: Agreements) -> tuple[DutyEffect, ...]:
    """Each tracked duty that does not go on as it was. ``whole``: every version, for what goes on counting."""
    return tuple(sorted(_duties(before, after, whole), key=lambda each: each.number))


def _duties(before: Agreement, after: Agreement, whole: Agreements) -> Iterator[DutyEffect]:
    for name in dict.fromkeys((*before.duties, *after.duties)):
        was, will = _tracked(before, name), _tracked(after, name)
        if was is None and will is not None:
            yield _effect(will, "begins", "", _when(will, after), _first(after, will, whole))
        elif will is None and was is not None:
            yield _effect(was, "ends", _when(was, before), "")
        elif was and will and _owed(was) != _owed(will):
            yield _effect(will, "changes", _when(was, before), _when(will, after))


def _when(duty: Duty, agreement: Agreement) -> str:
    """What begins it, and when it is due, in words."""
    return ", ".join(each for each in (comes(duty, agreement.in_force), span(duty.due)) if each)


def _effect(duty: Duty, fate: Fate, was: str, will: str, first: date | None = None) -> DutyEffect:
    return DutyEffect(duty.id, duty.number, duty.what, fate, was, will, first)


def _first(agreement: Agreement, duty: Duty, whole: Agreements) -> date | None:
    start = whole.began(agreement, duty.id)
    if duty.trigger.every and start:
        return counted(start, duty.trigger.every.span)
    return duty.trigger.on


def _tracked(agreement: Agreement, name: str) -> Duty | None:
    found = agreement.duties.get(name)
    return found if found and found.home == "tracked" else None


def _owed(duty: Duty) -> Duty:
    """What of a duty touches those who owe it; what it says of itself, and its sources, do not."""
    every = duty.trigger.every
    trigger = replace(duty.trigger, every=replace(every, start=date.min)) if every else duty.trigger
    return replace(duty, clauses=(), because="", missing="", enforced_by=(), tests=(), trigger=trigger)


def _led(agreement: Agreement, route: Route) -> tuple[object, ...]:
    """What of a way touches what travels it; its titles and sources do not."""
    steps = tuple((s.act, s.by, s.to, s.reply, s.within.working_days if s.within else None) for s in route.steps)
    kept = tuple(agreement.retention_of(route, kind) for kind in route.kinds)
    conditions = tuple((c.event, c.same, c.within) for c in route.conditions)
    reached = (route.kinds, route.senders, route.via, route.to, route.also, route.establishment, route.reply)
    return (*reached, agreement.ceiling_of(route), kept, conditions, steps)
