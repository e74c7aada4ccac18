"""Markings on pages: the line of the page, what an instruction asks of its reader, what to think about again."""

from __future__ import annotations

from collections.abc import Iterable

from app.http.house import house
from classification.errors import MarkingAboveOfficial, MarkingInvalid
from classification.model import SENSITIVE, Marking
from classification.rules.check import check
from classification.rules.combine import combine
from classification.rules.parse import recall
from classification.rules.show import show
from foundation.errors import Reason


def recalled(line: str) -> Marking | None:
    """A marking as it was printed, by the scheme of today; None for words no longer known."""
    try:
        return recall(line, house().policies.scheme)
    except (MarkingInvalid, MarkingAboveOfficial):
        return None


def most_restrictive(lines: Iterable[str]) -> str:
    """The one line for a page that shows all these; nothing shown is OFFICIAL. Never less than the highest grade."""
    given = tuple(dict.fromkeys(lines))
    known = [marking for marking in map(recalled, given) if marking is not None]
    if not known or len(known) < len(given):
        return SENSITIVE if given else ""
    whole = combine(known)
    try:
        return show(whole)
    except MarkingInvalid:  # no organisation may hold them all: only a list brings such items together
        return whole.grade


def duties(line: str) -> tuple[tuple[str, str], ...]:
    """(instruction, what it asks of the reader) for each handling instruction of a marking."""
    marking = recalled(line)
    if marking is None:
        return ()
    known = {entry.word: entry.meaning for entry in house().policies.scheme.instructions}
    return tuple((_printed(word.text, marking), known.get(word, "")) for word in marking.instructions)


def cautions(line: str) -> tuple[Reason, ...]:
    """What the person who marks should think about again."""
    marking = recalled(line)
    return check(marking, house().policies.scheme).cautions if marking else ()


def _printed(text: str, marking: Marking) -> str:
    names = " and ".join(organisation.name for organisation in marking.organisations)
    return text.replace("[ORGANISATION(S)]", names)
