"""What is stated of processing: every fault by file and key, and nothing verified that nobody verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.policy import Faults
from identity.policy.parties import load_parties
from sharing.model.processing import HOLDS, Processing
from sharing.policy.files import load_agreements
from sharing.policy.processing import load_processing

POLICIES = Path(__file__).parents[2] / "policies"
GOOD = (POLICIES / "data-protection" / "hmip-imb.toml").read_text(encoding="utf-8")


def load(folder: Path, *texts: str) -> tuple[dict[str, Processing], list[str]]:
    (folder / "data-protection").mkdir()
    for number, text in enumerate(texts):
        (folder / "data-protection" / f"{number}.toml").write_text(text, encoding="utf-8")
    faults = Faults()
    agreements = load_agreements(POLICIES, load_parties(POLICIES, faults), faults)
    assert faults.found == []
    return load_processing(folder, agreements, faults), [str(each) for each in faults.found]


def test_what_is_shipped_holds_and_speaks_of_every_kind_of_item(tmp_path: Path) -> None:
    found, faults = load(tmp_path, GOOD)
    assert faults == []
    one = found["hmip-imb"]
    assert {kind for each in one.activities for kind in each.kinds} >= {"intelligence", "outcome-report"}
    assert one.controllers["hmip"].officer is None, "nobody has said who it is, so nobody is named"
    assert set(one.activities[0].presumed) <= set(HOLDS)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('agreement = "hmip-imb"', 'agreement = "hmip-xyz"', "agreement: there is no agreement “hmip-xyz”"),
        ('party = "hmip"', 'party = "ppo"', "controller[0].party: “ppo” is no party of this agreement"),
        ('party = "hmip"', 'party = "imb"', "controller[1].party: “imb” is given twice"),
        ('"outcome-report"]', '"gossip"]', "activity[0].kinds: “gossip” is no kind of item of this agreement"),
        ('"special", "offence"]', '"special", "secret"]', "activity[0].presumed: “secret” is none of"),
        ('id = "scrutiny"\n', "", "activity[0].id: is missing"),
        ('source = "M01"\n', "", "sharing_agreement.source: is missing"),
        ("[rights]", "[rites]", "rites: is not a key known here"),
        (
            'remembered as the likely basis; the data protection officers have to confirm it"\nverified = false',
            'remembered as the likely basis; the data protection officers have to confirm it"\nverified = true',
            "activity[0].lawful_basis.verified: what is unverified, or a local interpretation, was verified by nobody",
        ),
    ],
)
def test_a_fault_names_file_and_key(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in GOOD
    _, faults = load(tmp_path, GOOD.replace(was, now, 1))
    assert any(said in each for each in faults), faults
    assert all(each.startswith("data-protection/0.toml: ") for each in faults)


def test_two_files_of_one_agreement_are_a_fault(tmp_path: Path) -> None:
    _, faults = load(tmp_path, GOOD, GOOD)
    assert any("stands in another file too" in each for each in faults)


def test_of_an_agreement_without_a_file_nothing_is_stated(tmp_path: Path) -> None:
    assert load(tmp_path) == ({}, [])
