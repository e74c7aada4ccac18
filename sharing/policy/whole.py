"""What can be told of an agreement only when all of it is read: numbers left out, circles, what nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from foundation.policy import Table
from sharing.model.agreement import Agreement
from sharing.model.duty import Duty, Pattern, counted


def check(agreement: Agreement, top: Table) -> None:
    """Every fault of the whole."""
    _sections(agreement, top)
    _numbers(agreement, top)
    _circles(agreement.duties, top)
    _unused(agreement, top)


def _sections(agreement: Agreement, top: Table) -> None:
    for before, after in pairwise(agreement.sections):
        series, last = counted(before.last)
        if counted(after.first) != (series, last + 1):
            top.fault("section", f"“{after.id}” does not go on where “{before.id}” ends")
    if agreement.sections and not agreement.duties:
        top.fault("duty", "is missing: there are sections, and no duty stands in them")


def _numbers(agreement: Agreement, top: Table) -> None:
    """A number of the sections without a duty is a duty without a home."""
    stated: dict[str, str] = {}
    for duty in agreement.duties.values():
        if duty.number in stated:
            top.fault(f"duty “{duty.id}”", f"“{duty.number}” is also the number of “{stated[duty.number]}”")
        stated[duty.number] = duty.id
        if agreement.sections and duty.number and agreement.section_of(duty.number) is None:
            top.fault(f"duty “{duty.id}”", f"“{duty.number}” stands in no section")
    if not agreement.sections:
        return
    there = {counted(number) for number in stated}
    for section in agreement.sections:
        series, first = counted(section.first)
        for count in range(first, counted(section.last)[1] + 1):
            if (series, count) not in there:
                top.fault("duty", f"{series}{count:02} is stated by none: every duty has a home")


def _circles(duties: Mapping[str, Duty], top: Table) -> None:
    """Duties that begin each other for ever: meeting one opens the next, and so round."""
    leads = {
        one.id: [
            other.id
            for other in duties.values()
            if other.trigger.event
            and not (one.again and one is other)
            and any(_may_be(fact, other.trigger.event) for fact in one.evidence.facts)
        ]
        for one in duties.values()
        if one.trigger.event is not None
    }
    for start in leads:
        if any(end == start for end in _reached(leads, start)):
            top.fault(f"duty “{start}”", "begins itself again when it is met: it would go round for ever")


def _reached(leads: Mapping[str, list[str]], start: str) -> Iterator[str]:
    seen: set[str] = set()
    todo = list(leads[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            yield name
            todo += leads.get(name, [])


def _may_be(one: Pattern, other: Pattern) -> bool:
    """Can one fact be both? Nothing in which they are asked for differs."""
    return one.fact == other.fact and all(other.where.get(key, value) == value for key, value in one.where.items())


def _patterns(agreement: Agreement) -> Iterator[Pattern]:
    for duty in agreement.duties.values():
        yield from (each for each in (duty.trigger.event, duty.before, duty.lapses) if each)
        yield from duty.evidence.facts
    yield from (each.until for each in agreement.embargoes.values())
    yield from (each.ends for each in agreement.tasks.values() if each.ends)
    yield from (each.event for kind in agreement.records.values() for each in kind.first)
    for route in agreement.routes.values():
        yield from (each.event for each in route.conditions)


def _unused(agreement: Agreement, top: Table) -> None:
    used = {each.record for each in _patterns(agreement)}
    used |= {each.record for each in agreement.consents.values()}
    used |= {each.record for each in agreement.recommendations.values()}
    used |= {name for each in agreement.registers.values() for name in each.records}
    used |= {name for kind in agreement.records.values() for each in kind.fields for name in each.of}
    used |= {each.record for tasks in agreement.tasks.values() for each in tasks.steps}
    for name in agreement.records:
        if name not in used:
            top.fault(f"record “{name}”", "nothing asks for it")
    named = {place.removeprefix("outside/") for place in _named(agreement)}
    for name in agreement.outside:
        if name not in named:
            top.fault(f"outside “{name}”", "no duty, record or consent names it")


def _named(agreement: Agreement) -> Iterator[str]:
    for duty in agreement.duties.values():
        yield from (*duty.who, *duty.to)
    for kind in agreement.records.values():
        yield from (place for each in kind.fields for place in each.of)
    for consent in agreement.consents.values():
        yield consent.whose
