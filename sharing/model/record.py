"""Kinds of record an agreement asks for, with their fields: forms and API schemas are made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["line", "text", "date", "time", "number", "yes-no", "choice", "establishment", "place", "record"]
TYPES: tuple[FieldType, ...] = (
    "line", "text", "date", "time", "number", "yes-no", "choice", "establishment", "place", "record",
)  # fmt: skip
WORDS = ("line", "text")  # what people write: sealed, and never asked for by a duty


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the id is kept and logged, the words are chosen from."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. What people write in a ``line`` or a ``text`` is sealed; all others hold codes, dates and numbers.

    ``happened``: the one date or number of the record that says when it happened. ``least`` bounds a number, ``of``
    names the kind of record, or the places, that may be chosen.
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


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record. ``by`` are the places that may make one, ``seen_by`` those that may read its words besides."""

    id: str
    name: str
    by: tuple[str, ...]
    seen_by: tuple[str, ...]
    clauses: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, id_: str) -> Field | None:
        """One field; None where there is none of that name."""
        return next((each for each in self.fields if each.id == id_), None)

    @property
    def dated(self) -> Field | None:
        """The field that says when it happened; None: the day it was recorded."""
        return next((each for each in self.fields if each.happened), None)
