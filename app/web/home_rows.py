"""What a home page is made of: rows that say how much of what waits, for when, and where to go; in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from app.bootstrap import duties
from app.bootstrap.work import Work
from app.http import phrases
from app.web import filters
from foundation.actor import Actor
from foundation.calendar import london_date

MOST_COUNTED = 200  # things: desks stop counting there


@dataclass(frozen=True, slots=True)
class First:
    """Something that needs its reader. ``text`` is the link, ``hint`` says how many and since when.

    ``due``: the nearest day, which orders the page; ``late``: it is past. A row for all of a kind, whose first ones
    have rows of their own, stands for ``more`` things beyond those, ``more_late`` of them late.
    """

    text: str
    href: str
    hint: str = ""
    due: date | None = None
    late: bool = False
    more: int | None = None
    more_late: int = 0

    @property
    def status(self) -> str:
        """The code of its tag."""
        return "overdue" if self.late else "to-do"


@dataclass(frozen=True, slots=True)
class New:
    """A list of what came last. ``more``: where all of it is."""

    title: str
    head: tuple[Any, ...]
    rows: list[Any]
    empty: str
    more: tuple[str, str]
    marking: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What one panel found."""

    first: list[First] = field(default_factory=list)
    new: list[New] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Panel:
    """``shown``: for whom. ``read`` looks, with the rights of the one whose work it is.

    ``action``: what the policies must allow before it looks; where that is a look, the log is told of it.
    """

    shown: Callable[[Actor], bool]
    read: Callable[[Work], Found]
    action: str = ""

    def look(self, work: Work) -> Found:
        """What it finds, or why it may not look."""
        against = duties.against(work, self.action) if self.action else ()
        if against:
            why = " ".join(dict.fromkeys(each.text for each in against))
            return Found(
                [First("Part of your work is closed to you at present", url_for("account.show"), why, late=True)]
            )
        if self.action:
            duties.must(work, self.action)
        return self.read(work)


def gathered(panels: Iterable[Panel], work: Work) -> Found:
    """All that this person's panels found, as one page: what is late first, then by its day, then as it comes."""
    found = [panel.look(work) for panel in panels if panel.shown(work.actor)]
    first = [row for each in found for row in each.first]
    first.sort(key=lambda row: (not row.late, row.due is None, row.due or date.max))
    return Found(first, [one for each in found for one in each.new])


def tally(first: Iterable[First]) -> str:
    """“9 things to do, 4 of them overdue.”: each thing once, whether it has a row or stands in the row for all."""
    rows = list(first)
    count = sum(1 if row.more is None else row.more for row in rows)
    late = sum(row.late if row.more is None else row.more_late for row in rows)
    over = ", overdue" if count == 1 else ", all overdue" if late == count else f", {late:,} of them overdue"
    return f"{said(many(count, 'thing', cap=MOST_COUNTED))} to do{over if late else ''}."


def when(due: date | None, work: Work) -> str:
    """“3 days overdue”, “due today”, “due in 5 days, on 27 November 2026”; nothing of nothing."""
    if due is None:
        return ""
    days = (due - london_date(work.now)).days
    if days < 0:
        return f"{filters.plural(-days, 'day')} overdue"
    if days < 2:
        return ("due today", "due tomorrow")[days]
    if days <= 14:
        return f"due in {days} days, on {filters.gds_date(due)}"
    return f"due on {filters.gds_date(due)}"


def many(count: int, one: str, more: str = "", *, cap: int = 0) -> str:
    """“1 item”, “12 items”, “more than 200 items” where counting stopped above ``cap``."""
    if cap and count > cap:
        return f"more than {filters.plural(cap, one, more)}"
    return filters.plural(count, one, more)


def said(*parts: str) -> str:
    """The parts that say something, as one line that begins with a capital."""
    text = ", ".join(part for part in parts if part)
    return phrases.sentence(text)


def holds(*duties: str) -> Callable[[Actor], bool]:
    """Shown to whoever holds one of these duties."""
    return lambda actor: not actor.duties.isdisjoint(duties)
