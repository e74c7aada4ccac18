"""Training gates a right: what is recorded, how long it is good, and what a lapse takes away and gives back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from accounts_world import ADMIN, NOON, POLICIES, World, real_gates, real_policies
from hypothesis import given
from hypothesis import strategies as st

from foundation.actor import BEGINNING, FOREVER, Actor
from foundation.calendar import london_midnight
from foundation.policy import Faults
from identity.errors import AccountInvalid, StandingConflict
from identity.model import RIGHTS, Result
from identity.policy.access import load_access
from identity.policy.gates import load_gates
from identity.rules.decide import GATED, Decider
from identity.rules.training import good_until, lacking, states, wheres
from tests.trained import SAID

GATES, TODAY = real_gates(), NOON.date()
HANDLING = GATES.modules["handling"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def record(world: World, person: str, module: str = "handling", *, on: date = TODAY, **more: object) -> str:
    with world.work() as identity:
        given = {"person_id": person, "module": module, "on": on, **SAID, "actor": ADMIN, "now": world.now, **more}
        return identity.record_training(**given)


def actor(world: World, person: str) -> Actor:
    with world.reading() as people:
        return people.actor(person, now=world.now)


def result(module: str, until: object, *, passed: bool = True) -> Result:
    return Result("r", "p", module, NOON.date(), passed, until, NOON)


@pytest.mark.parametrize(
    ("passed", "last"),
    [
        (date(2026, 11, 20), date(2027, 11, 20)),
        (date(2024, 2, 29), date(2025, 2, 28)),  # a leap day
        (date(2026, 3, 29), date(2027, 3, 29)),  # the clocks change that day
    ],
)
def test_a_module_is_good_until_the_end_of_the_same_day_a_year_later(passed: date, last: date) -> None:
    assert good_until(HANDLING, passed) == london_midnight(last + timedelta(days=1))


@pytest.mark.parametrize("module", GATES.modules)
def test_each_module_gives_its_right_alone_and_a_failure_gives_none(world: World, module: str) -> None:
    person = world.person()
    record(world, person, module, passed=False)
    assert {getattr(actor(world, person), field) for field in RIGHTS.values()} == {BEGINNING}
    record(world, person, module)
    held = {right for right, field in RIGHTS.items() if world.now < getattr(actor(world, person), field)}
    assert held == {module}  # the policies of this service give each module the name of its right


def test_a_lapse_takes_the_right_at_its_very_end_and_recording_anew_gives_it_back(world: World) -> None:
    person = world.person()
    record(world, person)
    world.now = good_until(HANDLING, NOON.date()) - timedelta(milliseconds=1)
    assert not lacking(GATES, actor(world, person), "handling", world.now)
    world.later(milliseconds=1)
    (why,) = lacking(GATES, actor(world, person), "handling", world.now)
    assert "out of date" in why.text
    assert HANDLING.where in why.text
    record(world, person, on=world.now.date())
    assert not lacking(GATES, actor(world, person), "handling", world.now)


def test_a_failure_takes_nothing_away_that_was_passed_before(world: World) -> None:
    person = world.person()
    record(world, person)
    record(world, person, passed=False)
    assert not lacking(GATES, actor(world, person), "handling", world.now)


def test_what_was_recorded_wrongly_is_put_right_by_recording_it_anew(world: World) -> None:
    person = world.person()
    record(world, person)
    record(world, person, on=NOON.date() - timedelta(days=400))
    assert lacking(GATES, actor(world, person), "handling", world.now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"module": "juggling"}, "module"),
        ({"on": NOON.date() + timedelta(days=1)}, "on"),
        ({"on": date(1899, 1, 1)}, "on"),
        ({"provider": "  "}, "provider"),
        ({"evidence": "x" * 201}, "evidence"),
        ({"until": NOON.replace(tzinfo=None)}, "until"),
    ],
)
def test_what_cannot_be_recorded_is_told_by_field_and_nothing_is_kept(
    world: World, wrong: dict[str, object], field: str
) -> None:
    person = world.person()
    before = world.log()
    with pytest.raises(AccountInvalid) as refused:
        record(world, person, **{"module": "handling", **wrong})
    assert list(refused.value.fields) == [field]
    assert world.log() == before


def test_an_end_of_ones_own_choosing_is_for_the_machines_console_alone(world: World) -> None:
    person = world.person()
    faults = Faults()
    access = load_access(POLICIES, faults)
    assert access is not None
    world.decider = Decider(access)
    admin = Actor(id="admin", name="Ada", party="imb", principal=3, duties=frozenset({"account-admin"}))
    with pytest.raises(AccountInvalid) as refused:
        record(world, person, actor=admin, until=FOREVER)
    assert list(refused.value.fields) == ["until"]


def test_nobody_is_trained_after_they_left(world: World) -> None:
    person = world.person()
    with world.work() as identity:
        identity.leave(person_id=person, actor=ADMIN, now=world.now)
    with pytest.raises(StandingConflict):
        record(world, person)


def test_provider_and_evidence_are_read_back_and_lie_nowhere_in_clear(world: World) -> None:
    person = world.person()
    record(world, person, provider="Osbert Quince Training", evidence="OQ-991")
    with world.work() as identity:
        (kept,) = identity.results(person_id=person, actor=ADMIN, now=world.now)
    assert (kept.provider, kept.evidence, kept.passed) == ("Osbert Quince Training", "OQ-991", True)
    with world.engine.connect() as conn:
        words = conn.exec_driver_sql("select words from training_result").scalar_one()
    assert "Osbert" not in words


def test_a_refusal_says_which_module_is_lacking_and_where_it_is_done() -> None:
    faults = Faults()
    access = load_access(POLICIES, faults)
    assert access is not None
    decider = Decider(access, wheres(GATES, GATED))
    reviewer = Actor(
        id="r", name="", party="imb", principal=1, duties=frozenset({"records-reviewer"}), disposal_until=NOON
    )
    verdict = decider.decide_duty(reviewer, "review-disposal", now=NOON, body="imb")
    assert verdict.rules == ("PER-06-disposal-trained",)
    assert GATES.modules["disposal-review"].where in verdict.why[0]
    assert decider.decide_duty(reviewer, "place-hold", now=NOON, body="imb").allowed


@given(st.lists(st.tuples(st.sampled_from(sorted(GATES.modules)), st.integers(-500, 500), st.booleans()), max_size=6))
def test_a_right_is_held_exactly_while_what_was_passed_last_of_its_module_is_good(
    told: list[tuple[str, int, bool]],
) -> None:
    results = [result(module, NOON + timedelta(days=days), passed=passed) for module, days, passed in told]
    until = GATES.held_until(results)
    for module in GATES.modules.values():
        last = [each.until for each in results if each.module == module.id and each.passed]
        for right in module.rights:
            assert until[right] == (last[-1] if last else BEGINNING)


def test_who_lacks_what_follows_from_what_they_are_appointed_to() -> None:
    def needed(*duties: str) -> set[str]:
        return {each.module.id for each in states(GATES, [], frozenset(duties), NOON) if each.needed}

    assert needed() == {"handling"}
    assert needed("records-reviewer") == {"handling", "disposal-review"}
    assert needed("account-admin") == set()


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('rights = ["handling"]', 'rights = ["flying"]', "is not a right"),
        ('rights = ["removable-media"]', 'rights = ["handling"]', "no module gates “removable-media”"),
        ('duties = ["records-reviewer", "disposal-approver"]', 'duties = ["juggler"]', "is not a duty"),
        ("every_months = 12", "every_months = 0", "must be at least 1"),
        ('id = "removable-media"', 'id = "handling"', "is given twice"),
        ("grace_days = 0", "", "is missing"),
    ],
)
def test_a_faulty_file_of_modules_is_refused_with_file_and_key(tmp_path: Path, was: str, now: str, told: str) -> None:
    (tmp_path / "people").mkdir()
    text = (POLICIES / "people/training.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "people/training.toml").write_text(text.replace(was, now, 1), encoding="utf-8")
    faults = Faults()
    load_gates(tmp_path, real_policies()[1], faults)
    assert any("people/training.toml" in str(fault) and told in str(fault) for fault in faults.found), faults.found
