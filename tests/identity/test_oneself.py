"""What opens an account to something else: only for who has just shown that it is they (OWASP ASVS 5.0, 7.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from accounts_world import VISITOR, World
from test_passkeys import SITE, add, ask, check, visit

from identity.errors import PasskeyUnknown, ProofNeeded, SecretUnreadable, SessionEnded
from identity.service.identity import Identity
from identity.store.sessions import digest
from identity.tables import ceremony, credential
from tests.device import Device


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _given(world: World, token: str) -> dict[str, object]:
    return {"session_token": token, "actor": world.actor(token), "now": world.now}


def _tokens(world: World, token: str, identity: Identity) -> object:
    until = world.now + timedelta(days=1)
    return identity.issue_token(name="Import", until=until, **_given(world, token))  # type: ignore[arg-type]


def _passkey(world: World, token: str, identity: Identity) -> object:
    return identity.ask_for_passkey(name="Phone", site=SITE, **_given(world, token))  # type: ignore[arg-type]


def _removal(world: World, token: str, identity: Identity) -> object:
    (held, *_) = identity.own_passkeys(actor=world.actor(token), now=world.now)
    return identity.remove_passkey(passkey_id=held.id, **_given(world, token))  # type: ignore[arg-type]


ACTS = [_tokens, _passkey, _removal]


def _prove(world: World, token: str, code: str) -> bool:
    with world.work() as identity:
        found = identity.prove(session_token=token, code=code, actor=world.actor(token), now=world.now)
    return found.ok


def _asked(world: World, token: str) -> str:
    with world.work() as identity:
        return identity.proof_asked(**_given(world, token))  # type: ignore[arg-type]


def _no_app(world: World) -> None:
    with world.engine.begin() as conn:
        conn.execute(credential.update().values(totp_sealed=None))


@pytest.mark.parametrize("act", ACTS)
def test_a_session_alone_is_not_enough_a_code_is_and_not_for_ever(world: World, act: Callable[..., object]) -> None:
    person_id = world.person()
    add(world, person_id, Device())
    token = world.sign_in(person_id)
    assert _asked(world, token) == "code"
    with pytest.raises(ProofNeeded) as refused, world.work() as identity:
        act(world, token, identity)
    assert set(refused.value.fields) == {"code"}
    assert not _prove(world, token, "000000")
    with pytest.raises(ProofNeeded), world.work() as identity:
        act(world, token, identity)
    world.prove(person_id, token)
    assert _asked(world, token) == ""
    with world.work() as identity:
        act(world, token, identity)
    add(world, person_id, Device())
    world.later(minutes=4)
    with pytest.raises(ProofNeeded), world.work() as identity:
        act(world, token, identity)


def test_a_code_is_spent_by_it_and_a_wrong_one_is_counted_as_at_sign_in(world: World) -> None:
    person_id = world.person()
    first, other = world.sign_in(person_id), world.sign_in(person_id)
    code = world.code(person_id)
    assert _prove(world, first, code)
    assert not _prove(world, other, code)
    for _ in range(9):
        _prove(world, other, "000000")
    with world.work() as identity:
        shut = identity.prove(session_token=other, code=world.code(person_id), actor=world.actor(other), now=world.now)
    assert (shut.ok, shut.shut) == (False, world.now + timedelta(minutes=30))
    assert world.acts().count("second-factor-failed") == 11
    assert world.acts().count("proved") == 1


def test_what_one_session_showed_is_nothing_to_another_nor_to_the_next(world: World) -> None:
    person_id = world.person()
    first, other = world.sign_in(person_id), world.sign_in(person_id)
    world.prove(person_id, first)
    assert (_asked(world, first), _asked(world, other)) == ("", "code")
    with world.work() as identity:
        identity.end_session(token=first, actor=VISITOR, now=world.now)
    with pytest.raises(SessionEnded), world.work() as identity:
        _tokens_of(world, identity, first, other)


def _tokens_of(world: World, identity: Identity, ended: str, other: str) -> None:
    until = world.now + timedelta(days=1)
    identity.issue_token(session_token=ended, name="Import", until=until, actor=world.actor(other), now=world.now)


def test_a_sign_in_by_passkey_shows_it_and_wears_off(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    visitor = visit(world)
    token = check(world, visitor, device.sign(ask(world, visitor))).token
    assert _asked(world, token) == ""
    with world.work() as identity:
        _tokens(world, token, identity)
    world.later(minutes=5)
    assert _asked(world, token) == "code"


@pytest.mark.parametrize("act", ACTS)
def test_who_has_no_app_has_just_signed_in(world: World, act: Callable[..., object]) -> None:
    person_id = world.person()
    for _ in range(2):
        add(world, person_id, Device())
    token = world.sign_in(person_id)
    _no_app(world)
    with world.work() as identity:
        act(world, token, identity)
    world.later(minutes=5)
    assert _asked(world, token) == "sign-in"
    with pytest.raises(ProofNeeded, match="Sign in again"), world.work() as identity:
        act(world, token, identity)
    with pytest.raises(ProofNeeded, match="Sign in again"):
        _prove(world, token, "123456")


def test_what_is_not_ones_own_is_not_there_whatever_was_shown(world: World) -> None:
    person_id, other = world.person(), world.person("cal@example.test", "Cal Marsh")
    held = add(world, person_id, Device())
    token = world.sign_in(other, email="cal@example.test")
    world.prove(other, token)
    with pytest.raises(PasskeyUnknown), world.work() as identity:
        identity.remove_passkey(passkey_id=held, **_given(world, token))  # type: ignore[arg-type]


def test_a_row_put_there_or_made_to_last_shows_nothing(world: World) -> None:
    person_id = world.person()
    token, other = world.sign_in(person_id), world.sign_in(person_id)
    world.prove(person_id, token)
    later = world.now + timedelta(days=1)
    with world.engine.begin() as conn:
        conn.execute(ceremony.update().values(until=later))
    world.later(minutes=5)
    assert _asked(world, token) == "code"
    with world.engine.begin() as conn:
        conn.execute(ceremony.update().values(session_id=digest(other)))
    with pytest.raises(SecretUnreadable):
        _asked(world, other)
