"""What must not be written into an incident: anybody's data. The record of a breach must not be the next one. Pure.

It cannot know a name from any other word, so the pages say it too, and what is written is sealed. What has the form of
an identifier of somebody in custody, or of a credential, is never needed here and is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

MOST = 4000  # characters

# Read after ``_plain``. A space or dash may stand between the parts of each, as people type them; then the letters of a
# prison number are asked for in capitals, or many a sentence with a year in it would be refused.
_START, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_BIRTH = r"(?:born|DOB|d\.o\.b\.?|date ?of ?birth)(?![a-z])\W{0,3}(?:[a-z]{2,3}\W{1,3}){0,2}\d"
_FORMS = (
    ("a prison number", re.compile(_START + r"[A-Za-z]\d{4}[A-Za-z]{2}" + _END)),
    ("a prison number", re.compile(_START + r"[A-Z][ -]{0,3}\d{4}[ -]{0,3}[A-Z]{2}" + _END)),
    ("a PNC number", re.compile(_START + r"(?:19|20)?\d{2} ?/ ?\d{1,7}[A-Za-z]" + _END)),
    ("a PNC number", re.compile(_START + r"(?:(?:19|20)\d{2}|\d{2})\d{7}[A-Za-z]" + _END)),
    ("a CRO number", re.compile(_START + r"(?:\d{1,6} ?/ ?\d{2}|SF ?\d{2} ?/ ?\d{1,6})[A-Za-z]" + _END)),
    ("a National Insurance number", re.compile(_START + r"[A-Za-z]{2}(?:[ -]?\d{2}){3}[ -]?[A-Da-d]" + _END)),
    ("an NHS number", re.compile(_START + r"\d{3}[ .-]\d{3}[ .-]\d{4}" + _END)),
    ("a date of birth", re.compile(_START + _BIRTH, re.IGNORECASE)),
    ("a password", re.compile(r"\b(?:pass(?:word|phrase|code)|pwd)\W{1,3}(?:is\W+)?\S{6,}", re.IGNORECASE)),
)
_TEN = re.compile(_START + r"\d{10}" + _END)


def holds(text: str) -> list[str]:
    """What a text seems to hold, in words: “a prison number”. It repeats nothing of it."""
    plain = _plain(text)
    found = [name for name, form in _FORMS if form.search(plain)]
    if any(_is_nhs(each) for each in _TEN.findall(plain)):
        found.append("an NHS number")
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Wide letters and digits as plain ones, every dash and space as one of its kind, and nothing that is not seen."""
    seen = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return "".join("-" if unicodedata.category(each) == "Pd" else " " if each.isspace() else each for each in seen)


def _is_nhs(digits: str) -> bool:
    """Ten digits whose last one checks the others (NHS Data Dictionary, NHS NUMBER): other numbers are let through."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9]))
    return (11 - total % 11) % 11 == int(digits[9])


def faults(words: Mapping[str, str], *, needed: Iterable[str] = ()) -> dict[str, list[str]]:
    """Every fault of what was written, by field."""
    found: dict[str, list[str]] = {}
    for name in needed:
        if not words.get(name, "").strip():
            found[name] = ["Say it in a sentence or two"]
    for name, text in words.items():
        if said := list(_of(text)):
            found[name] = said
    return found


def _of(text: str) -> Iterator[str]:
    if len(text) > MOST:
        yield f"Use {MOST} characters or fewer"
    for each in holds(text):
        yield f"Take out what looks like {each}. Say what kind of data it was, never the data"
