"""A furnished demonstration, made once for the tests that only look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bootstrap.house import House, build, init
from app.config import Settings
from app.demo.build import begin, furnish
from tests import databases, stores

POLICIES = Path(__file__).parents[2] / "policies"


def settings_in(state: Path, **changed: str) -> Settings:
    """Those of a demonstration in this folder."""
    # A house that stands is not set back: on SQLite the database is made where and when a house makes it.
    where = databases.settings(state) if databases.on_postgresql() else stores.settings(state)
    chosen = {"CUSTODES_DEMONSTRATION": "1", "CUSTODES_SECURE": "0", **where, **changed}
    return Settings.from_env({"CUSTODES_STATE": str(state), "CUSTODES_POLICIES": str(POLICIES), **chosen})


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """A house just made, begun for its history or (``begun=False``) at this moment."""
    made: list[House] = []

    def make(*, begun: bool = True, items: bool = True, **changed: str) -> House:
        settings = settings_in(tmp_path / "state", **changed)
        if begun:
            begin(settings, items=items)
        init(settings)
        made.append(build(settings))
        return made[-1]

    yield make
    for house in made:
        house.engine.dispose()


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demonstration with everything in it."""
    settings = settings_in(tmp_path_factory.mktemp("demo") / "state")
    begin(settings)
    init(settings)
    house = build(settings)
    furnish(house)
    yield house
    house.engine.dispose()
