"""Conditions and assumptions of the policies: ``field=one|two and other=three``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from foundation.policy import Table
from incidents.model.rules import Condition


def condition(table: Table, key: str, text: str) -> Condition:
    """One condition. What cannot be read is a fault at ``key``, and fits nothing."""
    terms = []
    for part in text.split(" and "):
        name, equals, values = part.strip().partition("=")
        found = frozenset(each.strip() for each in values.split("|"))
        if not (equals and name and all(found)):
            table.fault(key, f"“{part}” must say what it asks for, like personal=yes|not-known")
        terms.append((name.strip(), found))
    return Condition(tuple(terms))


def assumed(table: Table, key: str = "assumed") -> Mapping[str, str]:
    """What is taken as so, by field."""
    found: dict[str, str] = {}
    for each in table.texts(key, default=()):
        name, equals, value = each.partition("=")
        if not (equals and name and value):
            table.fault(key, f"“{each}” must say a field and its value, like personal=yes")
        found[name] = value
    return MappingProxyType(found)


def source(table: Table) -> str:
    """Where it is said."""
    return "; ".join(table.clauses("sources"))
