"""What is read once in a process of tests is read again as soon as it is another."""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from app.bootstrap import policies
from foundation.policy import PolicyFaulty
from tests.remembered import MOST, load, really_read

POLICIES = Path(__file__).parents[2] / "policies"
FILE = "parties.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(POLICIES, tmp_path / "policies")


def test_what_is_remembered_is_what_is_read() -> None:
    assert policies.load is load
    first, again, read = load(POLICIES), load(POLICIES), really_read(POLICIES)
    assert again.digest == read.digest
    for field in fields(first):
        assert getattr(first, field.name) is getattr(again, field.name), field.name
    assert (again.parties, again.roles, again.gates.modules) == (read.parties, read.roles, read.gates.modules)


def test_what_one_house_is_given_instead_no_other_has() -> None:
    first = load(POLICIES)
    object.__setattr__(first, "agreements", None)
    assert load(POLICIES).agreements is not None


def test_a_file_that_was_changed_is_read_and_what_is_refused_is_refused_each_time(folder: Path) -> None:
    before = load(folder)
    kept = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(kept + b"\n# said otherwise\n")
    assert load(folder).digest != before.digest
    (folder / FILE).write_bytes(kept + b"\nbogus = 1\n")
    for _ in range(2):
        with pytest.raises(PolicyFaulty, match="bogus"):
            load(folder)
    (folder / FILE).write_bytes(kept)
    assert load(folder).digest == before.digest


def test_few_are_remembered(folder: Path) -> None:
    first = load(POLICIES)
    for number in range(MOST):
        (folder / "note.md").write_text(str(number))
        load(folder)
    assert load(POLICIES).parties is not first.parties
