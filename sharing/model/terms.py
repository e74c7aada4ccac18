"""Terms of an agreement beside routes and duties: those outside it, embargo, consent, recommendations."""

from __future__ import annotations

from dataclasses import dataclass

from sharing.model.duty import About, Pattern, Span


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody the agreement names who takes no part in the service: no account, and nothing reaches them here."""

    id: str
    name: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Embargo:
    """Kinds of item or record that only identified persons of ``known_to`` know, at most ``leads``, until an event.

    ``leads`` 0: no number is given. ``about``: how the event belongs to what it ends the embargo of.
    """

    id: str
    what: str
    covers: tuple[str, ...]
    known_to: tuple[str, ...]
    leads: int
    until: Pattern
    clauses: tuple[str, ...]
    about: About = "same"


@dataclass(frozen=True, slots=True)
class Ground:
    """On which the consent asked for is not waited for."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose consent ``covers`` need; ``grounds`` override it, with a reason. Both are kept as records of ``record``."""

    id: str
    what: str
    whose: str
    covers: tuple[str, ...]
    record: str
    prior: bool
    grounds: tuple[Ground, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Recommendations and what follows them: each of response, plan, progress and follow_up is a duty, or empty."""

    id: str
    what: str
    record: str
    usually_at_most: int
    response: str
    plan: str
    progress: str
    follow_up: str
    clauses: tuple[str, ...]

    @property
    def duties(self) -> tuple[str, ...]:
        """Those it names."""
        return tuple(each for each in (self.response, self.plan, self.progress, self.follow_up) if each)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must have been recorded before anything goes by a route, about the same establishment where ``same``."""

    event: Pattern
    same: bool
    words: str
    within: Span | None
    clauses: tuple[str, ...]
