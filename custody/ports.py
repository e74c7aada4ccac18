"""What custody needs of others. ``app/bootstrap`` hands it in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from custody.model import Chosen, Seen
from foundation.actor import Actor
from identity.model import Person, Verdict


class Reader(Protocol):
    """One opened file."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    def stream(self) -> Iterator[memoryview]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What was chosen of one item, opened: ``words`` where its text was chosen; files by number, with their names."""

    reference: str
    marking: str
    words: Mapping[str, Any] | None
    files: Mapping[int, tuple[str, Reader]]


class Items(Protocol):
    """Items as sharing decides upon them. Every refusal is sharing's own."""

    def take(self, reference: str, act: str, purpose: str, *, actor: Actor, now: datetime) -> Seen:
        """The item, decided for this act ("see", "open", "download", "share"). Nothing is recorded."""

    def open(self, chosen: Chosen, purpose: str, *, actor: Actor, now: datetime) -> Opened:
        """What was chosen, each reading decided and recorded. Close every reader."""

    def seen_by(self, items: Collection[str], *, actor: Actor, now: datetime) -> frozenset[str]:
        """Those of these items that this person may see."""

    def restricted(self, item: str) -> bool:
        """Whether a request restricts the use of it now."""

    def markings(self, items: Collection[str]) -> Mapping[str, str]:
        """The marking line of each as it stands."""


class People(Protocol):
    """Accounts."""

    def actor(self, person_id: str, *, now: datetime) -> Actor:
        """With the standing they have now. Raises NotFound."""

    def person(self, person_id: str) -> Person: ...


class Decider(Protocol):
    """The policies."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict: ...

    def standing(self, actor: Actor, *, now: datetime) -> Verdict: ...


class Words(Protocol):
    """Seals what people write."""

    def seal(self, about: str, text: str) -> str:
        """Printable."""

    def open(self, about: str, kept: str) -> str:
        """Raises Unavailable."""


class Method(Protocol):
    """A way of destroying a copy, and the standard it keeps."""

    @property
    def code(self) -> str: ...

    @property
    def words(self) -> str: ...

    @property
    def standard(self) -> str: ...

    @property
    def paper(self) -> bool: ...
