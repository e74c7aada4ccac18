"""What is said of processing under an agreement: who controls it, why it may be done, of whom, and how it is kept safe.

Each statement has its source, and whether anybody read it there. What nobody stated is None and is shown as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PERSONAL, SPECIAL, OFFENCE = "personal", "special", "offence"
HOLDS = (PERSONAL, SPECIAL, OFFENCE)


@dataclass(frozen=True, slots=True)
class Statement:
    """Words with their ``source``. Unverified, unless somebody read it there."""

    words: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Controller:
    """A party as a controller (UK GDPR article 30(1)(a))."""

    party: str
    contact: Statement | None = None
    representative: Statement | None = None
    officer: Statement | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done with some kinds of item, and why it may be. ``presumed``: what each is taken to hold (HOLDS)."""

    id: str
    name: str
    kinds: tuple[str, ...]
    presumed: tuple[str, ...]
    clauses: tuple[str, ...]
    purpose: Statement | None
    lawful_basis: Statement | None
    power: Statement | None
    special: Statement | None
    offence: Statement | None
    necessity: Statement | None
    persons: tuple[Statement, ...] = ()
    data: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Processing:
    """All that is stated of one agreement."""

    agreement: str
    relationship: Statement | None = None
    sharing_agreement: Statement | None = None
    rights: Statement | None = None
    impact_assessment: Statement | None = None
    controllers: Mapping[str, Controller] = field(default_factory=dict)
    activities: tuple[Activity, ...] = ()
    security: tuple[Statement, ...] = ()

    def of(self, kind: str) -> Activity | None:
        """The activity a kind of item belongs to; None where nothing is stated of it."""
        return next((each for each in self.activities if kind in each.kinds), None)
