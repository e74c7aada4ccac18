"""What one version changes of another, in words: what was, and what will be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sharing.model.agreement import Agreement
from sharing.rules.versions.words import Element, Say, elements

How = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``part``: head, kind, route, duty …; ``what`` is the label of a line, or empty for the whole of
    an element that is new or gone. ``before`` is empty where nothing was said, ``after`` where nothing is.
    """

    part: str
    id: str
    name: str
    how: How
    what: str
    before: str
    after: str


def between(before: Agreement, after: Agreement, say: Say = str) -> tuple[Change, ...]:
    """Every difference, in the order of a file; what is gone stands after what is there of each part."""
    was = {(each.part, each.id): each for each in elements(before, say)}
    will = {(each.part, each.id): each for each in elements(after, say)}
    parts = list(dict.fromkeys(part for part, _ in (*was, *will)))
    return tuple(change for part in parts for change in _of_part(part, was, will))


def _of_part(part: str, was: dict[tuple[str, str], Element], will: dict[tuple[str, str], Element]) -> Iterator[Change]:
    for key, element in will.items():
        if key[0] == part and key not in was:
            yield Change(part, element.id, element.name, "added", "", "", _whole(element))
        elif key[0] == part:
            yield from _lines(was[key], element)
    for key, element in was.items():
        if key[0] == part and key not in will:
            yield Change(part, element.id, element.name, "removed", "", _whole(element), "")


def _lines(one: Element, other: Element) -> Iterator[Change]:
    if one.name != other.name:
        yield Change(other.part, other.id, other.name, "changed", "Wording", one.name, other.name)
    labels = [label for label in dict.fromkeys((*one.lines, *other.lines)) if _differ(label, one, other)]
    for label in labels:
        yield Change(
            other.part, other.id, other.name, "changed", label, one.lines.get(label, ""), other.lines.get(label, "")
        )
    if one.name == other.name and not labels and one.stated != other.stated:
        yield Change(other.part, other.id, other.name, "changed", "Detail", "", "Something the file says of it")


def _differ(label: str, one: Element, other: Element) -> bool:
    return one.lines.get(label, "") != other.lines.get(label, "")


def _whole(element: Element) -> str:
    return ". ".join(f"{label}: {words}" for label, words in element.lines.items())
