"""The nouns of holds: what one names, what it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# How a hold came to stand on an item, or not.
Manner = Literal[
    "caught",  # by its scope
    "applied",  # a person said that its words fit
    "suggested",  # its words may fit: it stands until a person has looked
    "passed-over",  # a person said that its words do not fit
    "late",  # destruction had begun when it was placed
]
HoldKind = Literal["scope", "words"]
Occasion = Literal[
    "inquiry", "litigation", "request", "inquest", "police", "other", "subject-request", "restriction"
]  # fmt: skip
MANNERS: tuple[Manner, ...] = ("caught", "applied", "suggested", "passed-over", "late")
BINDING: frozenset[Manner] = frozenset({"caught", "applied", "suggested"})
# Those a person chooses from.
OCCASIONS: tuple[Occasion, ...] = ("inquiry", "litigation", "request", "inquest", "police", "other")
# Placed and lifted with what they follow, a data subject's open request or a restriction of use: by nobody's hand.
FOLLOWED: tuple[Occasion, ...] = ("subject-request", "restriction")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hold names. ``persons`` are blind tokens; ``since`` and ``until`` are both within the period."""

    items: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    establishments: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        """Whether it names anything."""
        return any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What a scope asks of an item. ``persons``: the blind tokens it is found by."""

    item: str
    originator: str
    retention_class: str
    establishment: str
    trigger_on: date
    persons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason not to destroy. It has an owner and a date to look at it again, so that none is forgotten.

    ``scope`` is canonical JSON (rules.scope). Of a hold by words, ``words`` say what it is of, and the scope, if any,
    what to look at. ``people``: whom it names, as typed; only who may place holds for ``party`` is shown it.
    """

    id: str
    party: str
    kind: HoldKind
    occasion: Occasion
    scope: str
    words: str
    people: str
    owner: str
    issuer: str
    reason: str
    placed_by: str
    placed_at: datetime
    review_on: date
    settled_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lift_reason: str = ""


@dataclass(frozen=True, slots=True)
class Catch:
    """That a hold stands on an item, or does not, and since when and by whom (an account, or the service)."""

    hold: str
    item: str
    manner: Manner
    by: str
    at: datetime
