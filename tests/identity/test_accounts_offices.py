"""Offices, what they cover, need-to-know groups, and finding people."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from accounts_world import ADMIN, World

from identity.errors import (
    AccountInvalid,
    EstablishmentUnknown,
    GroupUnknown,
    NameTaken,
    OfficeInvalid,
    OfficeUnknown,
    PersonUnknown,
    StandingConflict,
)
from identity.model import Establishment

PLACE = Establishment("ABI", "Northmoor (HMP)", "", "PRISON", True, "Northmoor", "England", "invented for tests")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    with world.work() as identity:
        identity.create_single_offices(actor=ADMIN, now=world.now)
        identity.import_establishments(rows=[PLACE], actor=ADMIN, now=world.now)
    return world


def board(world: World, name: str = "Northmoor Board") -> str:
    with world.work() as identity:
        return identity.create_office(party="imb", kind="board", name=name, actor=ADMIN, now=world.now)


def test_every_single_office_is_made_once(world: World) -> None:
    with world.work() as identity:
        assert identity.create_single_offices(actor=ADMIN, now=world.now) == []
    with world.reading() as people:
        made = {(one.party, one.kind) for one in people.offices()}
    expected = {(p.id, kind.id) for p in world.parties.values() for kind in p.office_kinds if kind.single}
    assert made == expected
    with pytest.raises(OfficeInvalid), world.work() as identity:
        identity.create_office(party="imb", kind="secretariat", name="Another", actor=ADMIN, now=world.now)


def test_an_office_needs_a_kind_its_party_has_and_a_name_of_its_own(world: World) -> None:
    board(world)
    for what, error in (
        ({"party": "hmip", "kind": "board", "name": "X"}, OfficeInvalid),
        ({"party": "nobody", "kind": "board", "name": "X"}, OfficeInvalid),
        ({"party": "imb", "kind": "board", "name": " Northmoor  Board "}, NameTaken),
        ({"party": "imb", "kind": "board", "name": "\u202eevil"}, AccountInvalid),
    ):
        with pytest.raises(error), world.work() as identity:
            identity.create_office(actor=ADMIN, now=world.now, **what)


def test_boards_and_places_are_many_to_many(world: World) -> None:
    first, second = board(world), board(world, "Short-term holding, north")
    with world.work() as identity:
        for office_id in (first, second, first):
            identity.cover(office_id=office_id, establishment_key="ABI", actor=ADMIN, now=world.now)
    with world.reading() as people:
        assert {one.id for one in people.offices("imb", "board", "ABI")} == {first, second}
        assert people.office_by_id(first).establishments == ("ABI",)
    with world.work() as identity:
        identity.uncover(office_id=first, establishment_key="ABI", actor=ADMIN, now=world.now)
    with world.reading() as people:
        assert {one.id for one in people.offices(establishment="ABI")} == {second}
    assert world.acts().count("office-covers") == 2


def test_covering_what_is_not_there_or_cannot_be_covered_is_refused(world: World) -> None:
    there = board(world)
    with world.reading() as people:
        (secretariat,) = people.offices("imb", "secretariat")
    for office_id, key, error in (
        (there, "NONE", EstablishmentUnknown),
        ("nowhere", "ABI", OfficeUnknown),
        (secretariat.id, "ABI", OfficeInvalid),
    ):
        with pytest.raises(error), world.work() as identity:
            identity.cover(office_id=office_id, establishment_key=key, actor=ADMIN, now=world.now)
    with pytest.raises(EstablishmentUnknown), world.work() as identity:
        identity.uncover(office_id=there, establishment_key="ABI", actor=ADMIN, now=world.now)


def test_membership_of_a_group_holds_while_it_lasts_and_can_be_taken_up_again(world: World) -> None:
    person_id = world.person()
    until = world.now + timedelta(days=1)
    with world.work() as identity:
        group = identity.create_group(name="Deaths in custody", party="imb", actor=ADMIN, now=world.now)
        identity.join_group(group_id=group, person_id=person_id, until=until, actor=ADMIN, now=world.now)
        identity.join_group(group_id=group, person_id=person_id, actor=ADMIN, now=world.now)
    with world.reading() as people:
        number = people.group(group).principal
        assert people.actor(person_id, now=until - timedelta(milliseconds=1)).groups == {number}
        assert people.actor(person_id, now=until).groups == set()
        assert [one.id for one in people.members(group, now=world.now)] == [person_id]
    with world.work() as identity:
        for _ in range(2):
            identity.leave_group(group_id=group, person_id=person_id, actor=ADMIN, now=world.now)
        identity.join_group(group_id=group, person_id=person_id, actor=ADMIN, now=world.now)
    with world.reading() as people:
        assert people.actor(person_id, now=until).groups == {number}
    assert [act for act in world.acts() if act.startswith("group-")] == [
        "group-created",
        "group-joined",
        "group-left",
        "group-joined",
    ]


def test_a_group_needs_a_name_of_its_own_a_party_and_people_who_are_here(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        group = identity.create_group(name="One", party="imb", actor=ADMIN, now=world.now)
    for name, party, error in (
        ("One", "hmip", NameTaken),
        ("Two", "none", AccountInvalid),
        ("", "imb", AccountInvalid),
    ):
        with pytest.raises(error), world.work() as identity:
            identity.create_group(name=name, party=party, actor=ADMIN, now=world.now)
    with pytest.raises(AccountInvalid), world.work() as identity:
        identity.join_group(group_id=group, person_id=person_id, until=world.now, actor=ADMIN, now=world.now)
    with pytest.raises(GroupUnknown), world.work() as identity:
        identity.join_group(group_id="none", person_id=person_id, actor=ADMIN, now=world.now)
    with world.work() as identity:
        identity.leave(person_id=person_id, actor=ADMIN, now=world.now)
    with pytest.raises(StandingConflict), world.work() as identity:
        identity.join_group(group_id=group, person_id=person_id, actor=ADMIN, now=world.now)


def test_people_are_found_by_party_standing_and_part_of_a_name(world: World) -> None:
    bea, cal = world.person(), world.person("cal_x@example.test", "Cal 100% Marsh", party="hmip")
    with world.reading() as people:
        assert [one.id for one in people.people()] == [bea, cal]
        assert [one.id for one in people.people(party="hmip")] == [cal]
        assert [one.id for one in people.people(text="QUILL")] == [bea]
        assert [one.id for one in people.people(text="100%")] == [cal]
        assert [one.id for one in people.people(text="l_x@")] == [cal]
        assert people.people(text="_") == people.people(text="cal_")
        assert people.people(standing="left") == []
        found = people.by_email(" BEA@example.test")
        assert found is not None
        assert found.id == bea
        assert people.by_email("who@example.test") is None
        assert people.by_principal(found.principal) == found
        with pytest.raises(PersonUnknown):
            people.person("nobody")


def test_every_number_has_one_name_and_unknown_numbers_none(world: World) -> None:
    person_id = world.person()
    with world.work() as identity:
        group = identity.create_group(name="Deaths in custody", party="imb", actor=ADMIN, now=world.now)
    with world.reading() as people:
        (secretariat,) = people.offices("imb", "secretariat")
        numbers = [people.person(person_id).principal, secretariat.principal, people.group(group).principal]
        names = people.names([*numbers, 10**9])
        assert list(map(names.get, numbers)) == ["Beatrix Quill", "IMB staff", "Deaths in custody"]
        assert len(names) == 3
        assert (people.names([]), people.name_of(10**9), people.name_of(numbers[1])) == ({}, "", "IMB staff")
        assert people.office(numbers[1]) == secretariat
        with pytest.raises(OfficeUnknown):
            people.office(numbers[0])


def test_the_holders_of_an_office_are_the_active_people_appointed_now(world: World) -> None:
    bea, cal = world.person(), world.person("cal@example.test", "Cal Marsh")
    with world.reading() as people:
        (secretariat,) = people.offices("imb", "secretariat")
    with world.work() as identity:
        for person_id in (bea, cal):
            identity.appoint(
                person_id=person_id, role="imb-staff", office_id=secretariat.id, actor=ADMIN, now=world.now
            )
        identity.suspend(person_id=cal, actor=ADMIN, now=world.now)
    with world.reading() as people:
        assert [one.id for one in people.holders(secretariat.principal, now=world.now)] == [bea]


def test_a_role_no_longer_in_the_policies_gives_nothing(world: World) -> None:
    person_id = world.person()
    with world.reading() as people:
        (secretariat,) = people.offices("imb", "secretariat")
    with world.work() as identity:
        identity.appoint(person_id=person_id, role="imb-staff", office_id=secretariat.id, actor=ADMIN, now=world.now)
    del world.roles["imb-staff"]
    with world.reading() as people:
        actor = people.actor(person_id, now=world.now)
    assert (actor.duties, actor.offices) == (set(), set())


def test_hmg_is_what_the_party_is(world: World) -> None:
    bea, cal = world.person(), world.person("cal@example.test", "Cal Marsh", party="hmip")
    with world.reading() as people:
        assert [people.actor(one, now=world.now).hmg for one in (bea, cal)] == [False, True]
