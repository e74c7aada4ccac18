"""What was seen of a file on its way in."""

from __future__ import annotations

from dataclasses import dataclass

from classification.rules.search import Found

WORDS = 0  # stands for what an author wrote, where files have their part


@dataclass(frozen=True, slots=True)
class Inspected:
    """``scanned``: a scanner was asked; ``malware`` is its name for what it found, empty for nothing.

    ``searched``: the text could be read, and was searched; ``found`` are the markings in it.
    """

    scanned: bool = False
    malware: str = ""
    searched: bool = False
    found: tuple[Found, ...] = ()


NOT_INSPECTED = Inspected()
