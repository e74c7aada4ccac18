"""One house for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A house of its own, served by the test client."""
    made = Live.create(tmp_path_factory.mktemp("house") / "state")
    yield made
    made.close()
