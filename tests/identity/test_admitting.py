"""How many attempts are looked at: for an account, from an address, counted by all workers in the same rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import VISITOR, World
from hypothesis import given
from hypothesis import strategies as st

from identity.policy.doors import Rate
from identity.rules.rates import attempt
from identity.tables import rate

RATE = Rate(3, timedelta(minutes=3))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def admit(world: World, source: str = "192.0.2.1", email: str = "bea@example.test") -> timedelta:
    with world.work() as identity:
        return identity.admit(source=source, email=email, actor=VISITOR, now=world.now)


def test_an_account_is_tried_so_often_from_wherever_and_then_as_often_as_it_wears_off(world: World) -> None:
    assert not any(admit(world, f"192.0.2.{at}") for at in range(20))
    assert admit(world, "198.51.100.1") == timedelta(seconds=45)
    assert not admit(world, email="cal@example.test")
    world.later(seconds=44, milliseconds=999)
    assert admit(world) == timedelta(milliseconds=1)
    world.later(milliseconds=1)
    assert not admit(world)
    assert admit(world)
    world.later(minutes=15)
    assert not admit(world)


def test_an_address_is_one_whatever_it_tries_and_holds_no_account_back(world: World) -> None:
    assert not any(admit(world, email=f"p{at}@example.test") for at in range(300))
    assert admit(world, email="bea@example.test") == timedelta(seconds=3)
    assert not admit(world, "192.0.2.2")


def test_an_account_is_one_however_it_is_written_and_need_not_be_there(world: World) -> None:
    for _ in range(20):
        assert not admit(world, email=" NOBODY@example.TEST ")
    assert admit(world, email="nobody@example.test")


def test_the_log_is_told_once_a_period_and_the_rows_name_nobody(world: World) -> None:
    for _ in range(60):
        admit(world)
    assert world.acts() == ["too-many-attempts"]
    with world.engine.begin() as conn:
        assert all(len(key) == 64 for key in conn.execute(sa.select(rate.c.key)).scalars())
    world.later(days=1)
    with world.work() as identity:
        identity.sweep_sessions(actor=VISITOR, now=world.now)
    with world.engine.begin() as conn:
        assert conn.execute(sa.select(rate)).all() == []


def test_a_lock_ends_by_itself_so_that_nobody_is_kept_out_for_ever(world: World) -> None:
    person_id = world.person()
    for _ in range(10):
        world.password("wrong, wrong, wrong")
    world.later(minutes=30, milliseconds=-1)
    assert not world.password().ok
    world.later(milliseconds=1)
    first = world.password()
    assert first.ok
    assert world.second(first.token, world.code(person_id)).ok
    with world.reading() as people:
        assert not people.person(person_id).locked
    for _ in range(9):
        world.password("wrong, wrong, wrong")
    assert world.password().ok


@given(st.lists(st.integers(0, 200), max_size=60))
def test_in_no_stretch_of_a_period_are_more_admitted_than_twice_the_rate(steps: list[int]) -> None:
    from accounts_world import NOON

    now, clear, admitted = NOON, NOON, []
    for step in steps:
        now += timedelta(seconds=step)
        clear, wait = attempt(RATE, clear, now)
        if not wait:
            admitted.append(now)
        else:
            assert not attempt(RATE, clear, now + wait)[1]
    for start in admitted:
        assert sum(start <= at < start + RATE.period for at in admitted) < 2 * RATE.attempts
