"""The handling requirements: asked by version, accepted by text, asked again when either changes (M62)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from accounts_world import NOON, POLICIES, World, real_gates

from foundation.actor import BEGINNING, FOREVER, Actor
from foundation.calendar import london_date, london_midnight
from foundation.policy import Faults
from identity.errors import RequirementsChanged
from identity.policy.requirements import Requirements, load_requirements
from tests.trained import accept

FIRST = real_gates().requirements.versions[0]
SOON = replace(FIRST, number=2, in_force=london_date(NOON + timedelta(days=10)))


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.gates = replace(made.gates, requirements=Requirements((FIRST, SOON)))
    return made


def until(world: World, person: str) -> object:
    with world.reading() as people:
        return people.actor(person, now=world.now).informed_until


def test_until_accepted_nothing_is_reached_and_a_new_version_asks_again(world: World) -> None:
    person = world.person()
    assert until(world, person) == BEGINNING
    with world.work() as identity:
        accept(identity, world.gates, person, now=world.now)
    assert until(world, person) == london_midnight(SOON.in_force)
    world.now = london_midnight(SOON.in_force)
    assert until(world, person) == BEGINNING
    with world.work() as identity:
        accept(identity, world.gates, person, now=world.now)
    assert until(world, person) == FOREVER
    assert world.acts().count("handling-accepted") == 2


def test_a_text_edited_in_place_is_another_text(world: World) -> None:
    person = world.person()
    with world.work() as identity:
        accept(identity, world.gates, person, now=world.now)
    worded = replace(FIRST, title="Other words")
    world.gates = replace(world.gates, requirements=Requirements((worded,)))
    assert until(world, person) == BEGINNING


@pytest.mark.parametrize(("version", "digest"), [(1, "0" * 64), (2, SOON.digest), (99, FIRST.digest)])
def test_what_was_not_asked_for_is_not_accepted(world: World, version: int, digest: str) -> None:
    person = world.person()
    themself = Actor(id=person, name="", party="imb", principal=1)
    before = world.log()
    with pytest.raises(RequirementsChanged), world.work() as identity:
        identity.accept_handling(version=version, digest=digest, actor=themself, now=world.now)
    assert (world.log(), until(world, person)) == (before, BEGINNING)


def test_accepting_twice_is_accepting_once(world: World) -> None:
    person = world.person()
    for _ in range(2):
        with world.work() as identity:
            accept(identity, world.gates, person, now=world.now)
    assert world.acts().count("handling-accepted") == 1


def test_before_the_first_version_nothing_is_asked(world: World) -> None:
    earlier = london_midnight(FIRST.in_force) - timedelta(days=1)
    assert Requirements((FIRST,)).informed_until([], earlier) == london_midnight(FIRST.in_force)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("number = 1", "number = 0", "must be at least 1"),
        ("in_force = 2024-09-17", 'in_force = "soon"', "must be a date"),
        ('heading = "Paper is locked away"', 'heading = ""', "is empty"),
        ('clauses = ["M51", "M60"]', "clauses = []", "needs at least 1"),
    ],
)
def test_a_faulty_text_is_refused_with_file_and_key(tmp_path: Path, was: str, now: str, told: str) -> None:
    (tmp_path / "people").mkdir()
    text = (POLICIES / "people/handling.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "people/handling.toml").write_text(text.replace(was, now, 1), encoding="utf-8")
    faults = Faults()
    load_requirements(tmp_path, faults)
    assert any("people/handling.toml" in str(fault) and told in str(fault) for fault in faults.found), faults.found
