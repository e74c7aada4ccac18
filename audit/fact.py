"""Facts: what may be recorded, kind by kind. Pure.

A kind states the fields its facts may carry. They are ids, codes, digests, dates and counts: no names, no content. A
bare digest of content does not belong there either, since it would confirm a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from audit.leaf import ACT

Value = str | int | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: its name ("sharing.item-sent"), what it means in words, and the fields it may carry."""

    name: str
    meaning: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, as followers see it. ``who`` has id, name, party, principal and request."""

    kind: str
    id: str
    at: datetime
    outcome: str
    who: Mapping[str, Any]
    subject: str
    what: Mapping[str, Value]
    why: str
    marking: str
    rules: tuple[str, ...]


_kinds: dict[str, Kind] = {}


def kind(name: str, meaning: str, *fields: str) -> Kind:
    """Declare a kind. Raises RuntimeError, at import, for a name used twice or malformed."""
    if name in _kinds or not ACT.match(name):
        msg = f"fact kind “{name}” is declared twice or is no name"
        raise RuntimeError(msg)
    if (
        not meaning
        or len(set(fields)) != len(fields)
        or not all(each.isascii() and each.isidentifier() for each in fields)
    ):
        msg = f"fact kind “{name}” needs a meaning and distinct fields"
        raise RuntimeError(msg)
    _kinds[name] = Kind(name, meaning, frozenset(fields))
    return _kinds[name]


def kinds() -> Mapping[str, Kind]:
    """All kinds declared so far, by name."""
    return MappingProxyType(_kinds)
