"""Which file of tests comes first where several processes share them: the longest, so that none is alone at the end.

How long each took in a whole run at rest is kept in ``tests/pace.txt`` (seconds, file), written by ``make test-sqlite
PACE=tests/pace.txt``. A file not in it yet is put where the number of its tests puts it. It decides nothing else.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

KEPT = Path(__file__).with_suffix(".txt")
EACH = 0.05  # seconds of a test nobody has timed


def read(path: Path = KEPT) -> dict[str, float]:
    """File: seconds."""
    lines = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
    return {name: float(seconds) for seconds, name in lines}


def written(took: dict[str, float]) -> str:
    """The same, the longest first; what takes no time worth a place is left out."""
    found = sorted(((round(seconds), name) for name, seconds in took.items() if seconds >= 1), key=_first)
    return "".join(f"{seconds} {name}\n" for seconds, name in found)


def _first(pair: tuple[int, str]) -> tuple[int, str]:
    return -pair[0], pair[1]


def longest_first(items: list[pytest.Item], took: dict[str, float]) -> list[pytest.Item]:
    """The same tests, file by file, each file's in their order."""
    many = Counter(map(file_of, items))
    weight = {name: max(took.get(name, 0.0), EACH * count) for name, count in many.items()}
    return sorted(items, key=lambda item: (-weight[file_of(item)], file_of(item)))


def file_of(item: Any) -> str:
    """Of a test or of a report of one."""
    return str(item.nodeid).partition("::")[0]
