"""Reading people, and results of training, from a file: every fault by its line, and nothing when there is one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from identity.model import Party, Role
from identity.policy.gates import Gates
from identity.rules.naming import email_faults, fold_email, hidden, name_faults, tidy

PEOPLE = ("email", "name", "party", "role", "office", "from", "until")
TRAINING = ("email", "module", "on", "result", "provider", "evidence")
COLUMNS: Mapping[str, tuple[str, ...]] = {"people": PEOPLE, "training": TRAINING}
RESULTS = {"passed": True, "not passed": False}
MOST_ROWS, MOST_BYTES, MOST_TEXT, MOST_SHOWN = 2000, 1024 * 1024, 200, 100
_YEARS = range(1900, 9999)  # the last day there is has no next, at whose midnight it would end


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. ``cells`` by column, tidied."""

    line: int
    cells: Mapping[str, str]

    def day(self, column: str) -> date | None:
        """A date of the line; None where it is blank. Only for lines without a fault."""
        return date.fromisoformat(self.cells[column]) if self.cells[column] else None


Faults = dict[str, list[str]]


def read(data: bytes, kind: str) -> tuple[list[Row], Faults]:
    """The lines of a file of ``kind`` (people, training), and what is wrong with the file as such, by line.

    UTF-8 CSV with a header; another encoding is told by the line it shows in.
    """
    if len(data) > MOST_BYTES:
        return [], {"file": [f"is over {MOST_BYTES // 1024} KiB"]}
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], {f"line {line}": ["is not UTF-8. Save the file as “CSV UTF-8”"]}
    faults: Faults = {}
    rows = _rows(text, COLUMNS[kind], faults)
    if not rows and not faults:
        faults["file"] = ["holds no line below its header"]
    return rows, faults


def shown(faults: Faults) -> Faults:
    """The first ``MOST_SHOWN`` lines that are wrong, and how many more there are: nobody reads two thousand."""
    more = len(faults) - MOST_SHOWN
    if more <= 0:
        return faults
    first = dict(list(faults.items())[:MOST_SHOWN])
    return {**first, "file": [*first.get("file", ()), f"has {more} more lines that are wrong. Correct these first"]}


def people_faults(row: Row, parties: Mapping[str, Party], roles: Mapping[str, Role]) -> list[str]:
    """What is wrong with one person's line, by itself."""
    cells = row.cells
    role = roles.get(cells["role"])
    return [
        *email_faults(fold_email(cells["email"])),
        *name_faults(cells["name"]),
        *([] if cells["party"] in parties else [f"party “{cells['party'][:40]}” is none of the parties"]),
        *([] if role else [f"role “{cells['role'][:40]}” is none of the roles"]),
        *(["the role belongs to the other party"] if role and role.party != cells["party"] else []),
        *_dates(cells, ("from", "until")),
    ]


def training_faults(row: Row, gates: Gates, today: date) -> list[str]:
    """What is wrong with one result's line, by itself."""
    cells = row.cells
    found = [f"{name} is missing" for name in TRAINING if not cells[name]]
    found += [f"{name} is over {MOST_TEXT} characters" for name in TRAINING if len(cells[name]) > MOST_TEXT]
    if cells["module"] and cells["module"] not in gates.modules:
        found.append(f"module “{cells['module'][:40]}” is none of {', '.join(gates.modules)}")
    if cells["result"] and cells["result"] not in RESULTS:
        found.append("result must be “passed” or “not passed”")
    wrong = _dates(cells, ("on",))
    if not wrong and cells["on"] and not date(2000, 1, 1) <= date.fromisoformat(cells["on"]) <= today:
        wrong = ["on is to come, or before 2000"]
    return found + wrong


def twice(rows: Sequence[Row], columns: Sequence[str]) -> Faults:
    """Lines that say again what an earlier one says, by these columns."""
    seen: dict[tuple[str, ...], int] = {}
    found: Faults = {}
    for row in rows:
        key = tuple(row.cells[column].casefold() for column in columns)
        if key in seen:
            found[f"line {row.line}"] = [f"says again what line {seen[key]} says"]
        seen.setdefault(key, row.line)
    return found


def _rows(text: str, columns: Sequence[str], faults: Faults) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Row] = []
    start = 1
    try:
        header = [tidy(each) for each in next(reader, [])]
        if header != list(columns):
            faults["line 1"] = [f"must name these columns, in this order: {', '.join(columns)}"]
            return []
        start = reader.line_num + 1
        for cells in reader:
            if cells:
                _row(start, cells, columns, found, faults)
            start = reader.line_num + 1
    except csv.Error as error:
        faults[f"line {start}"] = [f"cannot be read as CSV: {error}"]
    return found


def _row(line: int, cells: Sequence[str], columns: Sequence[str], found: list[Row], faults: Faults) -> None:
    if len(found) >= MOST_ROWS:
        faults["file"] = [f"has more than {MOST_ROWS} lines"]
    elif len(cells) != len(columns):
        faults[f"line {line}"] = [f"has {len(cells)} cells where the header has {len(columns)}"]
    elif unseen := [name for name, cell in zip(columns, cells, strict=True) if hidden(cell)]:
        faults[f"line {line}"] = [f"{name} holds a character that cannot be seen" for name in unseen]
    else:
        found.append(Row(line, {name: tidy(cell) for name, cell in zip(columns, cells, strict=True)}))


def _dates(cells: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    found = []
    for column in columns:
        try:
            if cells[column] and len(cells[column]) != len("2026-03-27"):
                raise ValueError
            if date.fromisoformat(cells[column] or "2026-03-27").year not in _YEARS:
                raise ValueError
        except ValueError:
            found.append(f"{column} must be a date like 2026-03-27")
    return found
