"""Lengths of time as agreements write them: one unit, and whose number it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from foundation.policy import Table
from sharing.model.duty import COUNTED, LOCAL, SOURCES, UNITS, Counted, Every, Span, Unit

# Twenty years of each. A longer one is a slip, and one too many noughts would count until the calendar ends.
MOST: Mapping[Unit, int] = {"hours": 175_320, "working_days": 5_100, "days": 7_305, "weeks": 1_044, "months": 240}


def span(table: Table) -> Span:
    """The one unit a table gives, with its source. What no clause gives says what the clause does say."""
    given = [unit for unit in UNITS if table.has(unit)]
    numbers = [table.number(unit) for unit in given]
    source = table.text("source")
    words = table.text("words", default="")
    if len(given) != 1:
        table.fault("", "needs exactly one of " + ", ".join(UNITS))
        return Span("days", 0, source, words)
    within(table, given[0], numbers[0])
    if source and source not in SOURCES:
        table.fault("source", "must be one of " + ", ".join(SOURCES))
    if source == LOCAL and not words:
        table.fault("words", "is missing: what the agreement says, where it gives no time")
    return Span(given[0], numbers[0], source, words)


def within(table: Table, unit: Unit, number: int) -> None:
    """Faults a length of time that nobody lives to see the end of."""
    if number > MOST[unit]:
        table.fault(unit, f"must be at most {MOST[unit]}, which is twenty years")


def due(table: Table, key: str = "due") -> Span | None:
    """A span of its own table; None where there is none."""
    found = table.table(key, needed=False)
    if found is None:
        return None
    read = span(found)
    found.done()
    return read


def every(table: Table, start: date) -> Every | None:
    """How a duty comes again; None where it does not. ``start``: from when, where it says nothing else."""
    found = table.table("every", needed=False)
    if found is None:
        return None
    length = span(found)
    counted = found.text("counted", default=COUNTED[0])
    if counted not in COUNTED:
        found.fault("counted", "must be one of " + ", ".join(COUNTED))
    if length.number < 1:
        found.fault(length.unit, "must be at least 1: nothing comes again at once")
    if length.unit == "hours":
        found.fault(length.unit, "is no time in which a duty comes again: use days or more")
    read = Every(length, found.day("from", default=start) or start, cast(Counted, counted))
    found.done()
    return read
