"""What is wrong in policies/rights.toml is said with file and key, all of it in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.policy import PolicyFaulty
from sharing.model.rights import Rights
from tests.sharing.rights_world import POLICIES, rights_of

TEXT = (POLICIES / "rights.toml").read_text(encoding="utf-8")


def read(folder: Path, text: str) -> Rights:
    (folder / "rights.toml").write_text(text, encoding="utf-8")
    found: Rights = rights_of(folder)
    return found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("months = 1 ", "months = 0 ", "clock.months: must be at least 1"),
        ('"next-working-day"', '"whenever"', "clock.weekends: must be one of"),
        ("[10, 3]", "[0, true]", "clock.reminders: must be a list of whole numbers"),
        ("stops_verified = false", "", "clock.stops_verified: is missing"),
        ('outcomes = ["corrected"', 'outcomes = ["improved"', "right.rectification.outcomes: “improved” is not known"),
        ('needs = "destroyed"', 'needs = "magic"', "needs: must be “destroyed” or “restricted”"),
        ('rights = ["erasure"]', 'rights = ["oblivion"]', "ground.hold.rights: “oblivion” is not known"),
        ('id = "excessive"', 'id = "unfounded"', "“unfounded” is used twice"),
        ("[letter]", "[letters]", "letter: is missing"),
        ("electronic = false", "electronic = 0", "electronic: must be true or false"),
    ],
)
def test_a_fault_is_named_by_file_and_key(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in TEXT
    with pytest.raises(PolicyFaulty) as refused:
        read(tmp_path, TEXT.replace(before, after, 1))
    assert any(said in str(fault) and str(fault).startswith("rights.toml") for fault in refused.value.faults)


def test_a_right_that_could_never_be_refused_as_a_whole_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PolicyFaulty, match="no ground for which the whole request may be refused"):
        read(tmp_path, TEXT.replace("whole = true", "whole = false"))


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PolicyFaulty, match="is missing"):
        rights_of(tmp_path)


def test_what_nobody_read_in_its_source_says_so() -> None:
    rights = rights_of()
    assert set(rights.clock.unverified) == {"weekends", "stops"}
    assert not rights.kept_verified
