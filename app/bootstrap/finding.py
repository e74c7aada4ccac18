"""What a look at the service found: one line, how serious it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WELL, ATTENTION, WRONG = "well", "attention", "wrong"
ORDER = (WRONG, ATTENTION, WELL)


@dataclass(frozen=True, slots=True)
class Finding:
    """``check`` names what was looked at, for machines; ``word``: well, attention or wrong. ``do`` is empty where it is
    well. ``last``: when what is to happen again and again did last.
    """

    check: str
    word: str
    text: str
    do: str = ""
    last: datetime | None = None


def worst(found: list[Finding]) -> str:
    """The word for all of them; of none: well."""
    return next((word for word in ORDER if any(each.word == word for each in found)), WELL)
