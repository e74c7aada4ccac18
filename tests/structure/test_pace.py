"""Where several processes share the tests the longest file comes first, and nothing else is changed by that."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests import pace


def named(*names: str) -> list[Any]:
    return [SimpleNamespace(nodeid=name) for name in names]


def test_files_come_the_longest_first_and_each_keeps_its_tests_in_their_order() -> None:
    items = named("a.py::one", "b.py::z", "b.py::a", "c.py::x", "a.py::two")
    found = [item.nodeid for item in pace.longest_first(items, {"b.py": 40.0, "c.py": 3.0, "gone.py": 90.0})]
    assert found == ["b.py::z", "b.py::a", "c.py::x", "a.py::one", "a.py::two"]


def test_a_file_nobody_timed_has_the_place_of_its_many_tests() -> None:
    items = named("short.py::one", *(f"many.py::{n}" for n in range(1000)))
    assert pace.longest_first(items, {"short.py": 20.0})[0].nodeid.startswith("many.py")


def test_what_is_kept_is_read_as_it_was_written(tmp_path: Path) -> None:
    took = {"tests/b.py": 12.0, "tests/a.py": 12.0, "tests/c.py": 70.0, "tests/d.py": 0.4}
    (tmp_path / "kept").write_text(pace.written(took), encoding="utf-8")
    assert pace.read(tmp_path / "kept") == {"tests/c.py": 70.0, "tests/a.py": 12.0, "tests/b.py": 12.0}
    assert pace.written(pace.read()) == pace.KEPT.read_text(encoding="utf-8")
