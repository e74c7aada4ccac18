"""Rules of notifications, as ``policies/notifications.toml`` states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

How = Literal["at-once", "daily", "weekly"]
HOWS: tuple[How, ...] = get_args(How)
# Who hears of it, as the service can find them. What each looks at stands in app/bootstrap/audience.py.
AUDIENCES = frozenset({"named", "duty", "leads", "owed", "places", "keepers", "handlers", "subject"})
OF_BODIES = frozenset({"named", "leads"})  # of which it can be said whether all of a body whom it concerns heard
ABOUT = frozenset({"", "item", "thread"})  # what they must be able to see, else they hear nothing


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of what is told: a fact, who hears of it, and which of its fields make a stage.

    ``name`` is for the page of preferences; ``fields`` of the fact are kept with the notice, since the audience is
    found by them; ``but``: fields with those who hear nothing, as does whoever did it. ``settled_by``: facts about the
    same subject after which nobody need hear of it any more. ``event``: what partner systems call it; empty: they hear
    nothing. ``concerns``: fields with offices that it concerns, beside those in ``fields``: for partner systems alone.
    """

    code: str
    name: str
    fact: str
    to: str
    fields: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    about: str = ""
    urgent: bool = False
    settled_by: frozenset[str] = frozenset()
    event: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    but: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()

    def begun_by(self, what: Mapping[str, object]) -> bool:
        """Whether a fact with these fields is one that it is limited to."""
        return all(str(what.get(name, "")) in values for name, values in self.only.items())


@dataclass(frozen=True, slots=True)
class Texts:
    """What a mail says. Only {marking}, {count}, {what} (the line without its marking) and {address} are filled in."""

    marking: str
    one: str
    more: str
    urgent_one: str
    urgent_more: str
    body: str

    def subject(self, count: int, *, urgent: bool) -> str:
        """The line people see first."""
        single, several = (self.urgent_one, self.urgent_more) if urgent else (self.one, self.more)
        return (single if count == 1 else several).format(marking=self.marking, count=count)

    def text(self, count: int, address: str, *, urgent: bool) -> str:
        """The body. ``address`` is that of the page of sign-in."""
        what = self.subject(count, urgent=urgent).removeprefix(self.marking).lstrip(": ")
        return self.body.format(marking=self.marking, what=what, address=address).strip() + "\n"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often what did not get through is tried: after ``first``, then twice as long each time up to ``most``."""

    first: timedelta
    most: timedelta
    jitter: int  # per cent, either way
    give_up: timedelta  # since it was put into the outbox


@dataclass(frozen=True, slots=True)
class Hooks:
    """How long two secrets are valid together, and after how long of failing alone a partner system is left alone."""

    overlap: timedelta
    disable_after: timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything. ``party_addresses``: where the notice of an incident's duty goes, by its code."""

    topics: tuple[Topic, ...]
    texts: Texts
    default: How
    hour: int  # of the day in London at which digests are made
    weekday: int  # 0 is Monday
    retry: Retry
    hooks: Hooks
    party_addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> frozenset[str]:
        """Every kind of fact that begins or settles something."""
        return frozenset(each.fact for each in self.topics).union(*(each.settled_by for each in self.topics))

    def topic(self, code: str) -> Topic | None:
        """One; None for one that the policy has no more."""
        return next((each for each in self.topics if each.code == code), None)
