"""Everything the fuzzer ever kept, and what it starts from, by plain pytest: a finding once made is a test for ever."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(path.stem for path in (HERE / "targets").glob("*.py"))
KEPT = sorted(path for path in (HERE / "corpus").rglob("*") if path.is_file())

pytestmark = pytest.mark.once("no database is touched")


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_fuzzer_starts_from_holds(target: str) -> None:
    module = import_module(f"tests.fuzz.targets.{target}")
    seeds = list(module.seeds())
    assert len(seeds) > 2
    for data in seeds:
        module.one(data)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.name[:12]}")
def test_what_the_fuzzer_kept_holds(path: Path) -> None:
    import_module(f"tests.fuzz.targets.{path.parent.name}").one(path.read_bytes())


def test_every_kept_folder_has_its_target_and_is_small() -> None:
    folders = {path.name for path in (HERE / "corpus").iterdir()}
    assert folders == set(TARGETS)
    assert sum(path.stat().st_size for path in KEPT) < 600_000
