"""Kinds of record, and their fields, as agreements write them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import cast

from foundation.policy import Table
from sharing.model.duty import ABOUTS, About
from sharing.model.record import TYPES, Choice, Field, FieldType, First, RecordKind
from sharing.policy.patterns import Patterns
from sharing.policy.places import Places

# What forms and facts call things of their own.
OWN_NAMES = frozenset(
    {"agreement", "data", "duty", "errors", "faults", "meta", "named", "number", "on", "process", "record",
     "refusals", "refuse", "say", "status", "validate"}
)  # fmt: skip
_MOST_FIELDS = 30
_ONE_FOR = ("office", "establishment", "place", "choice")
_CHOSEN_OF = ("record", "place", "office", "item")


def record_kind(table: Table, places: Places) -> RecordKind:
    """One kind of record: who makes it, who reads it, what it says."""
    fields: dict[str, Field] = {}
    for entry in table.tables("field", least=1):
        built = _field(entry, places)
        if built.id in fields:
            entry.fault("id", f"“{built.id}” stands twice")
        if built.id in OWN_NAMES:
            entry.fault("id", f"“{built.id}” is a name the service uses itself")
        fields[built.id] = built
    kind = RecordKind(
        id=table.code("id"),
        name=table.text("name"),
        by=table.texts("by", least=1),
        seen_by=table.texts("seen_by", default=()),
        clauses=table.clauses(),
        fields=tuple(fields.values()),
        named=table.texts("named", least=1) if table.has("named") else (),
        one_for=table.code("one_for", default=""),
    )
    list(table.tables("first"))  # read by ``complete``, once every kind of record is known
    places.check(table, "by", kind.by)
    places.check(table, "seen_by", kind.seen_by)
    places.check(table, "named", kind.named)
    if kind.named and kind.seen_by:
        table.fault("seen_by", "is not for what is known only to those named: name them")
    _check(table, kind, places)
    table.done()
    return kind


def _check(table: Table, kind: RecordKind, places: Places) -> None:
    if kind.by and not any(places.staffed(place) for place in places.inside(kind.by)):
        table.fault("by", "nobody can make it: no role of roles.toml is held there")
    dated = [each for each in kind.fields if each.happened]
    if len(dated) > 1:
        table.fault("field", "more than one field says when it happened")
    if any(each.type != "date" or not each.needed for each in dated):
        table.fault("field", "what says when it happened is a date, and is needed")
    for type_ in ("establishment", "record", "item"):
        if sum(each.type == type_ for each in kind.fields) > 1:
            table.fault("field", f"more than one field is of type “{type_}”: a record is about one")
    _check_fields(table, kind, places)


def _check_fields(table: Table, kind: RecordKind, places: Places) -> None:
    one = kind.field(kind.one_for)
    if kind.one_for and (one is None or one.type not in _ONE_FOR or not one.needed or kind.named):
        table.fault("one_for", f"must be a field that is needed, of one of the types {', '.join(_ONE_FOR)}")
    for field in kind.fields:
        _check_when(table, kind, field)
        for choice in field.choices:
            places.check(table, f"field “{field.id}” choice “{choice.id}”", choice.by)
    if len(kind.fields) > _MOST_FIELDS:
        table.fault("field", f"there are more than {_MOST_FIELDS}")


def _check_when(table: Table, kind: RecordKind, field: Field) -> None:
    """What a field waits for is answered by a choice that stands before it."""
    before = kind.fields[: kind.fields.index(field)]
    for name, value in field.when.items():
        asked = next((each for each in before if each.id == name), None)
        if asked is None or value not in {each.id for each in asked.choices}:
            table.fault(f"field “{field.id}” when", f"“{name} = {value}” is no choice of a field before it")
    if field.when and (field.happened or field.type in ("establishment", "record")):
        table.fault(f"field “{field.id}” when", "is not for what says when it happened, where, or what it is about")


def _field(table: Table, places: Places) -> Field:
    type_ = table.text("type")
    choices = tuple(_choice(each) for each in table.tables("choice")) if type_ == "choice" else ()
    field = Field(
        id=table.code("id"),
        label=table.text("label"),
        type=cast(FieldType, type_),
        hint=table.text("hint", default=""),
        needed=table.flag("needed", default=True),
        happened=table.flag("happened", default=False),
        choices=choices,
        least=table.number("least", default=0) if type_ == "number" else 0,
        of=table.texts("of", least=1) if type_ in _CHOSEN_OF else (),
        when=_when(table),
        short=table.text("short", default=""),
    )
    if type_ and type_ not in TYPES:
        table.fault("type", "must be one of " + ", ".join(TYPES))
    if type_ == "choice" and len({each.id for each in choices}) < max(2, len(choices)):
        table.fault("choice", "needs at least two, each with an id of its own")
    if type_ in ("place", "office"):
        places.check(table, "of", field.of)
    if type_ == "office" and any(place not in places.offices for place in field.of):
        table.fault("of", "must be offices of a party")
    table.done()
    return field


def _when(table: Table) -> Mapping[str, str]:
    found = table.table("when", needed=False)
    if found is None:
        return {}
    read = {name: found.code(name) for name in found.named()}
    found.done()
    return read


def _choice(table: Table) -> Choice:
    choice = Choice(table.code("id"), table.text("words"), table.texts("by", default=()))
    table.done()
    return choice


def _firsts(top: Table, records: dict[str, RecordKind], patterns: Patterns) -> None:
    """What must be recorded before a record of each kind. Read when every kind is known."""
    for table in top.tables("record"):
        kind = records.get(str(table.peek("id")))
        if kind is not None:
            found = tuple(_first(each, kind, patterns) for each in table.tables("first"))
            records[kind.id] = replace(kind, first=found)


def _first(table: Table, kind: RecordKind, patterns: Patterns) -> First:
    about = table.text("about", default="same")
    first = First(
        event=patterns.read(table),
        when=values_of(table, "when", kind),
        about=cast(About, about),
        words=table.text("words"),
        clauses=table.clauses(),
    )
    if not first.event.record:
        table.fault("record", "is missing: a record waits for a record, which people can make")
    if about not in ABOUTS:
        table.fault("about", "must be one of " + ", ".join(ABOUTS))
    elif about == "same" and not any(each.type == "record" for each in kind.fields):
        table.fault("about", "a record that names no other is about nothing that another could be about")
    if first.event.record == kind.id and first.when == {
        key: value for key, value in first.event.where.items() if key != "record"
    }:
        table.fault("record", "waits for itself")
    table.done()
    return first


def values_of(table: Table, key: str, kind: RecordKind) -> dict[str, str]:
    """Values of fields of this kind, as a table gives them; none where it is not there."""
    found = table.table(key, needed=False)
    if found is None:
        return {}
    read = {name: found.text(name) for name in found.named()}
    for name, value in read.items():
        field = kind.field(name)
        if field is None or field.type not in ("choice", "yes-no"):
            found.fault(name, f"is no choice of “{kind.id}”")
        elif value not in ({each.id for each in field.choices} or {"yes", "no"}):
            found.fault(name, f"“{value}” is no choice of it")
    found.done()
    return read


def complete(top: Table, records: dict[str, RecordKind], patterns: Patterns, routes: Container[str]) -> None:
    """What can be told only when all is known: what comes first, and that a record names only what there is."""
    _firsts(top, records, patterns)
    there: dict[str, tuple[Container[str], str]] = {
        "record": (records, "is no kind of record here"),
        "item": (routes, "is no route here"),
    }
    for kind in records.values():
        for field in kind.fields:
            known, problem = there.get(field.type, (field.of, ""))
            for name in (each for each in field.of if each not in known):
                top.fault(f"record “{kind.id}” field “{field.id}”", f"“{name}” {problem}")
