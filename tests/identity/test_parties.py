"""The policies of parties and roles: the real ones as they must be, and bad ones, each failing by file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from accounts_world import POLICIES, real_policies

from foundation.policy import Faults, PolicyFaulty
from identity.model import DUTIES, PRIVILEGED
from identity.policy.parties import load_parties, load_roles

BAD = Path(__file__).parent / "bad"
CASES = sorted(folder for folder in BAD.iterdir() if (folder / "expected.txt").exists())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_bad_policy_names_file_and_key(folder: Path) -> None:
    faults = Faults()
    load_roles(folder, load_parties(folder, faults), faults)
    with pytest.raises(PolicyFaulty) as refused:
        faults.raise_any()
    expected = (folder / "expected.txt").read_text(encoding="utf-8").strip()
    assert any(str(fault).startswith(expected) for fault in refused.value.faults), refused.value.detail


def test_the_bad_ones_are_all_tried() -> None:
    assert len(CASES) >= 20


def test_both_parties_have_what_the_agreement_speaks_of() -> None:
    parties, _ = real_policies()
    kinds = {party.id: {kind.id for kind in party.office_kinds} for party in parties.values()}
    assert {"correspondence", "inspectorate", "records", "chief-inspector"} <= kinds["hmip"]
    assert {"secretariat", "national-chair", "board", "records"} <= kinds["imb"]
    assert [party.reference for party in parties.values()] == ["HMIP", "IMB"]
    board = parties["imb"].office_kind("board")
    assert board is not None
    assert (board.single, board.per_establishment) == (False, True)


def test_what_nobody_has_decided_stays_on_the_safer_side() -> None:
    parties, _ = real_policies()
    assert (parties["hmip"].hmg, parties["imb"].hmg) == (True, False)


def test_every_duty_has_a_role_in_each_party_except_passing_on_which_is_one_partys() -> None:
    parties, roles = real_policies()
    for party in parties:
        held = frozenset().union(*(role.duties for role in roles.values() if role.party == party))
        assert DUTIES - {"router"} <= held
    assert {role.id for role in roles.values() if "router" in role.duties} == {"imb-staff", "national-chair"}


def test_no_role_reviews_and_approves_and_none_mixes_logs_or_accounts_with_content() -> None:
    _, roles = real_policies()
    apart = [{"records-reviewer", "disposal-approver"}, {"compliance-officer", "router"}, {"auditor", "account-admin"}]
    for role in roles.values():
        assert not any(pair <= role.duties for pair in apart), role.id
        assert not role.duties & PRIVILEGED or role.duties <= PRIVILEGED, role.id
        barred = role.duties & {*PRIVILEGED, "compliance-officer", "auditor", "breach-lead"}
        assert bool(barred) == (role.office in ("assurance", "administration")), role.id


def test_what_the_file_says_of_duties_is_what_the_duties_are() -> None:
    text = (POLICIES / "roles.toml").read_text(encoding="utf-8")
    head = text.partition("[[role]]")[0]
    assert set(re.findall(r"^#\s{10}([a-z-]+)", head, re.MULTILINE)) == DUTIES
