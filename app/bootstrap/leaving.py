"""What stands in the name of somebody who leaves, over every room: moved, ended, or left to those it waits for.

Records kept to named people are not among it: that there are any is known to those named on them and to nobody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

from identity.model import Person
from sharing.service.reowning import END, STAYS, Matter

if TYPE_CHECKING:
    from app.bootstrap.work import Work

KINDS: Final = ("named", "draft", "grant", "group", "order", "alert", "medium", "paper", "batch", "hold")


def open_matters(work: Work, person_id: str) -> list[Matter]:
    """All of it, for whoever manages their account. Raises ReowningRefused, PersonUnknown."""
    shared = work.sharing.open_matters(person_id, actor=work.actor, now=work.now)  # decides whether they may ask
    person = work.people.person(person_id)
    return [*shared, *_belongs(work, person), *_called(work, person), *_kept(work, person)]


def end(work: Work, person_id: str, chosen: Collection[str] | None) -> int:
    """End these of what can be ended (all, where None); how many. Each is entered in the log. Raises as above."""
    there = [each for each in open_matters(work, person_id) if each.then == END]
    wanted = [each for each in there if chosen is None or each.id in chosen]
    given: dict[str, Any] = {"actor": work.actor, "now": work.now}
    if sight := [each.id for each in wanted if each.kind == "grant"]:
        work.sharing.end_sight(person_id, matter=sight, **given)
    for each in wanted:
        if each.kind == "group":
            work.identity.leave_group(group_id=each.id, person_id=person_id, **given)
        elif each.kind == "order":
            work.alerting.leave_order(work.people.office_by_id(each.id), person_id, **given)
    return len(wanted)


def _belongs(work: Work, person: Person) -> Iterator[Matter]:
    for group in work.people.groups():
        if any(each.id == person.id for each in work.people.members(group.id, now=work.now)):
            yield Matter("group", group.id, "member", END, group.name)


def _called(work: Work, person: Person) -> Iterator[Matter]:
    """A place in an order of call is given up; an alert goes on by itself from somebody who cannot act."""
    for order in work.alerts.orders_of(person.id):
        office = work.people.office(order.office)
        yield Matter("order", office.id, "first" if order.first == person.id else "deputy", END, office.name)
    for alert in work.alerts.called(person.id):
        yield Matter("alert", alert.id, "waiting", STAYS)


def _kept(work: Work, person: Person) -> Iterator[Matter]:
    """What lies with them is handed over or accounted for in its register; what they decided stays in their name."""
    media, papers = work.kept.of_person(person.id)
    yield from (Matter("medium", each.number, each.state, STAYS) for each in media)
    yield from (Matter("paper", each.reference, each.state, STAYS) for each in papers)
    yield from (Matter("batch", id_, state, STAYS) for id_, state in work.batches.of_person(person.id))
    yield from (Matter("hold", id_, review_on.isoformat(), STAYS) for id_, review_on in work.holds.of_person(person.id))
