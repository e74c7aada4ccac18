"""Every row of docs/security/adversary.md is done for real, and the page says what came of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversary.page import PAGE, page
from tests.adversary.rows import CONTROLS, ROWS, Row
from tests.adversary.scene import Scene, build, copied, everybody

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


def test_the_page_says_what_these_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.adversary.page"


def test_no_act_stands_twice() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 80
