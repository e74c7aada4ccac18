"""Whoever has a password and guesses codes: what they get to try, in how long, and what the owner keeps."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, GOOD, POLICIES, VISITOR, World, real_gates, totp_of
from test_passkeys import add, ask, check, visit

from foundation.policy import Faults
from identity.model import SignIn
from identity.policy.doors import load_doors
from identity.rules.guessing import chance, guesses, shut_for
from identity.rules.session import CODE_DIGITS, CODE_WINDOW
from identity.service.proving import NO_CODES, WRONG_CODE
from identity.tables import credential
from tests.device import Device

CODES = real_gates().doors.codes
PAGE = (Path(__file__).parents[2] / "docs" / "sign-in.md").read_text("utf-8")
YEAR = timedelta(days=365)
GOOD_AT_ONCE = 2 * CODE_WINDOW + 1
A_DAY = 4  # sign-ins by code of somebody who is called away often; the page says so


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def wrong_code(world: World, person_id: str) -> str:
    near = {world.code(person_id, steps=step) for step in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def guess(world: World, person_id: str) -> SignIn:
    first = world.password()
    assert first.ok, "the password is right, and is taken while no code is looked at"
    return world.second(first.token, wrong_code(world, person_id))


def shut(world: World, person_id: str, locks: int = 1) -> timedelta:
    """Guess until no code is looked at, so many times in a row; how long the last time is."""
    left = timedelta()
    for _ in range(locks):
        world.now += left
        answer = guess(world, person_id)
        while answer.shut is None:
            answer = guess(world, person_id)
        left = answer.shut - world.now
    return left


def counted(world: World, person_id: str) -> tuple[int, int]:
    columns = (credential.c.wrong_codes, credential.c.code_locks)
    with world.engine.begin() as conn:
        row = conn.execute(sa.select(*columns).where(credential.c.person_id == person_id)).one()
    return row.wrong_codes, row.code_locks


def right(world: World, person_id: str) -> SignIn:
    return world.second(world.password().token, world.code(person_id))


def test_the_count_goes_on_after_a_lock_and_each_lock_is_longer_up_to_the_most(world: World) -> None:
    person_id = world.person()
    for _ in range(CODES.failures - 1):
        assert guess(world, person_id) == SignIn(ok=False, detail=WRONG_CODE)
    lengths = []
    for _ in range(9):
        answer = guess(world, person_id)
        assert answer.detail == NO_CODES
        assert answer.shut is not None
        lengths.append(answer.shut - world.now)
        world.now = answer.shut
    assert lengths == [timedelta(minutes=30 * 2**at) for at in range(6)] + [timedelta(hours=24)] * 3
    assert counted(world, person_id) == (CODES.failures + 8, 9)


def test_while_no_code_is_looked_at_the_right_one_is_answered_as_a_wrong_one_and_nothing_is_counted(
    world: World,
) -> None:
    person_id = world.person()
    left = shut(world, person_id)
    before = counted(world, person_id)
    assert guess(world, person_id) == right(world, person_id)
    assert counted(world, person_id) == before
    world.now += left - timedelta(milliseconds=1)
    assert not right(world, person_id).ok
    world.later(milliseconds=1)
    answer = right(world, person_id)
    assert (answer.ok, answer.wrong_codes) == (True, CODES.failures)
    assert counted(world, person_id) == (0, 0)
    assert guess(world, person_id).shut is None, "the count begins anew"


def test_a_passkey_opens_the_account_all_the_while_and_does_not_set_the_count_back(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    shut(world, person_id, locks=3)
    before = counted(world, person_id)
    token = visit(world)
    answer = check(world, token, device.sign(ask(world, token)))
    assert (answer.ok, answer.wrong_codes) == (True, before[0])
    assert counted(world, person_id) == before


def test_an_administrator_has_one_more_code_looked_at_and_not_ten(world: World) -> None:
    person_id = world.person()
    shut(world, person_id)
    with world.work() as identity:
        identity.unlock(person_id=person_id, actor=ADMIN, now=world.now)
    assert shut(world, person_id) == shut_for(CODES, 2)
    assert counted(world, person_id) == (CODES.failures + 1, 2)
    with world.work() as identity:
        identity.unlock(person_id=person_id, actor=ADMIN, now=world.now)
    assert right(world, person_id).ok


def test_a_recovery_ends_it(world: World) -> None:
    person_id = world.person()
    shut(world, person_id, locks=4)
    with world.work() as identity:
        fresh = identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now)
        new = "eleven quiet gardens"
        totp = totp_of(identity.accept(token=fresh.token, password=new, actor=VISITOR, now=world.now))
        code = totp.at(world.now)
        identity.confirm_second_factor(token=fresh.token, code=code, actor=VISITOR, now=world.now)
    assert counted(world, person_id) == (0, 0)
    world.later(minutes=1)
    assert world.second(world.password(new).token, totp.at(world.now)).ok


def test_wrong_codes_of_somebody_signed_in_count_the_same(world: World) -> None:
    person_id = world.person()
    token = world.sign_in(person_id)
    given = {"session_token": token, "current": GOOD, "new": "eleven quiet gardens", "actor": world.actor(token)}
    for _ in range(CODES.failures):
        with world.work() as identity:
            answer = identity.change_password(code=wrong_code(world, person_id), now=world.now, **given)
    assert answer.shut == world.now + CODES.first
    assert right(world, person_id).shut == answer.shut


def test_wrong_passwords_keep_no_code_from_being_looked_at_and_wrong_codes_no_password(world: World) -> None:
    person_id = world.person()
    first = world.password()
    for _ in range(9):
        world.password("wrong, wrong, wrong")
        world.second(first.token, wrong_code(world, person_id))
    assert right(world, person_id).ok


def test_the_third_lock_in_a_row_is_said_to_be_one(world: World) -> None:
    person_id = world.person()
    shut(world, person_id, locks=CODES.administrators)
    assert world.acts().count("codes-locked") == CODES.administrators


def test_whoever_tries_without_a_pause_is_looked_at_as_often_as_the_arithmetic_says(world: World) -> None:
    person_id, days = world.person(), 3
    end, looked_at = world.now + timedelta(days=days), 0
    while world.now < end:
        before = counted(world, person_id)
        answer = guess(world, person_id)
        looked_at += counted(world, person_id) != before
        world.now = answer.shut or world.now
    assert looked_at == guesses(CODES, timedelta(days=days)) == 17


def percent(value: float) -> str:
    return f"{100 * value:.2g} %"


def test_the_page_says_what_the_policy_comes_to() -> None:
    day, year = guesses(CODES, timedelta(days=1)), guesses(CODES, YEAR)
    once = chance(1, good=GOOD_AT_ONCE, digits=CODE_DIGITS)
    away = chance(year, good=GOOD_AT_ONCE, digits=CODE_DIGITS)
    worst = CODES.failures * A_DAY
    there = chance(worst * YEAR.days, good=GOOD_AT_ONCE, digits=CODE_DIGITS)
    assert f"{GOOD_AT_ONCE} of 1,000,000" in PAGE
    assert once == pytest.approx(GOOD_AT_ONCE / 10**CODE_DIGITS)
    rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in PAGE.splitlines() if line.startswith("| its owner ")]
    assert [row[1:] for row in rows] == [
        [f"{day} on the first, then {1 if CODES.most == timedelta(days=1) else '?'}", str(year), percent(away)],
        [str(worst), f"{worst * YEAR.days:,}", percent(there)],
    ]
    assert f"{A_DAY} times a day" in PAGE


def test_a_most_below_the_first_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    text = (POLICIES / "people" / "sign-in.toml").read_text("utf-8")
    assert "minutes = 30\nmost_hours = 24" in text
    changed = text.replace("minutes = 30\nmost_hours", "minutes = 3000\nmost_hours")
    (tmp_path / "people" / "sign-in.toml").write_text(changed)
    faults = Faults()
    load_doors(tmp_path, faults)
    with pytest.raises(Exception, match="most_hours"):
        faults.raise_any()
