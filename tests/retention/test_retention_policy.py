"""Schedules are data, read strictly, and no period stands in them that nobody verified."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from retention_world import PARTIES, SAMPLE

from foundation.policy import Faults
from retention.model.schedule import Schedules
from retention.policy.files import load

SHIPPED = Path(__file__).parents[2] / "policies"


def faults_of(root: Path, parties: tuple[str, ...] = PARTIES) -> list[str]:
    faults = Faults()
    load(root, parties, faults)
    return [str(each) for each in faults.found]


def sample() -> Schedules:
    faults = Faults()
    schedules = load(SAMPLE, PARTIES, faults)
    faults.raise_any()
    return schedules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "p")
    return tmp_path / "p"


def change(folder: Path, old: str, new: str, name: str = "alpha") -> None:
    path = folder / "retention" / f"{name}.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_shipped_loads_without_a_fault() -> None:
    assert faults_of(SHIPPED, ("hmip", "imb")) == []


def test_what_is_shipped_gives_no_period_that_no_source_gives() -> None:
    schedules = load(SHIPPED, ("hmip", "imb"), Faults())
    for schedule in schedules.parties.values():
        for version in schedule.versions:
            assert set(version.classes) == {"correspondence", "intelligence", "inspection-report", "outcome-report"}
            for each in version.classes.values():
                assert not each.verified
                assert each.months is None
                assert each.authority


def test_the_version_in_force_is_the_last_one_begun() -> None:
    alpha = sample().parties["alpha"]
    assert alpha.at(date(2023, 12, 31)) is None
    assert [alpha.at(day).number for day in (date(2024, 1, 1), date(2026, 6, 30), date(2026, 7, 1))] == [1, 1, 2]


def test_years_are_twelve_months() -> None:
    found = sample().find("alpha", "letters", date(2026, 7, 1))
    assert found
    assert found[1].months == 24


def test_a_schedule_of_nobody_and_a_missing_one_are_faults(folder: Path) -> None:
    (folder / "retention" / "beta.toml").rename(folder / "retention" / "gamma.toml")
    faults = faults_of(folder)
    assert "retention/gamma.toml: party: “gamma” is no party" in faults
    assert "retention/beta.toml: is missing" in faults


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("verified = true", "verified = true\nperiod_day = 3", "is not a key known here"),
        ("verified = true", "verified = false", "no period may stand here"),
        ("verified = false", "verified = true", "is missing: a verified class states its period"),
        ("verified = true", "verified = true\nperiod_years = 1", "side by side"),
        ("period_months = 1\n", "period_months = 5000\n", "at most"),
        ("period_months = 1\n", 'period_months = "1"\n', "must be a whole number"),
        ("period_months = 1\n", "period_months = -1\n", "at least 0"),
        ('action = "destroy"', 'action = "burn"', "must be one of “destroy”, “review”"),
        ('authority = "Invented sample schedule 1, paragraph 1"\n', "", "is missing"),
        ('authority = "Invented sample schedule 1, paragraph 1"\n', 'authority = " "\n', "is empty"),
        ('clauses = ["M71a"]', "clauses = []", "needs at least 1"),
        ('clauses = ["M71a"]', 'clauses = ["because"]', "no obligation number"),
        ('triggers = ["sharing.item-closed", "sharing.item-withdrawn"]', 'triggers = ["sharing.item-closed"]',
         "lacks “sharing.item-withdrawn”"),
        ('code = "notes"', 'code = "letters"', "stands twice"),
        ("effective_from = 2026-07-01", "effective_from = 2024-01-01", "overlaps"),
        ("version = 2", "version = 1", "overlaps"),
        ("effective_from = 2026-07-01", "effective_from = 2026-07-01T00:00:00Z", "without a time"),
        ('party = "alpha"', 'party = "beta"', "says “beta”"),
        ('party = "alpha"', 'party = "alpha', "cannot be read"),
    ],
)  # fmt: skip
def test_each_fault_names_its_file_and_what_to_change(folder: Path, old: str, new: str, said: str) -> None:
    change(folder, old, new)
    faults = faults_of(folder)
    assert any(each.startswith("retention/alpha.toml: ") and said in each for each in faults), faults


def test_local_rules_of_disposal_need_their_source(folder: Path) -> None:
    change(folder, 'clauses = ["gscp24 para 42d"]', "clauses = []", "disposal")
    change(folder, "days = 14", "days = 14\nhours = 2", "disposal")
    faults = faults_of(folder)
    assert "retention/disposal.toml: longest_keeping.clauses: needs at least 1" in faults
    assert "retention/disposal.toml: cooling_off.hours: is not a key known here" in faults
