"""Invitation, both factors, lockout, and what an outsider can learn from the answers: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, GOOD, NOON, VISITOR, World, totp_of

from foundation.actor import BEGINNING
from identity.errors import (
    AccountInvalid,
    CodeWrong,
    EmailTaken,
    InvitationSpent,
    PasswordRefused,
    SessionEnded,
    StandingConflict,
)
from identity.store.hasher import Hasher
from identity.tables import credential, invitation, session

EMAIL = "bea@example.test"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def invited(world: World, email: str = EMAIL) -> tuple[str, str]:
    with world.work() as identity:
        person_id, token = identity.invite(email=email, name="Beatrix Quill", party="imb", actor=ADMIN, now=world.now)
    return person_id, token


def failures(world: World, person_id: str) -> int:
    with world.engine.begin() as conn:
        row = conn.execute(sa.select(credential.c.failures).where(credential.c.person_id == person_id))
        return int(row.scalar_one())


def locked(world: World, person_id: str) -> bool:
    with world.reading() as people:
        return people.person(person_id).locked


def test_an_invited_person_is_neither_trained_nor_vetted_nor_appointed(world: World) -> None:
    person_id, _ = invited(world)
    with world.reading() as people:
        actor = people.actor(person_id, now=world.now)
    assert (actor.standing, actor.duties, actor.offices, actor.groups) == ("invited", set(), set(), set())
    assert (actor.handling_until, actor.vetted_until) == (BEGINNING, BEGINNING)
    assert world.acts() == ["account-created", "account-invited"]


def test_only_the_digest_of_an_invitation_and_of_a_session_is_kept(world: World) -> None:
    _, token = invited(world)
    world.person("cal@example.test", "Cal Marsh")
    second = world.password(email="cal@example.test")
    with world.engine.begin() as conn:
        rows = str(conn.execute(invitation.select()).all()) + str(conn.execute(session.select()).all())
    assert token not in rows
    assert second.token not in rows


@pytest.mark.parametrize(
    ("email", "name", "party", "fields"),
    [
        ("nobody", "Bea", "imb", {"email"}),
        ("a b@example.test", "Bea", "imb", {"email"}),
        ("beä@example.test", "Bea", "imb", {"email"}),
        ("bea@localhost", "Bea", "imb", {"email"}),
        ("b" * 250 + "@example.test", "Bea", "imb", {"email"}),
        (EMAIL, "", "imb", {"name"}),
        (EMAIL, "x" * 201, "imb", {"name"}),
        (EMAIL, "Bea\u202egpj", "imb", {"name"}),
        (EMAIL, "Bea\nQuill", "imb", {"name"}),
        (EMAIL, "Bea\ud800", "imb", {"name"}),
        (EMAIL, "Bea", "other", {"party"}),
        ("", " ", "", {"email", "name", "party"}),
    ],
)
def test_an_invitation_says_everything_wrong_at_once(
    world: World, email: str, name: str, party: str, fields: set[str]
) -> None:
    with pytest.raises(AccountInvalid) as refused, world.work() as identity:
        identity.invite(email=email, name=name, party=party, actor=ADMIN, now=world.now)
    assert set(refused.value.fields) == fields


def test_an_address_is_one_account_however_it_is_written(world: World) -> None:
    invited(world)
    with pytest.raises(EmailTaken), world.work() as identity:
        identity.invite(email=" BEA@Example.test ", name="Other", party="hmip", actor=ADMIN, now=world.now)


def test_an_invitation_lives_one_day_to_the_millisecond(world: World) -> None:
    _, token = invited(world)
    world.later(days=1, milliseconds=-1)
    with world.work() as identity:
        identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now)
    world.later(milliseconds=1)
    with pytest.raises(InvitationSpent), world.work() as identity:
        identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now)


def test_an_invitation_works_once_and_unknown_used_and_expired_are_one_answer(world: World) -> None:
    _, token = invited(world)
    with world.work() as identity:
        totp = totp_of(identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now))
        identity.confirm_second_factor(token=token, code=totp.at(world.now), actor=VISITOR, now=world.now)
    said = set()
    for given in (token, "made-up", ""):
        with pytest.raises(InvitationSpent) as refused, world.work() as identity:
            identity.accept(token=given, password=GOOD, actor=VISITOR, now=world.now)
        said.add((refused.value.detail, refused.value.subject))
    assert len(said) == 1


def test_starting_over_before_the_end_is_allowed_and_makes_the_first_second_factor_worthless(world: World) -> None:
    person_id, token = invited(world)
    with world.work() as identity:
        first = totp_of(identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now))
        second = totp_of(identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now))
    with pytest.raises(CodeWrong), world.work() as identity:
        identity.confirm_second_factor(token=token, code=first.at(world.now), actor=VISITOR, now=world.now)
    with world.work() as identity:
        done = identity.confirm_second_factor(token=token, code=second.at(world.now), actor=VISITOR, now=world.now)
    assert done == person_id


def test_there_is_no_confirming_before_a_password_and_no_signing_in_before_confirming(world: World) -> None:
    _, token = invited(world)
    with pytest.raises(StandingConflict), world.work() as identity:
        identity.confirm_second_factor(token=token, code="000000", actor=VISITOR, now=world.now)
    with world.work() as identity:
        identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now)
    assert not world.password().ok


def test_a_fresh_invitation_ends_the_earlier_one(world: World) -> None:
    person_id, token = invited(world)
    with world.work() as identity:
        again = identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now)
    with pytest.raises(InvitationSpent), world.work() as identity:
        identity.accept(token=token, password=GOOD, actor=VISITOR, now=world.now)
    with world.work() as identity:
        assert identity.accept(token=again.token, password=GOOD, actor=VISITOR, now=world.now)


def test_signing_in_takes_both_factors_and_gives_a_new_token_at_each_stage(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        visitor = identity.open_session(actor=VISITOR, now=world.now, data='{"csrf": "planted"}')
    first = world.password(session=visitor)
    assert (first.ok, first.stage, first.person_id) == (True, "password", person_id)
    assert world.actor(first.token).id == "nobody"
    full = world.second(first.token, world.code(person_id))
    assert (full.ok, full.stage) == (True, "full")
    assert len({visitor, first.token, full.token}) == 3
    assert world.actor(full.token).id == person_id
    for dead in (visitor, first.token):
        with world.work() as identity:
            assert identity.touch_session(token=dead, actor=VISITOR, now=world.now) is None
    with world.work() as identity:
        view = identity.touch_session(token=full.token, actor=VISITOR, now=world.now)
    assert view is not None
    assert "planted" not in view.data


@pytest.mark.parametrize("kind", ["unknown", "malformed", "wrong", "locked", "suspended", "left", "invited"])
def test_every_failed_password_is_the_same_answer_and_the_same_kind_of_entry(world: World, kind: str) -> None:
    reference = world.password("wrong", email="reference@example.test")
    person_id = world.person()
    email, given = EMAIL, GOOD
    with world.work() as identity:
        if kind == "suspended":
            identity.suspend(person_id=person_id, actor=ADMIN, now=world.now)
        elif kind == "left":
            identity.leave(person_id=person_id, actor=ADMIN, now=world.now)
        elif kind == "invited":
            identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now)
    if kind == "locked":
        for _ in range(10):
            world.password("wrong")
    email = {"unknown": "who@example.test", "malformed": "\ud800'--"}.get(kind, email)
    given = "wrong" if kind == "wrong" else given
    assert world.password(given, email=email) == reference
    act, outcome, subject = world.log()[-1]
    assert (act, outcome) == ("identity.sign-in-failed", "refused")
    assert subject == ("" if kind in ("unknown", "malformed") else person_id)


def test_an_unknown_account_costs_the_same_hash_as_a_known_one(world: World) -> None:
    world.person()
    done: list[str | None] = []

    class Counting(Hasher):
        def verify(self, password: str, kept: str | None) -> bool:
            done.append(kept)
            return super().verify(password, kept)

    world.hasher = Counting(passes=1, memory_kib=8)
    for email in (EMAIL, "who@example.test", "malformed"):
        world.password("wrong", email=email)
    assert len(done) == 3
    assert not world.hasher.verify("anything", None)


def test_nine_failures_and_a_success_start_the_count_again(world: World) -> None:
    person_id = world.person()
    for _ in range(9):
        world.password("wrong")
    world.sign_in(person_id)
    assert failures(world, person_id) == 0
    for _ in range(9):
        world.password("wrong")
    assert not locked(world, person_id)
    assert world.password().ok


def test_the_tenth_failure_locks_once_and_then_nothing_right_helps(world: World) -> None:
    person_id = world.person()
    for attempt in range(1, 11):
        world.password("wrong")
        assert locked(world, person_id) is (attempt == 10)
    assert not world.password().ok
    assert world.acts().count("account-locked") == 1
    with world.work() as identity:
        identity.unlock(person_id=person_id, actor=ADMIN, now=world.now)
    assert world.password().ok
    assert world.acts()[-2:] == ["account-unlocked", "password-accepted"]


def test_a_stolen_password_buys_ten_guesses_at_a_code_and_no_more(world: World) -> None:
    person_id = world.person()
    wrong = "000000" if world.code(person_id) != "000000" else "111111"
    for _ in range(10):
        first = world.password()  # the right password in between does not set the count back
        world.second(first.token, wrong)
    assert locked(world, person_id)


def test_a_locked_account_refuses_the_right_code_with_the_same_answer(world: World) -> None:
    person_id = world.person()
    first = world.password()
    wrong = world.second(first.token, "abc")
    for _ in range(10):
        world.password("wrong")
    assert locked(world, person_id)
    assert world.second(first.token, world.code(person_id)) == wrong


def test_a_code_works_once_even_within_its_window(world: World) -> None:
    person_id = world.person()
    code = world.code(person_id)
    first = world.password()
    assert world.second(first.token, code).ok
    again = world.password()
    assert not world.second(again.token, code).ok
    assert not world.second(again.token, world.code(person_id, steps=-1)).ok, "an earlier code is older than one used"
    assert world.second(again.token, world.code(person_id, steps=1)).ok


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_either_side(world: World, steps: int, good: bool) -> None:
    person_id = world.person()
    world.later(minutes=5)
    first = world.password()
    assert world.second(first.token, world.code(person_id, steps=steps)).ok is good


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5", "-12345", "\x00" * 6])
def test_what_is_no_code_is_a_wrong_code(world: World, code: str) -> None:
    world.person()
    first = world.password()
    assert not world.second(first.token, code).ok
    assert world.acts()[-1] == "second-factor-failed"


def test_a_code_may_be_typed_with_spaces(world: World) -> None:
    person_id = world.person()
    code = world.code(person_id)
    assert world.second(world.password().token, f" {code[:3]} {code[3:]} ").ok


def test_a_code_needs_a_session_at_the_password_stage(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        visitor = identity.open_session(actor=VISITOR, now=world.now)
    full = world.sign_in(person_id)
    for token in ("", "made-up", visitor, full):
        with pytest.raises(SessionEnded):
            world.second(token, world.code(person_id))


def test_a_success_after_failures_is_logged_as_such(world: World) -> None:
    person_id = world.person()
    world.password("wrong")
    world.sign_in(person_id)
    assert world.acts()[-3:] == ["sign-in-failed", "password-accepted", "signed-in"]


def test_weaker_hashes_are_made_again_at_the_next_sign_in(world: World) -> None:
    person_id = world.person()
    world.hasher = Hasher(passes=2, memory_kib=16)
    world.sign_in(person_id)
    with world.engine.begin() as conn:
        kept = conn.execute(sa.select(credential.c.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert "m=16,t=2" in kept
    assert world.password().ok


def test_the_second_factor_is_sealed_at_rest(world: World) -> None:
    person_id = world.person()
    with world.engine.begin() as conn:
        sealed = conn.execute(sa.select(credential.c.totp_sealed)).scalar_one()
    assert world.secrets[person_id].secret.encode() not in sealed


def test_changing_ones_password_needs_the_old_one_and_a_code_and_ends_every_other_session(world: World) -> None:
    person_id = world.person()
    other, mine = world.sign_in(person_id), world.sign_in(person_id)
    new = "eleven quiet gardens"

    def change(current: str, code: str, wanted: str = new) -> object:
        with world.work() as identity:
            return identity.change_password(
                session_token=mine, current=current, new=wanted, code=code, actor=world_actor, now=world.now
            )

    world_actor = world.actor(mine)
    code = world.code(person_id)
    assert not change("wrong", code).ok  # type: ignore[attr-defined]
    assert not change(GOOD, "000").ok  # type: ignore[attr-defined]
    assert failures(world, person_id) == 1, "wrong codes are counted apart"
    with pytest.raises(PasswordRefused):
        change(GOOD, code, wanted="short")
    with pytest.raises(PasswordRefused):
        change(GOOD, code, wanted=GOOD)
    done = change(GOOD, code)
    assert done.ok  # type: ignore[attr-defined]
    assert world.actor(done.token).id == person_id  # type: ignore[attr-defined]
    assert [world.actor(token).id for token in (other, mine)] == ["nobody", "nobody"]
    assert world.password(new).ok
    assert not world.password(GOOD).ok


def test_nobody_changes_the_password_of_another_through_their_own_session(world: World) -> None:
    bea = world.person()
    cal = world.person("cal@example.test", "Cal Marsh")
    token = world.sign_in(bea)
    with world.reading() as people:
        stranger = people.actor(cal, now=world.now)
    with pytest.raises(SessionEnded), world.work() as identity:
        identity.change_password(
            session_token=token, current=GOOD, new="eleven quiet gardens", code="1", actor=stranger, now=world.now
        )


def test_the_last_ten_passwords_cannot_come_back_and_the_eleventh_can(world: World) -> None:
    person_id = world.person()
    token, current = world.sign_in(person_id), GOOD
    for number in range(10):
        world.later(minutes=1)
        new = f"quiet gardens of the north {number * 37}"
        with world.work() as identity:
            done = identity.change_password(
                session_token=token,
                current=current,
                new=new,
                code=world.code(person_id),
                actor=world.actor(token),
                now=world.now,
            )
        assert done.ok
        token, current = done.token, new
        if number == 8:
            with pytest.raises(PasswordRefused), world.work() as identity:
                identity.change_password(
                    session_token=token, current=current, new=GOOD, code="", actor=world.actor(token), now=world.now
                )
    world.later(minutes=1)
    with world.work() as identity:
        back = identity.change_password(
            session_token=token,
            current=current,
            new=GOOD,
            code=world.code(person_id),
            actor=world.actor(token),
            now=world.now,
        )
    assert back.ok


def test_inviting_anew_stops_the_old_second_factor_and_every_session_at_once(world: World) -> None:
    person_id = world.person()
    token = world.sign_in(person_id)
    old = world.secrets[person_id]
    with world.work() as identity:
        fresh = identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now, why="lost telephone")
    assert world.actor(token).id == "nobody"
    assert not world.password().ok
    with pytest.raises(StandingConflict), world.work() as identity:
        identity.confirm_second_factor(token=fresh.token, code=old.at(world.now), actor=VISITOR, now=world.now)
    with pytest.raises(PasswordRefused), world.work() as identity:
        identity.accept(token=fresh.token, password=GOOD, actor=VISITOR, now=world.now)
    with world.work() as identity:
        uri = identity.accept(token=fresh.token, password="eleven quiet gardens", actor=VISITOR, now=world.now)
        new = totp_of(uri)
        identity.confirm_second_factor(token=fresh.token, code=new.at(world.now), actor=VISITOR, now=world.now)
    world.later(minutes=1)
    first = world.password("eleven quiet gardens")
    assert not world.second(first.token, old.at(world.now)).ok
    assert world.second(first.token, new.at(world.now)).ok


def test_the_provisioning_uri_names_service_and_account(world: World) -> None:
    _, token = invited(world)
    with world.work() as identity:
        uri = identity.accept(token=token, password=GOOD, actor=VISITOR, now=NOON)
    assert uri.startswith("otpauth://totp/Custodes:bea%40example.test?")
