"""A house for each test that asks for one: built once, copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.sharing.world import World


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Its folder and its database."""
    folder = tmp_path_factory.mktemp("built") / "house"
    folder.mkdir()
    made = World(folder, build=True)
    made.close()
    return folder, made.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def house(built: tuple[Path, str], tmp_path: Path) -> Iterator[World]:
    folder, database = built
    shutil.copytree(folder, tmp_path / "house")
    made = World(tmp_path / "house", database=databases.copy(database, tmp_path / "house"))
    yield made
    made.close()
