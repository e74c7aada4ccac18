"""Kinds of record an agreement asks for, with their fields: forms and API schemas are made from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sharing.model.duty import About, Pattern

FieldType = Literal[
    "line", "text", "date", "time", "number", "yes-no", "choice", "establishment", "place", "office", "record", "item"
]
TYPES: tuple[FieldType, ...] = (
    "line", "text", "date", "time", "number", "yes-no", "choice", "establishment", "place", "office", "record", "item",
)  # fmt: skip
WORDS = ("line", "text")  # what people write: sealed, and never asked for by a duty


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the id is kept and logged, the words are chosen from. ``by``: those who alone may choose it."""

    id: str
    words: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field. What people write in a ``line`` or a ``text`` is sealed; all others hold codes, dates and numbers.

    ``happened``: the one date or number of the record that says when it happened. ``least`` bounds a number, ``of``
    names the kind of record, the places, or the routes of an item, that may be chosen; of an ``office`` the places it
    stands at. ``when``: it is asked only where another field says this, and is else left empty. ``short`` heads its
    column in a table.
    """

    id: str
    label: str
    type: FieldType
    hint: str = ""
    needed: bool = True
    happened: bool = False
    choices: tuple[Choice, ...] = ()
    least: int = 0
    of: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    short: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """What must have been recorded before such a record is made: a record ``about`` the same thing, no later than it.

    ``when``: only of a record whose fields say this.
    """

    event: Pattern
    when: Mapping[str, str]
    about: About
    words: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record. ``by`` are the places that may make one, ``seen_by`` those that may read its words besides.

    ``one_for``: the field of which, for each value, the newest record stands; those before it are its history, which
    is for ``by`` alone. ``named``: known only to people named by whoever makes it, of these places and of ``by``.
    Empty: not so.
    """

    id: str
    name: str
    by: tuple[str, ...]
    seen_by: tuple[str, ...]
    clauses: tuple[str, ...]
    fields: tuple[Field, ...]
    named: tuple[str, ...] = ()
    first: tuple[First, ...] = ()
    one_for: str = ""

    def field(self, id_: str) -> Field | None:
        """One field; None where there is none of that name."""
        return next((each for each in self.fields if each.id == id_), None)

    @property
    def dated(self) -> Field | None:
        """The field that says when it happened; None: the day it was recorded."""
        return next((each for each in self.fields if each.happened), None)
