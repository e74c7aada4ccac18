"""Duties of the shipped agreement at work: facts begin and meet them, time brings them, people record what was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap.events import POLICIES_CHANGED
from app.bootstrap.registry import is_stale
from audit.follow import facts
from foundation.errors import ServiceError
from sharing.errors.agreements import DutyNotFound, RecordFaulty, RecordNotFound, RecordRefused, RecordTooEarly
from sharing.errors.items import MayNotSend
from sharing.model.agreement import Agreements
from sharing.model.coverage import Line, Occurrence, Record
from sharing.model.duty import RECORD_MADE, Pattern, Span
from sharing.model.item import Written
from sharing.model.register import Register
from sharing.model.terms import Condition
from sharing.queries.agreed import Agreed
from sharing.rules.duties import coverage
from sharing.service.agreeing import Agreeing, Attended
from sharing.service.duty_follower import Duties
from sharing.service.duty_replay import DutyReplay
from sharing.store import duties as rows
from sharing.tables.agreements import agreement_duty, agreement_evidence, agreement_record
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import OS, World, written_of
from tests.taken_in import take_in

AGREEMENT = "hmip-imb"
CLOCK = "0190d6c2-0000-7000-8000-0000000000cc"
WORDS = Words()
_MADE = datetime(2027, 8, 31, tzinfo=UTC)
_CONTACT = Record("r", AGREEMENT, 1, "board-contact", _MADE.date(), "", "r", {}, {}, "imb", "p", _MADE, "e")


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (Duties(house.agreements, WORDS),)
    start = len(house.log(""))  # what was before it followed
    yield house
    found = again.differences(house, DutyReplay(house.agreements, WORDS, "p" * 64), "p" * 64, start=start)
    assert found == [], "what every test leaves follows from the log"


agreeing = again.asking(Agreeing)


def record(world: World, who: str, kind: str, **given: str) -> Record:
    values = {key.replace("_", "-"): value for key, value in given.items()}
    found: Record = agreeing(world, who, "record", AGREEMENT, kind, given=values)
    return found


def attend(world: World, **given: Any) -> Attended:
    found: Attended = agreeing(world, "olu", "attend", **given)
    return found


def agreed(world: World, act: str, *args: object, **given: object) -> Any:
    return world.do(lambda w: getattr(Agreed(w.conn, world.agreements, WORDS), act)(*args, **given))


def line(world: World, number: str) -> Line:
    (version,) = world.agreements.in_force(world.now.date())
    found = agreed(world, "coverage", version, world.now)
    return next(each for each in found if each.duty.number == number)


def owed(world: World, number: str) -> list[Occurrence]:
    (version,) = world.agreements.in_force(world.now.date())
    found: list[Occurrence] = agreed(world, "occurrences", version, agreed(world, "duty", version, number))
    return found


def today(world: World, **back: float) -> str:
    return (world.now - timedelta(**back)).date().isoformat()


def inspection(world: World, establishment: str = "LEI", *, begun: bool = True) -> Record:
    """Notified today, and begun."""
    found = record(
        world, "tess", "inspection", establishment=establishment, begins_on=today(world), leader="Tess"
    )  # fmt: skip
    record(
        world, "tess", "inspection-notified", inspection=found.id, notified_on=today(world), notified="The Governor"
    )  # fmt: skip
    if begun:
        record(world, "tess", "inspection-begun", inspection=found.id, begun_on=today(world))
    return found


def contact(world: World, who: str, found: Record, what: str) -> Record:
    return record(
        world, who, "inspection-contact", inspection=found.id, held_on=today(world), contact=what, manner="spoken",
        giver="Bola", receiver="Tess", gist="Three concerns about the segregation unit.",
    )  # fmt: skip


# --- what facts begin and meet -------------------------------------------------------------------------------------


def test_an_item_sent_opens_the_passing_on_and_passing_on_meets_it_and_opens_the_follow_up(world: World) -> None:
    ref = world.send("cora")
    (passing,) = owed(world, "M23")
    assert (passing.state, passing.due_on, passing.establishment) == ("open", date(2026, 11, 24), "LEI")
    assert line(world, "M23").state == "due"
    assert owed(world, "M37a") == []
    world.later(days=1)
    world.act("sana", "pass_on", ref.reference, world.office("Leeds Board"), "For Leeds.")
    (passing,) = owed(world, "M23")
    assert (passing.state, passing.ended_on) == ("met", date(2026, 11, 21))
    assert line(world, "M23").state == "met"
    (follow,) = owed(world, "M37a")
    assert (follow.due_on, follow.thread) == (date(2026, 12, 18), passing.thread)
    answer = Written(marking=OS, title="Found", text="All three spoken to.", sharing_purpose="The outcome.")
    draft: Any = world.act("bola", "answer", ref.reference, answer)
    world.act("bola", "send", draft.uuid)
    assert owed(world, "M37a")[0].state == "met"
    assert line(world, "M37b").tally.last_on == date(2026, 11, 21)
    assert line(world, "M30").tally.last_on == date(2026, 11, 20)


def test_what_is_withdrawn_is_owed_no_longer(world: World) -> None:
    ref = world.send("cora")
    world.act("cora", "withdraw", ref.reference, "Sent by mistake.")
    assert [(each.state, each.ended_on) for each in owed(world, "M23")] == [("lapsed", date(2026, 11, 20))]
    attend(world)
    assert ("sharing.duty-lapsed", "allowed") in world.log("sharing.duty")


def test_passing_on_one_item_leaves_the_other_owed(world: World) -> None:
    first, _second = world.send("cora"), world.send("cora")
    world.act("sana", "pass_on", first.reference, world.office("Leeds Board"), "For Leeds.")
    assert sorted(each.state for each in owed(world, "M23")) == ["met", "open"]


def test_a_refused_act_begins_and_meets_nothing(world: World) -> None:
    ref = world.send("cora")
    with pytest.raises(ServiceError):
        world.act("mora", "pass_on", ref.reference, world.office("Hull Board"), "No.")
    assert [each.state for each in owed(world, "M23")] == ["open"]


# --- time ----------------------------------------------------------------------------------------------------------


def test_the_quarterly_meeting_comes_round_three_months_after_the_last(world: World) -> None:
    assert attend(world).opened >= 3
    (first,) = owed(world, "M15")
    assert (first.opened_on, first.due_on) == (date(2024, 9, 17), date(2024, 12, 17))
    assert line(world, "M15").state == "overdue"
    assert line(world, "M15").tally.overdue_since == date(2024, 12, 17)
    record(world, "sana", "meeting", held_on=today(world, days=3), note="Staffing.")
    assert line(world, "M15").state == "met"
    attend(world)
    newest = next(each for each in owed(world, "M15") if each.state == "open")
    assert (newest.opened_on, newest.due_on) == (date(2026, 11, 17), date(2027, 2, 17))
    assert line(world, "M15").tally.next_due == date(2027, 2, 17)
    assert attend(world).opened == 0


def test_the_review_is_owed_with_both_partners_since_17_september_2026(world: World) -> None:
    attend(world)
    assert [line(world, number).tally.overdue_since for number in ("M20", "M32")] == [date(2026, 9, 17)] * 2
    record(world, "nia", "agreement-review", held_on=today(world), between="national-chair")
    assert [line(world, number).state for number in ("M20", "M32")] == ["met", "overdue"]
    record(world, "nia", "agreement-review", held_on=today(world), between="all", outcome="Kept as it is.")
    assert line(world, "M32").state == "met"


def test_a_meeting_from_before_the_period_began_is_kept_and_meets_nothing(world: World) -> None:
    attend(world)
    record(world, "sana", "meeting", held_on=today(world))
    attend(world)
    record(world, "sana", "meeting", held_on="2026-01-05")
    assert line(world, "M15").state == "due"


def test_the_log_is_told_once_of_each_beginning_end_lateness_and_step_up(world: World) -> None:
    ref = world.send("cora")
    first = attend(world)
    assert (first.opened, first.more) == (4, False)
    world.later(days=8)
    late = attend(world)
    assert late.overdue == 1  # what had been late from the start was told then
    assert ("sharing.duty-escalated", "allowed") in world.log("sharing.duty")
    world.act("sana", "pass_on", ref.reference, world.office("Leeds Board"), "For Leeds.")
    ended = attend(world)
    assert (ended.ended, ended.overdue) == (1, 0)
    met: Any = world.last("sharing.duty-met")
    assert (met.what["late"], met.what["number"]) == (True, "M23")
    before = len(world.log("sharing.duty"))
    again = attend(world)
    assert (again.opened, again.ended, again.overdue, again.escalated) == (0, 0, 0, 0)
    assert len(world.log("sharing.duty")) == before


def test_a_run_does_no_more_than_it_is_asked_and_says_so(world: World) -> None:
    for _ in range(3):
        world.send("cora")
    told = [attend(world, limit=2) for _ in range(4)]
    assert [each.more for each in told] == [True, True, True, False] or not told[-1].more
    assert not any(each.opened_told is False for each in owed(world, "M23"))


def test_an_item_sent_before_a_bank_holiday_is_due_after_it(world: World) -> None:
    world.now = datetime(2026, 12, 24, 15, tzinfo=UTC)
    world.send("cora")
    assert owed(world, "M23")[0].due_on == date(2026, 12, 30)


def test_a_disagreement_before_christmas_has_its_working_days(world: World) -> None:
    world.now = datetime(2026, 12, 10, 15, tzinfo=UTC)
    record(world, "tess", "disagreement", arose_on=today(world), matter="Access.")
    assert owed(world, "M40")[0].due_on == date(2027, 1, 12)
    world.now = datetime(2027, 1, 12, 23, 59, tzinfo=UTC)
    assert line(world, "M40").state == "due"
    world.later(minutes=1)
    assert line(world, "M40").state == "overdue"


def test_a_contact_confirmed_on_a_last_of_august_goes_stale_after_a_leap_day() -> None:
    kept = Register("contacts", "Contacts", "", ("board-contact",), Span("months", 6, "local interpretation"), ("M21",))
    confirmed = replace(_CONTACT, on=date(2027, 8, 31))
    assert not is_stale(kept, confirmed, date(2028, 2, 29))
    assert is_stale(kept, confirmed, date(2028, 3, 1))
    assert is_stale(kept, replace(_CONTACT, on=date(2026, 8, 31)), date(2027, 3, 1)), "and after 28 February in others"


def test_an_establishment_that_has_closed_is_named_no_more_and_what_began_goes_on(world: World) -> None:
    found = inspection(world, begun=False)
    ann = world.actor("ann")
    closed = replace(world.do(lambda w: w.people.establishment("LEI")), active=False)
    world.do(lambda w: w.identity.import_establishments(rows=[closed], actor=ann, now=world.now))
    with pytest.raises(RecordFaulty) as refused:
        inspection(world, begun=False)
    assert set(refused.value.fields) == {"establishment"}
    record(world, "tess", "inspection-begun", inspection=found.id, begun_on=today(world))


def test_just_before_midnight_in_summer_time_it_is_the_next_day(world: World) -> None:
    world.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    world.send("cora")
    assert owed(world, "M23")[0].opened_on == date(2027, 7, 1)


# --- an inspection -------------------------------------------------------------------------------------------------


def test_an_inspection_known_to_the_establishment_opens_all_that_is_owed_for_it(world: World) -> None:
    found = inspection(world)
    numbers = ["M17", "M25a", "M25b", "M26", "M27", "M29", "M33", "M34"]
    assert [line(world, number).state for number in numbers] == ["due"] * 8
    contact(world, "tess", found, "staff-told")
    assert line(world, "M25a").state == "met"
    assert line(world, "M25b").state == "due"
    other = inspection(world, "HLI")
    contact(world, "tess", other, "concerns-sought")
    assert {each.establishment: each.state for each in owed(world, "M25b")} == {"LEI": "open", "HLI": "met"}


def test_the_boards_concerns_come_before_the_first_meeting_or_are_late_the_day_after(world: World) -> None:
    found = inspection(world)
    assert owed(world, "M33")[0].due_on is None
    contact(world, "tess", found, "first-meeting")
    assert line(world, "M33").state == "due"  # before, or at: the same day is in time
    world.later(days=1)
    assert line(world, "M33").state == "overdue"
    contact(world, "bola", found, "concerns-given")
    assert line(world, "M33").state == "met"


def test_a_report_for_the_establishment_meets_the_copy_owed_and_one_for_another_does_not(world: World) -> None:
    first, second = inspection(world), inspection(world)
    report = written_of(to_office=world.office("Leeds Board"))
    sent = world.send("cora", "inspection-report", route="report-to-board", written=report).reference
    assert [each.state for each in owed(world, "M29")] == ["open", "open"]
    record(world, "cora", "report-copy", inspection=second.id, sent_on=today(world), report=sent)
    assert {each.thread: each.state for each in owed(world, "M29")} == {first.id: "open", second.id: "met"}
    other = inspection(world, "HLI")
    letter = world.send("cora").reference
    for who, about, item in (("cora", other, sent), ("ivo", first, letter), ("ivo", first, "HMIP-2026-99999")):
        with pytest.raises(RecordFaulty) as refused:
            record(world, who, "report-copy", inspection=about.id, sent_on=today(world), report=item)
        assert "report" in refused.value.fields


def test_a_disagreement_is_referred_and_then_resolved_by_the_heads(world: World) -> None:
    arose = record(world, "bola", "disagreement", arose_on=today(world), matter="Access to records.")
    assert [line(world, number).state for number in ("M40", "M42")] == ["due", "nothing-yet"]
    given = {"disagreement": arose.id, "held_on": today(world), "resolution": "Not agreed."}
    for early in ("referred", "resolved"):
        with pytest.raises(RecordTooEarly):
            record(world, "tess", "disagreement-step", became=early, **given)
    other = record(world, "bola", "disagreement", arose_on=today(world), matter="Another.")
    tried = {"held_on": today(world), "resolution": "Not agreed.", "became": "tried"}
    record(world, "tess", "disagreement-step", disagreement=other.id, **tried)
    with pytest.raises(RecordTooEarly):  # it is another that was tried
        record(world, "tess", "disagreement-step", became="referred", **given)
    record(world, "tess", "disagreement-step", disagreement=arose.id, **tried)
    record(
        world, "tess", "disagreement-step", became="resolved-at-working-level", **(given | {"disagreement": other.id})
    )
    record(world, "tess", "disagreement-step", became="referred", **given)
    assert [line(world, number).state for number in ("M40", "M41", "M42")] == ["met", "recorded", "due"]
    record(world, "nia", "disagreement-step", became="resolved", **given)
    assert line(world, "M42").state == "met"


# --- conditions of a route -----------------------------------------------------------------------------------------


def changed(world: World, route: str, **given: object) -> None:
    """The agreement with one of its routes otherwise than shipped."""
    (version,) = world.agreements.versions
    routes = {**version.routes, route: replace(version.routes[route], **given)}  # type: ignore[arg-type]
    world.agreements = Agreements((replace(version, routes=routes),))


def test_nothing_goes_by_a_way_before_what_it_waits_for_is_recorded_of_that_establishment(world: World) -> None:
    told = Pattern(RECORD_MADE, {"record": "inspection-notified"})
    lately = Span("days", 28, "local interpretation", "no time is given")
    waits = Condition(
        told, same=True, words="The establishment must have been notified", within=lately, clauses=("M25a",)
    )
    changed(world, "inspectorate-to-board", conditions=(waits,))
    draft = world.draft("cora")
    for _ in range(2):
        with pytest.raises(MayNotSend) as refused:
            world.act("cora", "send", draft)
        assert [(reason.rule, reason.clause) for reason in refused.value.reasons] == [("route-condition", "M25a")]
        inspection(world, "HLI")  # another establishment knows of another inspection
    inspection(world, "LEI")
    world.act("cora", "send", draft)
    world.later(days=29)
    with pytest.raises(MayNotSend):
        world.send("cora")


def test_a_way_may_carry_less_and_keep_otherwise_than_the_agreement(world: World) -> None:
    changed(world, "national-to-inspectorate", ceiling="O", retention="correspondence")
    with pytest.raises(MayNotSend) as refused:
        world.send("sana")
    assert [(reason.rule, reason.clause) for reason in refused.value.reasons] == [("marking-ceiling", "M18")]
    world.send("sana", written=written_of(marking="OFFICIAL"))
    told: Any = world.last("sharing.item-sent")
    assert told.what["retention_class"] == "correspondence"


# --- records -------------------------------------------------------------------------------------------------------


def test_what_people_write_is_sealed_in_the_row_and_in_the_log(world: World) -> None:
    found = record(world, "sana", "meeting", held_on=today(world), note="Staffing at Leeds.")
    assert found.words == {"note": "Staffing at Leeds."}
    with world.engine.connect() as conn:
        kept = conn.execute(sa.select(agreement_record)).one()
    assert "Staffing" not in str(tuple(kept))
    told: Any = world.last("sharing.record-made")
    assert "Staffing" not in str(told.what) + told.why
    assert agreed(world, "record", found.id, words=False).words == {}


def test_only_those_the_agreement_names_make_a_record_and_a_refusal_is_logged(world: World) -> None:
    with pytest.raises(RecordRefused) as refused:
        record(world, "cora", "meeting", held_on=today(world))
    assert refused.value.reasons[0].clause == "M15"
    assert world.log()[-1] == ("sharing.access-refused", "refused")
    assert line(world, "M15").tally.last_on is None


def test_a_board_speaks_for_the_establishment_it_covers_alone(world: World) -> None:
    found = inspection(world)
    with pytest.raises(RecordRefused):
        contact(world, "mora", found, "concerns-given")
    contact(world, "vic", found, "concerns-given")


def test_those_who_check_the_service_reach_no_item_and_record_what_they_did(world: World) -> None:
    olu = world.actor("olu")
    world.do(lambda w: w.trail.record(POLICIES_CHANGED, actor=olu, now=world.now, what={"before": "x"}))
    assert line(world, "M48").state == "due"
    given = {"decided_on": today(world), "decision": "not-needed", "reason": "Only words changed."}
    record(world, "olu", "impact-assessment", **given)
    assert line(world, "M48").state == "met"


def test_somebody_whose_training_lapsed_records_nothing(world: World) -> None:
    world.later(days=400)
    with pytest.raises(RecordRefused) as refused:
        record(world, "sana", "meeting", held_on=today(world))
    assert any(reason.rule.startswith("PER-") for reason in refused.value.reasons)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("meeting", {}, "held-on"),
        ("meeting", {"held_on": "2999-01-01"}, "held-on"),
        ("inspection", {"begins_on": "2026-11-20", "establishment": "XXX"}, "establishment"),
        ("inspection-contact", {"inspection": "0190d6c2-0000-7000-8000-000000000001"}, "inspection"),
        ("meeting", {"held_on": "2026-11-20", "song": "la"}, "song"),
    ],
)
def test_what_is_wrong_with_a_record_is_told_by_field_and_nothing_is_kept(
    world: World, kind: str, given: dict[str, str], field: str
) -> None:
    with pytest.raises(RecordFaulty) as refused:
        record(world, "sana" if kind == "meeting" else "tess", kind, **given)
    assert field in refused.value.fields
    with world.engine.connect() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(agreement_record)).scalar() == 0


def test_a_record_names_only_records_of_the_kinds_it_may(world: World) -> None:
    met = record(world, "sana", "meeting", held_on=today(world))
    with pytest.raises(RecordFaulty):
        contact(world, "tess", met, "first-meeting")


def test_a_kind_or_a_duty_there_is_not_is_not_found(world: World) -> None:
    with pytest.raises(RecordNotFound):
        record(world, "sana", "song")
    with pytest.raises(RecordNotFound):
        agreeing(world, "sana", "record", "another", "meeting", given={})
    (version,) = world.agreements.in_force(world.now.date())
    for act, args in (("agreement", ("another", world.now)), ("duty", (version, "M99"))):
        with pytest.raises(DutyNotFound):
            agreed(world, act, *args)
    with pytest.raises(RecordNotFound):
        agreed(world, "record", "nothing", words=True)


# --- the whole -----------------------------------------------------------------------------------------------------


def test_following_the_same_facts_again_changes_nothing(world: World) -> None:
    start = len(world.log(""))
    ref = world.send("cora")
    attend(world)
    world.act("sana", "pass_on", ref.reference, world.office("Leeds Board"), "For Leeds.")
    record(world, "sana", "meeting", held_on=today(world))
    attend(world)
    take_in(world.engine)
    with world.engine.begin() as conn:
        before = rows.rows_of(conn)
        follower = Duties(world.agreements, WORDS)
        for _, fact in facts(conn, world.log_keys, start):
            if fact is not None and fact.kind in follower.kinds:
                follower.follow(conn, fact)
        assert rows.rows_of(conn) == before


@pytest.mark.parametrize("table", [agreement_duty, agreement_record, agreement_evidence], ids=lambda one: one.name)
def test_a_row_taken_away_or_changed_behind_the_service_is_told(world: World, table: sa.Table) -> None:
    world.send("cora")
    record(world, "sana", "meeting", held_on=today(world))
    check = DutyReplay(world.agreements, WORDS, "p" * 64)
    with again.followed_again(world, check, "p" * 64) as conn:
        conn.execute(sa.delete(table))
        assert any("is missing" in each for each in check.differences(conn))
        conn.rollback()
        if table is agreement_duty:
            conn.execute(sa.update(table).values(due_on=date(2099, 1, 1)))
            assert any("not as recorded" in each for each in check.differences(conn))
            conn.rollback()


def test_the_table_for_a_spreadsheet_has_every_duty_and_no_formula(world: World) -> None:
    (version,) = world.agreements.in_force(world.now.date())
    found = agreed(world, "coverage", version, world.now)
    text = coverage.table([(version, found)])
    assert len(text.splitlines()) == 78
    assert text.startswith("agreement,version,section,number,")
    evil = type(found[0])(found[0].duty, "=cmd()", "open", found[0].tally)
    assert "'=cmd()" in coverage.table([(version, [evil])])
