"""Allegations of sanctions: known to the people named alone, told on a ground, led by a body, with an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sharing.errors.agreements import RecordFaulty, RecordNotFound, RecordRefused, RecordTooEarly
from sharing.model.coverage import Record
from sharing.queries.agreed import Agreed
from sharing.rules.duties import coverage
from sharing.service.agreeing import Agreeing
from sharing.service.duty_follower import Duties
from sharing.service.duty_replay import DutyReplay
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import World

AGREEMENT = "hmip-imb"
WORDS = Words()
ALLEGED = {
    "learned-on": "2026-11-19", "establishment": "LEI", "with": "boards", "manner": "tried", "alleged": "job",
    "at-risk": "no", "person": "Zebedee Quick", "matter": "Lost his work in the kitchen after he asked for the Board.",
}  # fmt: skip
ON = "2026-11-20"


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (Duties(house.agreements, WORDS),)
    start = len(house.log(""))
    yield house
    found = again.differences(house, DutyReplay(house.agreements, WORDS, "p" * 64), "p" * 64, start=start)
    assert found == [], "what every test leaves follows from the log"


does = again.asking(Agreeing)


def record(world: World, who: str, kind: str, given: dict[str, str], *named: str) -> Record:
    people = [world.ids[name] for name in named]
    found: Record = does(world, who, "record", AGREEMENT, kind, given=given, named=people)
    return found


def ground(world: World, who: str, allegation: Record, **given: str) -> Record:
    return record(world, who, "allegation-ground", {"allegation": allegation.id, "decided-on": ON, **given})


def step(world: World, who: str, allegation: Record, **given: str) -> Record:
    said = {"allegation": allegation.id, "held-on": ON, "what": "As agreed.", **given}
    return record(world, who, "allegation-step", said)


def lists(world: World, who: str) -> list[str]:
    """The allegations, grounds and steps that somebody is shown."""
    actor = world.actor(who)
    with world.work() as w:
        room = Agreed(w.conn, world.agreements, WORDS)
        of = room.agreement(AGREEMENT, world.now)
        kinds = [of.records[name] for name in of.registers["sanctions"].records]
        return [each.kind for kind in kinds for each in room.records(of, kind, knows=room.knows(actor.id))]


def test_an_allegation_is_known_to_those_named_and_counted_for_nobody(world: World) -> None:
    made = record(world, "bola", "allegation", ALLEGED, "nia")
    step(world, "nia", made, step="seen")
    assert {who: lists(world, who) for who in world.ids if lists(world, who)} == {
        "bola": ["allegation", "allegation-step"],
        "nia": ["allegation", "allegation-step"],
    }
    with world.work() as w:
        room = Agreed(w.conn, world.agreements, WORDS)
        of = room.agreement(AGREEMENT, world.now)
        table = coverage.table([(of, room.coverage(of, world.now))])
        assert {line.state for line in room.coverage(of, world.now) if line.duty.number in ("M38", "M39")} == {
            "nothing-yet"
        }
    assert made.id not in table
    with pytest.raises(RecordFaulty):
        step(world, "vic", made, step="seen")  # of the same Board, and not named
    for said in ("Zebedee", "kitchen", "allegation", "LEI"):
        assert said not in str(world.log(made.id)), said


def test_a_board_alleges_for_its_own_establishment_alone(world: World) -> None:
    with pytest.raises(RecordRefused):
        record(world, "mora", "allegation", ALLEGED)


def test_safety_overrides_consent_by_those_entitled_and_with_a_reason(world: World) -> None:
    made = record(world, "bola", "allegation", ALLEGED, "nia", "ivo", "tess")
    given = {"ground": "safety", "reason": "He says he will be attacked tonight."}
    for who in ("bola", "ivo"):
        with pytest.raises(RecordRefused, match="is for"):
            ground(world, who, made, **given)
        refused: Any = world.last("sharing.access-refused")
        assert refused.what["act"] == "record-named", "whoever reads the log would learn of it by what was tried"
    with pytest.raises(RecordRefused):
        record(world, "olu", "allegation", ALLEGED)
    assert world.last("sharing.access-refused").what["act"] == "record-named"  # type: ignore[attr-defined]
    with pytest.raises(RecordFaulty) as caught:
        ground(world, "nia", made, ground="safety")
    assert set(caught.value.fields) == {"reason"}
    with pytest.raises(RecordFaulty) as caught:
        ground(world, "nia", made, **given, consent="He agrees.")
    assert set(caught.value.fields) == {"consent"}, "one ground at a time"
    assert ground(world, "nia", made, **given).values["ground"] == "safety"
    assert ground(world, "tess", made, **given).closed
    consented = ground(world, "bola", made, ground="consent", consent="To the National Chair, in a talk.")
    assert consented.words["consent"].startswith("To the National Chair")


def test_lead_body_steps_and_outcome_are_asked_for_where_they_belong(world: World) -> None:
    made = record(world, "bola", "allegation", ALLEGED)
    for wrong, field in (
        ({"step": "lead-agreed"}, "lead"),
        ({"step": "outcome"}, "outcome"),
        ({"step": "seen", "outcome": "found"}, "outcome"),
        ({"step": "lead-agreed", "lead": "outside/governor"}, "lead"),
    ):
        with pytest.raises(RecordFaulty) as caught:
            step(world, "bola", made, **wrong)
        assert field in caught.value.fields
    step(world, "bola", made, step="lead-agreed", lead="outside/ombudsman")
    step(world, "bola", made, step="outcome", outcome="not-established")


def test_another_body_is_told_on_a_ground_and_not_before(world: World) -> None:
    made = record(world, "bola", "allegation", ALLEGED, "nia")
    told = {"step": "told", "body": "hmip"}
    with pytest.raises(RecordTooEarly, match="consent, or safety"):
        step(world, "nia", made, **told)
    other = record(world, "bola", "allegation", ALLEGED, "nia")
    ground(world, "nia", other, ground="consent", consent="To HMIP, in writing.")
    with pytest.raises(RecordTooEarly):
        step(world, "nia", made, **told)
    ground(world, "nia", made, ground="consent", consent="To HMIP, in writing.")
    assert step(world, "nia", made, **told).values["body"] == "hmip"


def test_whoever_is_barred_does_not_find_it_again(world: World) -> None:
    made = record(world, "bola", "allegation", ALLEGED, "nia")
    does(world, "nia", "change_known", made.id, world.ids["bola"], "bar", reason="They are concerned themselves.")
    assert lists(world, "bola") == []
    with pytest.raises(RecordNotFound):
        does(world, "bola", "known", made.id)
