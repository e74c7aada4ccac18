"""The language of agreements: every part of it can be said, and each thing wrong is told by file and key."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from audit.fact import kinds
from foundation.policy import Faults
from identity.model import OfficeKind, Party, Role
from sharing.model.agreement import Agreement
from sharing.model.duty import RECORD_MADE, Pattern
from sharing.policy.files import load_agreements
from sharing.policy.places import Known

LANGUAGE = Path(__file__).parent / "language"
BASE = (LANGUAGE / "base.toml").read_text(encoding="utf-8")
CASES = sorted(path for path in LANGUAGE.glob("*.toml") if path.stem != "base")
for name in ("sharing.events.agreements", "sharing.events.items", "incidents.events", "retention.events"):
    importlib.import_module(name)


def office(name: str, *, many: bool = False) -> OfficeKind:
    return OfficeKind(name, name.title(), single=not many, per_establishment=many)


def party(name: str, *offices: OfficeKind) -> Party:
    return Party(name, name.title(), name.title(), name.upper(), True, offices)


PARTIES = {
    "alpha": party("alpha", office("desk")),
    "beta": party("beta", office("head"), office("staff"), office("archive"), office("branch", many=True)),
    "delta": party("delta", office("desk")),
}
ROLES = {
    name: Role(name, name, body, kind, frozenset())
    for name, body, kind in (
        ("clerk", "alpha", "desk"), ("head", "beta", "head"), ("hand", "beta", "staff"), ("keeper", "beta", "branch"),
        ("cook", "beta", "staff"), ("other", "delta", "desk"),
    )
}  # fmt: skip
KNOWN = Known(PARTIES, ROLES, kinds(), {"training"}, {"NTK-04-route"})


def load(root: Path, text: str, known: Known = KNOWN) -> tuple[Agreement, Faults]:
    (root / "agreements").mkdir()
    (root / "agreements" / "lamps.toml").write_text(text, encoding="utf-8")
    faults = Faults()
    return load_agreements(root, PARTIES, faults, known).versions[0], faults


def worsened(path: Path) -> tuple[str, str, str]:
    """The text of a case, with the key and the problem it must tell."""
    text = path.read_text(encoding="utf-8")
    key, _, problem = text.splitlines()[0].removeprefix("# ").partition(" | ")
    found: Mapping[str, str] = tomllib.loads(text) if "\nwas = " in text else {}
    return (BASE.replace(found["was"], found["now"]) if found else BASE + text), key, problem


def test_every_part_of_the_language_can_be_said(tmp_path: Path) -> None:
    found, faults = load(tmp_path, BASE)
    assert [str(each) for each in faults.found] == []
    assert found.duties["tell"].trigger.event == Pattern(RECORD_MADE, {"record": "visit", "sort": "unannounced"})
    assert found.duties["pass-on"].trigger.event == Pattern("sharing.item-sent", {"kind": "letter"})
    assert [(step.after.unit, step.to) for step in found.duties["tell"].escalation] == [
        ("hours", ("beta/head",)),
        ("working_days", ("beta/head", "beta/staff")),
    ]
    assert found.duties["tell"].escalation[0].clauses == ("M06",)
    assert found.duties["visit-yearly"].trigger.every
    assert found.duties["visit-yearly"].trigger.every.start == date(2026, 2, 1)
    assert found.duties["publish"].trigger.on == date(2026, 9, 30)
    assert found.embargoes["visits"].leads == 1
    assert [ground.id for ground in found.consents["names"].grounds] == ["harm"]
    assert found.recommendations["lamps"].duties == ("answer", "tell")
    assert found.ceiling_of(found.routes["out"]) == "O"
    assert found.retention_of(found.routes["out"], "letter") == "short-letter"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_each_thing_wrong_is_told_by_file_and_key(tmp_path: Path, path: Path) -> None:
    text, key, problem = worsened(path)
    _, faults = load(tmp_path, text)
    assert {each.file for each in faults.found} == {"agreements/lamps.toml"}
    told = [(each.key, each.problem) for each in faults.found]
    assert any(found == key or found.endswith(f".{key}") or f"{found}." == key for found, _ in told), told
    assert any(found.endswith(key) and problem in said for found, said in told), told


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    bad = BASE.replace('home = "open"', 'home = "opne"').replace('first = "M05"', "").replace("hours = 24", "hour = 24")
    _, faults = load(tmp_path, bad)
    keys = {each.key.rpartition("]")[2].lstrip(".") for each in faults.found}
    assert {"home", "due", "due.hour"} <= keys


def test_every_number_of_the_sections_is_stated_or_the_service_does_not_start(tmp_path: Path) -> None:
    whole = BASE + '\n[[section]]\nid = "all"\ntitle = "All"\nfirst = "M05"\nlast = "M13"\n'
    found, faults = load(tmp_path, whole)
    assert faults.found == []
    assert {found.section_of(duty.number).title for duty in found.duties.values()} == {"All"}  # type: ignore[union-attr]
    assert found.section_of("M14") is None
    assert found.section_of("P06") is None


def test_a_number_of_two_halves_counts_as_one(tmp_path: Path) -> None:
    halves = BASE.replace('number = "M13"', 'number = "M13a"')
    _, faults = load(tmp_path, halves + '\n[[section]]\nid = "all"\ntitle = "All"\nfirst = "M05"\nlast = "M13"\n')
    assert faults.found == []
