"""Registers, as agreements write them."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.policy import Table
from sharing.model.record import RecordKind
from sharing.model.register import Register
from sharing.policy.places import known
from sharing.policy.times import due


def register(table: Table, records: Mapping[str, RecordKind]) -> Register:
    """One register: the kind of its entries, and those kinds that say what became of one."""
    found = Register(
        id=table.code("id"),
        name=table.text("name"),
        what=table.text("what"),
        records=table.texts("records", least=1),
        stale=due(table, "stale"),
        clauses=table.clauses(),
    )
    known(table, "records", found.records, records)
    for name in found.records[1:]:
        kind = records.get(name)
        named = {each for field in (kind.fields if kind else ()) if field.type == "record" for each in field.of}
        if kind is not None and found.entry not in named:
            table.fault("records", f"“{name}” is not about “{found.entry}”, and so says nothing of an entry")
    entry = records.get(found.entry) if found.records else None
    if found.stale is not None and (entry is None or not entry.one_for or found.stale.unit == "hours"):
        table.fault("stale", "is for entries that stand until a newer one takes their place, in days or more")
    table.done()
    return found
