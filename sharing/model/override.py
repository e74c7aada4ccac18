"""A breaking of the glass: who reached what, for which danger, until when, and what the review found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FINDINGS: Mapping[str, str] = {
    "justified": "It was justified",
    "lessons": "It was justified, and there is something to learn from it",
    "not-justified": "It was not justified",
}
WORDS = "override"  # what the words are sealed as, under the item's key


@dataclass(frozen=True, slots=True)
class Override:
    """``words`` is None until they are opened, and where they ended with the item."""

    id: str
    item: str
    reference: str
    by: str
    party: str
    originator: str
    office: int
    danger: str
    at: datetime
    until: datetime
    finding: str = ""
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    words: Mapping[str, str] | None = None
