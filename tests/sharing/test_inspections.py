"""An inspection from its planning under embargo to the concerns that arise from its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sharing.errors.agreements import RecordFaulty, RecordRefused, RecordTooEarly
from sharing.model.agreement import Agreement, Agreements
from sharing.model.coverage import Record
from sharing.model.tasks import Task
from sharing.queries.agreed import Agreed, Matter
from sharing.service.agreeing import Agreeing
from sharing.service.duty_follower import Duties
from sharing.service.duty_replay import DutyReplay
from sharing.service.recording import held_by
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import World, written_of

AGREEMENT = "hmip-imb"
WORDS = Words()


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (Duties(house.agreements, WORDS),)
    start = len(house.log(""))
    yield house
    found = again.differences(house, DutyReplay(house.agreements, WORDS, "p" * 64), "p" * 64, start=start)
    assert found == [], "what every test leaves follows from the log"


def record(world: World, who: str, kind: str, named: tuple[str, ...] = (), **given: str) -> Record:
    actor = world.actor(who)
    values = {key.replace("_", "-"): value for key, value in given.items()}

    def do(w: Any) -> Record:
        room = Agreeing(
            w.conn, w.trail, agreements=world.agreements, decider=world.decider, people=w.people, words=WORDS
        )
        people = [world.ids[one] for one in named]
        return room.record(AGREEMENT, kind, given=values, named=people, actor=actor, now=world.now)

    return world.do(do)


def today(world: World, **back: float) -> str:
    return (world.now - timedelta(**back)).date().isoformat()


def planned(world: World, *named: str, establishment: str = "LEI") -> Record:
    given = {"establishment": establishment, "begins_on": today(world, days=-10), "leader": "Tess"}
    return record(world, "tess", "inspection", named, **given)


def notified(world: World, found: Record, **back: float) -> Record:
    given = {"notified_on": today(world, **back), "notified": "The Governor, by Tess"}
    return record(world, "tess", "inspection-notified", inspection=found.id, **given)


def begun(world: World, found: Record) -> Record:
    return record(world, "tess", "inspection-begun", inspection=found.id, begun_on=today(world))


def contact(world: World, who: str, found: Record, what: str, **back: float) -> Record:
    return record(
        world, who, "inspection-contact", inspection=found.id, held_on=today(world, **back), held_at="09:30",
        contact=what, manner="spoken", giver="Bola", receiver="Tess", gist="Three concerns.",
    )  # fmt: skip


def sent(world: World, found: Record, board: str = "Leeds Board", who: str = "cora") -> Record:
    report = written_of(to_office=world.office(board))
    item = world.send(who, "inspection-report", route="report-to-board", written=report).reference
    return record(world, who, "report-copy", inspection=found.id, sent_on=today(world), report=item)


def matter(world: World, who: str, found: Record) -> Matter:
    (version,) = world.agreements.in_force(world.now.date())
    tasks = next(each for each in version.tasks.values() if each.record == found.kind)
    actor = world.actor(who)

    def look(w: Any) -> Matter:
        room = Agreed(w.conn, world.agreements, WORDS)
        held = held_by(w.people, actor, world.now)
        return room.matter(version, tasks, found, held, room.knows(actor.id), world.now)

    return world.do(look)


def step(world: World, who: str, found: Record, id_: str) -> Task:
    return next(each for each in matter(world, who, found).tasks if each.step.id == id_)


def states(world: World, found: Record) -> dict[str, str]:
    return {each.step.id: each.state for each in matter(world, "tess", found).tasks}


def mine(world: World, who: str, found: Record) -> set[str]:
    return {each.step.id for each in matter(world, who, found).tasks if each.mine}


def test_an_inspection_goes_from_step_to_step_each_with_its_day_and_whose_it_is(world: World) -> None:
    found = planned(world, "ivo")
    assert found.closed
    assert {key for key, state in states(world, found).items() if state == "can-start"} == {"notify", "call-off"}
    assert mine(world, "tess", found) == {"notify", "call-off"}
    notified(world, found)
    assert mine(world, "sana", found) == {"ask-board"}
    assert mine(world, "bola", found) == {"give", "ask-debrief"}
    assert mine(world, "mora", found) == set(), "another Board's"
    assert step(world, "tess", found, "tell-staff").due_on is not None
    for who, what in (
        ("tess", "staff-told"), ("cora", "liaison-confirmed"), ("ivo", "concerns-sought"), ("nia", "board-asked"),
        ("vic", "concerns-given"),
    ):  # fmt: skip
        contact(world, who, found, what)
    assert "meet" not in mine(world, "tess", found)
    begun(world, found)
    contact(world, "tess", found, "first-meeting")
    contact(world, "bola", found, "debrief-asked")
    contact(world, "ivo", found, "debrief")
    copy = sent(world, found)
    record(world, "bola", "report-use", inspection=found.id, used_on=today(world), how="Applications, each month.")
    done = states(world, found)
    assert {key for key, state in done.items() if state != "done"} == {"concern", "call-off"}
    assert step(world, "tess", found, "report").done == (replace(copy, words={}),)
    assert mine(world, "bola", found) == {"give", "use", "concern"}, "what can be done again"


def test_no_notice_of_it_is_recorded_before_the_establishment_was_notified(world: World) -> None:
    found = planned(world)
    for what in ("staff-told", "concerns-sought", "liaison-confirmed", "concerns-given"):
        with pytest.raises(RecordTooEarly) as refused:
            contact(world, "tess", found, what)
        assert [reason.clause for reason in refused.value.reasons] == ["M25a"]
    notified(world, found, days=1)
    with pytest.raises(RecordTooEarly):
        contact(world, "tess", found, "staff-told", days=2)  # dated before it
    contact(world, "tess", found, "staff-told")
    with pytest.raises(RecordTooEarly) as refused:
        contact(world, "tess", found, "first-meeting")
    assert [reason.clause for reason in refused.value.reasons] == ["M27"]


def test_imb_staff_and_the_board_learn_of_it_with_the_notification_and_not_before(world: World) -> None:
    found = planned(world)
    for who in ("sana", "nia", "bola"):
        with pytest.raises(RecordFaulty):
            contact(world, who, found, {"bola": "concerns-given"}.get(who, "board-asked"))
    told = notified(world, found)
    assert (told.circle, told.closed) == (found.id, False)
    contact(world, "sana", found, "board-asked")


def test_each_answer_is_for_those_alone_whose_it_is(world: World) -> None:
    found = planned(world)
    notified(world, found)
    for who, what in (
        ("bola", "staff-told"), ("tess", "board-asked"), ("sana", "concerns-given"), ("cora", "debrief-asked"),
        ("mora", "concerns-given"),
    ):  # fmt: skip
        with pytest.raises(RecordRefused):
            contact(world, who, found, what)


def test_two_inspections_of_one_establishment_are_kept_apart(world: World) -> None:
    first, second = planned(world), planned(world)
    notified(world, first)
    with pytest.raises(RecordTooEarly):
        contact(world, "tess", second, "staff-told")
    notified(world, second)
    contact(world, "tess", second, "staff-told")
    begun(world, first)
    begun(world, second)
    sent(world, second)
    assert [states(world, each)["tell-staff"] for each in (first, second)] == ["can-start", "done"]
    assert [states(world, each)["report"] for each in (first, second)] == ["can-start", "done"]


def test_an_inspection_called_off_leaves_nothing_owed_and_under_embargo_stays_unknown(world: World) -> None:
    known, unknown = planned(world), planned(world)
    notified(world, known)
    off = {"decided_on": today(world), "reason": "A disturbance."}
    record(world, "tess", "inspection-called-off", inspection=known.id, **off)
    kept = record(world, "tess", "inspection-called-off", inspection=unknown.id, **off)
    assert (kept.circle, kept.closed) == (unknown.id, True)
    assert set(states(world, known).values()) == {"done", "not-needed"}
    assert mine(world, "tess", known) == set()
    assert matter(world, "tess", known).ended
    (version,) = world.agreements.in_force(world.now.date())
    owed = world.do(
        lambda w: Agreed(w.conn, world.agreements, WORDS).occurrences(version, version.duties["tell-imb-staff"])
    )
    assert [each.state for each in owed] == ["lapsed"]


def test_what_is_late_says_since_when(world: World) -> None:
    found = planned(world)
    notified(world, found)
    world.later(days=10)
    late = step(world, "tess", found, "tell-staff")
    assert (late.state, late.due_on.isoformat() if late.due_on else "") == ("overdue", "2026-11-23")


def test_a_concern_goes_elsewhere_only_after_the_three_it_goes_to_first(world: World) -> None:
    found = planned(world)
    notified(world, found)
    begun(world, found)
    with pytest.raises(RecordTooEarly):
        record(world, "bola", "report-concern", inspection=found.id, raised_on=today(world), matter="Healthcare.")
    sent(world, found)
    one, other = (
        record(world, "bola", "report-concern", inspection=found.id, raised_on=today(world), matter=each)
        for each in ("Healthcare.", "Visits.")
    )

    def discussed(concern: Record, whom: str) -> Record:
        given = {"held_on": today(world), "whom": "Bola and others", "gist": "Heard.", "with": whom}
        return record(world, "bola", "concern-discussed", concern=concern.id, **given)

    assert states(world, one)["elsewhere"] == "not-yet"
    for count, whom in enumerate(("national-chair", "inspectorate", "regional-support")):
        with pytest.raises(RecordTooEarly) as refused:
            discussed(one, "elsewhere")
        assert len(refused.value.reasons) == 3 - count
        discussed(one, whom)
    discussed(one, "elsewhere")
    with pytest.raises(RecordTooEarly):
        discussed(other, "elsewhere")
    with pytest.raises(RecordRefused):
        record(world, "mora", "report-use", inspection=found.id, used_on=today(world), how="x")


def test_a_board_without_a_chair_can_still_do_its_part(world: World) -> None:
    found = planned(world)
    notified(world, found)
    chair, admin = world.ids["bola"], world.actor("ann")

    def end(w: Any) -> None:
        (held,) = w.people.appointments(chair, now=world.now)
        w.identity.end_appointment(appointment_id=held.id, actor=admin, now=world.now)

    world.do(end)
    contact(world, "vic", found, "concerns-given")
    begun(world, found)
    contact(world, "vic", found, "first-meeting")
    assert mine(world, "bola", found) == set()


def test_an_establishment_that_changes_board_is_the_new_boards_from_then_on(world: World) -> None:
    found = planned(world)
    notified(world, found)
    contact(world, "bola", found, "concerns-given")
    admin = world.actor("ann")

    def change(w: Any) -> None:
        given = {"establishment_key": "LEI", "actor": admin, "now": world.now}
        w.identity.uncover(office_id=world.offices["Leeds Board"].id, **given)
        w.identity.cover(office_id=world.offices["Hull Board"].id, **given)

    world.do(change)
    assert "ask-debrief" in mine(world, "mora", found)
    assert mine(world, "bola", found) == set(), "a Board that gave up its last establishment speaks for none"
    begun(world, found)
    sent(world, found, "Hull Board")
    assert states(world, found)["report"] == "done"


def test_the_agreement_states_its_steps_as_data(world: World) -> None:
    (version,) = world.agreements.in_force(world.now.date())
    assert isinstance(version, Agreement)
    assert isinstance(world.agreements, Agreements)
    named = {duty for each in version.tasks["inspections"].steps if (duty := each.duty)}
    assert {version.duties[each].number for each in named} == {
        "M17", "M25a", "M25b", "M26", "M27", "M29", "M33", "M34",
    }  # fmt: skip
