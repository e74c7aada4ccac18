"""What becomes of an account, who may bring it about, and that nobody does it to themselves."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_world import ADMIN, GOOD, NOON, POLICIES, VISITOR, World, totp_of
from hypothesis import given
from hypothesis import strategies as st

from foundation.actor import FOREVER, Actor
from foundation.policy import Faults
from identity.errors import (
    AccountInvalid,
    AppointmentConflict,
    AppointmentInvalid,
    AppointmentUnknown,
    EmailTaken,
    ManagingRefused,
    OfficeUnknown,
    PasswordRefused,
    PersonUnknown,
    StandingConflict,
)
from identity.model import Window
from identity.policy.access import load_access
from identity.rules.decide import Decider
from identity.rules.standing import MOVES, in_force, may_move, overlap
from identity.tables import credential, password_history
from tests import trained
from tests.trained import SAID


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    with world.work() as identity:
        identity.create_single_offices(actor=ADMIN, now=world.now)
    return world


def office(world: World, kind: str, party: str = "imb") -> str:
    with world.reading() as people:
        return people.offices(party, kind)[0].id


def standing(world: World, person_id: str) -> str:
    with world.reading() as people:
        return people.person(person_id).standing


MANAGING = {
    "change_name": {"name": "Other"},
    "suspend": {},
    "reinstate": {},
    "leave": {},
    "invite_again": {},
    "propose_recovery": {"checked": "in-person", "words": "Met."},
    "unlock": {},
    "record_training": {"module": "handling", "on": NOON.date(), **SAID},
    "record_vetting": {"until": FOREVER},
    "appoint": {"role": "imb-staff", "office_id": "x"},
    "join_group": {"group_id": "x"},
    "leave_group": {"group_id": "x"},
}


@pytest.mark.parametrize("act", MANAGING)
def test_nobody_manages_their_own_account(world: World, act: str) -> None:
    person_id = world.person()
    me = Actor(id=person_id, name="Bea", party="imb", principal=1, duties=frozenset({"account-admin"}))
    before = world.log()
    with pytest.raises(ManagingRefused), world.work() as identity:
        getattr(identity, act)(person_id=person_id, actor=me, now=world.now, **MANAGING[act])
    assert (standing(world, person_id), world.log()) == ("active", before)


@pytest.mark.parametrize("act", MANAGING)
def test_without_the_duty_nothing_is_managed_and_a_wrong_id_looks_like_a_right_one(world: World, act: str) -> None:
    person_id = world.person()
    faults = Faults()
    access = load_access(POLICIES, faults)
    faults.raise_any()
    assert access is not None
    world.decider = Decider(access)
    member = Actor(id="someone", name="Cal", party="imb", principal=2, duties=frozenset({"router"}))
    said = []
    for asked in (person_id, "no such id", "\u202e" * 500):
        with pytest.raises(ManagingRefused) as refused, world.work() as identity:
            getattr(identity, act)(person_id=asked, actor=member, now=world.now, **MANAGING[act])
        said.append((refused.value.detail, refused.value.reasons))
    assert said[0] == said[1] == said[2]
    admin = Actor(id="admin", name="Ada", party="imb", principal=3, duties=frozenset({"account-admin"}))
    with world.work() as identity:
        record = {"module": "handling", "on": NOON.date(), **SAID}
        identity.record_training(person_id=person_id, **record, actor=admin, now=world.now)
    with pytest.raises(PersonUnknown), world.work() as identity:
        identity.suspend(person_id="no such id", actor=admin, now=world.now)


def test_making_accounts_offices_groups_and_lists_needs_the_duty_too(world: World) -> None:
    faults = Faults()
    access = load_access(POLICIES, faults)
    assert access is not None
    world.decider = Decider(access)
    acts = {
        "invite": {"email": "z@example.test", "name": "Zed", "party": "imb"},
        "create_office": {"party": "imb", "kind": "board", "name": "Northmoor Board"},
        "cover": {"office_id": "x", "establishment_key": "X"},
        "create_group": {"name": "Deaths in custody", "party": "imb"},
        "import_establishments": {"rows": []},
        "end_appointment": {"appointment_id": "x"},
    }
    for act, what in acts.items():
        with pytest.raises(ManagingRefused), world.work() as identity:
            getattr(identity, act)(actor=VISITOR, now=world.now, **what)


def test_standings_move_only_as_drawn(world: World) -> None:
    allowed = {(was, to) for was, to in itertools.product(MOVES, repeat=2) if may_move(was, to)}
    assert allowed == {
        ("invited", "invited"),
        ("invited", "active"),
        ("invited", "left"),
        ("active", "invited"),
        ("active", "suspended"),
        ("active", "left"),
        ("suspended", "active"),
        ("suspended", "left"),
    }
    assert not may_move("unheard of", "active")


def test_a_suspended_account_comes_back_as_it_was(world: World) -> None:
    person_id = world.person()
    for act, result in (("suspend", "suspended"), ("reinstate", "active")):
        with world.work() as identity:
            getattr(identity, act)(person_id=person_id, actor=ADMIN, now=world.now, why="as agreed")
        assert standing(world, person_id) == result
    assert world.sign_in(person_id)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (None, "reinstate"),
        ("suspend", "suspend"),
        ("suspend", "invite_again"),
        ("suspend", "propose_recovery"),
        ("invite_again", "suspend"),
        ("invite_again", "reinstate"),
        ("leave", "reinstate"),
        ("leave", "suspend"),
        ("leave", "leave"),
        ("leave", "invite_again"),
    ],
)
def test_what_does_not_follow_is_a_conflict(world: World, first: str | None, then: str) -> None:
    person_id = world.person()
    with world.work() as identity:
        if first:
            getattr(identity, first)(person_id=person_id, actor=ADMIN, now=world.now)
    before = world.log()
    with pytest.raises(StandingConflict), world.work() as identity:
        getattr(identity, then)(person_id=person_id, actor=ADMIN, now=world.now, **MANAGING[then])
    assert world.log() == before


def test_leaving_takes_everything_and_the_account_is_never_used_again(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        group = identity.create_group(name="Deaths in custody", party="imb", actor=ADMIN, now=world.now)
        identity.join_group(group_id=group, person_id=person_id, actor=ADMIN, now=world.now)
        identity.appoint(
            person_id=person_id, role="imb-staff", office_id=office(world, "secretariat"), actor=ADMIN, now=world.now
        )
        identity.leave(person_id=person_id, actor=ADMIN, now=world.now)
    with world.reading() as people:
        actor = people.actor(person_id, now=world.now)
        assert people.appointments(person_id, now=world.now) == []
        assert len(people.appointments(person_id)) == 1
    assert (actor.offices, actor.groups, actor.duties, actor.standing) == (set(), set(), set(), "left")
    with world.engine.begin() as conn:
        assert [
            conn.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in (credential, password_history)
        ] == [0, 0]
    with pytest.raises(EmailTaken), world.work() as identity:
        identity.invite(email="bea@example.test", name="Bea", party="imb", actor=ADMIN, now=world.now)
    with pytest.raises(AppointmentInvalid), world.work() as identity:
        identity.appoint(
            person_id=person_id, role="imb-staff", office_id=office(world, "secretariat"), actor=ADMIN, now=world.now
        )


def test_training_and_vetting_are_dates_on_the_actor(world: World) -> None:
    person_id = world.person()
    until = world.now + timedelta(days=365)
    with world.work() as identity:
        trained.record(identity, person_id, until=until, actor=ADMIN, now=world.now)
        identity.record_vetting(person_id=person_id, until=until + timedelta(days=1), actor=ADMIN, now=world.now)
    actor = world.actor(world.sign_in(person_id))
    assert (actor.handling_until, actor.vetted_until) == (until, until + timedelta(days=1))
    for wrong in (until.replace(tzinfo=None), FOREVER + timedelta(days=1)):
        with pytest.raises(AccountInvalid), world.work() as identity:
            trained.record(identity, person_id, until=wrong, actor=ADMIN, now=world.now)


def test_an_appointment_holds_from_its_first_instant_until_before_its_last(world: World) -> None:
    person_id = world.person()
    since, until = world.now + timedelta(days=1), world.now + timedelta(days=2)
    with world.work() as identity:
        identity.appoint(
            person_id=person_id,
            role="imb-staff",
            office_id=office(world, "secretariat"),
            since=since,
            until=until,
            actor=ADMIN,
            now=world.now,
        )
    ms = timedelta(milliseconds=1)
    with world.reading() as people:
        found = [bool(people.actor(person_id, now=at).offices) for at in (since - ms, since, until - ms, until)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("role", "kind", "party", "rules"),
    [
        ("hmip-inspector", "inspectorate", "hmip", {"party"}),
        ("hmip-inspector", "secretariat", "imb", {"party", "office-party", "office-kind"}),
        ("imb-staff", "correspondence", "hmip", {"office-party", "office-kind"}),
        ("imb-staff", "records", "imb", {"office-kind"}),
    ],
)
def test_an_appointment_that_does_not_fit_says_every_reason(
    world: World, role: str, kind: str, party: str, rules: set[str]
) -> None:
    person_id = world.person()
    with pytest.raises(AppointmentInvalid) as refused, world.work() as identity:
        identity.appoint(
            person_id=person_id, role=role, office_id=office(world, kind, party), actor=ADMIN, now=world.now
        )
    assert {reason.rule.removeprefix("identity.appointment-") for reason in refused.value.reasons} == rules


def test_a_role_an_office_or_a_time_that_is_not_there_is_refused(world: World) -> None:
    person_id = world.person()
    there = office(world, "secretariat")
    for what, error in (
        ({"role": "king", "office_id": there}, AppointmentInvalid),
        ({"role": "imb-staff", "office_id": "nowhere"}, OfficeUnknown),
        ({"role": "imb-staff", "office_id": there, "until": world.now}, AppointmentInvalid),
    ):
        with pytest.raises(error), world.work() as identity:
            identity.appoint(person_id=person_id, actor=ADMIN, now=world.now, **what)


def test_the_same_role_twice_at_once_is_a_conflict_and_one_after_the_other_is_not(world: World) -> None:
    person_id = world.person()
    there = office(world, "secretariat")
    middle = world.now + timedelta(days=5)
    with world.work() as identity:
        first = identity.appoint(
            person_id=person_id, role="imb-staff", office_id=there, until=middle, actor=ADMIN, now=world.now
        )
    with pytest.raises(AppointmentConflict), world.work() as identity:
        identity.appoint(person_id=person_id, role="imb-staff", office_id=there, actor=ADMIN, now=world.now)
    with world.work() as identity:
        identity.appoint(
            person_id=person_id, role="imb-staff", office_id=there, since=middle, actor=ADMIN, now=world.now
        )
        identity.end_appointment(appointment_id=first, actor=ADMIN, now=world.now)
    with pytest.raises(AppointmentUnknown), world.work() as identity:
        identity.end_appointment(appointment_id=first, actor=ADMIN, now=world.now)


def test_an_appointment_ended_before_it_begins_never_begins(world: World) -> None:
    person_id = world.person()
    since = world.now + timedelta(days=5)
    with world.work() as identity:
        made = identity.appoint(
            person_id=person_id,
            role="imb-staff",
            office_id=office(world, "secretariat"),
            since=since,
            actor=ADMIN,
            now=world.now,
        )
        identity.end_appointment(appointment_id=made, actor=ADMIN, now=world.now)
    with world.reading() as people:
        (held,) = people.appointments(person_id)
        assert people.actor(person_id, now=since).offices == set()
    assert held.window == Window(since, since)


def test_running_the_service_takes_an_account_of_its_own_and_the_longer_password(world: World) -> None:
    person_id = world.person()
    administration, secretariat = office(world, "administration"), office(world, "secretariat")
    with world.work() as identity:
        identity.appoint(person_id=person_id, role="imb-staff", office_id=secretariat, actor=ADMIN, now=world.now)
    with pytest.raises(AppointmentConflict), world.work() as identity:
        identity.appoint(
            person_id=person_id, role="imb-administrator", office_id=administration, actor=ADMIN, now=world.now
        )
    with world.work() as identity:
        second, token = identity.invite(
            email="bea.admin@example.test", name="Bea Quill", party="imb", actor=ADMIN, now=world.now
        )
        identity.appoint(
            person_id=second, role="imb-administrator", office_id=administration, actor=ADMIN, now=world.now
        )
    with pytest.raises(PasswordRefused) as refused, world.work() as identity:
        identity.accept(token=token, password="nine red kites", actor=VISITOR, now=world.now)
    assert refused.value.fields["password"] == ("Use 15 characters or more",)
    with world.work() as identity:
        identity.accept(token=token, password="nine red kites over", actor=VISITOR, now=world.now)


def test_somebody_with_a_short_password_is_not_given_the_running_of_the_service(world: World) -> None:
    with world.work() as identity:
        person_id, token = identity.invite(email="d@example.test", name="Dee", party="imb", actor=ADMIN, now=world.now)
        uri = identity.accept(token=token, password="nine red k", actor=VISITOR, now=world.now)
        identity.confirm_second_factor(token=token, code=totp_of(uri).at(world.now), actor=VISITOR, now=world.now)
    with pytest.raises(AppointmentConflict) as refused, world.work() as identity:
        identity.appoint(
            person_id=person_id,
            role="imb-administrator",
            office_id=office(world, "administration"),
            actor=ADMIN,
            now=world.now,
        )
    assert "15" in refused.value.detail


def test_a_locked_account_is_unlocked_by_another_and_an_open_one_is_left_alone(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        identity.unlock(person_id=person_id, actor=ADMIN, now=world.now)
    assert "account-unlocked" not in world.acts()


def test_a_name_is_changed_and_its_entry_holds_no_name(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        identity.change_name(person_id=person_id, name="  Beatrix   Stone ", actor=ADMIN, now=world.now)
    with world.reading() as people:
        assert people.person(person_id).name == "Beatrix Stone"
        assert people.person(person_id).version == 3
    assert world.log()[-1] == ("identity.name-changed", "allowed", person_id)


WINDOWS = st.tuples(st.integers(0, 20), st.integers(0, 20))


@given(WINDOWS, WINDOWS)
def test_windows_overlap_exactly_when_some_instant_lies_in_both(one: tuple[int, int], other: tuple[int, int]) -> None:
    from accounts_world import NOON

    first, second = (Window(*(NOON + timedelta(milliseconds=n) for n in window)) for window in (one, other))
    instants = [NOON + timedelta(milliseconds=n) for n in range(21)]
    assert overlap(first, second) == any(in_force(first, at) and in_force(second, at) for at in instants)
    assert overlap(first, second) == overlap(second, first)


def test_a_password_of_the_right_length_is_remembered_as_such(world: World) -> None:
    world.person()
    assert len(GOOD) >= 15
    with world.engine.begin() as conn:
        assert conn.execute(sa.select(credential.c.privileged)).scalar_one() is True
