"""Holds that follow what data subjects asked for: nothing of it is destroyed while it stands, and nobody lifts them.

Who may receive a request, restrict an item or lift that was decided where it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from retention import events
from retention.model.hold import FOLLOWED, Hold, Occasion, Scope
from retention.rules import scope as rules
from retention.service.freezing import Freezing
from retention.service.holds import Terms


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one body must not destroy for one request: of its own items, and nothing of another's is said.

    ``persons``: blind tokens, hexadecimal; the rest are ids of items.
    """

    persons: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()


_PLACED: Mapping[Occasion, str] = {
    "subject-request": "A data subject’s request is open: nothing it may cover is destroyed before it is answered.",
    "restriction": "Its use is restricted: it is kept until a data protection officer lifts that.",
}
_LIFTED: Mapping[Occasion, str] = {
    "subject-request": "The request was answered or withdrawn, or does not cover it any more.",
    "restriction": "The restriction was lifted.",
}


class Sparing(Freezing):
    """Make the holds of a request be those it needs now."""

    def spare(self, request: str, wanted: Mapping[str, Wanted], *, actor: Actor, now: datetime) -> None:
        """Place what is missing, then lift what is not needed any more: at no instant is less held than asked.

        ``request``: its reference, which tells nobody whom it is about. ``wanted`` by body: each hold is that body's,
        on its own items. Repeatable. Approvals that a hold overtakes lapse, as with any hold; what is being destroyed
        is named and cannot be caught.
        """
        for occasion in FOLLOWED:
            standing = self._holdings.followed(request, occasion)
            needed = [scope for body, each in sorted(wanted.items()) for scope in _scopes(occasion, body, each)]
            stays = {each.id for each in standing if any(_within(each, body, scope) for body, scope in needed)}
            kept = [each for each in standing if each.id in stays]
            for body, scope in needed:
                for missing in _missing(scope, [rules.read(each.scope) for each in kept if each.party == body]):
                    terms = Terms(_PLACED[occasion], request, occasion)
                    self._place(missing, terms, party=body, actor=actor, now=now)
            for each in standing:
                if each.id not in stays:
                    self._tell(events.HOLD_LIFTED, each.id, actor=actor, now=now, why=_LIFTED[occasion], by=actor.id)


def _scopes(occasion: Occasion, body: str, wanted: Wanted) -> Iterator[tuple[str, Scope]]:
    if occasion == "restriction":
        yield body, Scope(items=wanted.restricted)
    else:
        yield body, Scope(persons=wanted.persons, bodies=frozenset({body}))
        yield body, Scope(items=wanted.items)


def _within(hold: Hold, body: str, scope: Scope) -> bool:
    """Whether all that it names is needed still; one that names too much is placed anew with less."""
    named = rules.read(hold.scope)
    same = bool(named.persons) == bool(scope.persons) and bool(named.items) == bool(scope.items)
    return hold.party == body and same and named.persons <= scope.persons and named.items <= scope.items


def _missing(scope: Scope, kept: Sequence[Scope]) -> Iterator[Scope]:
    persons = scope.persons - frozenset[str]().union(*(each.persons for each in kept))
    items = scope.items - frozenset[str]().union(*(each.items for each in kept))
    for some in _chunks(persons, rules.MOST["persons"]):
        yield Scope(persons=some, bodies=scope.bodies)
    for some in _chunks(items, rules.MOST["items"]):
        yield Scope(items=some)


def _chunks(values: Iterable[str], most: int) -> Iterator[frozenset[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), most):
        yield frozenset(ordered[start : start + most])
