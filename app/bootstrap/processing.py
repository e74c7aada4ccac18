"""The register of processing (UK GDPR article 30(1)), made from the agreement, the schedules and what is stated beside.

One entry for each body and activity. A heading of which nothing is stated stands there without words: it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.calendar import london_date
from sharing.model.agreement import Agreement, Route
from sharing.model.processing import Activity, Controller, Processing, Statement

if TYPE_CHECKING:
    from app.bootstrap.work import Work

UNDATED = "No period is confirmed; somebody confirms one for each item when it comes to review"


@dataclass(frozen=True, slots=True)
class Line:
    """One heading. ``said`` is empty where nothing is stated."""

    heading: str
    said: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one body does as a controller in one activity."""

    party: str
    activity: str
    lines: tuple[Line, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The headings of which nothing is stated."""
        return tuple(each.heading for each in self.lines if not each.said)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The headings of which something is stated that nobody verified."""
        return tuple(each.heading for each in self.lines if any(not one.verified for one in each.said))


def register(work: Work, agreement: Agreement) -> list[Entry]:
    """Every entry of one agreement, body by body."""
    found = work.house.policies.processing.get(agreement.id) or Processing(agreement.id)
    activities = found.activities or (_unstated(agreement),)
    return [
        Entry(party, activity.name, tuple(_lines(work, agreement, found, party, activity)))
        for party in agreement.parties
        for activity in activities
    ]


def table(entries: Sequence[Entry]) -> Iterator[tuple[str, ...]]:
    """For a file: one row for each thing stated, and one for each that is missing."""
    for entry in entries:
        for line in entry.lines:
            for each in line.said:
                standing = "verified" if each.verified else "unverified"
                yield entry.party, entry.activity, line.heading, each.words, each.source, standing
            if not line.said:
                yield entry.party, entry.activity, line.heading, "", "", "missing"


HEAD = ("Controller", "Activity", "Heading", "Words", "Source", "Standing")


def _lines(work: Work, agreement: Agreement, found: Processing, party: str, activity: Activity) -> Iterator[Line]:
    parties = work.house.policies.parties
    controller = found.controllers.get(party) or Controller(party)
    name = Statement(parties[party].name, ", ".join(agreement.clauses), verified=True)
    yield Line("Controller", (name,))
    yield Line("Relationship to the other body", _some(found.relationship))
    yield Line("Contact", _some(controller.contact))
    yield Line("Representative", _some(controller.representative))
    yield Line("Data protection officer", _some(controller.officer))
    yield Line("Purposes", (*_some(activity.purpose), *_purposes(agreement)))
    yield Line("Lawful basis", _some(activity.lawful_basis))
    yield Line("Legal power", _some(activity.power))
    yield Line("Condition for special category data", _some(activity.special))
    yield Line("Condition for criminal-offence data", _some(activity.offence))
    yield Line("Categories of people", activity.persons)
    yield Line("Categories of data", activity.data)
    yield Line("Recipients", tuple(_recipients(agreement, party, activity)))
    yield Line("Transfers to other countries", tuple(_transfers(work, party)))
    yield Line("Time limits for erasure", tuple(_limits(work, agreement, party, activity)))
    yield Line("Security measures", found.security)


def _purposes(agreement: Agreement) -> Iterator[Statement]:
    for each in agreement.purposes.values():
        yield Statement(each.words, ", ".join(each.clauses), verified=True)


def _recipients(agreement: Agreement, party: str, activity: Activity) -> Iterator[Statement]:
    """By the ways of the agreement: nothing travels that is not one of these."""
    for route in agreement.routes.values():
        if set(route.kinds) & set(activity.kinds) and _touches(route, party):
            yield Statement(route.way, ", ".join(route.clauses), verified=True)


def _touches(route: Route, party: str) -> bool:
    """Does it lead away from an office of this party?"""
    return any(place.partition("/")[0] == party for place in route.senders)


def _limits(work: Work, agreement: Agreement, party: str, activity: Activity) -> Iterator[Statement]:
    """By the schedule of this body, which binds every copy of what it originates (M71a)."""
    schedules, today = work.house.policies.schedules, london_date(work.now)
    for kind in (agreement.kinds[each] for each in activity.kinds if each in agreement.kinds):
        found = schedules.find(party, kind.retention, today)
        if found is None:
            continue
        _, code = found
        words = UNDATED if code.months is None else f"{code.months} months, then {code.action}"
        yield Statement(f"{kind.name}: {words}", code.authority, code.verified)


def _transfers(work: Work, party: str) -> Iterator[Statement]:
    """What of this body’s goes abroad, to people of the other body: nothing, but by its own consent."""
    rule = (
        "Nobody of the other body who works in a country without adequacy reaches anything, unless this body consented"
    )
    yield Statement(rule, "M66", verified=True)
    adequacy = work.house.policies.adequacy
    for each in work.protection.consents.in_force(owner=party, now=work.now):
        where = adequacy.name(each.country) if each.country else "wherever they work"
        words = (
            f"To {work.house.policies.parties[each.to_party].name}: {where}; conditions and instructions are recorded"
        )
        yield Statement(words, f"consent {each.id}", verified=True)


def _some(found: Statement | None) -> tuple[Statement, ...]:
    return () if found is None else (found,)


def _unstated(agreement: Agreement) -> Activity:
    """Of an agreement that no file of data protection speaks of: every heading is missing."""
    return Activity(
        id="unstated",
        name=agreement.title,
        kinds=tuple(agreement.kinds),
        presumed=(),
        clauses=agreement.clauses,
        purpose=None,
        lawful_basis=None,
        power=None,
        special=None,
        offence=None,
        necessity=None,
    )
