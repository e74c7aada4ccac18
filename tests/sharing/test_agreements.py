"""Agreements are read strictly: one fault in a file is told by file and key, and nothing bad comes into force."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from foundation.policy import Faults
from identity.model import OfficeKind, Party
from identity.policy.parties import load_parties
from sharing.model.agreement import Agreements
from sharing.policy.files import load_agreements

BAD = Path(__file__).parent / "bad"
POLICIES = Path(__file__).parents[2] / "policies"
CASES = sorted(path for path in BAD.glob("*.toml") if path.stem != "good")


def office(name: str, *, many: bool = False) -> OfficeKind:
    return OfficeKind(name, name.title(), single=not many, per_establishment=many)


def party(name: str, *offices: OfficeKind) -> Party:
    return Party(name, name.title(), name.title(), name.upper(), True, offices)


PARTIES = {
    "alpha": party("alpha", office("desk"), office("outpost", many=True)),
    "beta": party("beta", office("head"), office("staff"), office("archive"), office("branch", many=True)),
    "delta": party("delta", office("desk")),
}


def load(root: Path, *files: tuple[str, str]) -> tuple[Agreements, Faults]:
    (root / "agreements").mkdir()
    for name, text in files:
        (root / "agreements" / name).write_text(text, encoding="utf-8")
    faults = Faults()
    return load_agreements(root, PARTIES, faults), faults


def good() -> str:
    return (BAD / "good.toml").read_text(encoding="utf-8")


def test_the_good_file_has_no_fault(tmp_path: Path) -> None:
    agreements, faults = load(tmp_path, ("alpha-beta.toml", good()))
    assert faults.found == []
    assert [route.id for route in agreements.versions[0].routes.values()] == ["out", "back"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_bad_file_is_told_by_file_and_key(tmp_path: Path, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    key, _, problem = text.splitlines()[0].removeprefix("# ").partition("|")
    _, faults = load(tmp_path, (path.name, text))
    assert {fault.file for fault in faults.found} == {f"agreements/{path.name}"}
    assert any(fault.key == key.strip() and problem.strip() in fault.problem for fault in faults.found), faults.found


@pytest.mark.parametrize(
    ("version", "since", "key"),
    [("1", "2027-01-01", "version"), ("2", "2026-01-01", "in_force"), ("2", "2025-01-01", "in_force")],
)
def test_versions_that_overlap_are_a_fault(tmp_path: Path, version: str, since: str, key: str) -> None:
    later = good().replace("version = 1", f"version = {version}").replace("2026-01-01", since)
    _, faults = load(tmp_path, ("a.toml", good()), ("b.toml", later))
    assert [(fault.file, fault.key) for fault in faults.found] == [("agreements/b.toml", key)]


def test_each_day_has_the_version_then_in_force_and_an_item_keeps_its_own(tmp_path: Path) -> None:
    later = good().replace("version = 1", "version = 2").replace("2026-01-01", "2027-01-01")
    agreements, faults = load(tmp_path, ("a.toml", good()), ("b.toml", later))
    assert faults.found == []
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    found = [agreements.current("alpha-beta", day) for day in days]
    assert [each.version if each else None for each in found] == [None, 1, 1, 2]
    assert agreements.version("alpha-beta", 1).in_force == date(2026, 1, 1)
    with pytest.raises(KeyError):
        agreements.version("alpha-beta", 3)


def test_no_agreement_at_all_is_a_fault(tmp_path: Path) -> None:
    _, faults = load(tmp_path)
    assert [str(fault) for fault in faults.found] == ["agreements: holds no agreement"]


def test_the_shipped_agreement_has_no_fault_and_labels_every_time_nobody_agreed(tmp_path: Path) -> None:
    shutil.copytree(POLICIES, tmp_path / "policies")
    faults = Faults()
    agreements = load_agreements(tmp_path / "policies", load_parties(tmp_path / "policies", faults), faults)
    assert faults.found == []
    steps = [step for a in agreements.versions for route in a.routes.values() for step in route.steps]
    assert steps
    assert all(step.clauses for step in steps)
    assert {step.within.basis for step in steps if step.within} == {"local interpretation"}
