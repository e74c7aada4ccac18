"""What sharing needs of others. ``app/bootstrap`` hands it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from foundation.policy import Faults
from sharing.model.agreement import Agreement, Agreements
from sharing.model.rights import Kept


class Words(Protocol):
    """Seals what people write in records: the log and the rows hold it so, and neither tells it."""

    def seal(self, about: str, text: str) -> str:
        """Printable. ``about`` names the place it stands in, and opens nothing elsewhere."""

    def open(self, about: str, kept: str) -> str:
        """Raises Unavailable for another key, another place or a changed byte."""


class Checker(Protocol):
    """Reads a proposed version as the service reads its policies when it starts."""

    def __call__(self, text: str, agreements: Agreements, faults: Faults) -> Agreement | None:
        """Every fault goes to ``faults``, by its key in the file. None where it cannot be parsed at all."""


class KeptItems(Protocol):
    """How items stand with whoever disposes of them."""

    def kept(self, items: Collection[str]) -> Mapping[str, Kept]:
        """By the items' uuids; one still in use, of which nothing is known there, is left out."""
