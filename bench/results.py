"""What a measurement found, kept beside what was true of the machine while it was found.

Every measurement says its figures through ``say``: the line is printed, and kept if the run is to be kept
(``python -m bench --save``: a file for each measurement in bench/results/, from which bench/draw.py makes the tables
and charts of docs/benchmarks.md).
"""

from __future__ import annotations

import atexit
import json
import os
import platform
import re
import sqlite3
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).parent / "results"
SAVE = "BENCH_SAVE"  # the file this process keeps its figures in
_WHERE = os.environ.pop(SAVE, "")  # popped: no process started by this one may write there
BUSY = 0.5  # load for each processor above which a run is not worth keeping
TARGET = re.compile(r"(<=|>=|<|>|=)\s*([0-9][0-9,]*(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the median of ``n`` samples, and between which half of them lie (``low``, ``high``)."""

    what: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 1
    target: str = ""
    durable: str = ""  # what was safe when it was acknowledged

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        found = TARGET.match(self.target)
        if found is None:
            return None
        sign, limit = found[1], float(found[2].replace(",", ""))
        holds = {"<=": self.value <= limit, ">=": self.value >= limit, "=": self.value == limit}
        return holds.get(sign, self.value < limit if sign == "<" else self.value > limit)

    @property
    def short(self) -> float:
        """By what part of the target it is missed; 0 if it is met."""
        found = TARGET.match(self.target)
        if found is None or self.met:
            return 0.0
        limit = float(found[2].replace(",", ""))
        return abs(self.value - limit) / limit if limit else abs(self.value)


@dataclass(slots=True)
class Run:
    """All a measurement found. ``tables``: what is no figure, rows of words by name."""

    name: str = ""
    conditions: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def get(self, what: str) -> Figure | None:
        return next((each for each in self.figures if each.what == what), None)

    def starting(self, words: str) -> list[Figure]:
        return [each for each in self.figures if each.what.startswith(words)]


HERE = Run()


def say(
    what: str,
    found: float | Sequence[float],
    unit: str = "",
    *,
    target: str = "",
    durable: str = "",
    places: int = 2,
) -> Figure:
    """Print a figure, and keep it if this run is kept. Samples are told by their median and quartiles."""
    samples = [float(found)] if isinstance(found, (int, float)) else [float(each) for each in found]
    low, high = quartiles(samples)
    made = Figure(what, statistics.median(samples), unit, low, high, len(samples), target, durable)
    keep(made)
    spread = f"  ({low:,.{places}f} to {high:,.{places}f})" if low is not None and high is not None else ""
    aimed = f"   target {target}{'' if made.met in (None, True) else '   MISSED'}" if target else ""
    how = f"   [{durable}]" if durable else ""
    print(f"{what:<72} {made.value:>12,.{places}f} {unit}{spread}{aimed}{how}", flush=True)
    return made


def keep(figure: Figure) -> None:
    """The same without a word, for a measurement that prints a table of its own."""
    _begin()
    if HERE.get(figure.what):
        raise RuntimeError(f"“{figure.what}” is said twice")
    HERE.figures.append(figure)


def table(name: str, rows: Sequence[Sequence[str]]) -> None:
    """Words in rows, the first of them the head; printed and kept."""
    _begin()
    HERE.tables[name] = [list(row) for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    print(f"\n{name}")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True)


def condition(name: str, words: str) -> None:
    """Something to be known beside the figures: a peer's version, a setting."""
    _begin()
    HERE.conditions[name] = words
    print(f"{name}: {words}", flush=True)


def quartiles(samples: Sequence[float]) -> tuple[float | None, float | None]:
    if len(samples) < 3:
        return None, None
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return low, high


def percentile(samples: Sequence[float], part: float) -> float:
    """Of unsorted samples; the nearest rank."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def load() -> float:
    """Of each processor, in the minute before."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def conditions() -> dict[str, Any]:
    """What was true of the machine."""
    try:
        ours = version("custodes")
    except PackageNotFoundError:
        ours = "not installed"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "custodes": ours,
        "processors": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load before": round(load(), 2),
    }


def in_words(said: dict[str, Any]) -> str:
    return ", ".join(f"{name} {words}" for name, words in said.items())


def save() -> None:
    """To the file this process was told; nothing if it was told none. At its end, and only if it ended well."""
    if _WHERE and HERE.figures and not _failed:
        kept = {"conditions": HERE.conditions, "figures": [_slim(each) for each in HERE.figures], "tables": HERE.tables}
        Path(_WHERE).parent.mkdir(parents=True, exist_ok=True)
        Path(_WHERE).write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> Run:
    """What a run kept."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return Run(path.stem, said["conditions"], [Figure(**each) for each in said["figures"]], said["tables"])


def read_all(folder: Path = FOLDER) -> dict[str, Run]:
    """By the measurement's name."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.json"))}


_failed: list[object] = []


def _begin() -> None:
    if not HERE.conditions:
        HERE.conditions.update(conditions())
        HERE.name = str(os.getpid())
        atexit.register(_end)
        sys.excepthook = _fell


def _end() -> None:
    if str(os.getpid()) == HERE.name:  # not a child that was forked
        save()


def _fell(kind: type[BaseException], error: BaseException, at: Any) -> None:
    _failed.append(error)
    sys.__excepthook__(kind, error, at)


def _slim(figure: Figure) -> dict[str, Any]:
    """Six digits are more than any of it is worth."""
    rounded = {name: float(f"{v:.6g}") if isinstance(v, float) else v for name, v in asdict(figure).items()}
    return {name: v for name, v in rounded.items() if v not in (None, "")}


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found[1].strip() if found else platform.machine()
