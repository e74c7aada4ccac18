"""Facts open incidents by rules that are data; each rule and thing has one open incident, which further facts join."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from registered import LEAD, NOW, OTHER, ROOT, SENDER, House, house_in, rules

import app.bootstrap.policies as _everything  # declares every room's facts, too
from audit.events import LOG_VIEWED
from audit.fact import kinds
from audit.sequence import integrate
from foundation.policy import Faults, PolicyFaulty
from incidents.model.rules import Detector, Rules
from incidents.policy import detection
from incidents.policy.files import load
from incidents.service.windows import Windows

NUMBER = "INC-2026-0001"
OBJECT = {"object": "ab/cdef"}


@pytest.fixture(scope="module")
def ruled() -> Rules:
    return rules()


@pytest.fixture
def house(tmp_path: Path, ruled: Rules) -> Iterator[House]:
    with house_in(tmp_path, ruled) as made:
        yield made


@pytest.mark.parametrize(
    ("kind", "given", "rule"),
    [
        ("vault.fixity-fault", {"what": {**OBJECT, "fault": "changed"}}, "fixity"),
        ("vault.fixity-fault", {"what": {**OBJECT, "fault": "missing"}}, "object-missing"),
        ("vault.trouble", {"what": {"code": "vault.key-missing"}, "outcome": "refused"}, "key-or-store"),
        ("audit.log-faulty", {"what": {"faults": 2, "codes": ["tree"]}}, "log-does-not-verify"),
        ("audit.cosignature-late", {"what": {"witness": "other", "number": 4}}, "not-cosigned"),
        ("sharing.facts-altered", {"outcome": "refused", "subject": "item-1"}, "access-tripwire"),
        ("sharing.list-withheld", {"outcome": "refused", "what": {"list": "items"}}, "access-tripwire"),
        ("sharing.malware-refused", {"outcome": "refused", "what": {"signature": "Eicar"}}, "malware"),
        ("custody.export-lost", {"subject": "medium-1"}, "media-lost"),
        ("custody.paper-missing", {"subject": "item-1"}, "media-lost"),
        ("custody.reminded", {"subject": "medium-1", "what": {"stage": "overdue"}}, "media-overdue"),
        ("sharing.wrongly-received", {"subject": "item-1", "what": {"reference": "X"}}, "wrong-recipient"),
    ],
)
def test_each_kind_of_fact_opens_its_incident_once_and_joins_it_after(
    house: House, kind: str, given: dict[str, object], rule: str
) -> None:
    (opened,) = house.fact(kind, **given)  # type: ignore[arg-type]
    assert (opened.rule, opened.number, opened.awareness_at) == (rule, NUMBER, NOW)
    assert set(opened.parties) == {"hmip", "imb"}
    (joined,) = house.fact(kind, NOW + timedelta(minutes=1), **given)  # type: ignore[arg-type]
    assert joined.number == NUMBER
    assert [each.kind for each in joined.told.joined] == [kind]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("vault.fixity-fault", {"what": {**OBJECT, "fault": "unknown"}}),
        ("vault.fixity-cleared", {"what": {**OBJECT, "fault": "missing"}}),
        ("custody.reminded", {"subject": "medium-1", "what": {"stage": "due-soon"}}),
        ("sharing.item-opened", {"subject": "item-1"}),
        ("app.refused", {"outcome": "refused", "what": {"code": "x"}}),
    ],
)
def test_other_facts_open_nothing(house: House, kind: str, given: dict[str, object]) -> None:
    assert house.fact(kind, **given) == []  # type: ignore[arg-type]
    assert house.list.page() == []


def test_another_thing_has_an_incident_of_its_own_and_a_closed_one_is_not_joined(house: House) -> None:
    given = {"what": {**OBJECT, "fault": "missing"}}
    house.fact("vault.fixity-fault", **given)  # type: ignore[arg-type]
    house.fact("vault.fixity-fault", what={"object": "other", "fault": "missing"})
    assert len(house.list.page()) == 2
    row = house.list.one(NUMBER)
    from sqlalchemy import update

    from incidents.tables import incident

    house.conn.execute(update(incident).where(incident.c.id == row.id).values(state="closed"))
    (third,) = house.fact("vault.fixity-fault", **given)  # type: ignore[arg-type]
    assert third.number == "INC-2026-0003"


def test_what_incidents_record_opens_no_incident(house: House) -> None:
    house.spill()
    house.report()
    assert house.detecting.consider([], actor=SENDER, now=NOW) == []
    assert len(house.list.page()) == 2


def test_without_the_rule_that_a_recall_follows_the_service_does_not_start(tmp_path: Path) -> None:
    shutil.copytree(ROOT, tmp_path / "policies")
    path = tmp_path / "policies" / "incidents" / "rules.toml"
    before = path.read_text("utf-8")
    after = before.replace('fact = ["sharing.item-recalled", ', "fact = [").replace(
        '"nature=malware-one"', '"nature=no"'
    )
    path.write_text(after, "utf-8")
    with pytest.raises(PolicyFaulty) as refused:
        _everything.load(tmp_path / "policies")
    said = str(refused.value)
    assert "no rule opens an incident of “sharing.item-recalled”" in said
    assert "rule.malware.assumed: “nature” has no “no”" in said
    assert "wrongly-received" not in said


def test_a_new_rule_is_a_line_of_data(tmp_path: Path) -> None:
    folder = tmp_path / "policies" / "incidents"
    folder.mkdir(parents=True)
    for path in (ROOT / "incidents").glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    before = (folder / "rules.toml").read_text("utf-8")
    rule = """
[[rule]]
code = "log-looked-at"
fact = ["audit.log-viewed"]
per = "actor"
kind = "weakness"
text = "Somebody looked at the log"
verified = false
sources = ["local policy, for a test"]

[reach]"""
    (folder / "rules.toml").write_text(before.replace("\n[reach]", rule), "utf-8")
    faults = Faults()
    found = load(tmp_path / "policies", faults, kinds())
    faults.raise_any()
    with house_in(tmp_path, found) as house:
        (opened,) = house.fact(LOG_VIEWED.name)
        assert (opened.rule, opened.kind.code, opened.key) == ("log-looked-at", "weakness", SENDER.id)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('fact = ["vault.trouble"]', 'fact = ["vault.truble"]'), "nothing records"),
        (('per = "field:code"', 'per = "field:cod"'), "has no cod"),
        (('per = "field:code"', 'per = "nobody"'), "can be subject"),
        (('kind = "unavailable"', 'kind = "unheard-of"'), "there is no kind"),
        (('fact = ["vault.trouble"]', 'fact = ["incidents.note-added"]'), "do not follow their own facts"),
        (("count = 60", "count = 1"), "at least 2"),
        (('outcome = "refused"', 'outcome = "shrugged"'), "can be “allowed”"),
        (('code = "fixity"', 'code = "spill"'), "is used twice"),
        (('shown = ["sharing.items-listed"]', 'shown = ["sharing.item-opened"]'), "is named twice"),
    ],
)
def test_a_bad_rule_is_a_fault_at_its_key(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    folder = tmp_path / "incidents"
    folder.mkdir()
    for path in (ROOT / "incidents").glob("*.toml"):
        text = path.read_text("utf-8")
        (folder / path.name).write_text(text.replace(*change, 1) if path.name == "rules.toml" else text, "utf-8")
    faults = Faults()
    load(tmp_path, faults, kinds())
    assert {each.file for each in faults.found} == {detection.FILE}
    assert any(problem in each.problem for each in faults.found), list(map(str, faults.found))


# --- rules that count -----------------------------------------------------------------------------------------------


def counting(ruled: Rules, count: int = 5) -> list[Detector]:
    (rule,) = [each for each in ruled.detectors if each.code == "unusual-reading"]
    return [replace(rule, count=count)]


def walk(house: House, detectors: list[Detector], batch: int = 10_000) -> list[tuple[str, str]]:
    """Every step of the walk; what was met, opened as the clock would."""
    house.conn.commit()
    integrate(house.conn)
    house.conn.commit()
    met = []
    while True:
        looked, found = Windows(house.conn, detectors).step(batch=batch)
        for rule, key, entry, kind in found:
            opened = house.detecting.counted(rule, key, entry, kind, now=house_now(house))
            met.append((key, opened.number))
        if not looked:
            return met


_now = [NOW]


def house_now(_house: House) -> object:
    return _now[0]  # type: ignore[return-value]


def read(house: House, times: int, start: object = NOW, actor: object = SENDER, apart: int = 1) -> None:
    for number in range(times):
        at = start + timedelta(minutes=number * apart)  # type: ignore[operator]
        house.trail.record(kinds()["sharing.item-opened"], actor=actor, now=at, subject=f"item-{number}")  # type: ignore[arg-type]
        _now[0] = at


@pytest.mark.parametrize("batch", [1, 3, 10_000])
def test_so_many_within_the_time_open_it_and_no_fewer_whatever_the_size_of_a_step(
    house: House, ruled: Rules, batch: int
) -> None:
    read(house, 4)
    assert walk(house, counting(ruled), batch) == []
    read(house, 1, NOW + timedelta(minutes=4))
    assert walk(house, counting(ruled), batch) == [(SENDER.id, NUMBER)]
    assert walk(house, counting(ruled), batch) == []
    opened = house.list.one(NUMBER)
    assert (opened.people, opened.key, opened.kind.code) == ((SENDER.id,), SENDER.id, "disclosure")


def test_what_is_spread_over_a_longer_time_opens_nothing(house: House, ruled: Rules) -> None:
    read(house, 12, apart=16)
    assert walk(house, counting(ruled)) == []


def test_people_are_counted_apart_and_refusals_do_not_count_as_reading(house: House, ruled: Rules) -> None:
    read(house, 4)
    read(house, 4, NOW + timedelta(minutes=4), actor=OTHER)
    kind = kinds()["sharing.item-opened"]
    house.trail.record(kind, actor=SENDER, now=NOW + timedelta(minutes=8), subject="x", outcome="refused")
    assert walk(house, counting(ruled)) == []


def test_what_was_counted_is_not_counted_again_and_as_many_more_join(house: House, ruled: Rules) -> None:
    read(house, 5)
    assert walk(house, counting(ruled)) == [(SENDER.id, NUMBER)]
    read(house, 4, NOW + timedelta(minutes=6))
    assert walk(house, counting(ruled)) == []
    read(house, 1, NOW + timedelta(minutes=11))
    assert walk(house, counting(ruled)) == [(SENDER.id, NUMBER)]
    assert len(house.list.one(NUMBER).told.joined) == 1


def test_the_service_itself_is_nobody_who_reads_unusually(house: House, ruled: Rules) -> None:
    from foundation.actor import SERVICE

    read(house, 9, actor=SERVICE)
    assert walk(house, counting(ruled)) == []
    assert house.list.page() == []
    assert LEAD.id
