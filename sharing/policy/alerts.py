"""Kinds of alert, as agreements write them."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.policy import Table
from sharing.model.alert import AlertKind, Urgency
from sharing.model.duty import Span
from sharing.model.record import RecordKind
from sharing.policy.places import Places, known
from sharing.policy.times import span


def alert_kind(table: Table, places: Places, records: Mapping[str, RecordKind]) -> AlertKind:
    """One kind of alert: who raises it, to whom, how urgent it can be, and where it goes when nobody acknowledges."""
    urgencies = tuple(_urgency(each) for each in table.tables("urgency", least=1))
    found = AlertKind(
        id=table.code("id"),
        name=table.text("name"),
        by=table.texts("by", least=1),
        to=table.texts("to", least=1),
        up=table.texts("up", default=()),
        about=table.texts("about", default=()),
        urgencies=urgencies,
        clauses=table.clauses(),
    )
    for key in ("by", "to", "up"):
        named = getattr(found, key)
        places.check(table, key, named)
        for place in named:
            # An alert stands on an office: whom of it, its order of call says.
            if key != "by" and (place.count("/") != 1 or place not in places.offices):
                table.fault(key, f"“{place}” is no office of a party")
            elif key != "up" and not places.staffed(place):
                table.fault(key, f"“{place}”: no role of roles.toml is held there")
    known(table, "about", found.about, records)
    if len({each.id for each in urgencies}) < len(urgencies):
        table.fault("urgency", "an id stands twice")
    table.done()
    return found


def _urgency(table: Table) -> Urgency:
    within = table.table("acknowledge")
    found = Urgency(table.code("id"), table.text("words"), span(within) if within else _NONE)
    if within is not None:
        if found.acknowledge.unit != "hours" or found.acknowledge.number < 1:
            within.fault("hours", "is missing: an alert waits so many hours, and then goes on")
        within.done()
    table.done()
    return found


_NONE = Span("hours", 1, "")
