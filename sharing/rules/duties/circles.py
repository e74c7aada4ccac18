"""Who may be named, who may name, and that somebody who can name stays: of records kept to named people."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sharing.model.circle import Closing
from sharing.model.coverage import Record
from sharing.rules.duties.recording import Held, stands_at

Holding = Collection[Held] | None  # what a person holds now; None: nobody, or an account that is not active


def own(closing: Closing | None, parent: Record | None) -> Closing | None:
    """Does such a record begin a circle of its own? What is closed for good always does; what is under an embargo does
    not where it names a record with a circle: it is known to those, and as long, as that one is.
    """
    if closing is None or closing.until is None or parent is None or not parent.circle:
        return closing
    return None


def against_naming(closing: Closing, people: Iterable[Holding]) -> str:
    """What stands against these people being the ones named; empty when nothing does."""
    others = 0
    for held in people:
        if held is None or not any(stands_at(place, held) for place in closing.places):
            return "Name people with an account who hold an office that may be told: " + ", ".join(closing.places)
        others += not can_name(closing, held)
    if closing.most and others > closing.most:
        return f"Besides those who make these records at most {closing.most} may be told"
    return ""


def can_name(closing: Closing, held: Holding) -> bool:
    """Whoever is named and makes such records may name others, end that, and bar people."""
    return held is not None and any(stands_at(place, held) for place in closing.makers)
