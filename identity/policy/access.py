"""Reading policies/access: the Cedar rules, their schema and their register, checked together and digested.

Cedar itself would let through a rule without a reason, a file nobody reads because its name is misspelt, and a forbid
that silently falls away when it errs. Everything that could make a decision other than the one written is a fault here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from foundation.policy import CLAUSE, Faults, digest

FOLDER = "access"
SCHEMA = "schema.cedarschema"
REGISTER = "REGISTER.csv"
README = "00-READ-ME-FIRST.md"
REGISTER_COLUMNS = ("rule", "in plain English", "source", "owner", "approved")
ANNOTATIONS = ("id", "why", "tell", "source")
TELL = ("self", "holders", "nobody")


@dataclass(frozen=True, slots=True)
class Rule:
    """One permit or forbid as people are told of it. ``tell``: who may hear that it stands."""

    id: str
    effect: str
    why: str
    tell: str
    source: str
    file: str


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """The rules in force, parsed once. ``permits`` are the bases alone; ``digest`` says which text decided."""

    policies: cedarpy.PolicySet
    permits: cedarpy.PolicySet
    schema: cedarpy.Schema
    rules: Mapping[str, Rule]
    digest: str


def load_access(root: Path, faults: Faults) -> AccessPolicy | None:
    """The folder ``root``/access, or None with every fault added to ``faults``."""
    before = len(faults.found)
    _check_names(root, faults)
    schema = _schema(root, faults)
    parsed: dict[str, dict[str, Any]] = {}
    rules: dict[str, Rule] = {}
    for path in sorted((root / FOLDER).glob("*.cedar")):
        _read_rules(path, root, schema, parsed, rules, faults)
    if not rules:
        faults.add(FOLDER, "", "holds no rule")
    _check_register(root, rules, faults)
    if schema is None or len(faults.found) > before:
        return None
    permits = {rule: body for rule, body in parsed.items() if body["effect"] == "permit"}
    return AccessPolicy(_policy_set(parsed), _policy_set(permits), schema, rules, digest(root / FOLDER, "*"))


def _check_names(root: Path, faults: Faults) -> None:
    """A file that nothing reads is a rule somebody thinks is in force."""
    known = {SCHEMA, REGISTER, README}
    for path in sorted((root / FOLDER).glob("*")):
        if path.is_file() and path.suffix != ".cedar" and path.name not in known:
            faults.add(f"{FOLDER}/{path.name}", "", "is not a file read here; rules end in .cedar")


def _schema(root: Path, faults: Faults) -> cedarpy.Schema | None:
    name = f"{FOLDER}/{SCHEMA}"
    try:
        return cedarpy.Schema.from_str((root / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.add(name, "", "is missing")
    except ValueError as error:
        faults.add(name, "", f"cannot be read: {error}")
    return None


def _read_rules(
    path: Path,
    root: Path,
    schema: cedarpy.Schema | None,
    parsed: dict[str, dict[str, Any]],
    rules: dict[str, Rule],
    faults: Faults,
) -> None:
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        cedarpy.PolicySet.from_str(text)
        body = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        faults.add(file, "", f"cannot be read: {error}")
        return
    if body["templates"]:
        faults.add(file, "", "holds a template; a rule is written out in full")
    named = {number: _named(number, rule, file, faults) for number, rule in body["staticPolicies"].items()}
    for number, rule in body["staticPolicies"].items():
        name = named[number]
        if name in rules:
            faults.add(file, name, f"is already a rule of {rules[name].file}")
        _check_reach(rule, file, name, faults)
        notes = rule.get("annotations", {})
        parsed[name] = rule
        rules[name] = Rule(
            name, rule["effect"], notes.get("why") or "", notes.get("tell") or "", notes.get("source") or "", file
        )
    if schema is not None:
        _validate(text, schema, named, file, faults)


def _named(number: str, rule: Mapping[str, Any], file: str, faults: Faults) -> str:
    """The rule's id, after checking that it says what it is, why, to whom and on whose authority."""
    notes = rule.get("annotations", {})
    name = str(notes.get("id") or number)
    for key in ANNOTATIONS:
        if not (notes.get(key) or "").strip():
            faults.add(file, name, f"needs @{key}")
    for key in notes.keys() - set(ANNOTATIONS):
        faults.add(file, name, f"@{key} is not known here")
    if notes.get("tell") and notes["tell"] not in TELL:
        faults.add(file, name, "@tell must be self, holders or nobody")
    for clause in filter(None, (notes.get("source") or "").split("; ")):
        if not CLAUSE.fullmatch(clause):
            faults.add(file, name, f"@source: “{clause}” is no obligation number and names no source")
    return name


def _check_reach(rule: Mapping[str, Any], file: str, name: str, faults: Faults) -> None:
    """A forbid must not be able to err or to miss: Cedar skips an erring forbid, and an action group needs the schema.

    So it names its actions one by one (or all), and reads attributes of principal, resource and context only, never
    through a second entity that a caller might have left out.
    """
    if rule["effect"] != "forbid":
        return
    if rule["action"]["op"] == "in" and "entity" in rule["action"]:
        faults.add(file, name, "names an action group; list its actions one by one")
    for node in _nodes(rule["conditions"]):
        if "." in node and "Var" not in node["."]["left"]:
            faults.add(file, name, "reads through a second entity; carry the attribute on the first")
        if "getTag" in node:
            faults.add(file, name, "reads a tag; a missing tag would make the rule fall away")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)


def _validate(text: str, schema: cedarpy.Schema, named: Mapping[str, str], file: str, faults: Faults) -> None:
    for fault in cedarpy.validate_policies(text, schema).errors:
        number = fault.policy_id or ""
        name = named.get(number, "")
        faults.add(file, name, str(fault.error).removeprefix(f"for policy `{number}`, "))


def _check_register(root: Path, rules: Mapping[str, Rule], faults: Faults) -> None:
    """REGISTER.csv names every rule once, with the same source, an owner, and whether it was approved."""
    file = f"{FOLDER}/{REGISTER}"
    try:
        with (root / file).open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            columns, rows = tuple(reader.fieldnames or ()), list(reader)
    except FileNotFoundError:
        faults.add(file, "", "is missing")
        return
    except (csv.Error, UnicodeDecodeError) as error:
        faults.add(file, "", f"cannot be read: {error}")
        return
    if columns != REGISTER_COLUMNS:
        faults.add(file, "", f"must have the columns {', '.join(REGISTER_COLUMNS)}")
        return
    seen: set[str] = set()
    for row in rows:
        _check_row(row, rules, seen, file, faults)
    for name in sorted(rules.keys() - seen):
        faults.add(file, name, "is missing")


def _check_row(row: Mapping[str, str], rules: Mapping[str, Rule], seen: set[str], file: str, faults: Faults) -> None:
    name = row["rule"] or ""
    if name in seen:
        faults.add(file, name, "stands twice")
    seen.add(name)
    if name not in rules:
        faults.add(file, name, "is no rule of this folder")
    elif row["source"] != rules[name].source:
        faults.add(file, name, f"the source differs from the rule's own, “{rules[name].source}”")
    for column in REGISTER_COLUMNS:
        if not (row[column] or "").strip():
            faults.add(file, name, f"“{column}” is empty")


def _policy_set(parsed: Mapping[str, Any]) -> cedarpy.PolicySet:
    """Policies under their own ids, so that Cedar's reasons are the rule ids themselves."""
    return cedarpy.PolicySet.from_json_str(json.dumps({"staticPolicies": parsed, "templates": {}, "templateLinks": []}))
