"""Reading a marking line. The printed form alone is accepted; anything near it is answered with what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from classification.errors import MarkingInvalid
from classification.model import (
    GRADES,
    OFFICIAL,
    PLACE,
    SENSITIVE,
    Descriptor,
    Effect,
    Embargo,
    Instruction,
    Marking,
    Organisation,
    Scheme,
    Word,
)
from classification.rules.check import check
from classification.rules.screen import above, screen, tidy
from classification.rules.show import BETWEEN, show
from foundation.calendar import LONDON

LONGEST = 1000  # characters: far more than all words together, twice
_CODEWORD = re.compile(r"[A-Z]{3,}")


@dataclass(frozen=True, slots=True)
class _Found:
    """One word of the line, as it was spelled."""

    word: Word
    spelled: str
    organisations: tuple[str, ...] = ()


def parse(line: str, scheme: Scheme) -> Marking:
    """The marking of a printed line, with its embargo line below if it has one. It is valid: it has passed ``check``.

    Raises MarkingAboveOfficial for what may be a spill (see ``claimed``), MarkingLegacy for a mark of before 2014, and
    MarkingInvalid otherwise, with ``suggestion`` when only the writing is wrong.
    """
    marking, exact = _read(line, scheme)
    reasons = check(marking, scheme).reasons
    if reasons:
        raise MarkingInvalid(" ".join(reason.text for reason in reasons), reasons=reasons)
    if not exact:
        raise _written_otherwise(marking)
    return marking


def recall(line: str, scheme: Scheme) -> Marking:
    """The marking of a line this service printed once, whether or not the policy of today would still allow it.

    For what is stored: a stricter policy must not make an item unreadable. An organisation no longer known keeps its
    name without a party, so that nobody is let in by it. Raises as ``parse`` does for a word no longer known.
    """
    marking, exact = _read(line, scheme)
    if not exact:
        raise _written_otherwise(marking)
    return marking


def _written_otherwise(marking: Marking) -> MarkingInvalid:
    written = show(marking)
    return MarkingInvalid(f"Write it as “{written}”.", suggestion=written)


def _read(line: str, scheme: Scheme) -> tuple[Marking, bool]:
    """The marking, unchecked, and whether the line is exactly its printed form."""
    if len(line) > LONGEST:
        raise MarkingInvalid("That is longer than any marking.")
    line = line.replace("\r\n", "\n")  # how a browser sends two lines
    screen(line, scheme)
    lines = line.strip().splitlines()
    if not lines:
        raise MarkingInvalid(f"Give a marking: {' or '.join(GRADES)}, and what follows it.")
    marking, spelled = _line(lines[0], scheme)
    below = [below for below in lines[1:] if below.strip()]
    exact = BETWEEN.join(spelled) == lines[0] and "\n".join([lines[0], *below]) == line
    if not below:
        return marking, exact
    embargo, exact_below = _embargo(marking, below, scheme)
    return replace(marking, embargo=embargo), exact and exact_below


def _line(line: str, scheme: Scheme) -> tuple[Marking, Sequence[str]]:
    """The marking, and its words as the line spelled them but in canonical order."""
    grade, *parts = tidy(line).split(BETWEEN)
    if grade not in GRADES:
        raise MarkingInvalid(f"A marking begins with {OFFICIAL} or {SENSITIVE}, in capitals.")
    found = [_word(part, scheme) for part in parts]
    named = [one.organisations for one in found if one.organisations]
    if len(named) > 1:
        # Reading two as one would widen who may hold it.
        raise MarkingInvalid("Name all the organisations in one USE ONLY, joined by AND.")
    instructions = sorted((one for one in found if isinstance(one.word, Instruction)), key=_place)
    descriptors = sorted((one for one in found if isinstance(one.word, Descriptor)), key=_place)
    marking = Marking(
        sensitive=grade == SENSITIVE,
        instructions=tuple(one.word for one in found if isinstance(one.word, Instruction)),
        descriptors=tuple(one.word for one in found if isinstance(one.word, Descriptor)),
        organisations=tuple(_named(named[0] if named else (), scheme)),
    )
    return marking, [grade, *_once(instructions), *_once(descriptors)]


def _place(one: _Found) -> int:
    return one.word.order


def _once(found: Iterable[_Found]) -> list[str]:
    """One spelling for each word, so that a line that says one twice differs from what it should be."""
    return list({one.word.code: one.spelled for one in found}.values())


def _word(part: str, scheme: Scheme) -> _Found:
    for entry in (*scheme.instructions, *scheme.descriptors):
        if part in (entry.word.text, *entry.also) and PLACE not in part:
            return _Found(entry.word, part)
    explained = dict(scheme.explained)
    if part in explained:
        raise MarkingInvalid(explained[part])
    word = scheme.instruction(Effect.ORGANISATIONS)
    ending = word.text.removeprefix(PLACE) if word else ""
    if word and part.endswith(ending) and part != ending:
        names = tuple(sorted(set(part.removesuffix(ending).split(" AND "))))
        return _Found(word, word.text.replace(PLACE, " AND ".join(names)), names)
    raise _unknown(part, scheme)


def _unknown(part: str, scheme: Scheme) -> Exception:
    texts = [text for entry in (*scheme.instructions, *scheme.descriptors) for text in (entry.word.text, *entry.also)]
    near = get_close_matches(part, texts, n=1, cutoff=0.75)
    if near:
        return MarkingInvalid(f"One of its words is not known. Did you mean “{near[0]}”?")
    if _CODEWORD.fullmatch(part):
        return above(scheme.codeword, scheme)
    return MarkingInvalid(f"One of its words is not known. Known are: {', '.join(texts)}.")


def _named(names: Iterable[str], scheme: Scheme) -> Iterable[Organisation]:
    known = {organisation.name: organisation for organisation in scheme.organisations}
    for name in names:
        # An unknown one is kept without a party, so that `check` answers for it with its source.
        yield known.get(name, Organisation(name, ""))


def _embargo(marking: Marking, below: Sequence[str], scheme: Scheme) -> tuple[Embargo, bool]:
    word = marking.instruction(Effect.EMBARGO)
    if word is None or len(below) > 1:
        raise MarkingInvalid("Only an EMBARGOED marking has a second line, and it has one.")
    pattern = re.escape(word.line)
    for name, form in (("date", r"\d\d/\d\d/\d\d"), ("time", r"\d\d:\d\d"), ("after", r".+")):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{form})")
    match = re.fullmatch(pattern, below[0])
    if match is None:
        form = word.line.format(date="DD/MM/YY", time="HH:MM", after="[MARKING]")
        raise MarkingInvalid(f"Write the line below as “{form}”.")
    try:
        until = datetime.strptime(f"{match['date']} {match['time']}", "%d/%m/%y %H:%M").replace(tzinfo=LONDON)
        after, exact = _read(match["after"], scheme)
        return Embargo(_of_this_century(until), after), exact
    except ValueError as error:
        raise MarkingInvalid(f"The time of the embargo cannot be used: {error}.") from error


def _of_this_century(local: datetime) -> datetime:
    # strptime reads 69-99 as 19xx; an embargo printed with two digits is always of this century.
    return local if local.year >= 2000 else local.replace(year=local.year + 100)
