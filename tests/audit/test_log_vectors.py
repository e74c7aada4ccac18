"""Every vector of the log's formats, made from the documents alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.check import Report
from audit.trust import parse
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt

VECTORS = Path(__file__).parents[1] / "vectors/log"


def of(quality: str) -> list[Path]:
    found = sorted((VECTORS / quality).iterdir())
    assert len(found) > 40
    return found


def verified(folder: Path) -> Report:
    trust = parse((folder / "trust").read_bytes())
    for name in ("bundle.zip", "bundle"):
        if (folder / name).exists():
            kept = [path.read_text() for path in sorted(folder.glob("kept-*"))]
            return verify_bundle(folder / name, trust, kept=kept)
    if (folder / "receipt.json").exists():
        return verify_receipt((folder / "receipt.json").read_bytes(), trust)
    return verify_checkpoint((folder / "checkpoint").read_bytes(), trust)


def told(report: Report, name: str) -> Any:
    if name == "timestamps":
        return {"verified": report.stamped, "unchecked": report.unstamped}
    found = getattr(report, {"from": "first", "to": "end"}.get(name, name))
    return list(found) if isinstance(found, tuple) else found


@pytest.mark.parametrize("folder", of("good"), ids=lambda path: path.name)
def test_a_good_vector_verifies_and_says_what_it_must(folder: Path) -> None:
    report = verified(folder)
    assert report.faults == ()
    expected = json.loads((folder / "expected.json").read_text())
    assert {name: told(report, name) for name in expected} == expected


@pytest.mark.parametrize("folder", of("bad"), ids=lambda path: path.name)
def test_a_bad_vector_is_refused_for_what_is_wrong_with_it(folder: Path) -> None:
    report = verified(folder)
    expected = json.loads((folder / "expected.json").read_text())
    assert not report.ok
    assert report.faults
    assert set(expected["faults"]) <= report.codes, report.faults
