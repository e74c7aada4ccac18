"""Protective markings in the text of a file: what a document says of itself, beside what its sender declared.

A marking stands on a line of its own (a header, a footer, a cell), and so it is looked for there first: *sure*. The
same words in capitals within a sentence are a *mention*: perhaps the marking, perhaps talk about markings, and a person
has to say which. Nothing of the text itself is kept: a finding is a place and the words of the policy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classification.errors import MarkingAboveOfficial, MarkingInvalid, MarkingLegacy
from classification.model import OFFICIAL, SENSITIVE, Above, Marking, Scheme
from classification.rules.combine import combine
from classification.rules.parse import recall
from classification.rules.screen import tidy
from classification.rules.show import BETWEEN, show

MOST = 20  # findings of one file: who is told of twenty places will look for themselves
LONGEST = 160  # characters of a line that can be a marking; longer ones are sentences

_CELLS = re.compile(r"\s{3,}|[\t|•·]+")  # what stands beside it in a header, or in a table
_PAGE = re.compile(r"^(?:page\s*)?\d+(?:\s*(?:of|/)\s*\d+)?\b\s*|\s*\b(?:page\s*)?\d+(?:\s*(?:of|/)\s*\d+)?$", re.I)
_SPACED = re.compile(r"^(?:[A-Z] ){3,}[A-Z]$")  # S E C R E T
_MENTIONED = re.compile(r"(?<![A-Z])(TOP[ -]SECRET|SECRET|OFFICIAL[ -]{1,3}SENSITIVE)(?![A-Z])")
_ABOVE = ("TOP SECRET", "SECRET")


@dataclass(frozen=True, slots=True)
class Found:
    """One place. ``says`` is a printed marking, or what is claimed above OFFICIAL; ``sure`` that it is a marking."""

    place: str
    says: str
    sure: bool
    above: bool = False


def search(pages: Iterable[tuple[str, str]], scheme: Scheme) -> tuple[Found, ...]:
    """What each (place, text) says of its own marking above plain OFFICIAL; the gravest first, at most ``MOST``.

    OFFICIAL alone is left out: nothing here is below it.
    """
    found: dict[tuple[str, str, bool], Found] = {}
    for place, text in pages:
        for line in text.splitlines():
            for each in _line(place, line, scheme):
                found.setdefault((each.place, each.says, each.sure), each)
    ranked = sorted(found.values(), key=lambda each: (not (each.above and each.sure), not each.above, not each.sure))
    return tuple(ranked[:MOST])


def higher(found: Found, declared: Marking, scheme: Scheme) -> bool:
    """Whether it asks for more than was declared. What cannot be read any more asks for a person."""
    if found.above:
        return True
    try:
        said = recall(found.says, scheme)
    except MarkingInvalid:
        return True
    return combine([declared, said]) != combine([declared])


def _line(place: str, line: str, scheme: Scheme) -> Iterator[Found]:
    plain = unicodedata.normalize("NFKC", line).strip()
    if not plain:
        return
    marked = False
    for cell in (each.strip() for each in _CELLS.split(plain)):
        found = _cell(place, cell, scheme) if 0 < len(cell) <= LONGEST else None
        if found is not None:
            marked = True
            yield found
    if not marked:
        yield from _mentions(place, plain)


def _cell(place: str, cell: str, scheme: Scheme) -> Found | None:
    """The marking this cell is; None where it is none."""
    cell = _PAGE.sub("", cell)
    words = tidy(cell).replace("TOP-SECRET", "TOP SECRET")
    if _SPACED.match(words):
        words = words.replace(" ", "")
    above = _above(words, scheme)
    if above is not None:
        # In capitals it is a marking. “Secret” alone in a cell may be a word like any other.
        return Found(place, above.claimed, sure=cell.upper() == cell, above=True)
    if cell.upper() == cell and words in {old.text for old in scheme.legacy}:
        return Found(place, words, sure=True)
    if words.split(BETWEEN)[0] != SENSITIVE and not words.startswith(OFFICIAL + BETWEEN):
        return None
    return Found(place, _printed(words, scheme), sure=True)


def _above(words: str, scheme: Scheme) -> Above | None:
    """The mark above OFFICIAL that this line is: nothing else may stand in it but what follows a marking."""
    first, *_ = words.split(BETWEEN)
    bare = first.removeprefix("UK ")
    for mark in scheme.above:
        if mark.first:
            held = first.startswith(f"{mark.text} ") and bare in (OFFICIAL, SENSITIVE)
        elif mark.text in _ABOVE:
            held = bare == mark.text or (bare.startswith(f"{mark.text} UK") and bare.endswith("ONLY"))
        else:
            held = (words.endswith(mark.text) and len(words) <= len(mark.text) + 40) or mark.text == first
        if held:
            return mark
    return None


def _printed(words: str, scheme: Scheme) -> str:
    """As this service prints it; of words it does not know, the grade they follow."""
    try:
        return show(recall(words, scheme))
    except MarkingInvalid as error:
        if error.suggestion:
            return error.suggestion
    except (MarkingAboveOfficial, MarkingLegacy):
        pass
    return SENSITIVE if words.startswith(SENSITIVE) else OFFICIAL


def _mentions(place: str, line: str) -> Iterator[Found]:
    if line.upper() == line and len(line) > LONGEST:  # a page typed in capitals says nothing by them
        return
    for match in _MENTIONED.finditer(line):
        grade = match[1].replace("-", " ").split()
        above = grade[0] != OFFICIAL
        yield Found(place, "-".join(grade) if above else SENSITIVE, sure=False, above=above)
