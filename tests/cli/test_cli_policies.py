"""``custodes policies check``: the folder in force holds; each bad one is told by file and key, with exit code 2."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
# Each bad file says in its first line what must be told: "# key: problem" or "# key | problem".
ALONE = [
    *((path, "classification/markings.toml") for path in sorted((TESTS / "classification/bad").glob("*.toml"))),
    *((path, "incidents/kinds.toml") for path in sorted((TESTS / "incidents/bad").glob("*.toml"))),
    *(
        (path, f"agreements/{path.name}")
        for path in sorted((TESTS / "sharing/bad").glob("*.toml"))
        if path.stem != "good"
    ),
]
FOLDERS = sorted(path.parent for path in (TESTS / "identity/bad").glob("*/expected.txt"))
CHANGED = {
    "a period nobody verified": ("retention/hmip.toml", "verified = false", "verified = false\nperiod_months = 12"),
    "a key of retention misspelt": ("retention/imb.toml", "verified = false", "verifed = false"),
    "an attribute of access misspelt": ("access/20-handling.cedar", "resource.hmgOnly", "resource.hmgOnli"),
    "a rule of access without its reason": ("access/50-separation.cedar", "@why(", "@wy("),
    "a rule of access turned round": ("access/30-person.cedar", "forbid", "permit"),
    "a register that lost a rule": ("access/REGISTER.csv", "PER-01-active", "PER-01-activ"),
    "an agreement with a class no schedule has": ("retention/hmip.toml", 'code = "intelligence"', 'code = "gossip"'),
    "a role of a party that is none": ("roles.toml", 'party = "imb"', 'party = "ibm"'),
    "a party nobody cites": ("parties.toml", "clauses = [", "clauses_ = ["),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))


def test_the_policies_in_force_hold_and_what_nobody_verified_is_named(anywhere) -> None:
    said = anywhere("policies", "check", ROOT / "policies")
    assert said.code == 0
    assert "hmip-imb version 1" in said.out
    assert "hmip/intelligence" in said.out
    assert re.search(r"^digest [0-9a-f]{64}$", said.out, re.MULTILINE)


@pytest.mark.parametrize(("path", "name"), ALONE, ids=[f"{name.split('/')[0]}-{path.stem}" for path, name in ALONE])
def test_a_bad_file_is_told_by_file_and_key(anywhere, folder: Path, path: Path, name: str) -> None:
    key = re.split(r": | \| ", path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), maxsplit=1)[0]
    (folder / name).write_bytes(path.read_bytes())
    anywhere("policies", "check", folder).refused(f"{name}: {key}".rstrip(": "))


@pytest.mark.parametrize("bad", FOLDERS, ids=lambda path: path.name)
def test_bad_parties_and_roles_are_told_by_file_and_key(anywhere, folder: Path, bad: Path) -> None:
    for name in ("parties.toml", "roles.toml"):
        (folder / name).unlink()
        if (bad / name).exists():
            shutil.copy(bad / name, folder / name)
    anywhere("policies", "check", folder).refused((bad / "expected.txt").read_text(encoding="utf-8").strip())


@pytest.mark.parametrize("what", CHANGED)
def test_one_change_for_the_worse_is_told_by_file(anywhere, folder: Path, what: str) -> None:
    name, right, wrong = CHANGED[what]
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    # A rule that says the opposite is well-formed: only the questions with known answers find it.
    anywhere("policies", "check", folder).refused("access: " if "turned round" in what else name)


def test_every_fault_of_a_folder_is_told_in_one_run(anywhere, folder: Path) -> None:
    (folder / "parties.toml").write_text("nonsense = 1\n", encoding="utf-8")
    (folder / "incidents/rules.toml").unlink()
    (folder / "retention/disposal.toml").write_bytes(b"\xff\xfe")
    anywhere("policies", "check", folder).refused(
        "parties.toml: nonsense: is not a key known here",
        "incidents/rules.toml: is missing",
        "retention/disposal.toml: cannot be read",
    )


def test_what_is_not_there_or_is_no_policy_is_refused(anywhere, tmp_path: Path) -> None:
    anywhere("policies", "check", tmp_path / "nowhere").refused("does not exist")
    anywhere("policies", "check", ROOT / "README.md").refused("the proposed version: cannot be read")


def test_a_file_is_read_as_the_next_version_and_what_it_changes_is_told(anywhere, tmp_path: Path) -> None:
    text = (ROOT / "policies" / "agreements" / "hmip-imb.toml").read_text("utf-8")
    beside = ("--policies", ROOT / "policies")
    again = tmp_path / "again.toml"
    again.write_text(text, encoding="utf-8")
    anywhere("policies", "check", again, *beside).refused("version: must be 2", "is the version there is")
    text = text.replace("\nversion = 1\n", "\nversion = 2\n").replace("in_force = 2024-09-17", "in_force = 2030-01-01")
    again.write_text(text.replace("every = { months = 3,", "every = { months = 2,"), encoding="utf-8")
    said = anywhere("policies", "check", again, *beside).out
    assert "duty quarterly-meeting begins: every 3 months, counted from the last -> every 2 months" in said
    assert "hmip-imb version 2, in force from 2030-01-01: 2 differences" in said
    (tmp_path / "other.toml").write_text(text.replace('id = "hmip-imb"', 'id = "others"', 1), encoding="utf-8")
    anywhere("policies", "check", tmp_path / "other.toml", *beside).refused("that it could be the next version of")


def test_an_empty_folder_says_everything_that_is_missing(anywhere, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = anywhere("policies", "check", tmp_path / "empty")
    said.refused("parties.toml: is missing", "roles.toml: is missing", "agreements: holds no agreement")


def test_no_service_starts_on_policies_that_cannot_be_used(ready, folder: Path) -> None:
    (folder / "roles.toml").unlink()
    ready("serve", CUSTODES_POLICIES=str(folder), CUSTODES_PORT="1").refused("roles.toml: is missing")
    ready("audit", "key", CUSTODES_POLICIES=str(folder)).refused("roles.toml: is missing")


def test_coverage_says_of_every_duty_how_it_stands_and_writes_it_to_a_file(ready, tmp_path: Path) -> None:
    said = ready("policies", "coverage", "--csv", tmp_path / "coverage.csv")
    assert said.code == 0
    numbers = re.findall(r"^  (M\d\d[ab]?) ", said.out, re.MULTILINE)
    assert len(numbers) == 77
    assert numbers == sorted(numbers)
    assert re.search(r"^77 duties: 12 context, ", said.out, re.MULTILINE)
    assert "missing: " not in said.out
    rows = list(csv.DictReader((tmp_path / "coverage.csv").read_text("utf-8-sig").splitlines()))
    assert [row["number"] for row in rows] == numbers
    assert {row["home"] for row in rows} == {"enforced", "tracked", "recorded", "context"}


def test_coverage_fails_where_it_is_asked_to_while_a_duty_is_not_met(ready, folder: Path) -> None:
    assert ready("policies", "coverage", "--strict").code == 0
    path = folder / "agreements" / "hmip-imb.toml"
    before, number, after = path.read_text("utf-8").partition('number = "M53b"')
    after = after.replace('home = "context"', 'home = "open"\nmissing = "A lock on every door"', 1)
    path.write_text(before + number + after, "utf-8")
    said = ready("policies", "coverage", "--strict", CUSTODES_POLICIES=str(folder))
    assert said.code == 1
    assert "A lock on every door" in said.out


def test_an_agreement_that_leaves_a_number_out_does_not_start(ready, folder: Path) -> None:
    path = folder / "agreements" / "hmip-imb.toml"
    before, _, after = path.read_text("utf-8").partition('[[duty]]\nnumber = "M36"')
    path.write_text(before + after[after.index("[[duty]]") :], "utf-8")
    ready("policies", "coverage", CUSTODES_POLICIES=str(folder)).refused(
        "agreements/hmip-imb.toml: duty: M36 is stated by none"
    )
