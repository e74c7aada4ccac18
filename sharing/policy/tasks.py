"""Lists of tasks as agreements write them: which record begins a matter, and which records are its steps."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from foundation.policy import Table
from sharing.model.record import RecordKind
from sharing.model.tasks import Step, TaskList
from sharing.policy.patterns import Patterns
from sharing.policy.records import values_of


@dataclass(frozen=True, slots=True)
class Tasks:
    """Reads the lists of one agreement."""

    patterns: Patterns
    records: Mapping[str, RecordKind]
    duties: Container[str]
    routes: Container[str]

    def task_list(self, table: Table) -> TaskList:
        """One list, with its steps."""
        record = table.text("record")
        if record and record not in self.records:
            table.fault("record", f"“{record}” is no kind of record here")
        found = TaskList(
            id=table.code("id"),
            title=table.text("title"),
            record=record,
            ends=self.patterns.optional(table, "ends"),
            steps=tuple(self._step(each, record) for each in table.tables("step", least=1)),
            clauses=table.clauses(),
        )
        if len({each.id for each in found.steps}) < len(found.steps):
            table.fault("step", "an id stands twice")
        table.done()
        return found

    def _step(self, table: Table, matter: str) -> Step:
        name = table.text("record")
        kind = self.records.get(name)
        step = Step(
            id=table.code("id"),
            title=table.text("title"),
            part=table.text("part", default=""),
            record=name,
            values=values_of(table, "with", kind) if kind else {},
            duty=table.code("duty", default=""),
            send=table.code("send", default=""),
            many=table.flag("many", default=False),
            clauses=table.clauses(),
        )
        if kind is None:
            table.fault("record", f"“{name}” is no kind of record here")
            table.table("with", needed=False)
        elif not any(each.type == "record" and matter in each.of for each in kind.fields):
            table.fault("record", f"“{name}” is not about a record of the kind that this list is of")
        if step.duty and step.duty not in self.duties:
            table.fault("duty", f"“{step.duty}” is no duty here")
        if step.send and step.send not in self.routes:
            table.fault("send", f"“{step.send}” is no route here")
        table.done()
        return step
