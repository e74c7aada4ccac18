"""One house, and what every test leaves is what the log says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.bootstrap import logbook
from foundation.actor import SERVICE
from tests.house import Live


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("outbox") / "state")
    yield made
    report = logbook.verify(made.house, SERVICE)
    made.close()
    assert report.faults == (), "what every test leaves follows from the log"


@pytest.fixture
def live(shared: Live) -> Live:
    shared.tokens.clear()
    return shared
