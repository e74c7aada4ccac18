"""Whether the people an item is about can be found again by what is given of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sharing.model.item import Subject
from sharing.rules.identifiers import NAME, Unreadable, normalise

MOST = 100  # people on one item


def subject_faults(subjects: Sequence[Subject]) -> list[str]:
    """What is wrong with the people named, each by its number; empty when all can be found again."""
    faults = [f"Name {MOST} people or fewer"] if len(subjects) > MOST else []
    for number, subject in enumerate(subjects[:MOST], 1):
        faults += [f"Person {number}: {fault}" for fault in _faults(subject)]
    return faults


def _faults(subject: Subject) -> Iterator[str]:
    pairs = [*subject.identifiers, *([(NAME, subject.name)] if subject.name.strip() else [])]
    if not pairs:
        yield "give a name or an identifier"
    for kind, value in pairs:
        try:
            normalise(kind, value)
        except Unreadable as error:
            yield str(error)
