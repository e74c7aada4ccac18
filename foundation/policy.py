"""Strict reading of policy files: every key is asked for by name, and what nobody asked for is a fault.

All faults of a folder are collected and raised together, each naming file and key, so that one run tells everything.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from foundation.errors import Invalid

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# An obligation number ("M23"), or a source and the place in it ("GSCP 2024 para 25", "local policy, needs its owner").
CLAUSE = re.compile(r"[A-Z][0-9]{2}[a-z]?|[A-Za-z][A-Za-z0-9.-]+ \S.*")

# What cannot be seen, but for the end of a line: with direction marks a text shows as another than is read and signed.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_YEARS = range(1900, 2201)  # counting on from a day must not come to the end of the calendar


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it stands and what to change."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}" if self.key else f"{self.file}: {self.problem}"


class PolicyFaulty(Invalid):
    """Policies that cannot be used. ``faults`` names file and key of each."""

    code = "policy.faulty"
    title = "The policies cannot be used"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Faults:
    """Collects faults over many files; ``raise_any`` at the end."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, key: str, problem: str) -> None:
        self.found.append(Fault(file, key, problem))

    def raise_any(self) -> None:
        """Raises PolicyFaulty if anything was found."""
        if self.found:
            raise PolicyFaulty(self.found)


class Table:
    """One table of a policy file. Ask for each key once, then call ``done``, which faults what was never asked for.

    A wrong or missing value adds a fault and returns a harmless blank, so that reading goes on to find the rest.
    """

    def __init__(self, file: str, path: str, values: dict[str, Any], faults: Faults) -> None:
        self.file, self.path, self.faults = file, path, faults
        self._values = values
        self._asked: set[str] = set()

    def text(self, key: str, *, default: str | None = None) -> str:
        """A non-empty string."""
        value = self._take(key, str, default)
        if value is not None and not value.strip() and default is None:
            self.fault(key, "is empty")
        elif _hidden(value or ""):
            self.fault(key, "has a character that cannot be seen, such as a direction mark")
        return value or ""

    def code(self, key: str, *, default: str | None = None) -> str:
        """A lower-case word with hyphens: an id other files may refer to."""
        value = self.text(key, default=default)
        if value and not CODE.fullmatch(value):
            self.fault(key, f"“{value}” must be lower-case words joined by hyphens")
        return value

    def number(self, key: str, *, default: int | None = None, least: int = 0) -> int:
        """A whole number, not below ``least``."""
        value = self._take(key, int, default)
        if value is not None and value < least:
            self.fault(key, f"must be at least {least}")
        return value or 0

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false."""
        return bool(self._take(key, bool, default))

    def day(self, key: str, *, default: date | None = None, needed: bool = True) -> date | None:
        """A bare TOML date (not a time)."""
        value: date | None = self._take(key, date, default, needed=needed)
        if isinstance(value, datetime):
            self.fault(key, "must be a date without a time")
            return None
        if value is not None and value.year not in _YEARS:
            self.fault(key, f"must be between {_YEARS[0]} and {_YEARS[-1]}")
            return None
        return value

    def texts(self, key: str, *, default: Sequence[str] | None = None, least: int = 0) -> tuple[str, ...]:
        """A list of non-empty strings without repeats, at least ``least`` long."""
        value = self._take(key, list, None if default is None else list(default)) or []
        if any(not isinstance(entry, str) or not entry.strip() for entry in value):
            self.fault(key, "must be a list of texts")
            return ()
        if any(map(_hidden, value)):
            self.fault(key, "has a character that cannot be seen, such as a direction mark")
        if len(set(value)) != len(value):
            self.fault(key, "names something twice")
        if len(value) < least:
            self.fault(key, f"needs at least {least}")
        return tuple(value)

    def numbers(self, key: str, *, least: int = 0) -> tuple[int, ...]:
        """A list of whole numbers without repeats, none below ``least``."""
        value = self._take(key, list, None) or []
        if any(not isinstance(each, int) or isinstance(each, bool) or each < least for each in value):
            self.fault(key, f"must be a list of whole numbers, each at least {least}")
            return ()
        if len(set(value)) != len(value):
            self.fault(key, "names something twice")
        return tuple(value)

    def clauses(self, key: str = "clauses") -> tuple[str, ...]:
        """The authority of this rule: obligation numbers ("M23") or another source in words. Never empty."""
        value = self.texts(key, least=1)
        for entry in value:
            if not CLAUSE.fullmatch(entry):
                self.fault(key, f"“{entry}” is no obligation number and names no source")
        return value

    def table(self, key: str, *, needed: bool = True) -> Table | None:
        """A sub-table."""
        value = self._take(key, dict, None, needed=needed)
        return None if value is None else Table(self.file, self._at(key), value, self.faults)

    def tables(self, key: str, *, least: int = 0) -> Iterator[Table]:
        """An array of tables, in order."""
        value = self._take(key, list, []) or []
        if len(value) < least:
            self.fault(key, f"needs at least {least}")
        for index, entry in enumerate(value):
            if isinstance(entry, dict):
                yield Table(self.file, f"{self._at(key)}[{index}]", entry, self.faults)
            else:
                self.fault(f"{key}[{index}]", "must be a table")

    def has(self, key: str) -> bool:
        """Is the key given at all? For what may be left out and has no honest default. It does not count as asking."""
        return key in self._values

    def peek(self, key: str) -> object:
        """What stands there, unread: for a check beside the reading of it."""
        return self._values.get(key)

    def named(self) -> tuple[str, ...]:
        """What is given, in order. For a table whose keys are names of something else; it does not count as asking."""
        return tuple(self._values)

    def fault(self, key: str, problem: str) -> None:
        """Record a fault against one key of this table, or against the whole of it ("")."""
        self.faults.add(self.file, self._at(key), problem)

    def done(self) -> None:
        """Fault every key nobody asked for: an unknown key is a rule somebody thinks is in force."""
        for key in self._values.keys() - self._asked:
            self.fault(key, "is not a key known here")

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def _take(self, key: str, kind: type, default: Any, *, needed: bool = True) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if default is None and needed:
                self.fault(key, "is missing")
            return default
        value = self._values[key]
        # bool is an int in Python; a period of `true` months must not pass.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"must be {_SAID[kind]}")
            return None
        return value


_SAID = {str: "a text", int: "a whole number", bool: "true or false", date: "a date", list: "a list", dict: "a table"}


def read(path: Path, root: Path, faults: Faults) -> Table | None:
    """One file as its top table, named relative to ``root``; None (and a fault) when it cannot be parsed."""
    name = path.relative_to(root).as_posix()
    try:
        return Table(name, "", tomllib.loads(path.read_text(encoding="utf-8")), faults)
    except FileNotFoundError:
        faults.add(name, "", "is missing")
    except (ValueError, RecursionError) as error:
        faults.add(name, "", f"cannot be read: {error}")
    return None


def digest(root: Path, pattern: str) -> str:
    """SHA-256 over names and bytes of the matching files, in order: what a decision says it was taken under."""
    total = sha256()
    for path in sorted(root.glob(pattern)):
        if path.is_file():
            body = path.read_bytes()
            total.update(f"{path.relative_to(root).as_posix()}\0{len(body)}\0".encode())
            total.update(body)
    return total.hexdigest()


def _hidden(text: str) -> bool:
    return not text.isprintable() and any(unicodedata.category(one) in _HIDDEN for one in text if one != "\n")
