"""The stand-alone verifier on every vector, and beside ``custodes verify``: two programs, one answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.asking import apart

VECTORS = Path(__file__).parents[1] / "vectors"
LOG = sorted(path.parent for path in (VECTORS / "log").glob("*/*/expected.json"))
OLD_KINDS = ("audit/bundles", "audit/receipts", "audit/notes", "certificate", "batch-certificate")
OLD = sorted(path for kind in OLD_KINDS for path in (VECTORS / kind).glob("*/*") if path.is_file())
COUNTED = ("entries", "disclosed", "redacted", "checkpoints", "from", "to", "size", "inside", "not_compared")


def asked(folder: Path) -> tuple[Path, list[object]]:
    (path,) = [
        folder / name for name in ("bundle.zip", "bundle", "receipt.json", "checkpoint") if (folder / name).exists()
    ]
    kept = [word for path in sorted(folder.glob("kept-*")) for word in ("--kept", path)]
    return path, ["--trust", folder / "trust", *kept]


def key_of(path: Path) -> Path:
    kind = path.relative_to(VECTORS).parts[0]
    return VECTORS / (f"{kind}/trusted.vkey" if kind.endswith("certificate") else "audit/vkey")


def name(path: Path) -> str:
    return path.relative_to(VECTORS).as_posix()


def test_there_are_vectors_of_every_kind() -> None:
    assert len(LOG) > 100
    assert {path.parent.name for path in OLD} == {"good", "bad"}


@pytest.mark.parametrize("folder", LOG, ids=name)
def test_a_vector_has_the_result_that_stands_beside_it(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    path, words = asked(folder)
    verdict = apart(path, *words)
    assert (verdict.code == 0) is expected["ok"], verdict
    assert set(expected.get("faults", ())) <= verdict.faults
    if expected["ok"] and path.name.startswith("bundle"):
        counts, result = verdict.result["counts"], verdict.result
        assert {key: counts[key] for key in COUNTED if key in expected} == {
            k: expected[k] for k in COUNTED if k in expected
        }
        assert [change["checkpoint"] for change in result["key_changes"] if change["trusted"]] == expected.get(
            "rotations", []
        )
        stamps = expected.get("timestamps", {"verified": counts["timestamps_verified"]})
        assert counts["timestamps_verified"] == stamps["verified"]
    if "cosigned" in expected:
        witnesses = sorted(witness["key"].rpartition("+")[0] for witness in verdict.result["witnesses"])
        assert witnesses == sorted(expected["cosigned"])


@pytest.mark.parametrize("path", OLD, ids=name)
def test_a_file_is_good_or_bad_as_its_folder_says(path: Path) -> None:
    verdict = apart(path, "--trust", key_of(path))
    assert verdict.code == (0 if path.parent.name == "good" else 1), verdict


@pytest.mark.parametrize("folder", LOG, ids=name)
def test_custodes_verify_says_the_same_of_a_vector(folder: Path, house: Callable[..., int]) -> None:
    path, words = asked(folder)
    assert house(path, *words) == apart(path, *words).code


@pytest.mark.parametrize("path", OLD, ids=name)
def test_custodes_verify_says_the_same_of_a_file(path: Path, house: Callable[..., int]) -> None:
    assert house(path, "--trust", key_of(path)) == apart(path, "--trust", key_of(path)).code
