"""Passkeys: what a device may answer and what not, kept as files and tried through the acts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, VISITOR, World

from foundation.ident import new_id
from identity.errors import FactsAltered, LastFactor, PasskeyRefused, PasskeyUnknown, ProofNeeded, SessionEnded
from identity.model import SignIn
from identity.ports import Site
from identity.rules.passkeys import last_factor, went_back
from identity.store import authenticator
from identity.tables import ceremony, credential, passkey, person
from tests.device import PRESENT, Device, raw

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "passkeys").glob("*.json"))
SITE = Site("https://custodes.test", "custodes.test")
OTHER = Site("https://other.test", "other.test")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def add(world: World, person_id: str, device: Device, name: str = "Work laptop") -> str:
    token = world.sign_in(person_id)
    actor = world.actor(token)
    world.prove(person_id, token)
    with world.work() as identity:
        asked = identity.ask_for_passkey(session_token=token, name=name, site=SITE, actor=actor, now=world.now)
    with world.work() as identity:
        return identity.add_passkey(
            session_token=token, answer=device.make(asked), site=SITE, actor=actor, now=world.now
        )


def visit(world: World) -> str:
    with world.work() as identity:
        return identity.open_session(actor=VISITOR, now=world.now)


def ask(world: World, token: str) -> str:
    with world.work() as identity:
        return identity.ask_passkey(session_token=token, site=SITE, actor=VISITOR, now=world.now)


def check(world: World, token: str, answer: str, site: Site = SITE) -> SignIn:
    with world.work() as identity:
        return identity.check_passkey(session_token=token, answer=answer, site=site, actor=VISITOR, now=world.now)


def causes(world: World) -> list[str]:
    return [act for act, outcome, _ in world.log("identity.passkey") if outcome == "refused"]


def test_there_are_vectors_good_and_bad() -> None:
    assert {path.name.split("-")[1].removesuffix(".json") for path in VECTORS} == {"good", "bad"}
    assert len(VECTORS) > 25


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_an_answer_holds_or_not_as_its_file_says(path: Path) -> None:
    said = json.loads(path.read_text())
    site, challenge = Site(said["origin"], said["host"]), raw(said["challenge"])
    if path.name.startswith("make"):
        made = authenticator.made(said["answer"], site, challenge)
        assert (made.uses if made else None) == said["told"]
    else:
        assert authenticator.signed(said["answer"], site, challenge, raw(said["public_key"])) == said["told"]


def test_a_passkey_is_both_factors_at_once_and_its_session_has_a_new_token(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    token = visit(world)
    answer = check(world, token, device.sign(ask(world, token)))
    assert (answer.ok, answer.stage, answer.person_id) == (True, "full", person_id)
    assert answer.token != token
    assert world.actor(answer.token).id == person_id
    assert world.acts()[-1] == "signed-in"


def test_what_a_device_is_asked_names_nobody_and_wants_the_person_verified(world: World) -> None:
    add(world, world.person(), Device())
    options = json.loads(ask(world, visit(world)))
    assert (options["rpId"], options["userVerification"]) == ("custodes.test", "required")
    assert options.get("allowCredentials", []) == []


def test_an_answer_is_taken_once_even_a_wrong_one(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    token = visit(world)
    answer = device.sign(ask(world, token))
    assert check(world, token, answer, OTHER).ok is False
    assert check(world, token, answer).ok is False
    token = visit(world)
    answer = device.sign(ask(world, token))
    full = check(world, token, answer)
    assert full.ok
    assert check(world, visit(world), answer).ok is False
    assert check(world, full.token, answer).ok is False
    assert causes(world) == ["identity.passkey-failed"] * 4


def test_an_answer_is_good_in_the_session_that_asked_alone_and_for_some_minutes(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    one, other = visit(world), visit(world)
    assert check(world, other, device.sign(ask(world, one))).ok is False
    late = device.sign(ask(world, one))
    world.later(minutes=5)
    assert check(world, one, late).ok is False
    first = device.sign(ask(world, one))
    ask(world, one)
    assert check(world, one, first).ok is False


@pytest.mark.parametrize("flags", [PRESENT, 0x04])
def test_without_the_person_present_and_verified_it_is_nothing(world: World, flags: int) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    token = visit(world)
    assert check(world, token, device.sign(ask(world, token), flags=flags)).ok is False


def test_a_count_that_goes_back_is_refused_and_logged_as_a_copy(world: World) -> None:
    person_id, device = world.person(), Device(uses=5)
    add(world, person_id, device)
    for count, good in ((9, True), (9, False), (3, False), (0, False), (10, True)):
        token = visit(world)
        assert check(world, token, device.sign(ask(world, token), count=count)).ok is good
    assert world.acts().count("passkey-copied") == 3


def test_a_device_that_keeps_no_count_is_used_again_and_again(world: World) -> None:
    person_id, device = world.person(), Device(uses=-1)
    add(world, person_id, device)
    for _ in range(2):
        token = visit(world)
        assert check(world, token, device.sign(ask(world, token))).ok


def test_failures_lock_nobody_out_and_a_locked_account_is_opened_by_its_passkey(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    for _ in range(10):
        world.password("wrong, wrong, wrong")
    token = visit(world)
    for _ in range(11):
        check(world, token, "{}")
    assert check(world, token, device.sign(ask(world, token))).ok


def test_a_suspended_account_is_not_opened_and_the_answer_says_the_same_as_ever(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    with world.work() as identity:
        identity.suspend(person_id=person_id, actor=ADMIN, now=world.now)
    token = visit(world)
    refused = check(world, token, device.sign(ask(world, token)))
    unknown = check(world, token, Device().sign(ask(world, token)))
    assert (refused.ok, refused.detail) == (False, unknown.detail)


def test_invited_anew_the_passkeys_are_gone(world: World) -> None:
    person_id, device = world.person(), Device()
    add(world, person_id, device)
    with world.work() as identity:
        identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now)
    with world.engine.begin() as conn:
        assert conn.execute(sa.select(passkey)).all() == []
    assert "passkey-removed" in world.acts()


def test_a_passkey_put_into_the_rows_opens_nothing(world: World) -> None:
    person_id, planted = world.person(), Device()
    values = {"id": str(new_id(world.now)), "person_id": person_id, "credential": planted.credential, "name": b""}
    with world.engine.begin() as conn:
        conn.execute(
            passkey.insert().values(
                **values, public_key=planted.cose(), synced=False, uses=0, created=world.now, used=None
            )
        )
    token = visit(world)
    assert check(world, token, planted.sign(ask(world, token))).ok is False
    with world.engine.begin() as conn:
        from identity.store import passkeys

        conn.execute(person.update().values(passkeys=passkeys.digest(conn, person_id)))
    with pytest.raises(FactsAltered):
        check(world, token, planted.sign(ask(world, token)))


def test_adding_one_takes_a_code_that_was_not_used_and_a_name(world: World) -> None:
    person_id = world.person()
    token = world.sign_in(person_id)
    actor, given = world.actor(token), {"session_token": token, "site": SITE, "actor": world.actor(token)}
    for name in ("", "x" * 61, "a\u202eb"):
        with pytest.raises(PasskeyRefused), world.work() as identity:
            identity.ask_for_passkey(name=name, now=world.now, **given)
    with pytest.raises(ProofNeeded), world.work() as identity:
        identity.ask_for_passkey(name="Phone", now=world.now, **given)
    world.prove(person_id, token)
    with world.work() as identity:
        assert identity.ask_for_passkey(name="Phone", now=world.now, **given)
    with pytest.raises(SessionEnded), world.work() as identity:
        identity.add_passkey(session_token=visit(world), answer="{}", site=SITE, actor=actor, now=world.now)
    with pytest.raises(PasskeyRefused), world.work() as identity:
        identity.add_passkey(session_token=token, answer="{}", site=SITE, actor=actor, now=world.now)


def test_a_device_is_one_passkey_of_one_person(world: World) -> None:
    device = Device()
    add(world, world.person(), device)
    other = world.person("cal@example.test", "Cal Marsh")
    token = world.sign_in(other, email="cal@example.test")
    actor = world.actor(token)
    world.prove(other, token)
    with world.work() as identity:
        asked = identity.ask_for_passkey(session_token=token, name="Mine", site=SITE, actor=actor, now=world.now)
    with pytest.raises(PasskeyRefused), world.work() as identity:
        identity.add_passkey(session_token=token, answer=device.make(asked), site=SITE, actor=actor, now=world.now)


def test_ten_are_enough_and_each_can_be_removed_while_a_factor_is_left(world: World) -> None:
    person_id = world.person()
    made = [add(world, person_id, Device(), f"Key {at}") for at in range(3)]
    token = world.sign_in(person_id)
    actor = world.actor(token)
    world.prove(person_id, token)
    with world.work() as identity:
        assert [each.name for each in identity.own_passkeys(actor=actor, now=world.now)] == ["Key 0", "Key 1", "Key 2"]
        identity.remove_passkey(session_token=token, passkey_id=made[0], actor=actor, now=world.now)
    with pytest.raises(PasskeyUnknown), world.work() as identity:
        identity.remove_passkey(session_token=token, passkey_id=made[0], actor=actor, now=world.now)
    with world.engine.begin() as conn:
        conn.execute(credential.update().values(totp_sealed=None))
    with world.work() as identity:
        identity.remove_passkey(session_token=token, passkey_id=made[1], actor=actor, now=world.now)
    with pytest.raises(LastFactor), world.work() as identity:
        identity.remove_passkey(session_token=token, passkey_id=made[2], actor=actor, now=world.now)
    with world.work() as identity:
        assert len(identity.own_passkeys(actor=actor, now=world.now)) == 1


def test_what_nobody_answered_is_swept_away_and_names_are_kept_sealed(world: World) -> None:
    add(world, world.person(), Device(), "Kitchen tablet")
    ask(world, visit(world))
    with world.engine.begin() as conn:
        assert b"Kitchen" not in conn.execute(sa.select(passkey.c.name)).scalar_one()
        kept = sorted(conn.execute(sa.select(ceremony.c.purpose)).scalars())
    assert kept == ["proof", "sign"]
    world.later(hours=13)
    with world.work() as identity:
        identity.sweep_sessions(actor=VISITOR, now=world.now)
    with world.engine.begin() as conn:
        assert conn.execute(sa.select(ceremony)).all() == []


@pytest.mark.parametrize(
    ("was", "told", "back"), [(0, 0, False), (0, 1, False), (1, 1, True), (2, 1, True), (2, 0, True)]
)
def test_a_count_goes_back_when_it_does_not_go_on(was: int, told: int, back: bool) -> None:
    assert went_back(was, told) is back


def test_the_last_factor_is_the_last_passkey_without_an_app() -> None:
    assert [last_factor(app=app, passkeys=n) for app in (True, False) for n in (1, 2)] == [False, False, True, False]
