"""Alerts: they stand on a person, then on the deputy, then on both offices, until somebody says that they have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.calendar import london_date
from foundation.errors import ServiceError, Unavailable
from sharing.errors.alerts import AlertFaulty, AlertNotFound, AlertRefused, AlertSettled
from sharing.model.agreement import Agreements
from sharing.model.alert import Alert, Call, Raising, Turn
from sharing.model.duty import Span
from sharing.queries.alerts import AlertList
from sharing.rules.alerts import goes_on
from sharing.rules.duties.dates import due
from sharing.service.alert_follower import AlertBook, AlertReplay
from sharing.service.alerting import Alerting
from sharing.tables import alerts as tables
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import World

AGREEMENT, UP, DOWN = "hmip-imb", "concern-to-inspectorate", "serious-issue-to-boards"
WORDS = Words()
GIST = "A wing is without water."
NOW = Raising("now", "LEI", "OS", GIST, ("imb/board",))


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (AlertBook(WORDS),)
    start = len(house.log(""))
    yield house
    found = again.differences(house, AlertReplay(WORDS), start=start)
    assert found == [], "what every test leaves follows from the log"


does = again.asking(Alerting)


def raised(world: World, who: str = "ivo", kind: str = DOWN, given: Raising = NOW) -> Alert:
    found: Alert = does(world, who, "raise_alert", AGREEMENT, kind, given)
    return found


def order(world: World, office: str, first: str, deputy: str = "", who: str = "") -> None:
    given = [world.ids[name] if name else "" for name in (first, deputy)]
    does(world, who or first, "set_order", world.offices[office], *given)


def stands(world: World) -> list[str]:
    """Whom an alert stands on now."""
    actors = {name: world.actor(name) for name in world.ids}
    with world.work() as w:
        return sorted(name for name, actor in actors.items() if AlertList(w.conn, WORDS).standing_on(actor))


def seen(world: World, who: str) -> list[str]:
    actor = world.actor(who)
    found: list[str] = world.do(lambda w: [each.id for each in AlertList(w.conn, WORDS).seen_by(actor)])
    return found


def test_it_stands_on_the_person_on_duty_then_on_the_deputy_then_on_both_offices(world: World) -> None:
    order(world, "Leeds Board", "bola", "vic")
    alert = raised(world)
    assert stands(world) == ["bola"]
    assert does(world, "olu", "attend").calls == 0
    world.later(hours=1)
    assert does(world, "olu", "attend").calls == 0, "the hour is not over before it is"
    world.later(minutes=1)
    assert does(world, "olu", "attend").calls == 1
    assert stands(world) == ["vic"]
    world.later(minutes=61)
    assert does(world, "olu", "attend").calls == 1
    assert stands(world) == ["bola", "ivo", "sana", "seth", "tess", "vic"], "both offices, and IMB staff beside them"
    world.later(days=2)
    assert does(world, "olu", "attend").calls == 0, "it goes no further, and stands"
    after: Alert = does(world, "sana", "acknowledge", alert.id, 1)
    assert (after.calls[0].acknowledged_by, after.calls[0].late) == (world.ids["sana"], True)
    assert stands(world) == []
    told = [(step.act, step.stage, step.cause) for step in after.steps]
    assert told == [
        ("raised", "", ""), ("called", "first", "raised"), ("called", "deputy", "late"),
        ("called", "everybody", "late"), ("acknowledged", "", "late"),
    ]  # fmt: skip


def test_an_alert_whose_agreement_was_taken_away_holds_up_no_other(world: World) -> None:
    order(world, "Leeds Board", "bola", "vic")
    raised(world)
    world.later(minutes=61)
    before, world.agreements = world.agreements, Agreements(())
    gone = does(world, "olu", "attend")
    assert (gone.calls, gone.without) == (0, 1)
    assert "NOT passed on" in str(gone)
    world.agreements = before
    assert does(world, "olu", "attend").calls == 1


def test_acknowledged_in_time_it_is_nobodys_any_more(world: World) -> None:
    order(world, "Leeds Board", "bola", "vic")
    alert = raised(world)
    world.later(minutes=59)
    after: Alert = does(world, "bola", "acknowledge", alert.id, 1)
    assert not after.calls[0].late
    assert stands(world) == []
    world.later(hours=9)
    assert does(world, "olu", "attend").calls == 0
    with pytest.raises(AlertSettled):
        does(world, "vic", "acknowledge", alert.id, 1)
    ended: Alert = does(world, "vic", "note", alert.id, "Water was brought.", ends=True)
    assert ended.ended_at == world.now
    with pytest.raises(AlertSettled):
        does(world, "bola", "note", alert.id, "More.", ends=False)


def test_an_office_held_by_two_without_an_order_is_called_together_and_has_no_deputy(world: World) -> None:
    raised(world)
    assert stands(world) == ["bola", "vic"]
    world.later(hours=2)
    assert does(world, "olu", "attend").calls == 1
    assert "sana" in stands(world)


def test_an_office_held_by_nobody_goes_up_at_once_and_says_so(world: World) -> None:
    alert = raised(world, "sana", UP, replace(NOW, to=("hmip/correspondence",)))
    assert stands(world) == ["cora"]
    ann, hull = world.actor("ann"), world.offices["Hull Board"].id
    world.do(lambda w: w.identity.uncover(office_id=hull, establishment_key="HLI", actor=ann, now=world.now))
    nobody = raised(world, "ivo", DOWN, replace(NOW, establishment="HLI"))
    assert nobody.calls[0].office == 0, "no Board covers it"
    assert (nobody.calls[0].turn.stage, nobody.calls[0].turn.cause) == ("everybody", "nobody")
    assert stands(world) == ["cora", "ivo", "sana", "seth", "tess"]
    with pytest.raises(AlertRefused):
        does(world, "tess", "acknowledge", nobody.id, 1)  # of the office that raised it
    does(world, "seth", "acknowledge", nobody.id, 1)
    assert alert.id in seen(world, "cora")


def test_who_leaves_while_it_stands_on_them_does_not_keep_it(world: World) -> None:
    order(world, "Leeds Board", "bola", "vic")
    raised(world)
    ann = world.actor("ann")
    world.do(lambda w: w.identity.suspend(person_id=world.ids["bola"], actor=ann, now=world.now))
    assert does(world, "olu", "attend").calls == 1
    assert stands(world) == ["vic"]


def test_whose_vetting_lapses_while_it_stands_on_them_does_not_keep_it_and_does_not_acknowledge_it(
    world: World,
) -> None:
    order(world, "Leeds Board", "bola", "vic")
    ann, soon = world.actor("ann"), world.now + timedelta(minutes=10)
    given = {"person_id": world.ids["bola"], "until": soon, "actor": ann, "now": world.now}
    world.do(lambda w: w.identity.record_vetting(**given))
    alert = raised(world)
    assert stands(world) == ["bola"]
    world.later(minutes=11)
    with pytest.raises(AlertRefused):
        does(world, "bola", "acknowledge", alert.id, 1)
    assert does(world, "olu", "attend").calls == 1, "before its hour is over"
    assert stands(world) == ["vic"]
    another = raised(world)
    assert another.calls[0].turn.stage == "deputy", "and is passed over from then on"


def test_it_is_passed_on_by_whoever_it_stands_on_and_by_nobody_else(world: World) -> None:
    order(world, "Leeds Board", "bola", "vic")
    alert = raised(world)
    for who in ("vic", "ivo"):
        with pytest.raises(AlertRefused):
            does(world, who, "hand_on", alert.id, 1)
    does(world, "bola", "hand_on", alert.id, 1)
    assert stands(world) == ["vic"]
    does(world, "vic", "hand_on", alert.id, 1)
    assert "sana" in stands(world)
    with pytest.raises(AlertRefused):
        does(world, "vic", "hand_on", alert.id, 1)


def test_whoever_raised_it_is_never_called_for_it_nor_says_that_it_reached_them(world: World) -> None:
    given = Raising("today", "LEI", "O", GIST, ("imb/national-chair",))
    alert = raised(world, "ivo", DOWN, given)
    with pytest.raises(AlertRefused):
        does(world, "ivo", "acknowledge", alert.id, 1)
    world.later(hours=5)
    does(world, "olu", "attend")
    with pytest.raises(AlertRefused):
        does(world, "tess", "acknowledge", alert.id, 1)
    does(world, "nia", "acknowledge", alert.id, 1)


def test_others_learn_nothing_of_it(world: World) -> None:
    alert = raised(world)
    assert {who for who in world.ids if seen(world, who)} == {"ivo", "tess", "bola", "vic"}
    for who in ("mora", "nia", "cora", "olu", "ann"):
        with pytest.raises(AlertNotFound):
            does(world, who, "open", alert.id)
    with pytest.raises(AlertNotFound):
        does(world, "bola", "open", "0190d6c2-0000-7000-8000-000000000001")
    assert does(world, "bola", "open", alert.id).words == GIST
    assert GIST not in str(world.log(alert.id))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("urgency", replace(NOW, urgency="soon")),
        ("establishment", replace(NOW, establishment="NO-SUCH")),
        ("establishment", replace(NOW, establishment="")),
        ("marking", replace(NOW, marking="SECRET")),
        ("gist", replace(NOW, gist=" \n")),
        ("gist", replace(NOW, gist="x" * 4001)),
        ("to", replace(NOW, to=())),
        ("to", replace(NOW, to=("hmip/correspondence",))),
    ],
)
def test_what_cannot_be_raised_names_its_field_and_leaves_nothing(world: World, field: str, given: Raising) -> None:
    with pytest.raises(AlertFaulty) as caught:
        raised(world, given=given)
    assert set(caught.value.fields) == {field}
    assert stands(world) == []


def test_only_those_named_raise_one_and_a_refusal_is_logged(world: World) -> None:
    for who in ("bola", "sana", "olu"):
        with pytest.raises(AlertRefused):
            raised(world, who)
    with pytest.raises(AlertNotFound):
        raised(world, kind="song")
    assert stands(world) == []


def test_an_order_of_call_names_holders_and_is_said_by_them_or_their_administrators(world: World) -> None:
    order(world, "Leeds Board", "vic", "bola", who="ann")
    board = world.offices["Leeds Board"]
    for who in ("mora", "ivo"):
        with pytest.raises(AlertRefused):
            does(world, who, "set_order", board, world.ids["bola"], "")
    for first, deputy, field in (("mora", "", "first"), ("", "vic", "first"), ("vic", "vic", "deputy")):
        with pytest.raises(AlertFaulty) as caught:
            order(world, "Leeds Board", first, deputy, who="ann")
        assert field in caught.value.fields
    raised(world)
    assert stands(world) == ["vic"]


def test_its_hours_are_hours_when_the_clocks_change(world: World) -> None:
    world.now = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # summer time begins at 1am
    order(world, "Leeds Board", "bola", "vic")
    alert = raised(world)
    assert alert.calls[0].due_at == world.now + timedelta(hours=1)


def test_the_linked_office_may_say_what_it_did_before_it_is_acknowledged_and_not_end_it(world: World) -> None:
    alert = raised(world)
    does(world, "ivo", "note", alert.id, "Telephoned the Chair.", ends=False)
    with pytest.raises(AlertSettled):
        does(world, "ivo", "note", alert.id, "Done.", ends=True)
    with pytest.raises(AlertFaulty):
        does(world, "ivo", "note", alert.id, " ", ends=False)
    found: Alert = does(world, "bola", "open", alert.id)
    assert [step.words for step in found.steps if step.act == "noted"] == ["Telephoned the Chair."]


def test_it_stays_with_the_board_it_was_raised_to_when_the_establishment_changes_its_board(world: World) -> None:
    alert = raised(world)
    ann, boards = world.actor("ann"), {name: world.offices[name].id for name in ("Leeds Board", "Hull Board")}

    def move(w: Any) -> None:
        w.identity.uncover(office_id=boards["Leeds Board"], establishment_key="LEI", actor=ann, now=world.now)
        w.identity.cover(office_id=boards["Hull Board"], establishment_key="LEI", actor=ann, now=world.now)

    world.do(move)
    assert stands(world) == ["bola", "vic"]
    assert alert.id not in seen(world, "mora")
    raised(world)
    assert stands(world) == ["bola", "mora", "vic"], "another is raised to the Board that covers it now"


def test_an_establishment_of_two_boards_calls_both_and_each_acknowledges_for_itself(world: World) -> None:
    ann, hull = world.actor("ann"), world.offices["Hull Board"].id
    world.do(lambda w: w.identity.cover(office_id=hull, establishment_key="LEI", actor=ann, now=world.now))
    alert = raised(world)
    assert stands(world) == ["bola", "mora", "vic"]
    mine = next(call.number for call in alert.calls if call.office == world.office("Hull Board"))
    with pytest.raises(AlertRefused):
        does(world, "bola", "acknowledge", alert.id, mine)
    does(world, "mora", "acknowledge", alert.id, mine)
    assert stands(world) == ["bola", "vic"]
    with pytest.raises(AlertSettled):
        does(world, "mora", "note", alert.id, "Done.", ends=True)


def test_none_is_raised_of_an_establishment_that_has_closed_and_what_stands_goes_on(world: World) -> None:
    alert = raised(world)
    closed = replace(world.do(lambda w: w.people.establishment("LEI")), active=False)
    ann = world.actor("ann")
    world.do(lambda w: w.identity.import_establishments(rows=[closed], actor=ann, now=world.now))
    with pytest.raises(AlertFaulty) as caught:
        raised(world)
    assert set(caught.value.fields) == {"establishment"}
    world.later(minutes=61)
    assert does(world, "olu", "attend").calls == 1
    after: Alert = does(world, "bola", "acknowledge", alert.id, 1)
    assert after.calls[0].acknowledged_by == world.ids["bola"]


@pytest.mark.parametrize("at", ["2026-12-25T10:00", "2027-10-30T23:30", "2028-02-28T23:30", "2028-12-31T23:30"])
def test_its_hours_are_hours_on_bank_holidays_and_into_a_leap_day(at: str) -> None:
    began = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert due(Span("hours", 1, "clause"), began, london_date(began))[1] == began + timedelta(hours=1)
    standing = Call("", 1, 1, "imb/board", Turn("first", "raised", people=("a",)), began, began + timedelta(hours=1))
    assert goes_on(standing, ["a"], began + timedelta(hours=1)) is None
    assert goes_on(standing, ["a"], began + timedelta(hours=1, seconds=1)) == "late"


def test_of_two_who_acknowledge_in_the_same_instant_one_is_told_that_it_was_done(world: World) -> None:
    alert = raised(world)
    ready, said = Barrier(2), []

    def go(who: str) -> None:
        ready.wait()
        for _ in range(5):  # as the service does with what the database refused for the other's sake
            try:
                does(world, who, "acknowledge", alert.id, 1)
                said.append(who)
            except AlertSettled:
                said.append("")
            except (Unavailable, sa.exc.DBAPIError):
                continue
            return

    both = [Thread(target=go, args=(who,)) for who in ("bola", "vic")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(map(bool, said)) == [False, True]
    (first,) = filter(None, said)
    found: Alert = does(world, "ivo", "open", alert.id)
    assert found.calls[0].acknowledged_by == world.ids[first]
    assert [step.act for step in found.steps].count("acknowledged") == 1


def test_nobody_holds_an_office_of_the_other_body_so_nobody_acknowledges_what_they_raised_for_it(world: World) -> None:
    ann, board = world.actor("ann"), world.offices["Leeds Board"].id
    given = {"person_id": world.ids["ivo"], "role": "board-chair", "office_id": board, "actor": ann, "now": world.now}
    with pytest.raises(ServiceError):
        world.do(lambda w: w.identity.appoint(**given))


def test_what_stands_on_everybody_never_hides_what_goes_on(house: World) -> None:
    """However many there are: they stand, and the next is called and passed on as if they were not there."""
    house.followers = (AlertBook(WORDS),)
    ann, hull = house.actor("ann"), house.offices["Hull Board"].id
    house.do(lambda w: w.identity.uncover(office_id=hull, establishment_key="HLI", actor=ann, now=house.now))
    old = raised(house, given=replace(NOW, establishment="HLI")).id
    with house.engine.begin() as conn:
        for table, key in ((tables.alert, "id"), (tables.alert_call, "alert"), (tables.alert_office, "alert")):
            rows = [dict(row) for row in conn.execute(sa.select(table).where(table.c[key] == old)).mappings()]
            more = [{**row, key: f"{number:036}"} for row in rows for number in range(600)]
            conn.execute(table.insert(), more)
    order(house, "Leeds Board", "bola", "vic")
    house.later(minutes=1)
    raised(house)
    assert stands(house).count("bola") == 1
    house.later(minutes=61)
    assert does(house, "olu", "attend").calls == 1
    assert "vic" in stands(house)


def test_what_somebody_wrote_into_the_rows_behind_the_service_is_told(house: World) -> None:
    house.followers = (AlertBook(WORDS),)
    start = len(house.log(""))
    alert = raised(house)
    with house.engine.begin() as conn:
        conn.execute(tables.alert_call.update().values(acknowledged_by=house.ids["bola"], acknowledged_at=house.now))
    assert [alert.id in each for each in again.differences(house, AlertReplay(WORDS), start=start)] == [True]
