"""What sharing needs of others. ``app/bootstrap`` hands it in."""

from __future__ import annotations

from typing import Protocol


class Words(Protocol):
    """Seals what people write in records: the log and the rows hold it so, and neither tells it."""

    def seal(self, about: str, text: str) -> str:
        """Printable. ``about`` names the place it stands in, and opens nothing elsewhere."""

    def open(self, about: str, kept: str) -> str:
        """Raises Unavailable for another key, another place or a changed byte."""
