"""Files of a next version, good and bad: each fault told by its key, and nothing taken in of a file that has one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sharing.errors.versions import VersionFaulty
from sharing.rules.versions import texts
from sharing.service.changing import checked
from tests.sharing import version_world as vw
from tests.sharing.version_world import AGREEMENT, next_text

VECTORS = Path(__file__).parents[1] / "vectors" / "agreement-version"
CHANGED = sorted(VECTORS.glob("*.toml"))
RAW = sorted(VECTORS.glob("*.bytes"))


def faults_of(file: bytes) -> dict[str, tuple[str, ...]]:
    agreements = vw.shipped().agreements
    try:
        checked(file, agreements.of(AGREEMENT)[-1], agreements, vw.check)
    except VersionFaulty as error:
        return dict(error.fields)
    return {}


def read(path: Path) -> tuple[bytes, str, str]:
    """The shipped file as the next version, worsened; the key and the words of the fault it must tell."""
    text = path.read_text("utf-8")
    key, _, problem = text.splitlines()[0].removeprefix("# ").partition(" | ")
    found = tomllib.loads(text)
    whole = next_text()
    assert found["was"] in whole
    return whole.replace(found["was"], found["now"]).encode(), key.strip(), problem


@pytest.mark.parametrize("path", [each for each in CHANGED if not each.stem.startswith("good")], ids=lambda p: p.stem)
def test_each_fault_is_told_by_its_key(path: Path) -> None:
    file, key, problem = read(path)
    found = faults_of(file)
    assert any(name.endswith(key) and any(problem in each for each in said) for name, said in found.items()), found


@pytest.mark.parametrize("path", [each for each in CHANGED if each.stem.startswith("good")], ids=lambda p: p.stem)
def test_a_good_one_is_taken(path: Path) -> None:
    assert faults_of(read(path)[0]) == {}


@pytest.mark.parametrize("path", RAW, ids=lambda p: p.stem)
def test_what_is_no_file_of_an_agreement_is_refused_whole(path: Path) -> None:
    assert list(faults_of(path.read_bytes())) == ["file"]


@pytest.mark.parametrize("size", [texts.MOST_BYTES + 1, 20 * texts.MOST_BYTES])
def test_a_file_that_is_too_large_is_not_read(size: int) -> None:
    assert faults_of(b"#" * size) == {"file": ("is longer than 256 KiB",)}


def test_every_cut_of_the_file_is_read_without_a_crash() -> None:
    """A cut between two tables may leave a good file, which says less; all others are faults."""
    whole = next_text().encode()
    taken = [at for at in range(0, len(whole) - 1, len(whole) // 40) if not faults_of(whole[:at])]
    assert len(taken) <= 3


def test_more_duties_than_can_be_held_against_each_other_are_refused_soon() -> None:
    one = '\n[[duty]]\nnumber = "Z{:02}"\nid = "z-{}-{}"\nwhat = "x"\nwho = ["imb"]\nhome = "context"\nbecause = "x"\n'
    more = "".join(one.format(count % 100, count, count) for count in range(400))
    assert any("more than 300" in each for said in faults_of((next_text() + more).encode()).values() for each in said)
