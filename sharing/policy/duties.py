"""Duties as agreements write them. What a duty claims about itself is held against what is there."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import cast

from foundation.policy import Table
from sharing.model.agreement import Route
from sharing.model.duty import (
    ABOUTS,
    FIELD,
    HOMES,
    ROUTE,
    RULE,
    About,
    Duty,
    Escalation,
    Evidence,
    Home,
    Pattern,
    Trigger,
)
from sharing.model.record import RecordKind
from sharing.policy.patterns import Patterns
from sharing.policy.places import Known, Places
from sharing.policy.times import due, every, span

NUMBER = re.compile(r"[A-Z][0-9]{2}[a-z]?")


@dataclass(frozen=True, slots=True)
class Duties:
    """Reads the duties of one agreement."""

    places: Places
    patterns: Patterns
    records: dict[str, RecordKind]
    routes: dict[str, Route]
    known: Known
    start: date

    def duty(self, table: Table) -> Duty:
        """One duty, with everything that stands against what it says."""
        number = (table.text("number"),)
        if number[0] and not NUMBER.fullmatch(number[0]):
            table.fault("number", f"“{number[0]}” must be a letter and a number, like M01 or M25a")
        home, trigger, before = table.text("home"), self._trigger(table), self._before(table)
        duty = Duty(
            id=table.code("id"),
            number=number[0],
            clauses=table.clauses() if table.has("clauses") else number,
            what=table.text("what"),
            who=table.texts("who", least=1),
            to=table.texts("to", default=()),
            home=cast(Home, home),
            because=table.text("because", default=""),
            missing=table.text("missing", default=""),
            enforced_by=table.texts("enforced_by", default=()),
            tests=table.texts("tests", default=()),
            trigger=trigger,
            due=due(table),
            before=before[0],
            before_about=before[1],
            counted_from=self._counted_from(table, trigger),
            lapses=self.patterns.optional(table, "lapses"),
            evidence=self._evidence(table),
            noted_by=table.texts("noted_by", default=()),
            escalation=tuple(self._escalation(each, number) for each in table.tables("escalate")),
            again=table.flag("again", default=False),
        )
        if home and home not in HOMES:
            table.fault("home", "must be one of " + ", ".join(HOMES))
        self._check_places(table, duty)
        self._check_home(table, duty)
        self._check_times(table, duty)
        table.done()
        return duty

    def _trigger(self, table: Table) -> Trigger:
        comes_again = every(table, self.start)
        found = table.table("trigger", needed=False)
        if found is None:
            return Trigger(every=comes_again)
        if comes_again is not None:
            table.fault("every", "a duty begins by time going round or by its trigger, not by both")
        read = Trigger(on=found.day("date")) if found.has("date") else Trigger(event=self.patterns.read(found))
        found.done()
        return read

    def _before(self, table: Table) -> tuple[Pattern | None, About]:
        """What it must come before, and how the two belong together."""
        found = table.table("before", needed=False)
        if found is None:
            return None, "same"
        about = found.text("about", default="same")
        if about not in ABOUTS:
            found.fault("about", "must be one of " + ", ".join(ABOUTS))
        pattern = self.patterns.read(found)
        found.done()
        return pattern, cast(About, about)

    def _counted_from(self, table: Table, trigger: Trigger) -> str:
        """A date of the record that begins it; empty where it counts from when that happened."""
        name = table.code("from", default="")
        record = self.records.get(trigger.event.record) if trigger.event else None
        field = record.field(name) if record else None
        if name and (field is None or field.type != "date" or not field.needed):
            table.fault("from", f"“{name}” is no date that the record which begins it always has")
        return name

    def _evidence(self, table: Table) -> Evidence:
        facts = []
        for each in table.tables("evidence"):
            facts.append(self.patterns.read(each))
            each.done()
        about = table.text("about", default="any")
        if about not in ABOUTS:
            table.fault("about", "must be one of " + ", ".join(ABOUTS))
        register = table.code("register", default="")
        if register and self.known.registers is not None and register not in self.known.registers:
            table.fault("register", f"“{register}” is no register this service can be asked for")
        return Evidence(tuple(facts), register, cast(About, about))

    def _escalation(self, table: Table, number: tuple[str, ...]) -> Escalation:
        after = span(table)
        clauses = table.clauses() if table.has("clauses") else number
        step = Escalation(after, table.texts("to", least=1), clauses)
        self.places.check(table, "to", step.to)
        if step.to and not any(self.places.staffed(place) for place in self.places.inside(step.to)):
            table.fault("to", "nobody can take it up: no role of roles.toml is held there")
        table.done()
        return step

    def _check_places(self, table: Table, duty: Duty) -> None:
        fields = self._fields_of(duty.trigger.event)
        self.places.check(table, "who", duty.who, fields)
        self.places.check(table, "to", duty.to, fields)
        self.places.check(table, "noted_by", duty.noted_by)
        for index, step in enumerate(duty.escalation):
            if not set(step.to) - set(duty.who):
                table.fault(f"escalate[{index}].to", "leads back to whoever owes it already")
        if duty.home not in ("tracked", "recorded"):
            return
        able = self.places.inside(duty.noted_by or duty.who)
        if not any(self.places.staffed(place) for place in able):
            key = "noted_by" if duty.noted_by or not able else "who"
            table.fault(key, "nobody can fulfil it: name a place of a party that a role of roles.toml is held in")

    def _fields_of(self, event: Pattern | None) -> Container[str]:
        record = self.records.get(event.record) if event else None
        return {each.id for each in record.fields if each.type == "place"} if record else ()

    def _check_home(self, table: Table, duty: Duty) -> None:
        shown = bool(duty.evidence.facts or duty.evidence.register)
        if duty.home == "enforced":
            self._check_enforced(table, duty)
        elif duty.home in ("tracked", "recorded") and not shown:
            table.fault("evidence", f"is missing: what is {duty.home} is shown by a fact, a record or a register")
        elif duty.home == "context" and not duty.because:
            table.fault("because", "is missing: say why nothing runs")
        elif duty.home == "open" and not duty.missing:
            table.fault("missing", "is missing: say what is not there yet")
        if duty.home != "open" and duty.missing:
            table.fault("missing", "is for what is open alone")
        if duty.home in ("context", "open") and shown:
            table.fault("evidence", f"is for what runs, and this is {duty.home}")

    def _check_enforced(self, table: Table, duty: Duty) -> None:
        for key, given in (("enforced_by", duty.enforced_by), ("tests", duty.tests)):
            if not given:
                table.fault(key, "is missing: name what cannot be got round, and what fails if it can")
        for each in duty.enforced_by:
            kind, _, name = each.partition(" ")
            if kind == ROUTE and name not in self.routes:
                table.fault("enforced_by", f"“{name}” is no route here")
            elif kind == RULE and self.known.rules is not None and name not in self.known.rules:
                table.fault("enforced_by", f"“{name}” is no rule of access/")
            elif kind not in (ROUTE, RULE) and ("/" not in each or name):
                table.fault("enforced_by", f"“{each}” is neither “route …”, “rule …” nor a file")

    def _check_tracked(self, table: Table, duty: Duty) -> None:
        if duty.trigger == Trigger():
            table.fault("trigger", "is missing: what is tracked begins with an event, a date, or again and again")
        if duty.trigger.event is not None and duty.due is None and duty.before is None:
            table.fault("due", "is missing: label it “local interpretation” where no clause gives a time")
        if not duty.evidence.facts:
            table.fault("evidence", "is missing: a duty with a date is met by a fact or a record")

    def _check_times(self, table: Table, duty: Duty) -> None:
        dated = (duty.trigger != Trigger(), duty.due, duty.before, duty.escalation, duty.lapses)
        if duty.home == "tracked":
            self._check_tracked(table, duty)
        elif any(dated):
            table.fault("home", f"a duty with a date is tracked, and this is {duty.home}")
        if duty.due is not None and duty.trigger.event is None:
            table.fault("due", "counts from an event: a date or “every” says itself when it is due")
        if duty.again and duty.evidence.about != "establishment":
            table.fault("again", "comes again for each establishment: “about” must say so")
        if duty.evidence.about != "any" and duty.trigger.event is None:
            table.fault("about", "compares with the event that begins it, and none does")
        if FIELD in {place.partition("/")[0] for place in duty.to} and duty.trigger.event is None:
            table.fault("to", "names a field, and no record begins it")
