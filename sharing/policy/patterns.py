"""Patterns of facts as agreements write them: which facts begin a duty, meet it, or end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.fact import Kind
from foundation.policy import Table
from sharing.model.agreement import ItemKind
from sharing.model.duty import RECORD_MADE, Pattern
from sharing.model.record import WORDS, RecordKind

SENT, CLOSED = "sharing.item-sent", "sharing.item-closed"
NOTHING = Pattern("", {})
_KEYS = ("fact", "record", "sent", "closed")


@dataclass(frozen=True, slots=True)
class Patterns:
    """Reads them against the kinds of fact, of item and of record there are."""

    facts: Mapping[str, Kind] | None
    kinds: Mapping[str, ItemKind]
    records: Mapping[str, RecordKind]

    def read(self, table: Table) -> Pattern:
        """One pattern: a fact, a record made, or an item of a kind sent or closed; ``where`` narrows it."""
        given = [key for key in _KEYS if table.has(key)]
        named = {key: table.text(key) for key in given}
        where = self._where(table)
        if len(given) != 1:
            table.fault("", "needs exactly one of " + ", ".join(_KEYS))
            return NOTHING
        (key, value), = named.items()  # fmt: skip
        if key == "fact":
            return self._fact(table, value, where)
        if key == "record":
            return self._record(table, value, where)
        if value not in self.kinds:
            table.fault(key, f"“{value}” is no kind of item here")
        return self._fact(table, SENT if key == "sent" else CLOSED, {"kind": value, **where})

    def optional(self, table: Table, key: str) -> Pattern | None:
        """A pattern of its own table; None where there is none."""
        found = table.table(key, needed=False)
        if found is None:
            return None
        read = self.read(found)
        found.done()
        return read

    def _where(self, table: Table) -> dict[str, str]:
        found = table.table("where", needed=False)
        if found is None:
            return {}
        read = {key: found.text(key) for key in found.named()}
        found.done()
        return read

    def _fact(self, table: Table, name: str, where: dict[str, str]) -> Pattern:
        if self.facts is not None:
            kind = self.facts.get(name)
            if kind is None:
                table.fault("fact", f"“{name}” is no kind of fact this service records")
            for key in sorted(where.keys() - (kind.fields if kind else where.keys())):
                table.fault("where", f"“{key}” is no field of “{name}”")
        return Pattern(name, where)

    def _record(self, table: Table, name: str, where: dict[str, str]) -> Pattern:
        record = self.records.get(name)
        if record is None:
            table.fault("record", f"“{name}” is no kind of record here")
            return NOTHING
        for key, value in where.items():
            found = record.field(key)
            if found is None or found.type in WORDS:
                table.fault("where", f"“{key}” is no field of “{name}” that can be asked for")
            elif found.type == "choice" and value not in {each.id for each in found.choices}:
                table.fault("where", f"“{value}” is no choice of “{key}”")
        return Pattern(RECORD_MADE, {"record": name, **where})
