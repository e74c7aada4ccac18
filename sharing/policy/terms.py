"""Outsiders, sections, embargo, consent, recommendations and conditions of routes, as agreements write them."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import cast

from foundation.policy import Table
from sharing.model.duty import ABOUTS, About, Section
from sharing.model.record import RecordKind
from sharing.model.terms import Condition, Consent, Embargo, Ground, Outside, Recommendation
from sharing.policy.patterns import NOTHING, Patterns
from sharing.policy.places import Places, known
from sharing.policy.times import due

FIRST = re.compile(r"[A-Z][0-9]{2}")


def outside(table: Table) -> Outside:
    """Somebody named who takes no part."""
    found = Outside(table.code("id"), table.text("name"), table.clauses())
    table.done()
    return found


def section(table: Table) -> Section:
    """A part of the agreement, by the numbers of its duties."""
    found = Section(table.code("id"), table.text("title"), table.text("first"), table.text("last"))
    for key, value in (("first", found.first), ("last", found.last)):
        if value and not FIRST.fullmatch(value):
            table.fault(key, f"“{value}” must be a letter and a number, like M01")
    if found.first[:1] != found.last[:1] or found.first > found.last:
        table.fault("last", "comes before the first, or is of another series")
    table.done()
    return found


def condition(table: Table, patterns: Patterns) -> Condition:
    """What must have been recorded before anything goes by a route."""
    same = table.text("about") == "establishment"
    found = Condition(
        patterns.read(table), same, table.text("words"), due(table, "within"), table.clauses()
    )  # fmt: skip
    if not found.event.record:
        table.fault("record", "is missing: a way waits for a record, which people can make")
    if found.within is not None and found.within.unit == "hours":
        table.fault("within.hours", "a record has a day and no hour: use days")
    if table.peek("about") not in ("establishment", "any"):
        table.fault("about", "must be one of establishment, any")
    table.done()
    return found


@dataclass(frozen=True, slots=True)
class Terms:
    """Reads those that name kinds, records and duties. ``covered`` are the kinds of item and record there are."""

    places: Places
    patterns: Patterns
    records: dict[str, RecordKind]
    covered: Container[str]
    duties: Container[str]

    def embargo(self, table: Table) -> Embargo:
        """Known to few, until an event."""
        until = self.patterns.optional(table, "until")
        if until is None:
            table.fault("until", "is missing: an embargo ends with an event")
            until = NOTHING
        about = table.text("about", default="same")
        if about not in ABOUTS:
            table.fault("about", "must be one of " + ", ".join(ABOUTS))
        found = Embargo(
            id=table.code("id"),
            what=table.text("what"),
            covers=table.texts("covers", least=1),
            known_to=table.texts("known_to", least=1),
            leads=table.number("leads", least=1) if table.has("leads") else 0,
            until=until,
            clauses=table.clauses(),
            about=cast(About, about),
        )
        known(table, "covers", found.covers, self.covered)
        self.places.check(table, "known_to", found.known_to)
        table.done()
        return found

    def consent(self, table: Table) -> Consent:
        """Whose consent, for what, and on which grounds without."""
        found = Consent(
            id=table.code("id"),
            what=table.text("what"),
            whose=table.text("whose"),
            covers=table.texts("covers", least=1),
            record=table.code("record"),
            prior=table.flag("prior", default=True),
            grounds=tuple(_ground(each) for each in table.tables("ground")),
            clauses=table.clauses(),
        )
        if found.whose != "data-subject":
            self.places.check(table, "whose", (found.whose,))
        known(table, "covers", found.covers, self.covered)
        self._recorded(table, found.record)
        if len({each.id for each in found.grounds}) < len(found.grounds):
            table.fault("ground", "an id stands twice")
        table.done()
        return found

    def recommendation(self, table: Table) -> Recommendation:
        """Recommendations, and the duties that follow."""
        found = Recommendation(
            id=table.code("id"),
            what=table.text("what"),
            record=table.code("record"),
            usually_at_most=table.number("usually_at_most", default=0),
            response=table.code("response"),
            plan=table.code("plan", default=""),
            progress=table.code("progress", default=""),
            follow_up=table.code("follow_up", default=""),
            clauses=table.clauses(),
        )
        self._recorded(table, found.record)
        for key in ("response", "plan", "progress", "follow_up"):
            if (name := getattr(found, key)) and name not in self.duties:
                table.fault(key, f"“{name}” is no duty here")
        table.done()
        return found

    def _recorded(self, table: Table, name: str) -> None:
        if name and name not in self.records:
            table.fault("record", f"“{name}” is no kind of record here")


def _ground(table: Table) -> Ground:
    found = Ground(table.code("id"), table.text("words"))
    table.done()
    return found
