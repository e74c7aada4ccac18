"""Logs to write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from audit_log import Log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def new_log(tmp_path: Path) -> Iterator[Callable[[], Log]]:
    made: list[Log] = []

    def make() -> Log:
        folder = tmp_path / f"log-{len(made)}"
        folder.mkdir()
        made.append(Log(folder))
        return made[-1]

    yield make
    for each in made:
        each.engine.dispose()
