"""Reading a list of establishments, strictly: every fault by its line, and nothing at all when there is one.

The columns are those of the published prison register as it is handed round (UTF-8 CSV with a header). A blank
``active_in_register`` means the register does not say; the place then counts as active, so that it can be chosen.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from identity.errors import EstablishmentsFaulty
from identity.model import Establishment
from identity.rules.naming import hidden, tidy

NEEDED = ("key", "name", "name_welsh", "kind", "active_in_register", "town", "country", "source")
KNOWN = (
    *NEEDED,
    "nomis_code",
    "types",
    "male",
    "female",
    "contracted",
    "long_term_high_security",
    "categories",
    "operator_in_register",
    "postcode",
    "note",
)
MOST_ROWS = 5000
MOST_BYTES = 4 * 1024 * 1024

_MOST = {"key": 40, "name": 200, "name_welsh": 200, "kind": 20, "town": 100, "country": 40, "source": 300}
_SHAPES = {
    "key": (re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*"), "must be capital letters and digits joined by hyphens"),
    "kind": (re.compile(r"[A-Z]+"), "must be capital letters, such as PRISON"),
}
_BOOLEAN = {"true": True, "false": False, "": True}


def read(data: bytes) -> tuple[Establishment, ...]:
    """The establishments of a file. Raises EstablishmentsFaulty with every fault by line."""
    if len(data) > MOST_BYTES:
        raise _faulty({"file": [f"is over {MOST_BYTES // 1024 // 1024} MiB"]})
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _faulty({f"line {line}": ["is not UTF-8. Save the file as “CSV UTF-8”"]}) from None


def parse(text: str) -> tuple[Establishment, ...]:
    """The establishments of a text, in its order. Raises EstablishmentsFaulty with every fault by line."""
    faults: dict[str, list[str]] = {}
    rows: dict[str, Establishment] = {}
    lines: dict[str, int] = {}
    for line, cells in _lines(text, faults):
        found, wrong = _row(cells)
        if found.key in lines:
            wrong.append(f"key “{found.key}” stands on line {lines[found.key]} already")
        if wrong:
            faults[f"line {line}"] = wrong
        rows[found.key] = found
        lines.setdefault(found.key, line)
    if not rows and not faults:
        faults["file"] = ["holds no establishment"]
    if faults:
        raise _faulty(faults)
    return tuple(rows.values())


def _lines(text: str, faults: dict[str, list[str]]) -> list[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, Mapping[str, str]]] = []
    start = 1
    try:
        header = next(reader, [])
        if wrong := _header_faults(header):
            faults["line 1"] = wrong
            return []
        start = reader.line_num + 1
        for cells in reader:
            if len(found) >= MOST_ROWS:
                faults[f"line {start}"] = [f"is past the {MOST_ROWS} rows one file may have"]
                break
            if cells and len(cells) != len(header):
                faults[f"line {start}"] = [f"has {len(cells)} cells where the header has {len(header)}"]
            elif cells:
                found.append((start, dict(zip(header, cells, strict=True))))
            start = reader.line_num + 1
    except csv.Error as error:
        faults[f"line {start}"] = [f"cannot be read as CSV: {error}"]
    return found


def _header_faults(header: Sequence[str]) -> list[str]:
    if len(header) > 2 * len(KNOWN):
        return [f"has {len(header)} columns; {len(KNOWN)} are known"]
    wrong = [f"column “{name}” is missing" for name in NEEDED if name not in header]
    wrong += [f"column “{name}” is not known" for name in header if name not in KNOWN]
    wrong += [f"column “{name}” is given twice" for name in sorted({n for n in header if header.count(n) > 1})]
    return wrong


def _row(cells: Mapping[str, str]) -> tuple[Establishment, list[str]]:
    given = {name: tidy(cells[name]) for name in NEEDED}
    wrong = [f"{name} is missing" for name in ("key", "name", "kind", "source") if not given[name]]
    wrong += [f"{name} is over {most} characters" for name, most in _MOST.items() if len(given[name]) > most]
    wrong += [f"{name} holds a character that cannot be seen" for name in NEEDED if hidden(given[name])]
    wrong += [
        f"{name} {said}" for name, (shape, said) in _SHAPES.items() if given[name] and not shape.fullmatch(given[name])
    ]
    if given["active_in_register"] not in _BOOLEAN:
        wrong.append("active_in_register must be true, false or blank")
    active = _BOOLEAN.get(given.pop("active_in_register"), False)
    return Establishment(active=active, **given), wrong


def _faulty(faults: Mapping[str, Sequence[str]]) -> EstablishmentsFaulty:
    count = sum(len(found) for found in faults.values())
    said = "1 fault" if count == 1 else f"{count} faults"
    return EstablishmentsFaulty(f"Nothing was imported: {said}. Correct the lines named and try again.", fields=faults)
