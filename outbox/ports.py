"""What the outbox needs of others. ``app/bootstrap`` hands it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from foundation.actor import Actor
from identity.model import Person, Verdict
from outbox.model.message import Letter, Notice, Outcome
from outbox.model.rules import Topic


class Audience(Protocol):
    """Who hears of something, by the rooms that know."""

    def of(self, notice: Notice, topic: Topic, *, now: datetime) -> Sequence[str]:
        """Accounts, each of which may be told now: active, and may see what it is about."""

    def systems(self, notice: Notice, topic: Topic, people: Collection[str], *, now: datetime) -> Collection[str]:
        """Bodies whose partner systems may hear of it: everybody of the office it reached may see it."""

    def may(self, person: str, notices: Sequence[tuple[Notice, Topic]], *, now: datetime) -> frozenset[str]:
        """Those of these notices that this account may still hear of; none for whoever left or is suspended."""


class People(Protocol):
    """Accounts."""

    def person(self, person_id: str) -> Person: ...

    def people(self, *, party: str | None = None, standing: str | None = None, text: str = "") -> list[Person]: ...


class Words(Protocol):
    """Seals what nobody may read in a row."""

    def seal(self, about: str, text: str) -> str:
        """Printable."""

    def open(self, about: str, kept: str) -> str:
        """Raises Unavailable."""


class Decider(Protocol):
    """The policies."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict: ...


class Carrier(Protocol):
    """What takes mail away. Neither method raises: whatever happens is an outcome."""

    name: str

    def send(self, letter: Letter) -> Outcome:
        """Hand it over. Twice with the same id is at most a duplicate that says so."""

    def ask(self, remotes: Mapping[str, str]) -> Mapping[str, Outcome]:
        """What became of letters handed over, by id; ``remotes`` is what the carrier calls each."""
