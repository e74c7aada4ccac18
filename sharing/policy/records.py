"""Kinds of record, and their fields, as agreements write them."""

from __future__ import annotations

from typing import cast

from foundation.policy import Table
from sharing.model.record import TYPES, Choice, Field, FieldType, RecordKind
from sharing.policy.places import Places

# What forms and facts call things of their own.
OWN_NAMES = frozenset(
    {"agreement", "data", "duty", "errors", "faults", "meta", "number", "on", "process", "record", "refusals",
     "refuse", "say", "status", "validate"}
)  # fmt: skip
_MOST_FIELDS = 30


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
    )
    places.check(table, "by", kind.by)
    places.check(table, "seen_by", kind.seen_by)
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
    for type_ in ("establishment", "record"):
        if sum(each.type == type_ for each in kind.fields) > 1:
            table.fault("field", f"more than one field is of type “{type_}”: a record is about one")
    if len(kind.fields) > _MOST_FIELDS:
        table.fault("field", f"there are more than {_MOST_FIELDS}")


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
        of=table.texts("of", least=1) if type_ in ("record", "place") else (),
    )
    if type_ and type_ not in TYPES:
        table.fault("type", "must be one of " + ", ".join(TYPES))
    if type_ == "choice" and len({each.id for each in choices}) < max(2, len(choices)):
        table.fault("choice", "needs at least two, each with an id of its own")
    if type_ == "place":
        places.check(table, "of", field.of)
    table.done()
    return field


def _choice(table: Table) -> Choice:
    choice = Choice(table.code("id"), table.text("words"))
    table.done()
    return choice


def check_references(top: Table, records: dict[str, RecordKind]) -> None:
    """What can be told only when every kind is known: a record names records of kinds there are."""
    for kind in records.values():
        for field in kind.fields:
            if field.type == "record":
                for name in field.of:
                    if name not in records:
                        top.fault(f"record “{kind.id}” field “{field.id}”", f"“{name}” is no kind of record here")
