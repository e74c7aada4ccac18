"""An agreement as values. A route says who may send what to whom, and what is then owed, step by step.

A place is ``party/office-kind``. Two words stand for places known only from the item: ``sender``, the office that sent
it, and ``origin``, on a reply, the office that sent the item it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from identity.model import Office
from sharing.model.alert import AlertKind
from sharing.model.circle import Closing
from sharing.model.duty import Duty, Section, counted
from sharing.model.record import RecordKind
from sharing.model.register import Register
from sharing.model.tasks import TaskList
from sharing.model.terms import Condition, Consent, Embargo, Outside, Recommendation
from sharing.model.version import ChangeRule

SENDER = "sender"
ORIGIN = "origin"

ACKNOWLEDGE = "acknowledge"
PASS_ON = "pass-on"  # noqa: S105 - an act, no password
ANSWER = "answer"
CLOSE = "close"
ACTS = (ACKNOWLEDGE, PASS_ON, ANSWER, CLOSE)


def place_of(office: Office) -> str:
    """party/office-kind: what routes call an office by."""
    return f"{office.party}/{office.kind}"


@dataclass(frozen=True, slots=True)
class Period:
    """Working days for a duty. ``words`` is what the agreement says; ``basis`` who put a number to it."""

    id: str
    working_days: int
    words: str
    basis: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemKind:
    """A kind of item. ``retention`` names a class of the originating party's schedule.

    ``outcomes`` are what may come of it, as codes, where the agreement lists them: a schedule may count by them.
    """

    id: str
    name: str
    retention: str
    clauses: tuple[str, ...]
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why somebody opens an item: the id is logged, the words are chosen from."""

    id: str
    words: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One duty on the way. The first place of ``by`` owes it; each of them may do it.

    ``to`` is the kind of office a pass-on reaches; ``reply`` the route an answer travels by.
    """

    act: str
    title: str
    by: tuple[str, ...]
    clauses: tuple[str, ...]
    within: Period | None = None
    to: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One way an item may travel. ``to`` are its addressees, ``also`` those who hold it in support of them.

    ``via`` are the places that pass it on; ``ceiling`` the highest marking on this way where it is below that of the
    agreement; ``retention`` the class of what goes this way where it is not that of its kind.
    """

    id: str
    title: str
    way: str
    clauses: tuple[str, ...]
    kinds: tuple[str, ...]
    senders: tuple[str, ...]
    to: tuple[str, ...]
    also: tuple[str, ...]
    establishment: bool
    reply: bool
    steps: tuple[Step, ...]
    via: tuple[str, ...] = ()
    ceiling: str = ""
    retention: str = ""
    conditions: tuple[Condition, ...] = ()

    @property
    def holders(self) -> tuple[str, ...]:
        """Every place that holds the item from the moment it is sent, addressees first."""
        return self.to + self.also

    @property
    def reaches(self) -> tuple[str, ...]:
        """Every place the item can come to, passing on included."""
        return self.holders + tuple(step.to for step in self.steps if step.to)

    def step(self, number: int) -> Step | None:
        """The step of that number, from 1; None past the end."""
        return self.steps[number - 1] if 0 < number <= len(self.steps) else None


@dataclass(frozen=True, slots=True)
class Review:
    """How often the agreement itself is looked at again, and by whom."""

    months: int
    by: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an agreement. ``ceiling`` is the highest marking code its items may carry.

    ``change`` says who changes it; None: it is changed by a file alone. ``text`` is what it was read from, ``digest``
    the SHA-256 of that.
    """

    id: str
    version: int
    title: str
    parties: tuple[str, ...]
    in_force: date
    ceiling: str
    clauses: tuple[str, ...]
    review: Review
    kinds: Mapping[str, ItemKind]
    purposes: Mapping[str, Purpose]
    routes: Mapping[str, Route]
    sections: tuple[Section, ...] = ()
    outside: Mapping[str, Outside] = field(default_factory=dict)
    records: Mapping[str, RecordKind] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    embargoes: Mapping[str, Embargo] = field(default_factory=dict)
    consents: Mapping[str, Consent] = field(default_factory=dict)
    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)
    alerts: Mapping[str, AlertKind] = field(default_factory=dict)
    change: ChangeRule | None = None
    text: str = field(default="", repr=False)
    digest: str = ""
    registers: Mapping[str, Register] = field(default_factory=dict)
    tasks: Mapping[str, TaskList] = field(default_factory=dict)

    def section_of(self, number: str) -> Section | None:
        """The part of the agreement a duty of this number stands in."""
        series, count = counted(number)
        for one in self.sections:
            (first_series, first), (last_series, last) = counted(one.first), counted(one.last)
            if series == first_series == last_series and first <= count <= last:
                return one
        return None

    def closing(self, kind: RecordKind) -> Closing | None:
        """Why a record of this kind is known to named people alone; None where everybody may know of it."""
        for each in self.embargoes.values():
            if kind.id in each.covers:
                return Closing(kind.by, each.known_to, each.leads, each.until, each.about, each.clauses)
        return Closing(kind.by, kind.named, 0, None, "same", kind.clauses) if kind.named else None

    def ceiling_of(self, route: Route) -> str:
        """The highest marking code on this way."""
        return route.ceiling or self.ceiling

    def retention_of(self, route: Route, kind: str) -> str:
        """The class of an item of this kind that goes this way."""
        return route.retention or self.kinds[kind].retention

    def routes_from(self, place: str) -> tuple[Route, ...]:
        """The routes an office of this place may start, replies left out."""
        return tuple(r for r in self.routes.values() if place in r.senders and not r.reply)


@dataclass(frozen=True, slots=True)
class Agreements:
    """Every version of every agreement."""

    versions: tuple[Agreement, ...]

    def in_force(self, day: date) -> tuple[Agreement, ...]:
        """The version of each agreement that stands on this day, by id."""
        newest = {a.id: a for a in sorted(self.versions, key=lambda a: a.version) if a.in_force <= day}
        return tuple(newest[key] for key in sorted(newest))

    def current(self, agreement: str, day: date) -> Agreement | None:
        """The version of one agreement that stands on this day."""
        return next((a for a in self.in_force(day) if a.id == agreement), None)

    def version(self, agreement: str, number: int) -> Agreement:
        """The version an item was sent under. KeyError when the policies no longer hold it: that is a fault of ours."""
        for found in self.versions:
            if (found.id, found.version) == (agreement, number):
                return found
        raise KeyError(f"{agreement} version {number}")

    def holds(self, agreement: str, number: int) -> bool:
        """Whether this version is there."""
        return any((found.id, found.version) == (agreement, number) for found in self.versions)

    def of(self, agreement: str) -> tuple[Agreement, ...]:
        """Every version of one agreement, oldest first."""
        return tuple(sorted((a for a in self.versions if a.id == agreement), key=lambda a: a.version))

    def plus(self, signed: Iterable[Agreement]) -> Agreements:
        """These and the versions signed here; one that has become a file since, unchanged, stands once."""
        known = {(a.id, a.version, a.digest) for a in self.versions}
        return Agreements((*self.versions, *(a for a in signed if (a.id, a.version, a.digest) not in known)))

    def began(self, agreement: Agreement, duty: str) -> date | None:
        """From when a duty that time brings is counted: a later version that states the same time goes on counting.

        None where time does not bring it.
        """
        stated = agreement.duties[duty].trigger.every
        if stated is None or stated.start != agreement.in_force:
            return stated.start if stated else None
        start = stated.start
        for other in reversed(self.of(agreement.id)):
            if other.version >= agreement.version:
                continue
            found = other.duties[duty].trigger.every if duty in other.duties else None
            if found is None or (found.span, found.counted) != (stated.span, stated.counted):
                break
            start = found.start
        return start

    def retention_classes(self) -> Iterator[tuple[str, str]]:
        """(party, class) for every schedule these agreements rely on: checked against the schedules at start."""
        for agreement in self.versions:
            for route in agreement.routes.values():
                senders = sorted({sender.partition("/")[0] for sender in route.senders})
                for kind in route.kinds:
                    if route.retention or kind in agreement.kinds:  # a dangling kind is a fault told elsewhere
                        yield from ((party, agreement.retention_of(route, kind)) for party in senders)
