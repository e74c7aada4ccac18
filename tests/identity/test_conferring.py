"""What gives an account power takes two administrators who are two people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, GOOD, VISITOR, World, totp_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_recovering import OwnBody

from audit.follow import facts
from foundation.actor import FOREVER, Actor
from foundation.policy import Faults
from identity.errors import AppointmentConflict, AppointmentInvalid, FactsAltered, ManagingRefused, StandingConflict
from identity.policy.powers import load_powers
from identity.power_errors import ConferralFaulty, ConferralNeeded, ConferralRefused, ConferralUnknown
from identity.power_tables import conferral
from identity.rules.conferring import against, lineage
from identity.service.conferral_replay import ConferralReplay
from identity.store.conferrals import Conferral
from identity.tables import person
from tests.taken_in import take_in

STRANGER = replace(ADMIN, id="0190d6c2-0000-7000-8000-00000000000c", party="hmip")
ROLE = {"role": "imb-staff", "words": "Joins the secretariat."}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    with made.work() as identity:
        identity.create_single_offices(actor=ADMIN, now=made.now)
    made.decider = OwnBody()
    for each in WHO:
        WHO[each] = made.person(f"{each}@example.test", each.title())
    return made


WHO = {"ada": "", "bo": ""}


def ada() -> Actor:
    return replace(ADMIN, id=WHO["ada"])


def bo() -> Actor:
    return replace(ADMIN, id=WHO["bo"])


def office(world: World, kind: str = "secretariat") -> str:
    with world.reading() as people:
        return people.offices(party="imb", kind=kind)[0].id


def propose(
    world: World, person_id: str, actor: Actor | None = None, kind: str = "secretariat", **more: Any
) -> Conferral:
    at = {"person_id": person_id, "office_id": office(world, kind), **ROLE, **more}
    with world.work() as identity:
        return identity.propose_appointment(**at, actor=actor or ada(), now=world.now)


def confirm(world: World, made: str, actor: Actor | None = None, checked: str = "known-number") -> str:
    with world.work() as identity:
        return identity.confirm(conferral_id=made, checked=checked, actor=actor or bo(), now=world.now)


def held(world: World, person_id: str) -> list[tuple[str, datetime]]:
    with world.reading() as people:
        return [(each.role, each.window.since) for each in people.appointments(person_id, now=world.now)]


def test_nothing_changes_until_another_confirms_and_then_it_stands_at_once(world: World) -> None:
    person_id = world.person()
    session = world.sign_in(person_id)
    made = propose(world, person_id, since=world.now - timedelta(days=9))
    assert held(world, person_id) == []
    assert world.actor(session).id == person_id
    world.later(hours=1)
    confirm(world, made.id)
    assert held(world, person_id) == [("imb-staff", world.now)], "power is not given for the past"
    assert world.actor(session).id == "nobody"
    assert [each for each in world.acts() if each.startswith(("confer", "appoint"))] == [
        "conferral-proposed",
        "appointment-made",
        "conferral-decided",
    ]


def test_neither_its_proposer_nor_the_person_nor_a_stranger_confirms(world: World) -> None:
    person_id = world.person()
    made = propose(world, person_id)
    with pytest.raises(ConferralRefused) as refused:
        confirm(world, made.id, ada())
    assert [each.rule for each in refused.value.reasons] == ["identity.own-proposal"]
    for other, refusal in ((replace(ADMIN, id=person_id), ManagingRefused), (STRANGER, ConferralUnknown)):
        with pytest.raises(refusal):
            confirm(world, made.id, other)
        with pytest.raises(ManagingRefused):
            propose(world, person_id, other)
    assert held(world, person_id) == []


def test_one_alone_reaches_none_of_the_acts_that_give_power(world: World) -> None:
    person_id, now = world.person(), world.now
    with world.work() as identity:
        group = identity.create_group(name="The inquiry", party="imb", actor=ada(), now=now)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("appoint", {"role": "imb-staff", "office_id": office(world)}),
        ("record_vetting", {"until": FOREVER}),
        ("join_group", {"group_id": group}),
    ]
    for act, given_ in acts:
        with pytest.raises(ConferralNeeded), world.work() as identity:
            getattr(identity, act)(person_id=person_id, **given_, actor=ada(), now=now)


def test_vetting_for_longer_takes_two_and_for_shorter_one(world: World) -> None:
    person_id = world.person()
    until = world.now + timedelta(days=300)

    def say(until: datetime) -> Conferral | None:
        with world.work() as identity:
            return identity.propose_vetting(person_id=person_id, until=until, words="Seen.", actor=ada(), now=world.now)

    made = say(until)
    assert made is not None
    assert confirm(world, made.id) == ""
    assert say(until) is None
    assert say(world.now) is None
    with world.reading() as people:
        assert people.person(person_id).vetted_until == world.now
    assert world.acts().count("vetting-recorded") == 3


def test_a_place_in_a_group_is_given_by_two_and_taken_by_one(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        group = identity.create_group(name="The inquiry", party="imb", actor=ada(), now=world.now)
        at = {"group_id": group, "person_id": person_id}
        made = identity.propose_joining(**at, words="Leads it.", actor=ada(), now=world.now)
    confirm(world, made.id)
    with world.reading() as people:
        assert [each.id for each in people.members(group, now=world.now)] == [person_id]
    with pytest.raises(StandingConflict), world.work() as identity:
        identity.propose_joining(**at, words="Again.", actor=ada(), now=world.now)
    with world.work() as identity:
        identity.leave_group(**at, actor=ada(), now=world.now)


def an_administrator(world: World, name: str, maker: Actor, second: Actor) -> Actor:
    """Invited and proposed by one, confirmed by another; as who acts then."""
    with world.work() as identity:
        given = {"email": f"{name}@example.test", "name": name.title(), "party": "imb"}
        asked = identity.invite(**given, actor=maker, now=world.now)
        uri = identity.accept(token=asked.token, password=GOOD, actor=VISITOR, now=world.now)
        code = totp_of(uri).at(world.now)
        identity.confirm_second_factor(token=asked.token, code=code, actor=VISITOR, now=world.now)
    confirm(world, propose(world, asked.person_id, maker, "administration", role="imb-administrator").id, second)
    return replace(ADMIN, id=asked.person_id, name=name)


def test_who_was_made_of_late_does_not_stand_beside_their_maker(world: World) -> None:
    first, other = ada(), bo()
    mine = an_administrator(world, "cy", first, other)
    again = an_administrator(world, "di", first, other)
    person_id = world.person()
    for proposer, decider in ((first, mine), (mine, first), (mine, again)):
        made = propose(world, person_id, proposer)
        with pytest.raises(ConferralRefused) as refused:
            confirm(world, made.id, decider)
        assert [each.rule for each in refused.value.reasons] == ["identity.made-of-late"]
        with world.work() as identity:
            assert decider.id not in [each.id for each in identity.may_confirm(made, actor=decider, now=world.now)]
            identity.refuse_conferral(conferral_id=made.id, actor=proposer, now=world.now)
    made = propose(world, person_id, first)
    confirm(world, made.id, other)
    assert held(world, person_id) == [("imb-staff", world.now)]
    world.later(days=30)
    cal = world.person("cal@example.test", "Cal Marsh")
    confirm(world, propose(world, cal, first).id, mine)


def test_a_proposal_lapses_and_is_decided_once(world: World) -> None:
    person_id = world.person()
    made = propose(world, person_id)
    with pytest.raises(StandingConflict):
        propose(world, person_id, bo())
    world.later(days=14)
    with pytest.raises(ConferralUnknown):
        confirm(world, made.id)
    made = propose(world, person_id)
    world.later(days=14, milliseconds=-1)
    confirm(world, made.id)
    with pytest.raises(ConferralUnknown):
        confirm(world, made.id)


def test_what_no_longer_fits_is_not_given(world: World) -> None:
    person_id = world.person()
    made = propose(world, person_id)
    admin = propose(world, person_id, kind="administration", role="imb-administrator")
    confirm(world, made.id)
    with pytest.raises(AppointmentConflict):
        confirm(world, admin.id)
    ended = propose(world, person_id, role="imb-records-manager", kind="records", until=world.now + timedelta(days=1))
    world.later(days=2)
    with pytest.raises(AppointmentInvalid):
        confirm(world, ended.id)
    with world.work() as identity:
        identity.leave(person_id=person_id, actor=ada(), now=world.now)
        assert identity.conferrals(actor=bo(), now=world.now) == []


@pytest.mark.parametrize("words", ["", "  ", "x" * 1001])
def test_a_reason_is_asked_for(world: World, words: str) -> None:
    with pytest.raises(ConferralFaulty) as refused:
        propose(world, world.person(), words=words)
    assert set(refused.value.fields) == {"words"}


def test_whoever_confirms_says_how_they_know(world: World) -> None:
    made = propose(world, world.person())
    with pytest.raises(ConferralFaulty) as refused:
        confirm(world, made.id, checked="e-mail")
    assert set(refused.value.fields) == {"checked"}


@pytest.mark.parametrize("by", [ada, bo])
def test_refused_or_taken_back_nothing_changes(world: World, by: Callable[[], Actor]) -> None:
    person_id = world.person()
    made = propose(world, person_id)
    with world.work() as identity:
        identity.refuse_conferral(conferral_id=made.id, why="Unknown to me.", actor=by(), now=world.now)
        assert identity.conferrals(actor=bo(), now=world.now) == []
    assert held(world, person_id) == []


@pytest.mark.parametrize(
    "change", [{"proposed_by": "x"}, {"role": "imb-administrator"}, {"stands_until": FOREVER}, {"person_id": None}]
)
def test_a_proposal_edited_behind_the_service_gives_nothing(world: World, change: dict[str, Any]) -> None:
    made = propose(world, world.person())
    other = world.person("cal@example.test", "Cal Marsh")
    with world.engine.begin() as conn:
        conn.execute(conferral.update().values({k: other if v is None else v for k, v in change.items()}))
    with pytest.raises(FactsAltered):
        confirm(world, made.id)


def test_a_maker_wiped_out_behind_the_service_is_told(world: World) -> None:
    first = ada()
    mine = an_administrator(world, "cy", first, bo())
    with world.engine.begin() as conn:
        conn.execute(person.update().where(person.c.id == mine.id).values(made_by=""))
    made = propose(world, world.person(), first)
    with pytest.raises(FactsAltered):
        confirm(world, made.id, mine)


def test_the_reason_is_sealed_and_replay_tells_every_difference(world: World) -> None:
    person_id = world.person()
    made = propose(world, person_id)
    replay = ConferralReplay()
    with world.engine.begin() as conn:
        assert "secretariat" not in str(conn.execute(sa.select(conferral.c.words)).all())
        (difference,) = replay.differences(conn)
    assert "was never recorded" in difference
    confirm(world, made.id)
    take_in(world.engine)
    with world.engine.begin() as conn:
        for _, fact in facts(conn, world.keys):
            if fact is not None and fact.kind in replay.kinds:
                replay.follow(fact)
        assert list(replay.differences(conn)) == []
        conn.execute(conferral.update().values(decided_by="x"))
        (difference,) = replay.differences(conn)
        assert "not as recorded" in difference
        conn.execute(sa.delete(conferral))
        (difference,) = replay.differences(conn)
        assert "is missing" in difference


def test_at_the_console_power_is_given_by_one_and_the_log_says_where(world: World) -> None:
    made = propose(world, world.person())
    world.decider = None
    console = replace(ADMIN, id="console", party="")
    confirm(world, made.id, console)
    assert ("identity.conferral-decided", "allowed", made.id) in world.log()


@pytest.mark.once("pure")
@given(st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef"), max_size=3)))
@settings(max_examples=200)
def test_to_be_a_second_person_is_mutual_and_never_oneself(makers: dict[str, frozenset[str]]) -> None:
    def of(one: str) -> frozenset[str]:
        return makers.get(one, frozenset())

    for one in "abcdef":
        assert against(one, one, "x", of)
        for other in "abcdef":
            assert bool(against(one, other, "x", of)) is bool(against(other, one, "x", of))
            assert (one in lineage(other, of)) <= bool(against(one, other, "x", of))


@pytest.mark.once("pure")
def test_the_policy_tells_its_faults(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    text = (Path(__file__).parents[2] / "policies/people/powers.toml").read_text(encoding="utf-8")
    bad = text.replace("days = 14", "days = 0").replace('code = "video"', 'code = "vouched"')
    (tmp_path / "people/powers.toml").write_text(bad, encoding="utf-8")
    faults = Faults()
    load_powers(tmp_path, faults)
    with pytest.raises(Exception, match="given twice") as refused:
        faults.raise_any()
    assert "days" in str(refused.value)
