"""What an agreement obliges to, as values: who owes what to whom, when, and what shows that it was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Home = Literal["enforced", "tracked", "recorded", "context", "open"]
HOMES: tuple[Home, ...] = ("enforced", "tracked", "recorded", "context", "open")

Unit = Literal["hours", "working_days", "days", "weeks", "months"]
UNITS: tuple[Unit, ...] = ("hours", "working_days", "days", "weeks", "months")

CLAUSE, LOCAL = "clause", "local interpretation"
SOURCES = (CLAUSE, LOCAL)

About = Literal["same", "establishment", "any"]
ABOUTS: tuple[About, ...] = ("same", "establishment", "any")

Counted = Literal["from the last", "from the calendar"]
COUNTED: tuple[Counted, ...] = ("from the last", "from the calendar")

OUTSIDE, FIELD = "outside", "field"
RECORD_MADE = "sharing.record-made"  # the fact every record of an agreement is

RULE, ROUTE = "rule", "route"  # what `enforced_by` begins with, where it names no file


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time. ``words`` is what the agreement says where ``source`` is a local interpretation."""

    unit: Unit
    number: int
    source: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Facts that count: a kind, and what some of its fields must say. A record is a fact, too."""

    fact: str
    where: Mapping[str, str]

    @property
    def record(self) -> str:
        """The kind of record meant; empty for any other fact."""
        return self.where.get("record", "") if self.fact == RECORD_MADE else ""


@dataclass(frozen=True, slots=True)
class Every:
    """A duty that comes again. The first is due one span after ``start``."""

    span: Span
    start: date
    counted: Counted


@dataclass(frozen=True, slots=True)
class Trigger:
    """What begins a duty: one of an event, a date, or time going round. None of them: the duty always stands."""

    event: Pattern | None = None
    on: date | None = None
    every: Every | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that it was done: facts, or a register that is asked. ``about`` says which occurrence a fact meets."""

    facts: tuple[Pattern, ...] = ()
    register: str = ""
    about: About = "any"


@dataclass(frozen=True, slots=True)
class Escalation:
    """To whom an unmet duty goes next, counted from the day it was due."""

    after: Span
    to: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty. ``number`` is its number in the agreement; ``id`` names it in the log and in old rows, for ever.

    A place of ``who``, ``to`` and ``noted_by`` is a party, party/office, party/office/role, outside/<body> or
    field/<field>: the place a record names. ``because`` says what makes it so, or why nothing runs; ``missing`` what an
    open one still lacks. ``enforced_by`` names routes, access rules and files; ``tests`` what fails when it is broken.
    """

    id: str
    number: str
    clauses: tuple[str, ...]
    what: str
    who: tuple[str, ...]
    to: tuple[str, ...]
    home: Home
    because: str
    missing: str
    enforced_by: tuple[str, ...]
    tests: tuple[str, ...]
    trigger: Trigger
    due: Span | None
    before: Pattern | None
    lapses: Pattern | None
    evidence: Evidence
    noted_by: tuple[str, ...]
    escalation: tuple[Escalation, ...]
    again: bool = False  # what meets it begins it anew: for each establishment, counted from its last
    before_about: About = "same"
    counted_from: str = ""  # the date of the record that begins it, where that is not when it happened


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the agreement: its duties are numbered from ``first`` to ``last``, and none is left out."""

    id: str
    title: str
    first: str
    last: str


def counted(number: str) -> tuple[str, int]:
    """A duty's number as its series and its count: M25a is ("M", 25)."""
    return number[:1], int("0" + "".join(each for each in number[1:] if each in "0123456789"))
