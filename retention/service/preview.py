"""What a hold would catch, before it is placed; and what people named, made a scope that names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from foundation.actor import Actor
from foundation.errors import Invalid
from retention import events
from retention.errors import DetailsInvalid, DisposalRefused
from retention.model.case import Case
from retention.model.hold import Scope
from retention.rules import scope as rules
from retention.rules.steps import holding
from retention.service.catching import Catching

FIRST = 50  # rows shown of a preview
PAGE = 500
_NAMES = (*rules.SETS, *rules.DAYS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What people name. ``people``: (kind of identifier, value). ``since``, ``until``: both within the period."""

    references: Sequence[str] = ()
    people: Sequence[tuple[str, str]] = ()
    establishments: Sequence[str] = ()
    classes: Sequence[str] = ()
    bodies: Sequence[str] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of one class, body and state."""

    retention_class: str
    body: str
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a scope catches now. ``late``: being destroyed, which no hold can catch any more; they are not in ``total``.

    ``cooling``: approved for destruction; the hold takes that back. ``rows``: the first of all.
    """

    counts: tuple[Counted, ...]
    rows: tuple[Case, ...]
    late: tuple[Case, ...] = field(default=())

    @property
    def total(self) -> int:
        return sum(each.number for each in self.counts if each.state != "destroying")

    @property
    def cooling(self) -> int:
        return sum(each.number for each in self.counts if each.state == "cooling-off")


class Previews(Catching):
    """Looking is an act: who may place holds sees which items are about somebody, and the log says that they looked."""

    def understand(self, asked: Asked, *, actor: Actor, now: datetime) -> Scope:  # noqa: ARG002 - as every act
        """The scope of what people named; whom they named goes no further than this. Raises DetailsInvalid."""
        faults: dict[str, list[str]] = {}
        tokens = set()
        for kind, value in asked.people:
            try:
                tokens.add(self._persons.token(kind, value))
            except Invalid as error:
                faults.setdefault("people", []).append(error.detail)
        wanted = {reference.strip().upper() for reference in asked.references}
        items = self._cases.named(wanted)
        if unknown := sorted(wanted - items.keys()):
            faults["references"] = [f"No retention clock runs for {', '.join(unknown)}"]
        if faults:
            raise DetailsInvalid("Correct what is named.", fields=faults)
        return Scope(
            items=frozenset(items.values()),
            persons=frozenset(tokens),
            establishments=frozenset(asked.establishments),
            classes=frozenset(asked.classes),
            bodies=frozenset(asked.bodies),
            since=asked.since,
            until=asked.until,
        )

    def items_named(self, references: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, str]:  # noqa: ARG002
        """The items of these references as they were given; those without a case are left out."""
        found = self._cases.named({reference.strip().upper() for reference in references})
        return {each: found[each.strip().upper()] for each in references if each.strip().upper() in found}

    def preview(self, scope: Scope, *, actor: Actor, now: datetime) -> Preview:
        """What the scope catches now, by class, body and state. Entered in the log: which kinds of thing it names, and
        how many were found. Raises DisposalRefused."""
        self._may_look(actor, now)
        about = self._about(scope)
        counts = tuple(Counted(*each) for each in self._holdings.tally(scope, about))
        found = Preview(
            counts,
            tuple(self._holdings.caught(scope, about, limit=FIRST)),
            tuple(self._holdings.caught(scope, about, limit=FIRST, states=("destroying",))),
        )
        names = sorted(name for name in _NAMES if getattr(scope, name))
        self._trail.record(
            events.HOLD_PREVIEWED,
            actor=actor,
            now=now,
            what={"names": names, "found": found.total, "party": actor.party},
        )
        return found

    def previewed(self, scope: Scope, *, actor: Actor, now: datetime) -> Iterator[Case]:
        """Every case of it, for a file. Entered in the log as ``preview`` is, when the first is asked for."""
        self.preview(scope, actor=actor, now=now)
        about, after = self._about(scope), ""
        while rows := self._holdings.caught(scope, about, limit=PAGE, after=after):
            yield from rows
            after = rows[-1].item

    def _may_look(self, actor: Actor, now: datetime) -> None:
        if against := self._against(actor, "place-hold", tuple(holding.may_place(actor)), now=now, body=actor.party):
            raise DisposalRefused(against[0].text, reasons=against)
