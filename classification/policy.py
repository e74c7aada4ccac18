"""Reads `policies/classification/markings.toml`, strictly, into a Scheme."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from classification.model import (
    GRADES,
    PLACE,
    Above,
    Descriptor,
    Effect,
    Entry,
    Instruction,
    Legacy,
    Organisation,
    Rule,
    Scheme,
)
from foundation.policy import Faults, Table, read

_T = TypeVar("_T")

FILE = "classification/markings.toml"
_WORD = re.compile(r"(\[ORGANISATION\(S\)\] )?[A-Z0-9][A-Z0-9 /()&'’.-]*")
_CLAIMED = re.compile(r"[A-Z]+(-[A-Z]+)*")
_BLANK = Above("", "", first=False, say="", source="")


def load(root: Path, faults: Faults, *, organisations: Mapping[str, str] = MappingProxyType({})) -> Scheme:
    """The scheme under ``root`` (the `policies` folder). Faults are added, never raised; then the scheme is unusable.

    ``organisations`` maps the printed name of each organisation a marking may name to its party id ("HMIP": "hmip").
    """
    top = read(root / FILE, root, faults)
    if top is None:
        return Scheme((), (), (), (), (), _BLANK, "", (), ())
    if source := top.table("source"):
        source.text("title")
        source.day("dated")
        source.clauses("sources")
        source.done()
    instructions = tuple(_instruction(table, order) for order, table in enumerate(top.tables("instruction", least=1)))
    descriptors = tuple(_descriptor(table, order) for order, table in enumerate(top.tables("descriptor", least=1)))
    rules = _rules(top, {entry.word.code for entry in (*instructions, *descriptors)})
    legacy = tuple(_legacy(table) for table in top.tables("legacy"))
    above, codeword, then = _above(top)
    explained = tuple(_explained(table) for table in top.tables("explained"))
    _once(top, instructions, descriptors)
    top.done()
    named = _organisations(organisations, top)
    return Scheme(instructions, descriptors, rules, legacy, above, codeword, then, explained, named)


def _instruction(table: Table, order: int) -> Entry[Instruction]:
    said = table.text("effect")
    effect = _one_of(table, "effect", said, Effect, Effect.ADVISORY)
    text = _printed(table, "text")
    line = table.text("line") if effect is Effect.EMBARGO else ""
    if effect is Effect.ORGANISATIONS and not text.startswith(f"{PLACE} "):
        table.fault("text", f"must begin with {PLACE}, where the names are printed")
    if line and any(line.count(part) != 1 for part in ("{date}", "{time}", "{after}")):
        table.fault("line", "must hold {date}, {time} and {after} once each")
    word = Instruction(order, table.code("code"), text, effect, line)
    return _done(table, Entry(word, _grades(table), table.text("meaning"), _source(table)))


def _descriptor(table: Table, order: int) -> Entry[Descriptor]:
    word = Descriptor(order, table.code("code"), _printed(table, "text"))
    also = table.texts("also")
    return _done(table, Entry(word, _grades(table), table.text("meaning"), _source(table), also))


def _rules(top: Table, codes: set[str]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for table in top.tables("rule"):
        all_of = table.texts("all_of", least=1)
        for code in all_of:
            if code not in codes:
                table.fault("all_of", f"“{code}” is no instruction or descriptor of this file")
        name = table.code("id")
        if name and name in {rule.id for rule in rules}:
            table.fault("id", f"“{name}” is used twice")
        verdict = table.text("verdict")
        refuses = _one_of(table, "verdict", verdict, {"refuse": True, "warn": False}.get, False)
        say, source, inference = table.text("say"), _source(table), table.flag("inference")
        rules.append(_done(table, Rule(name, frozenset(all_of), _grades(table), refuses, say, source, inference)))
    return tuple(rules)


def _legacy(table: Table) -> Legacy:
    suggest = table.text("suggest", default="")
    if suggest and suggest not in GRADES:
        table.fault("suggest", f"must be {' or '.join(GRADES)}, or empty")
    return _done(table, Legacy(_printed(table, "text"), suggest, table.text("say"), _source(table)))


def _above(top: Table) -> tuple[tuple[Above, ...], Above, str]:
    table = top.table("above")
    if table is None:
        return (), _BLANK, ""
    marks = []
    for mark in table.tables("mark", least=1):
        claimed, place = mark.text("claimed"), mark.text("place")
        if claimed and not _CLAIMED.fullmatch(claimed):
            mark.fault("claimed", "must be capitals joined by hyphens")
        first = _one_of(mark, "place", place, {"first": True, "anywhere": False}.get, False)
        marks.append(_done(mark, Above(_printed(mark, "text"), claimed, first, mark.text("say"), _source(mark))))
    codeword = Above("", "CODEWORD", False, table.text("codeword_say"), "; ".join(table.clauses("codeword_sources")))
    then = table.text("next")
    table.clauses("sources")
    return tuple(marks), codeword, _done(table, then)


def _explained(table: Table) -> tuple[str, str]:
    _source(table)
    return _done(table, (_printed(table, "text"), table.text("say")))


def _once(top: Table, instructions: Iterable[Entry[Instruction]], descriptors: Iterable[Entry[Descriptor]]) -> None:
    codes: set[str] = set()
    texts: set[str] = set()
    effects: set[Effect] = set()
    for place, entries in (("instruction", instructions), ("descriptor", descriptors)):
        for index, entry in enumerate(entries):
            if entry.word.code and entry.word.code in codes:
                top.fault(f"{place}[{index}].code", f"“{entry.word.code}” is used twice")
            for text in (entry.word.text, *entry.also):
                if text and text in texts:
                    top.fault(f"{place}[{index}].text", f"“{text}” is used twice")
                texts.add(text)
            codes.add(entry.word.code)
            if isinstance(entry.word, Instruction) and entry.word.effect is not Effect.ADVISORY:
                if entry.word.effect in effects:
                    top.fault(f"{place}[{index}].effect", f"“{entry.word.effect}” is used twice")
                effects.add(entry.word.effect)


def _organisations(names: Mapping[str, str], top: Table) -> tuple[Organisation, ...]:
    for name in names:
        # A name that reads as part of the line would be parsed back as something else.
        if not _WORD.fullmatch(name) or name != name.strip() or " AND " in name or " - " in name or name == "HMG":
            top.fault("instruction", f"the organisation name “{name}” cannot be printed in a marking line")
    return tuple(sorted(Organisation(name, party) for name, party in names.items()))


def _printed(table: Table, key: str) -> str:
    text = table.text(key)
    if text and (not _WORD.fullmatch(text) or " - " in text or text != text.strip()):
        table.fault(key, f"“{text}” must be as printed: CAPITALS, single words or phrases, without “ - ”")
    return text


def _grades(table: Table) -> frozenset[str]:
    on = table.texts("on", least=1)
    for grade in on:
        if grade not in GRADES:
            table.fault("on", f"“{grade}” must be {' or '.join(GRADES)}")
    return frozenset(on)


def _source(table: Table) -> str:
    return "; ".join(table.clauses("sources"))


def _one_of(table: Table, key: str, said: str, choose: Callable[[str], _T | None], blank: _T) -> _T:
    try:
        value = choose(said)
    except ValueError:
        value = None
    if value is None:
        if said:
            table.fault(key, f"“{said}” is not a word known here")
        return blank
    return value


def _done(table: Table, value: _T) -> _T:
    table.done()
    return value
