"""Every row of docs/security/adversary.md is done for real, and the page says what came of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversary import acts_access, acts_content, acts_disposal, acts_log
from tests.adversary.rows import CONTROLS, ROWS, Row
from tests.adversary.scene import Scene, build, copied, everybody

assert acts_access and acts_content and acts_disposal and acts_log  # each module enters its rows as it is read

pytestmark = pytest.mark.folder("copies a house with its folders; what lies in a bucket is told the same things")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = build(tmp_path_factory.mktemp("adversary"))
    yield made
    made.live.close()


def run(scene: Scene, row: Row, folder: Path) -> None:
    copy = copied(scene, folder, database=row.database)
    try:
        row.act(copy)
        told = everybody(copy)
        assert frozenset(told) - {"let in"} == row.seen, told
        if row.after is not None:
            row.after(copy)
    finally:
        copy.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_an_insider_does_is_noticed_by_exactly_whom_the_page_names(scene: Scene, row: Row, tmp_path: Path) -> None:
    run(scene, row, tmp_path)


@pytest.mark.parametrize("row", CONTROLS, ids=lambda row: row.did)
def test_the_same_through_the_service_alarms_nobody(scene: Scene, row: Row, tmp_path: Path) -> None:
    run(scene, row, tmp_path)
