"""A folder of rules that is wrong in one way is refused, naming the file and the rule."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.policy import Faults
from identity.policy.access import load_access

GOOD = Path(__file__).parents[2] / "policies"
EMBARGO = "access/20-handling.cedar"


def _faults(root: Path) -> list[str]:
    faults = Faults()
    loaded = load_access(root, faults)
    assert (loaded is None) is bool(faults.found)
    return [str(fault) for fault in faults.found]


def _change(name: str, right: str, wrong: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert right in text, f"{name} no longer says {right!r}"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")

    return change


def _write(name: str, text: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / name).write_text(text, encoding="utf-8")

    return write


def _remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


NEW = '@id("X-01") @why("w") @tell("self") @source("M01")\n'
HMG = "when { resource.hmgOnly }"
WRONG = {
    "no @why": (
        _change(
            EMBARGO, '@why("EMBARGOED: until its time only the sender and the one identified lead may see it.")\n', ""
        ),
        f"{EMBARGO}: HND-13-embargo: needs @why",
    ),
    "no @id": (_change(EMBARGO, '@id("HND-13-embargo")\n', ""), "needs @id"),
    "@tell of nobody known": (
        _change(EMBARGO, '@tell("nobody")', '@tell("all")'),
        "HND-11-org-only: @tell must be self, holders or nobody",
    ),
    "a source that names nothing": (
        _change(EMBARGO, '"M64a"', '"Sense"'),
        "HND-01-share: @source: “Sense” is no",
    ),
    "an annotation not known": (
        _change(EMBARGO, '@tell("nobody")', '@tell("nobody")\n@note("x")'),
        "@note is not known here",
    ),
    "an attribute misspelt": (
        _change(EMBARGO, HMG, "when { resource.hmgOnli }"),
        f"{EMBARGO}: HND-12-hmg-only: attribute `hmgOnli`",
    ),
    "an action misspelt": (
        _change(EMBARGO, 'action == Action::"withdraw"', 'action == Action::"withdrew"'),
        "HND-03-withdraw: ",
    ),
    "a duty misspelt": (_change(EMBARGO, 'Duty::"router"', 'Duty::"rooter"'), "HND-02-pass-on: "),
    "a state misspelt": (_change("access/40-incident.cedar", 'State::"open"', 'State::"opened"'), "INC-02-gone: "),
    "a standing misspelt": (
        _change("access/30-person.cedar", 'Standing::"active"', 'Standing::"activ"'),
        "PER-01-active: ",
    ),
    "an optional attribute not asked for first": (
        _change(EMBARGO, "when { resource has embargoUntil && ", "when { "),
        "HND-13-embargo: ",
    ),
    "not Cedar": (_change(EMBARGO, "permit (", "permitt ("), f"{EMBARGO}: cannot be read"),
    "the same id twice": (
        _change("access/30-person.cedar", "PER-02-vetted", "PER-01-active"),
        "access/30-person.cedar: PER-01-active: is already a rule of access/30-person.cedar",
    ),
    "a template": (
        _change(EMBARGO, "permit (principal, action ==", "permit (principal == ?principal, action =="),
        f"{EMBARGO}: holds a template",
    ),
    "a bar through a second entity": (
        _write("access/60-more.cedar", NEW + "forbid (principal, action, resource) when { resource.sender.hmg };\n"),
        "access/60-more.cedar: X-01: reads through a second entity",
    ),
    "a bar on a tag": (
        _write(
            "access/60-more.cedar",
            NEW + "forbid (principal, action, resource is Item) "
            "when { resource.hasTag(principal.key) && resource.getTag(principal.key) has breakGlass };\n",
        ),
        "access/60-more.cedar: X-01: reads a tag",
    ),
    "a bar on an action group": (
        _write("access/60-more.cedar", NEW + 'forbid (principal, action in Action::"see", resource);\n'),
        "access/60-more.cedar: X-01: names an action group",
    ),
    "a rule the register does not know": (
        _write("access/60-more.cedar", NEW + "forbid (principal, action, resource);\n"),
        "access/REGISTER.csv: X-01: is missing",
    ),
    "a rule file nobody would read": (
        _write("access/60-more.ceder", "forbid"),
        "access/60-more.ceder: is not a file read here",
    ),
    "no schema": (_remove("access/schema.cedarschema"), "access/schema.cedarschema: is missing"),
    "a schema that is none": (
        _write("access/schema.cedarschema", "entity"),
        "access/schema.cedarschema: cannot be read",
    ),
    "no register": (_remove("access/REGISTER.csv"), "access/REGISTER.csv: is missing"),
    "a register of other columns": (
        _write("access/REGISTER.csv", "rule,says\n"),
        "access/REGISTER.csv: must have the columns",
    ),
    "a register that is not text": (
        lambda root: (root / "access/REGISTER.csv").write_bytes(b"\xff\xfe"),
        "access/REGISTER.csv: cannot be read",
    ),
    "a register of a rule there is not": (
        _change("access/REGISTER.csv", "HND-13-embargo,", "HND-99-embargo,"),
        "access/REGISTER.csv: HND-99-embargo: is no rule of this folder",
    ),
    "a register with another source": (
        _change("access/REGISTER.csv", "M47", "M48"),
        "access/REGISTER.csv: PER-04-purpose: the source differs",
    ),
    "a register that leaves something out": (
        _change("access/REGISTER.csv", "security lead,not yet", "security lead,"),
        "PER-01-active: “approved” is empty",
    ),
}


def test_the_rules_in_force_are_without_fault() -> None:
    assert _faults(GOOD) == []


@pytest.mark.parametrize("what", WRONG)
def test_a_fault_names_file_and_rule(what: str, tmp_path: Path) -> None:
    change, said = WRONG[what]
    root = tmp_path / "policies"
    shutil.copytree(GOOD / "access", root / "access")
    change(root)
    assert [fault for fault in _faults(root) if said in fault], _faults(root)


def test_an_empty_folder_says_everything_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "access").mkdir()
    assert _faults(tmp_path) == [
        "access/schema.cedarschema: is missing",
        "access: holds no rule",
        "access/REGISTER.csv: is missing",
    ]


def test_the_digest_changes_with_every_file_that_is_read(tmp_path: Path) -> None:
    shutil.copytree(GOOD / "access", tmp_path / "access")
    digests = set()
    for name in ("", "10-need-to-know.cedar", "schema.cedarschema"):
        if name:
            with (tmp_path / "access" / name).open("a", encoding="utf-8") as file:
                file.write("// \n")
        loaded = load_access(tmp_path, Faults())
        assert loaded is not None
        digests.add(loaded.digest)
    assert len(digests) == 3
