"""The classes of a schedule as a table: read all or nothing, every fault by line and column; written for spreadsheets.

What is written is read back as it was (docs/formats/schedule.md). No cell begins like a formula.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from retention.errors import ScheduleFaulty
from retention.model.schedule import Action, RetentionClass, Starts
from retention.policy.files import MOST_WORDS, against
from retention.rules.schedule_diff import Effect

COLUMNS: Final = (
    "class", "description", "triggers", "starts", "period_months", "outcomes", "action", "authority", "clauses",
    "verified",
)  # fmt: skip
EFFECT_COLUMNS: Final = (
    "reference", "originator", "class", "state", "due_before", "due_after", "change", "held", "sent_back", "beyond",
)  # fmt: skip
MOST_BYTES: Final = 512 * 1024
MOST_ROWS: Final = 500
_CELL = 4 * MOST_WORDS
_FAULTS = 200  # told at once; whoever sends a photograph is not sent a book
# What a spreadsheet takes for the beginning of a formula, and the mark that says it is none.
_FORMULA = "=+-@\t\r"
_MARK = "'"
_FLAG = {"yes": True, "no": False}

Faults = dict[str, list[str]]


def read(data: bytes) -> tuple[RetentionClass, ...]:
    """The classes of a file, in its order. Raises ScheduleFaulty: ``fields`` has "line 3, period_months" and the like.

    UTF-8, with or without a mark at its front, lines ended by LF or CRLF, the ten columns in their order.
    """
    if len(data) > MOST_BYTES:
        raise _faulty({"file": [f"is over {MOST_BYTES // 1024} KiB"]})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _faulty({f"line {line}": ["is not UTF-8. Save the file as “CSV UTF-8”"]}) from None
    faults: Faults = {}
    found: dict[str, RetentionClass] = {}
    lines: dict[str, int] = {}
    for line, cells in _rows(text, faults):
        each = _class(line, cells, faults)
        if each.code in lines:
            _add(faults, line, "class", f"“{each.code}” stands on line {lines[each.code]} already")
        lines.setdefault(each.code, line)
        found[each.code] = each
    if not found and not faults:
        faults["file"] = ["holds no class"]
    if faults:
        raise _faulty(faults)
    return tuple(found.values())


def write(classes: Iterable[RetentionClass]) -> str:
    """The table of these classes, a line for each in the order given, ended by CRLF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(tidy(cell)) for cell in _cells(each)] for each in classes)
    return out.getvalue()


def effects(found: Iterable[Effect]) -> str:
    """What a version would do to each case, a line for each: codes and dates."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(EFFECT_COLUMNS)
    writer.writerows([_safe(cell) for cell in _effect(each)] for each in found)
    return out.getvalue()


def _effect(found: Effect) -> tuple[str, ...]:
    case, after = found.case, found.after
    flags = (case.held, found.sent_back, after.beyond)
    days = (day.isoformat() if day else "" for day in (case.due_on, after.due_on))
    named = (case.reference, case.originator, case.retention_class, case.state)
    return (*named, *days, found.kind, *("yes" if flag else "no" for flag in flags))


def tidy(text: str) -> str:
    """Without space at its ends, any other run of white space one space: a cell is one line of words."""
    return " ".join(text.split())


def _cells(found: RetentionClass) -> tuple[str, ...]:
    return (
        found.code,
        found.description,
        "; ".join(found.triggers),
        found.starts,
        "" if found.months is None else str(found.months),
        "; ".join(f"{name}={months}" for name, months in found.outcomes),
        found.action,
        found.authority,
        "; ".join(found.clauses),
        "yes" if found.verified else "no",
    )


def _safe(cell: str) -> str:
    """Marked where a spreadsheet would run it, and where the mark itself would be taken off again."""
    marked = cell[:1] in tuple(_FORMULA) or (cell[:1] == _MARK and cell[1:2] in (*_FORMULA, _MARK))
    return _MARK + cell if marked else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == _MARK and cell[1:2] in (*_FORMULA, _MARK) else cell


def _rows(text: str, faults: Faults) -> Iterable[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        header = next(reader, [])
        if wrong := _header(header):
            faults["line 1"] = wrong
            return
        start = reader.line_num + 1
        for number, cells in enumerate(row for row in reader if row):
            if number >= MOST_ROWS:
                faults[f"line {start}"] = [f"is past the {MOST_ROWS} classes one schedule may have"]
                return
            if len(cells) != len(COLUMNS):
                faults[f"line {start}"] = [f"has {len(cells)} cells where there are {len(COLUMNS)} columns"]
            else:
                yield start, dict(zip(COLUMNS, cells, strict=True))
            start = reader.line_num + 1
    except csv.Error as error:
        faults[f"line {start}"] = [f"cannot be read as CSV: {error}"]


def _header(header: Sequence[str]) -> list[str]:
    if tuple(header) == COLUMNS:
        return []
    wrong = [f"column “{name}” is missing" for name in COLUMNS if name not in header]
    wrong += [f"column “{name[:40]}” is not known" for name in header[: 2 * len(COLUMNS)] if name not in COLUMNS]
    return wrong or [f"the columns must be, in this order: {', '.join(COLUMNS)}"]


def _class(line: int, raw: Mapping[str, str], faults: Faults) -> RetentionClass:
    before = sum(map(len, faults.values()))
    cells = {name: _cell(line, name, value, faults) for name, value in raw.items()}
    found = RetentionClass(
        code=cells["class"],
        description=cells["description"],
        triggers=_list(cells["triggers"]),
        months=_number(line, "period_months", cells["period_months"], faults),
        action=cast(Action, cells["action"]),
        authority=cells["authority"],
        clauses=_list(cells["clauses"]),
        verified=_FLAG.get(cells["verified"], False),
        starts=cast(Starts, cells["starts"] or "first"),
        outcomes=tuple(_outcome(line, each, faults) for each in _list(cells["outcomes"])),
    )
    if cells["verified"] not in _FLAG:
        _add(faults, line, "verified", "must be “yes” or “no”")
    if sum(map(len, faults.values())) == before:
        for column, problem in against(found):
            _add(faults, line, column, problem)
    return found


def _cell(line: int, column: str, value: str, faults: Faults) -> str:
    if len(value) > _CELL:
        _add(faults, line, column, f"is longer than {_CELL} characters")
        return ""
    text = _plain(tidy(value))
    # Kinds of character nobody sees: controls, directions, halves of a pair.
    if any(unicodedata.category(each)[0] == "C" for each in text):
        _add(faults, line, column, "holds a character that cannot be seen")
        return ""
    return text


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _number(line: int, column: str, text: str, faults: Faults) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 6:
        _add(faults, line, column, f"“{text[:20]}” must be a whole number of months, in figures")
        return None
    return int(text)


def _outcome(line: int, text: str, faults: Faults) -> tuple[str, int]:
    name, _, months = text.partition("=")
    return name.strip(), _number(line, "outcomes", months.strip() or "?", faults) or 0


def _add(faults: Faults, line: int, column: str, problem: str) -> None:
    faults.setdefault(f"line {line}, {column}", []).append(problem)


def _faulty(faults: Mapping[str, Sequence[str]]) -> ScheduleFaulty:
    count = sum(len(found) for found in faults.values())
    said = "1 fault" if count == 1 else f"{count} faults"
    few = dict(list(faults.items())[:_FAULTS])
    return ScheduleFaulty(f"Nothing was taken in: {said}. Correct the lines named and send it again.", fields=few)
