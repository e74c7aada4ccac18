"""Requests for data open no way around need to know: neither to whoever answers them, nor to whoever is told."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.policy import Faults
from sharing.errors.items import ActRefused
from sharing.errors.rights import RequestNotFound
from sharing.policy.safety import load_safety
from sharing.service.override_follower import Overrides
from sharing.service.rights.follower import RequestFollower
from tests.sharing.rights_world import WORDS, Office, about
from tests.sharing.world import ADMIN, OS, POLICIES, World

ONLY = f"{OS} - RECIPIENTS ONLY"
EMBARGO = (
    f"{OS} - EMBARGOED\nThis information will remain classified until ANNOUNCEMENT on 17/09/27 at 09:30, after which "
    "the information will be OFFICIAL"
)
JOAN = ("prison-number", "A1234BC")


@pytest.fixture
def office(house: World) -> Office:
    house.followers = (RequestFollower(WORDS), Overrides())
    return Office(house)


def sent(world: World, **changed: Any) -> Any:
    """From one body to the other."""
    return world.send("sana", written=about("Smith, Joan", JOAN, **changed))


def elsewhere(office: Office, who: str = "hope") -> list[str]:
    request = office.receive(who)
    looked = office.act(who, "find", request.id)
    assert office.act(who, "elsewhere", request.id) == looked.elsewhere
    return [reference for each in looked.elsewhere for reference in each.references]


@pytest.mark.parametrize("marking", [ONLY, EMBARGO])
def test_an_officer_hears_of_no_item_of_the_other_body_that_their_offices_may_not(office: Office, marking: str) -> None:
    world = office.world
    cora = world.number("cora")
    plain = sent(world)
    lead = {"embargo_lead": cora} if marking == EMBARGO else {}
    sent(world, marking=marking, recipients=[cora], **lead)
    assert elsewhere(office) == [plain.reference]


def test_an_officer_does_not_hear_of_what_was_recalled(office: Office) -> None:
    ref = sent(office.world)
    assert elsewhere(office) == [ref.reference]
    office.world.act("sana", "recall", ref.reference, "It went to the wrong people.")
    assert elsewhere(office) == []


def test_what_recipients_are_told_is_for_those_of_them_who_may_see_the_item(office: Office) -> None:
    world = office.world
    ref = sent(world, marking=ONLY, recipients=[world.number("cora")])
    request = office.receive(right="rectification")
    office.act("dora", "find", request.id)
    office.act("dora", "decide_match", request.id, str(ref.uuid), outcome="corrected", words="A wrong date")
    told = "Joan Smith was never on B wing."
    office.act("dora", "tell_recipients", request.id, str(ref.uuid), words=told)
    (notice,) = office.case(request).notices
    with world.work() as made:
        (correspondence,) = (one.id for one in made.people.offices() if one.principal == notice.office)
        given = {"person_id": world.ids["ivo"], "role": "hmip-correspondence-officer", "office_id": correspondence}
        made.identity.appoint(**given, actor=ADMIN, now=world.now)
    assert [each[3] for each in office.act("cora", "corrections")] == [told]
    assert office.act("ivo", "corrections") == []
    with pytest.raises(RequestNotFound):
        office.act("ivo", "know", request.id, str(ref.uuid), notice.office)
    office.act("cora", "know", request.id, str(ref.uuid), notice.office)


def test_the_glass_is_not_broken_on_what_could_not_be_opened(office: Office) -> None:
    world, safety = office.world, load_safety(POLICIES, Faults())
    ref = sent(world)
    request = office.receive(right="restriction")
    office.act("dora", "find", request.id)
    office.act("dora", "decide_match", request.id, str(ref.uuid), outcome="restricted", words="She asked for it")
    with pytest.raises(ActRefused, match="restricted"):
        world.act("tess", "break_glass", ref.reference, "self-harm", "He is in danger.", safety=safety)
