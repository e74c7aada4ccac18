"""Two administrators give an account back to its owner; neither could take it alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, GOOD, VISITOR, World, totp_of

from foundation.actor import Actor
from identity.errors import (
    FactsAltered,
    InvitationSpent,
    ManagingRefused,
    RecoveryCodeWrong,
    RecoveryFaulty,
    RecoveryNeeded,
    RecoveryRefused,
    RecoveryUnknown,
    StandingConflict,
)
from identity.model import Verdict
from identity.rules.recovering import ALPHABET, read_code, spoken
from identity.service.consent_replay import RecoveryReplay
from identity.tables import invitation, recovery

OTHER = replace(ADMIN, id="0190d6c2-0000-7000-8000-00000000000b", name="Bo")
STRANGER = replace(ADMIN, id="0190d6c2-0000-7000-8000-00000000000c", party="hmip")
NEW = "eleven quiet gardens"


class OwnBody:
    """Whoever is of the person's body administers: what the policies say, as far as these tests ask."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict:
        allowed = body in ("", actor.party)
        return Verdict(allowed, () if allowed else ("SOD-07",), () if allowed else ("Not your body.",), "self", "p")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, decider=OwnBody())


def propose(world: World, person_id: str, actor: Actor = ADMIN) -> tuple[str, str]:
    with world.work() as identity:
        return identity.propose_recovery(
            person_id=person_id, checked="known-number", words="I rang her.", actor=actor, now=world.now
        )


def approve(world: World, made: str, actor: Actor = OTHER) -> str:
    with world.work() as identity:
        return identity.approve_recovery(recovery_id=made, actor=actor, now=world.now).token


def accept(world: World, token: str, code: str, password: str = NEW) -> str:
    with world.work() as identity:
        return identity.accept(token=token, password=password, code=code, actor=VISITOR, now=world.now)


def test_link_and_code_together_give_the_account_back_and_nothing_of_before_is_left(world: World) -> None:
    person_id = world.person()
    session = world.sign_in(person_id)
    made, code = propose(world, person_id)
    assert world.actor(session).id == person_id
    token = approve(world, made)
    assert world.actor(session).id == "nobody"
    assert not world.password().ok
    for wrong in ("", "AAAAA-AAAAA", code[:-1]):
        with pytest.raises(RecoveryCodeWrong):
            accept(world, token, wrong)
    totp = totp_of(accept(world, token, code.lower().replace("-", " ")))
    with world.work() as identity:
        identity.confirm_second_factor(token=token, code=totp.at(world.now), actor=VISITOR, now=world.now)
    assert world.password(NEW).ok
    assert [a for a in world.acts() if a.startswith("recovery")] == ["recovery-proposed", "recovery-decided"]
    with pytest.raises(InvitationSpent):
        accept(world, token, code)


def test_one_alone_can_do_neither_half_nor_both(world: World) -> None:
    person_id = world.person()
    made, _ = propose(world, person_id)
    with pytest.raises(RecoveryRefused, match="another administrator"):
        approve(world, made, ADMIN)
    me = replace(ADMIN, id=person_id)
    with pytest.raises(ManagingRefused):
        approve(world, made, me)
    with pytest.raises(ManagingRefused):
        propose(world, person_id, me)
    with pytest.raises(ManagingRefused):
        approve(world, made, STRANGER)
    with pytest.raises(RecoveryNeeded), world.work() as identity:
        identity.invite_again(person_id=person_id, actor=ADMIN, now=world.now)
    assert world.password().ok


def test_an_account_given_back_and_not_yet_taken_is_no_new_account(world: World) -> None:
    person_id = world.person()
    made, _ = propose(world, person_id)
    approve(world, made)
    with pytest.raises(RecoveryNeeded), world.work() as identity:
        identity.invite_again(person_id=person_id, actor=OTHER, now=world.now)
    again, code = propose(world, person_id, OTHER)
    assert accept(world, approve(world, again, ADMIN), code)


def test_one_that_was_never_used_is_invited_again_by_one(world: World) -> None:
    with world.work() as identity:
        made = identity.invite(email="new@example.test", name="New", party="imb", actor=ADMIN, now=world.now)
        again = identity.invite_again(person_id=made.person_id, actor=ADMIN, now=world.now)
    assert accept(world, again.token, "")


def test_a_proposal_stands_a_day_and_is_decided_once(world: World) -> None:
    person_id = world.person()
    made, _ = propose(world, person_id)
    with pytest.raises(StandingConflict):
        propose(world, person_id, OTHER)
    world.later(days=1)
    with pytest.raises(RecoveryUnknown):
        approve(world, made)
    made, _ = propose(world, person_id)
    world.later(days=1, milliseconds=-1)
    approve(world, made)
    with pytest.raises(RecoveryUnknown):
        approve(world, made)


@pytest.mark.parametrize("by", [ADMIN, OTHER])
def test_refused_or_taken_back_nothing_changes(world: World, by: Actor) -> None:
    person_id = world.person()
    session = world.sign_in(person_id)
    made, _ = propose(world, person_id)
    with world.work() as identity:
        identity.refuse_recovery(recovery_id=made, why="I doubt it.", actor=by, now=world.now)
        assert identity.recoveries(actor=OTHER, now=world.now) == []
    assert world.actor(session).id == person_id
    with pytest.raises(RecoveryUnknown):
        approve(world, made)


@pytest.mark.parametrize(
    ("checked", "words", "fields"),
    [
        ("", "", {"checked", "words"}),
        ("e-mail", "x", {"checked"}),
        ("video", " ", {"words"}),
        ("video", "x" * 1001, {"words"}),
    ],
)
def test_how_they_are_known_is_said_whole(world: World, checked: str, words: str, fields: set[str]) -> None:
    with pytest.raises(RecoveryFaulty) as refused, world.work() as identity:
        identity.propose_recovery(person_id=world.person(), checked=checked, words=words, actor=ADMIN, now=world.now)
    assert set(refused.value.fields) == fields


@pytest.mark.parametrize("act", ["suspend", "leave"])
def test_a_suspended_account_and_one_left_are_not_recovered(world: World, act: str) -> None:
    person_id = world.person()
    with world.work() as identity:
        getattr(identity, act)(person_id=person_id, actor=ADMIN, now=world.now)
    with pytest.raises(StandingConflict):
        propose(world, person_id)


def test_only_those_who_may_manage_the_account_see_that_it_waits(world: World) -> None:
    propose(world, world.person())
    with world.work() as identity:
        assert [each.words for each in identity.recoveries(actor=OTHER, now=world.now)] == ["I rang her."]
        assert identity.recoveries(actor=STRANGER, now=world.now) == []


def test_what_was_checked_is_sealed_and_the_code_is_kept_nowhere(world: World) -> None:
    made, code = propose(world, world.person())
    token = approve(world, made)
    with world.engine.begin() as conn:
        rows = str(conn.execute(recovery.select()).all()) + str(conn.execute(invitation.select()).all())
    assert "rang" not in rows
    assert code not in rows
    assert code.replace("-", "") not in rows
    assert token not in rows


@pytest.mark.parametrize("change", [{"proposed_by": "x"}, {"person_id": None}, {"code_hash": "0" * 64}])
def test_a_recovery_edited_behind_the_service_gives_nothing(world: World, change: dict[str, str | None]) -> None:
    person_id = world.person()
    other = world.person("cal@example.test", "Cal Marsh")
    made, _ = propose(world, person_id)
    values = {key: other if value is None else value for key, value in change.items()}
    with world.engine.begin() as conn:
        conn.execute(recovery.update().values(**values))
    with pytest.raises(FactsAltered):
        approve(world, made)


def test_a_link_whose_code_was_taken_off_behind_the_service_gives_nothing(world: World) -> None:
    made, _ = propose(world, world.person())
    token = approve(world, made)
    with world.engine.begin() as conn:
        conn.execute(invitation.update().values(code_hash=""))
    with pytest.raises(FactsAltered):
        accept(world, token, "")


def test_replay_tells_a_row_that_no_entry_made(world: World) -> None:
    propose(world, world.person())
    replay = RecoveryReplay()
    with world.engine.begin() as conn:
        (difference,) = replay.differences(conn)
        assert "was never recorded" in difference
        conn.execute(sa.delete(recovery))
        assert list(replay.differences(conn)) == []


def test_a_code_can_be_read_out() -> None:
    assert not set(ALPHABET) & set("01ILO")
    assert read_code(spoken("ABCDE23456")) == "ABCDE23456"
    assert GOOD != NEW
