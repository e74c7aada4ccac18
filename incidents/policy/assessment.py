"""`policies/incidents/assessment.toml`: what is asked about an incident, and how it is graded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from foundation.policy import Faults, Table, read
from incidents.model.rules import Condition, Field, Grade, GradeRule
from incidents.policy.conditions import condition, source

FILE = "incidents/assessment.toml"
TYPES = ("choice", "choices", "number", "text")
NEEDED = ("personal", "shared", "nature")  # what grades and duties rest on, whatever the file says besides


def load(root: Path, faults: Faults) -> tuple[Mapping[str, Field], tuple[Grade, ...]]:
    """The fields by id, and the grades, highest first."""
    top = read(root / FILE, root, faults)
    if top is None:
        return MappingProxyType({}), ()
    fields: dict[str, Field] = {}
    for table in top.tables("field", least=1):
        found = _field(table)
        if found.id in fields:
            table.fault("id", f"“{found.id}” is used twice")
        fields[found.id] = found
    grades = tuple(_grade(table) for table in top.tables("grade", least=1))
    top.done()
    _check(top, fields, grades)
    return MappingProxyType(fields), grades


def _check(top: Table, fields: Mapping[str, Field], grades: tuple[Grade, ...]) -> None:
    for name in NEEDED:
        if name not in fields or fields[name].type != "choice":
            top.fault("field", f"needs one with the id “{name}” and the type choice")
    for grade in grades:
        for rule in grade.rules:
            for fault in unknown(rule.when, fields):
                top.fault(f"grade.{grade.id}.{rule.id}", fault)


def unknown(asked: Condition, fields: Mapping[str, Field]) -> Iterator[str]:
    """What a condition asks that nobody is asked."""
    for name, values in asked.terms:
        if name in ("grade", "nature"):
            continue  # the one is found, the other has values that a kind may assume
        if name not in fields:
            yield f"there is no field “{name}”"
        elif wrong := values - fields[name].choices.keys():
            yield f"“{name}” has no choice {', '.join(sorted(wrong))}"


def values(fields: Mapping[str, Field], grades: Iterable[Grade]) -> Mapping[str, frozenset[str]]:
    """What may be known of each field: what people choose from, and of its nature what a grade asks for besides."""
    terms = [term for grade in grades for rule in grade.rules for term in rule.when.terms]
    natures = frozenset().union(*(wanted for name, wanted in terms if name == "nature"))
    return {name: frozenset(each.choices) | (natures if name == "nature" else set()) for name, each in fields.items()}


def _field(table: Table) -> Field:
    id_, label, type_ = table.code("id"), table.text("label"), table.text("type")
    if type_ not in TYPES:
        table.fault("type", f"must be one of {', '.join(TYPES)}")
    split = [each.partition(": ") for each in table.texts("choices", default=())]
    for code, colon, words in split:
        if not (colon and code and words):
            table.fault("choices", f"“{code}” must be a code, a colon and words")
    if bool(split) != type_.startswith("choice"):
        table.fault("choices", "belong to a choice, and to nothing else")
    found = Field(
        id_,
        label,
        type_,
        MappingProxyType({code: words for code, _, words in split}),
        table.flag("at_report", default=False),
        source(table),
    )
    table.done()
    return found


def _grade(table: Table) -> Grade:
    found = Grade(table.code("id"), table.text("name"), tuple(_rule(each) for each in table.tables("rule", least=1)))
    table.done()
    return found


def _rule(table: Table) -> GradeRule:
    when = condition(table, "when", table.text("when"))
    found = GradeRule(table.code("id"), when, table.text("text"), source(table))
    table.done()
    return found
