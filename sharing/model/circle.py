"""Who may know of a record that is kept to named people: its circle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sharing.model.duty import About, Pattern

Naming = Literal["named", "ended", "barred"]
NAMED, ENDED, BARRED = "named", "ended", "barred"


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a record is known to named people alone, and who may be named.

    ``makers`` may be named as many as there are, of ``others`` at most ``most`` (0: no number). ``until`` what ends it,
    ``about`` how that belongs to it; None: nothing does.
    """

    makers: tuple[str, ...]
    others: tuple[str, ...]
    most: int
    until: Pattern | None
    about: About
    clauses: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Whose people may be named."""
        return (*self.makers, *self.others)


@dataclass(frozen=True, slots=True)
class Named:
    """How a person stands to a circle, since ``at`` by ``by``."""

    person: str
    state: Naming
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Knows:
    """The circles a person is in, and those they are barred from. A circle is the id of the record it began with."""

    known: frozenset[str] = field(default_factory=frozenset)
    barred: frozenset[str] = field(default_factory=frozenset)

    def of(self, circle: str, *, closed: bool) -> bool:
        """May they know that it is there? Whoever is barred may not, even when it is open to others."""
        return circle not in self.barred and (not closed or circle in self.known)


NOTHING_NAMED = Knows()  # what anybody may know
