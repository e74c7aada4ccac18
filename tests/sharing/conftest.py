"""A house for each test that asks for one: built once, copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sharing.world import World


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "house"
    folder.mkdir()
    World(folder, build=True).close()
    return folder


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(built, tmp_path / "house")
    made = World(tmp_path / "house")
    yield made
    made.close()
