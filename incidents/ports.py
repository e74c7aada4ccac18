"""What incidents needs of others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from foundation.actor import Actor


class Words(Protocol):
    """What people wrote, sealed at rest. Not under any item's key: it is read while that key is disabled."""

    def seal(self, about: str, text: str) -> str:
        """Printable; empty stays empty. ``about`` must be given again to open it."""

    def open(self, about: str, kept: str) -> str:
        """Raises what says that the keys are others."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An item as far as an incident may know it: its id, its reference, and the bodies it concerns."""

    item: str
    reference: str
    parties: frozenset[str]


class Things(Protocol):
    """Items, without a decision on who may see them: an incident names them and reads nothing of them."""

    def named(self, references: Collection[str]) -> Sequence[Thing]:
        """Those of these references that there are."""

    def known(self, items: Collection[str]) -> Sequence[Thing]:
        """Those of these ids that there are."""


class Leads(Protocol):
    """Who leads on incidents."""

    def has(self, party: str, *, now: datetime) -> bool:
        """Whether a body has anybody who would see it."""

    def account(self, address: str) -> str:
        """The id of the account with this e-mail address; empty where there is none."""

    def person(self, account: str) -> bool:
        """Whether there is an account of this id."""


class Containing(Protocol):
    """What can be stopped, and let go again, in the rooms whose it is. Never commits; repeating changes nothing."""

    def apply(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> str:
        """Do it; what a person calls the target. Raises what the rooms refuse."""

    def release(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> None:
        """Undo it. Raises what the rooms refuse."""
