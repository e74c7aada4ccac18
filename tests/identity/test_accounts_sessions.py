"""Sessions: how long they live, to the millisecond, and everything that ends them at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from accounts_world import ADMIN, NOON, VISITOR, World
from hypothesis import given
from hypothesis import strategies as st

from foundation.actor import Actor
from foundation.orm import from_ms
from identity.errors import SessionDataRefused, SessionEnded
from identity.model import SessionView
from identity.rules.session import ABSOLUTE, IDLE, alive, code_steps
from identity.store.sessions import digest


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def touch(world: World, token: str) -> SessionView | None:
    with world.work() as identity:
        return identity.touch_session(token=token, actor=VISITOR, now=world.now)


@pytest.mark.parametrize(("delta", "lives"), [(IDLE - timedelta(milliseconds=1), True), (IDLE, False)])
def test_a_session_idle_for_half_an_hour_is_over(world: World, delta: timedelta, lives: bool) -> None:
    token = world.sign_in(world.person())
    assert touch(world, token) is not None
    world.now += delta
    assert (world.actor(token).id != "nobody") is lives
    assert (touch(world, token) is not None) is lives


def test_touching_keeps_a_session_alive_but_never_past_twelve_hours_from_the_password(world: World) -> None:
    person_id = world.person()
    first = world.password()
    began = world.now
    world.later(minutes=20)
    token = world.second(first.token, world.code(person_id)).token
    while world.now + timedelta(minutes=29) < began + ABSOLUTE:
        world.later(minutes=29)
        assert touch(world, token) is not None
    world.now = began + ABSOLUTE - timedelta(milliseconds=1)
    assert touch(world, token) is not None
    world.now = began + ABSOLUTE
    assert world.actor(token).id == "nobody"
    assert touch(world, token) is None
    assert world.acts()[-1] == "session-ended"
    assert touch(world, token) is None
    assert world.acts().count("session-ended") == 1


def test_a_visitor_who_waited_all_day_gets_a_whole_session(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        visitor = identity.open_session(actor=VISITOR, now=world.now)
    for _ in range(30):
        world.later(minutes=20)
        assert touch(world, visitor) is not None
    first = world.password(session=visitor)
    full = world.second(first.token, world.code(person_id))
    for _ in range(35):
        world.later(minutes=20)
        assert touch(world, full.token) is not None


def test_a_half_signed_in_session_that_idled_asks_for_the_password_again(world: World) -> None:
    person_id = world.person()
    first = world.password()
    world.now += IDLE
    with pytest.raises(SessionEnded):
        world.second(first.token, world.code(person_id))


@given(created=st.integers(0, 10**8), idle=st.integers(-(10**4), 10**8), later=st.integers(0, 10**8))
def test_a_session_once_over_never_lives_again(created: int, idle: int, later: int) -> None:
    begun = NOON + timedelta(milliseconds=created)
    seen = begun + timedelta(milliseconds=max(0, idle))
    now = seen + timedelta(milliseconds=later)
    if not alive(created=begun, seen=seen, now=now):
        assert not alive(created=begun, seen=seen, now=now + timedelta(milliseconds=later + 1))
    assert alive(created=begun, seen=seen, now=now) == (later < 1_800_000 and max(0, idle) + later < 43_200_000)


@given(st.integers(10**8, 10**13))
def test_code_steps_are_three_and_follow_the_clock(ms: int) -> None:
    assert list(code_steps(from_ms(ms))) == [ms // 30_000 - 1, ms // 30_000, ms // 30_000 + 1]


def test_signing_out_ends_this_session_and_leaves_the_others(world: World) -> None:
    person_id = world.person()
    one, other = world.sign_in(person_id), world.sign_in(person_id)
    with world.work() as identity:
        identity.end_session(token=one, actor=world.actor(one), now=world.now)
        identity.end_session(token=one, actor=VISITOR, now=world.now)
    assert [world.actor(token).id for token in (one, other)] == ["nobody", person_id]
    assert world.acts().count("session-ended") == 1


def test_signing_out_everywhere_ends_them_all_web_and_api_alike(world: World) -> None:
    person_id = world.person()
    web = world.sign_in(person_id)
    with world.work() as identity:
        first = identity.check_password(
            email="bea@example.test", password="seven tall ships sailing", door="api", actor=VISITOR, now=world.now
        )
    api = world.second(first.token, world.code(person_id)).token
    with world.reading() as people:
        assert sorted(view.door for view in people.sessions(person_id, now=world.now)) == ["api", "web"]
    with world.work() as identity:
        assert identity.end_all_sessions(person_id=person_id, actor=world.actor(web), now=world.now) == 2
    assert [world.actor(token).id for token in (web, api)] == ["nobody", "nobody"]


def test_the_list_shows_only_live_sessions_and_ends_only_ones_own(world: World) -> None:
    bea, cal = world.person(), world.person("cal@example.test", "Cal Marsh")
    old = world.sign_in(bea)
    world.now += IDLE
    mine, theirs = world.sign_in(bea), world.sign_in(cal, email="cal@example.test")
    with world.reading() as people:
        assert [view.id for view in people.sessions(bea, now=world.now)] == [digest(mine)]
    with world.work() as identity:
        actor = world_actor = Actor(id=bea, name="Bea", party="imb", principal=1)
        assert not identity.end_listed_session(session_id=digest(theirs), actor=actor, now=world.now)
        assert not identity.end_listed_session(session_id="nothing", actor=actor, now=world.now)
        assert identity.end_listed_session(session_id=digest(mine), actor=world_actor, now=world.now)
    assert [world.actor(token).id for token in (old, mine, theirs)] == ["nobody", "nobody", cal]


@pytest.mark.parametrize("act", ["suspend", "leave", "invite_again"])
def test_whatever_stops_an_account_ends_its_sessions_at_once(world: World, act: str) -> None:
    person_id = world.person()
    token, half = world.sign_in(person_id), world.password().token
    with world.work() as identity:
        getattr(identity, act)(person_id=person_id, actor=ADMIN, now=world.now)
    assert world.actor(token).id == "nobody"
    assert touch(world, token) is None
    with pytest.raises(SessionEnded):
        world.second(half, world.code(person_id))
    assert "session-ended" in world.acts()


def test_being_appointed_and_ceasing_to_be_end_the_sessions_they_began_without(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        identity.create_single_offices(actor=ADMIN, now=world.now)
    with world.reading() as people:
        (office,) = people.offices("imb", "secretariat")
    token = world.sign_in(person_id)
    with world.work() as identity:
        made = identity.appoint(person_id=person_id, role="imb-staff", office_id=office.id, actor=ADMIN, now=world.now)
    assert world.actor(token).id == "nobody"
    token = world.sign_in(person_id)
    assert world.actor(token).duties == {"router", "safety-override"}
    assert world.actor(token).offices == {office.principal}
    with world.work() as identity:
        identity.end_appointment(appointment_id=made, actor=ADMIN, now=world.now)
    assert world.actor(token).id == "nobody"
    assert world.actor(world.sign_in(person_id)).offices == set()


def test_a_session_keeps_small_json_through_the_code_and_nothing_else(world: World) -> None:
    person_id = world.person()
    first = world.password()
    with world.work() as identity:
        identity.save_session(token=first.token, data='{"next": "/items"}', actor=VISITOR, now=world.now)
    full = world.second(first.token, world.code(person_id))
    view = touch(world, full.token)
    assert view is not None
    assert view.data == '{"next": "/items"}'
    for data in ("", "[]", "1", "{", '{"a": "' + "x" * 8192 + '"}'):
        with pytest.raises(SessionDataRefused), world.work() as identity:
            identity.save_session(token=full.token, data=data, actor=VISITOR, now=world.now)
    with pytest.raises(SessionEnded), world.work() as identity:
        identity.save_session(token="gone", data="{}", actor=VISITOR, now=world.now)


def test_sweeping_removes_what_is_over_and_nothing_that_lives(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        identity.open_session(actor=VISITOR, now=world.now)
    world.now += IDLE - timedelta(milliseconds=1)
    with world.work() as identity:
        assert identity.sweep_sessions(actor=ADMIN, now=world.now) == 0
    token = world.sign_in(person_id)
    with world.work() as identity:
        assert identity.sweep_sessions(actor=ADMIN, now=world.now) == 1
    assert world.actor(token).id == person_id


def test_an_unknown_door_is_a_mistake_of_the_caller(world: World) -> None:
    with pytest.raises(RuntimeError), world.work() as identity:
        identity.open_session(door="back", actor=VISITOR, now=world.now)
