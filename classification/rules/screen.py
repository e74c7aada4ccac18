"""Before a line is read: does it claim more than OFFICIAL, or is it an old mark?

The screen is tolerant on purpose. A spill written in small letters, with other dashes or invisible characters, is still
a spill; it must not pass as a spelling mistake.
"""

from __future__ import annotations

import re
import unicodedata

from classification.errors import MarkingAboveOfficial, MarkingLegacy
from classification.model import Above, Scheme
from foundation.errors import Reason

_DASHES = re.compile(r"[‐‑‒–—―−_]")
_BETWEEN = re.compile(r"(?:\s+-+\s*|\s*-+\s+|\s*[:;,|]\s*|\s*//\s*)+")
_SENSITIVE = re.compile(r"^OFFICIAL( - |[ -])SENSITIVE\b")
_BRACKETS = re.compile(r"\s*\[([^\[\]]*)\]")


def tidy(line: str) -> str:
    """One line as it was probably meant: CAPITALS, one space, “ - ” between words, brackets of 2018 opened."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", line) if unicodedata.category(c) != "Cf")
    plain = " ".join(_DASHES.sub("-", plain).upper().split())
    plain = _BRACKETS.sub(r" - \1", plain).strip(" -")
    return _SENSITIVE.sub("OFFICIAL-SENSITIVE", _BETWEEN.sub(" - ", plain))


def screen(text: str, scheme: Scheme) -> None:
    """Raises MarkingAboveOfficial or MarkingLegacy; the first mark of the scheme that is found names the claim."""
    lines = [tidy(line) for line in text.splitlines()]
    for mark in scheme.above:
        if any(_holds(mark, line) for line in lines):
            raise above(mark, scheme)
    words = {word for line in lines for word in line.split(" - ")}
    for old in scheme.legacy:
        if any(word == old.text or word.startswith(f"{old.text} ") for word in words):
            raise MarkingLegacy(
                old.say, suggestion=old.suggest, reasons=[Reason("marking.legacy", old.say, old.source)]
            )


def above(mark: Above, scheme: Scheme) -> MarkingAboveOfficial:
    """The refusal for this mark. It repeats nothing of the line."""
    reason = Reason("marking.above-official", mark.say, mark.source)
    return MarkingAboveOfficial(f"{mark.say} {scheme.above_next}", claimed=mark.claimed, reasons=[reason])


def _holds(mark: Above, line: str) -> bool:
    if mark.first:
        # A prefix counts only before a classification: "UK …" may also begin the name of an organisation.
        return re.match(rf"{re.escape(mark.text)}[ -]+(OFFICIAL|SECRET|TOP SECRET)\b", line) is not None
    words = r"[ -]*".join(map(re.escape, mark.text.split(" ")))
    return re.search(rf"(?<![A-Z0-9]){words}(?![A-Z0-9])", line) is not None
