"""An incident from its opening to its closing by two; the log alone can rebuild all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from registered import LEAD, NOW, OTHER, SENDER, THIRD, House, house_in, rules

from audit.follow import replay
from audit.sequence import integrate
from audit.trail import Trail
from foundation.actor import Actor
from foundation.policy import Faults
from incidents.errors import (
    AlreadyDone,
    DataInWords,
    DutyUnknown,
    IncidentUnknown,
    MeasureUnknown,
    NotYours,
    OutcomeUnknown,
    ReportFaulty,
    SecondPerson,
    StillOwed,
)
from incidents.model.incident import Measure
from incidents.model.rules import Rules
from incidents.policy import kinds as policy
from incidents.rules import notices
from incidents.rules.clocks import deadlines, reminders
from incidents.rules.grading import graded
from incidents.rules.wording import holds
from incidents.service.ending import Incidents
from incidents.service.noting import Doing
from incidents.service.replay import IncidentReplay
from incidents.store.rows import TABLES

OWED = ["isolate", "tell-security-team", "tell-moj-security", "tell-originator"]
NUMBER = "INC-2026-0001"


@pytest.fixture(scope="module")
def ruled() -> Rules:
    return rules()


@pytest.fixture
def house(tmp_path: Path, ruled: Rules) -> Iterator[House]:
    with house_in(tmp_path, ruled) as made:
        yield made


def do_all(house: House, number: str, at: datetime = NOW, actor: Actor = LEAD) -> None:
    """Everything owed, every report of it."""
    for owed in house.list.one(number).owed:
        if owed.needed is not True:
            continue
        for stage in [each for each in owed.duty.stages if each != "follow-up"] or [""]:
            if owed.done_at is not None:
                continue
            how = Doing(stage=stage, reasons="It was weighed." if owed.duty.decision else "", late="Nobody was there.")
            house.incidents.note_done(number=number, duty=owed.duty.code, how=how, actor=actor, now=at)


# --- opening --------------------------------------------------------------------------------------------------------


def test_a_spill_opens_an_incident_without_its_content(house: House) -> None:
    opened = house.spill()
    assert (opened.number, opened.state, opened.kind.code, opened.rule) == (NUMBER, "open", "spill", "spill")
    assert (opened.marking_claimed, opened.reported_by, opened.subject) == ("SECRET", SENDER.id, "")
    assert opened.awareness_at == opened.opened_at == NOW
    assert opened.next is not None
    assert opened.next.duty.code == "isolate"
    assert opened.grade == "high"
    assert house.list.count_open() == 1


def test_anybody_reports_and_the_clocks_run_from_awareness_not_from_the_report(house: House) -> None:
    aware = NOW - timedelta(hours=3)
    made = house.report(aware_at=aware, references=("hmip-2026-00001", "HMIP-2026-09999"), media=("USB-17",))
    assert made.awareness_at == aware
    assert {each.duty.code: each.due_at for each in made.owed} == deadlines(made.kind, aware)
    assert (made.references, made.items, made.media) == (("HMIP-2026-00001",), ("item-1",), ("USB-17",))
    assert made.words == {"happened": "A letter was seen by somebody in the corridor."}
    assert house.list.reported(SENDER.id)[0].number == made.number
    assert house.list.reported(LEAD.id) == []


def test_what_was_written_lies_sealed_in_the_rows_and_in_the_log(house: House) -> None:
    house.report()
    assert "corridor" not in repr(house.rows())


def test_the_other_body_is_told_by_seeing_it_and_seeing_it_is_the_receipt(house: House) -> None:
    made = house.report()
    (told,) = made.told.notices
    assert (told.duty, told.channel, told.sent_at, told.received_at) == ("tell-other-party", "this-service", NOW, None)
    assert house.incidents.note_seen(number=NUMBER, actor=OTHER, now=NOW).told.notices[0].received_at is None
    seen = house.incidents.note_seen(number=NUMBER, actor=LEAD, now=NOW + timedelta(minutes=2))
    assert (seen.told.notices[0].received_at, seen.told.notices[0].received_by) == (NOW + timedelta(minutes=2), LEAD.id)
    again = house.incidents.note_seen(number=NUMBER, actor=LEAD, now=NOW + timedelta(minutes=5))
    assert again == seen


def test_where_the_other_body_has_nobody_to_see_it_people_must_tell_them(house: House) -> None:
    house.leads.there = {"imb"}
    made = house.report()
    owed = next(each for each in made.owed if each.duty.code == "tell-other-party")
    assert (owed.needed, owed.done_at, owed.due_at) == (True, None, NOW)


def test_what_only_one_body_has_is_seen_by_its_own_lead_alone(house: House) -> None:
    made = house.report(known={"personal": "yes", "shared": "no"})
    assert made.parties == ("imb",)
    with pytest.raises(IncidentUnknown):
        house.incidents.note_seen(number=NUMBER, actor=LEAD, now=NOW)
    assert house.incidents.note_seen(number=NUMBER, actor=OTHER, now=NOW) == made
    widened = house.incidents.assess(number=NUMBER, known={"shared": "yes"}, actor=OTHER, now=NOW)
    assert widened.parties == ("hmip", "imb")
    assert [each.duty for each in widened.told.notices] == ["tell-other-party"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "spill"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"happened": "  "}, "happened"),
        ({"happened": "It was about A1234BC."}, "happened"),
        ({"happened": "x" * 4001}, "happened"),
        ({"aware_at": NOW + timedelta(seconds=1)}, "aware_at"),
        ({"aware_at": None}, "aware_at"),
        ({"certainty": "maybe"}, "certainty"),
        ({"known": {"personal": "perhaps"}}, "personal"),
        ({"known": {"likelihood": "likely"}}, "likelihood"),
        ({"references": ("not a reference",)}, "references"),
        ({"references": tuple(f"HMIP-2026-{n:05d}" for n in range(21))}, "references"),
        ({"people": ("nobody@example.test",)}, "people"),
        ({"media": ("two words",)}, "media"),
        ({"media": ("DVD-1", "A1234BC")}, "media"),
        ({"impacts": ("confidentiality", "Joan Smith")}, "impacts"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_by_field_and_changes_nothing(
    house: House, changed: dict[str, object], field: str
) -> None:
    before = house.rows()
    with pytest.raises(ReportFaulty) as refused:
        house.report(**changed)
    assert list(refused.value.fields) == [field]
    assert "A1234BC" not in repr(refused.value.fields)
    assert house.rows() == before


@pytest.mark.parametrize(
    "text",
    ["see A1234BC", "PNC 03/0011985X", "cro 123456/99A", "QQ 12 34 56 C", "NHS 943 476 5919", "born 3.4.1980",
     "the password is Tr0ub4dor", "A 1234 BC", "A-1234-BC", "A\u00a01234\u00a0BC",
     "\uff21\uff11\uff12\uff13\uff14BC", "A\u200b1234BC",
     "A1234BC_x", "2003 / 0011985X", "20030011985X", "SF05/482703J", "QQ-12-34-56-C", "9434765919",
     "943\u2011476\u20115919", "943.476.5919", "born on 1/2/1990", "dateofbirth: 1980-01-02", "pwd: hunter222"],
)  # fmt: skip
def test_what_looks_like_somebodys_data_is_found(text: str) -> None:
    assert len(holds(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "HMIP-2026-00412 went to the wrong Board",
        "INC-2026-0001",
        "at 14:30 on 3/4/2026",
        "in a 2024 box of ours",
        "call 0113 4960000 or 07700 900123",
        "ticket 9434765918",
        "1000 pages, 1 of 2",
        "MED-2026-0012",
    ],
)
def test_what_is_no_data_of_anybody_may_be_said(text: str) -> None:
    assert holds(text) == []


# --- clocks ---------------------------------------------------------------------------------------------------------


def test_sixty_minutes_and_seventy_two_hours_are_just_that_when_the_clocks_change(ruled: Rules) -> None:
    for before in (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2027, 3, 27, 23, 30, tzinfo=UTC)):
        due = deadlines(ruled.kinds["loss"], before)
        assert due["tell-moj-security"] == before + timedelta(minutes=60)
        assert due["decide-commissioner"] == before + timedelta(hours=72)


def test_every_duty_cites_its_source_and_what_is_unconfirmed_says_so(ruled: Rules) -> None:
    duties = {duty.code: duty for kind in ruled.kinds.values() for duty in kind.duties}
    assert all(duty.source for duty in duties.values())
    assert duties["tell-other-party"].source == "M69"
    assert "POL.IMP.002" in duties["tell-moj-security"].source
    assert [code for code, duty in duties.items() if not duty.verified] == ["isolate", "contain"]


def test_a_reminder_is_said_once_for_each_stage(house: House) -> None:
    found = house.report()
    at = NOW + timedelta(minutes=35)
    assert ("tell-moj-security", 30) in list(reminders(found, at))
    first = house.incidents.remind(found, now=at)
    assert first >= 1
    assert house.incidents.remind(found, now=at) == 0
    assert house.incidents.remind(found, now=NOW + timedelta(minutes=61)) == 1  # the 60 minutes are over


def test_a_late_report_is_asked_why_and_a_timely_one_is_not(house: House) -> None:
    house.report()
    later = NOW + timedelta(hours=2)
    with pytest.raises(ReportFaulty) as refused:
        house.incidents.note_done(number=NUMBER, duty="tell-moj-security", actor=LEAD, now=later)
    assert list(refused.value.fields) == ["late"]
    in_time = Doing(sent_at=NOW + timedelta(minutes=59), channel="email", to="Duty desk", note="Reference 12.")
    house.incidents.note_done(number=NUMBER, duty="tell-moj-security", how=in_time, actor=LEAD, now=later)
    late = Doing(late="The duty desk could not be reached.")
    after = house.incidents.note_done(number=NUMBER, duty="tell-siro", how=late, actor=LEAD, now=later)
    assert [(each.duty, each.late) for each in after.told.notices[1:]] == [
        ("tell-moj-security", False),
        ("tell-siro", True),
    ]
    assert after.told.notices[2].words == {"late": "The duty desk could not be reached."}


def test_the_decision_on_the_commissioner_needs_its_reasons_either_way(house: House) -> None:
    house.report()
    for decision in ("sent", "not-sent"):
        with pytest.raises(ReportFaulty) as refused:
            house.incidents.note_done(
                number=NUMBER, duty="decide-commissioner", how=Doing(decision=decision), actor=LEAD, now=NOW
            )
        assert list(refused.value.fields) == ["reasons"]
    how = Doing(decision="not-sent", reasons="A risk is unlikely: it was sealed.")
    after = house.incidents.note_done(number=NUMBER, duty="decide-commissioner", how=how, actor=LEAD, now=NOW)
    owed = next(each for each in after.owed if each.duty.code == "decide-commissioner")
    assert (owed.done_at, owed.stage, owed.waits) == (NOW, "", False)
    with pytest.raises(ReportFaulty):
        house.incidents.note_done(number=NUMBER, duty="tell-iao", how=Doing(decision="not-sent"), actor=LEAD, now=NOW)


def test_reports_come_in_stages_and_the_last_is_owed_before_the_end(house: House) -> None:
    house.report()

    def stage(name: str) -> str:
        how = Doing(stage=name)
        after = house.incidents.note_done(number=NUMBER, duty="tell-moj-security", how=how, actor=LEAD, now=NOW)
        return next(each.stage for each in after.owed if each.duty.code == "tell-moj-security")

    with pytest.raises(DutyUnknown):
        stage("final")
    assert [stage(each) for each in ("initial", "follow-up", "follow-up", "final")] == ["final", "final", "final", ""]
    with pytest.raises(AlreadyDone):
        stage("final")


def test_receipts_are_noted_once(house: House) -> None:
    house.report()
    sent = house.incidents.note_done(number=NUMBER, duty="tell-iao", actor=LEAD, now=NOW).told.notices[-1]
    after = house.incidents.note_receipt(number=NUMBER, notice=sent.id, note="Answered.", actor=LEAD, now=NOW)
    assert (after.told.notices[-1].received_by, after.told.notices[-1].receipt) == (LEAD.id, "Answered.")
    with pytest.raises(AlreadyDone):
        house.incidents.note_receipt(number=NUMBER, notice=sent.id, actor=LEAD, now=NOW)
    with pytest.raises(DutyUnknown):
        house.incidents.note_receipt(number=NUMBER, notice="nothing", actor=LEAD, now=NOW)


def test_the_text_to_send_is_ready_and_says_nothing_that_was_written(house: House, ruled: Rules) -> None:
    made = house.report(references=("HMIP-2026-00001",))
    texts = {
        each.duty.code: notices.text(made, each.duty, ruled, aware="17 September", ico="20 September")
        for each in made.owed
    }
    assert {code for code, text in texts.items() if not text} == {"contain", "write-report"}
    for text in filter(None, texts.values()):
        assert made.number in text
        assert "corridor" not in text
        assert "{" not in text
    assert "HMIP-2026-00001" in texts["tell-other-party"]
    assert "Initial report" in texts["tell-moj-security"]


def test_the_text_counts_what_was_stopped_as_people_say_it(house: House, ruled: Rules) -> None:
    made = house.report(references=("HMIP-2026-00001",))
    duty = next(each.duty for each in made.owed if each.duty.code == "tell-moj-security")
    for count, said in ((1, "Stopped so far: 1 item held back."), (2, "Stopped so far: 2 items held back.")):
        held = tuple(Measure(str(each), "quarantine", "", "", "on", NOW, LEAD.id) for each in range(count))
        after = replace(made, told=replace(made.told, measures=held))
        assert said in notices.text(after, duty, ruled, aware="17 September", ico="20 September")


# --- grading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "grade", "reasons"),
    [
        ({"nature": "lost", "personal": "yes"}, "high", ["personal-lost", "marked-lost"]),
        ({"nature": "lost", "personal": "no", "marked": "no"}, "medium", ["plain-loss"]),
        ({"nature": "lost"}, "high", ["personal-lost", "marked-lost"]),  # what is not known counts as yes
        ({"nature": "altered", "personal": "no"}, "medium", ["altered"]),
        ({"nature": "weakness", "personal": "no"}, "low", ["weakness"]),
        ({"nature": "weakness", "media-interest": "yes"}, "high", ["media-interest"]),
        ({"nature": "intrusion"}, "high", ["intrusion"]),
        ({}, "", []),
    ],
)
def test_it_is_graded_by_rule_with_every_reason(ruled: Rules, known: dict[str, str], grade: str, reasons: list[str]) -> None:  # fmt: skip  # noqa: E501
    found = graded(known, ruled.grades)
    assert (found.grade, found.rules) == (grade, reasons)


def test_an_assessment_grades_anew_and_what_is_no_longer_owed_says_so(house: House) -> None:
    made = house.report()
    assert made.grade == "high"
    known = {"personal": "no", "marked": "no", "records": "12", "data-categories": "health,convictions"}
    after = house.incidents.assess(
        number=NUMBER, known=known, words={"measures": "The corridor is locked now."}, actor=LEAD, now=NOW
    )
    assert (after.grade, after.known["records"]) == ("medium", "12")
    assert after.words.keys() == {"happened", "measures"}
    needed = {each.duty.code: each.needed for each in after.owed}
    assert (needed["decide-commissioner"], needed["write-report"]) == (False, True)
    for bad in ({"records": "a few"}, {"data-categories": "gossip"}, {"nothing": "x"}):
        with pytest.raises(ReportFaulty) as refused:
            house.incidents.assess(number=NUMBER, known=bad, actor=LEAD, now=NOW)
        assert list(refused.value.fields) == list(bad)
    with pytest.raises(DataInWords):
        house.incidents.assess(number=NUMBER, known={}, words={"found": "by A1234BC"}, actor=LEAD, now=NOW)


# --- who may --------------------------------------------------------------------------------------------------------


def test_only_a_security_lead_runs_an_incident_and_nobody_else_learns_which_numbers_exist(house: House) -> None:
    house.spill()
    before = house.rows()
    for number in (NUMBER, "INC-2026-9999"):
        with pytest.raises(NotYours):
            house.incidents.note_done(number=number, duty="isolate", actor=SENDER, now=NOW)
        with pytest.raises(NotYours):
            house.incidents.propose_closing(number=number, outcome="contained", actor=SENDER, now=NOW)
    with pytest.raises(IncidentUnknown):
        house.incidents.close(number="INC-2026-9999", actor=LEAD, now=NOW)
    assert house.rows() == before


def test_numbers_run_on_by_the_year_in_london(house: House) -> None:
    house.spill(datetime(2026, 12, 31, 23, 58, tzinfo=UTC))
    house.spill(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    house.spill(datetime(2027, 1, 1, 0, 0, tzinfo=UTC))
    assert [each.number for each in house.list.page()] == ["INC-2027-0001", "INC-2026-0002", "INC-2026-0001"]


def test_the_list_is_walked_newest_first_without_gap_or_repeat(house: House) -> None:
    for minute in range(5):
        house.spill(NOW + timedelta(minutes=minute // 2))
    walked: list[str] = []
    for _ in range(4):
        walked += [each.number for each in house.list.page(before=walked[-1] if walked else "", size=2)]
    assert walked == [f"INC-2026-000{n}" for n in (5, 4, 3, 2, 1)]
    assert house.list.page(state="closed") == []


# --- actions, measures, the end --------------------------------------------------------------------------------------


def test_it_closes_by_two_when_everything_owed_is_done(house: House) -> None:
    house.spill()
    with pytest.raises(StillOwed) as refused:
        house.incidents.propose_closing(number=NUMBER, outcome="contained", actor=LEAD, now=NOW)
    assert [reason.rule for reason in refused.value.reasons] == [f"incidents.{duty}" for duty in OWED]
    do_all(house, NUMBER)
    with pytest.raises(OutcomeUnknown, match="contained"):
        house.incidents.propose_closing(number=NUMBER, outcome="forgotten", actor=LEAD, now=NOW)
    with pytest.raises(DataInWords):  # a false alarm needs its reason
        house.incidents.propose_closing(number=NUMBER, outcome="false-alarm", actor=LEAD, now=NOW)
    house.incidents.propose_closing(number=NUMBER, outcome="contained", actor=LEAD, now=NOW)
    with pytest.raises(AlreadyDone):
        house.incidents.propose_closing(number=NUMBER, outcome="contained", actor=OTHER, now=NOW)
    with pytest.raises(SecondPerson, match="You proposed"):
        house.incidents.close(number=NUMBER, actor=LEAD, now=NOW)
    back = house.incidents.send_back(number=NUMBER, note="The originator has not answered.", actor=OTHER, now=NOW)
    assert (back.state, back.outcome, back.proposed_by) == ("open", "", "")
    house.incidents.propose_closing(number=NUMBER, outcome="contained", actor=LEAD, now=NOW)
    closed = house.incidents.close(number=NUMBER, actor=OTHER, now=NOW)
    assert (closed.state, closed.outcome, closed.closed_by, closed.proposed_by) == (
        "closed", "contained", OTHER.id, LEAD.id,
    )  # fmt: skip
    assert house.list.count_open() == 0
    for act in (
        lambda: house.incidents.close(number=NUMBER, actor=OTHER, now=NOW),
        lambda: house.incidents.note_done(number=NUMBER, duty="tell-siro", actor=LEAD, now=NOW),
        lambda: house.incidents.add_note(number=NUMBER, text="Too late.", actor=LEAD, now=NOW),
    ):
        with pytest.raises(AlreadyDone):
            act()


def test_whoever_set_it_off_does_not_agree_to_its_closing(house: House) -> None:
    house.spill(actor=OTHER)
    do_all(house, NUMBER)
    house.incidents.propose_closing(number=NUMBER, outcome="contained", actor=LEAD, now=NOW)
    with pytest.raises(SecondPerson, match="set this incident off"):
        house.incidents.close(number=NUMBER, actor=OTHER, now=NOW)


def test_who_agrees_is_told_of_what_came_up_since_it_was_proposed(house: House) -> None:
    house.spill()
    do_all(house, NUMBER)
    given = {"number": NUMBER, "actor": LEAD, "now": NOW}
    house.incidents.propose_closing(outcome="contained", **given)
    house.incidents.contain(act="quarantine", target="item-1", **given)
    with pytest.raises(StillOwed) as refused:
        house.incidents.close(number=NUMBER, actor=OTHER, now=NOW)
    assert [each.rule for each in refused.value.reasons] == ["incidents.contained"]
    assert house.list.one(NUMBER).state == "closing"


def test_whoever_a_rule_counted_agrees_neither_to_the_closing_nor_to_a_release(house: House) -> None:
    (rule,) = [each for each in house.rules.detectors if each.code == "repeated-refusals"]
    number = house.detecting.counted(rule, OTHER.id, "entry", "app.refused", now=NOW).number
    given = {"number": number, "actor": LEAD, "now": NOW}
    measure = house.incidents.contain(act="quarantine", target="item-1", **given).told.measures[0].id
    house.incidents.ask_release(measure=measure, reason="It was nothing.", **given)
    with pytest.raises(SecondPerson, match="set this incident off"):
        house.incidents.release(number=number, measure=measure, actor=OTHER, now=NOW)
    house.incidents.release(number=number, measure=measure, actor=THIRD, now=NOW)
    do_all(house, number)
    house.incidents.propose_closing(outcome="no-harm", **given)
    with pytest.raises(SecondPerson, match="set this incident off"):
        house.incidents.close(number=number, actor=OTHER, now=NOW)
    assert house.incidents.close(number=number, actor=THIRD, now=NOW).state == "closed"


def test_an_action_is_for_somebody_who_is_here(house: House) -> None:
    house.spill()
    before = house.rows()
    with pytest.raises(ReportFaulty) as refused:
        house.incidents.add_action(
            number=NUMBER, text="Lock it.", owner="Joan Smith", due_on=date(2026, 9, 18), actor=LEAD, now=NOW
        )
    assert list(refused.value.fields) == ["owner"]
    assert house.rows() == before


def test_an_open_action_and_a_standing_measure_keep_it_open(house: House) -> None:
    house.spill()
    do_all(house, NUMBER)
    given = {"number": NUMBER, "actor": LEAD, "now": NOW}
    due = date(2026, 9, 18)
    made = house.incidents.add_action(text="Lock the cupboard.", owner=SENDER.id, due_on=due, **given)
    stopped = house.incidents.contain(act="quarantine", target="item-1", **given)
    with pytest.raises(StillOwed) as refused:
        house.incidents.propose_closing(outcome="contained", **given)
    assert [each.rule for each in refused.value.reasons] == ["incidents.action-open", "incidents.contained"]
    house.incidents.finish_action(action=made.told.actions[0].id, note="Locked.", **given)
    measure = stopped.told.measures[0].id
    house.incidents.ask_release(measure=measure, reason="It was the right person.", **given)
    with pytest.raises(SecondPerson):
        house.incidents.release(measure=measure, **given)
    kept = house.incidents.keep(measure=measure, reason="Not yet.", number=NUMBER, actor=OTHER, now=NOW)
    assert (kept.told.measures[0].state, house.rooms.done) == ("on", [("stop", "quarantine", "item-1")])
    house.incidents.ask_release(measure=measure, reason="Now it is.", **given)
    house.incidents.release(measure=measure, number=NUMBER, actor=OTHER, now=NOW)
    assert house.rooms.done[-1] == ("free", "quarantine", "item-1")
    assert house.incidents.propose_closing(outcome="contained", **given).state == "closing"


def test_the_same_is_not_stopped_twice_and_what_there_is_not_is_refused(house: House) -> None:
    house.spill()
    given = {"number": NUMBER, "actor": LEAD, "now": NOW}
    house.incidents.contain(act="disable-key", target="item-1", **given)
    with pytest.raises(AlreadyDone):
        house.incidents.contain(act="disable-key", target="item-1", **given)
    with pytest.raises(MeasureUnknown):
        house.incidents.contain(act="burn", target="item-1", **given)
    with pytest.raises(MeasureUnknown):
        house.incidents.ask_release(measure="nothing", reason="x", **given)


def test_people_asked_to_delete_answer_once_and_whoever_could_not_yet_again(house: House) -> None:
    house.report(references=("HMIP-2026-00001",))
    given = {"number": NUMBER, "item": "item-1"}
    asked = {"reference": "HMIP-2026-00001", "people": [SENDER.id, LEAD.id], "actor": LEAD, "now": NOW}
    house.incidents.ask_deletion(**given, **asked)
    assert house.incidents.ask_deletion(**given, **asked) == house.list.one(NUMBER)
    assert house.list.waits(SENDER.id) == 1
    with pytest.raises(MeasureUnknown):
        house.incidents.answer_deletion(**given, answer="none", actor=OTHER, now=NOW)
    with pytest.raises(ReportFaulty):
        house.incidents.answer_deletion(**given, answer="maybe", actor=SENDER, now=NOW)
    with pytest.raises(DataInWords):
        house.incidents.answer_deletion(**given, answer="cannot", actor=SENDER, now=NOW)
    house.incidents.answer_deletion(**given, answer="cannot", note="I forwarded it.", actor=SENDER, now=NOW)
    after = house.incidents.answer_deletion(**given, answer="deleted", actor=SENDER, now=NOW)
    assert {each.person: each.answer for each in after.told.asked} == {SENDER.id: "deleted", LEAD.id: ""}
    with pytest.raises(AlreadyDone):
        house.incidents.answer_deletion(**given, answer="none", actor=SENDER, now=NOW)


# --- from the log ---------------------------------------------------------------------------------------------------


def lived(house: House) -> None:
    """Something of everything."""
    for minute in range(2):
        house.spill(NOW + timedelta(minutes=minute))
    found = house.report(NOW + timedelta(minutes=3), references=("HMIP-2026-00001",))
    later, given = NOW + timedelta(minutes=40), {"number": found.number, "actor": LEAD}
    house.incidents.note_seen(now=later, **given)
    house.incidents.assess(known={"risk": "unlikely"}, words={"found": "By chance."}, now=later, **given)
    made = house.incidents.add_action(text="Lock it.", owner=SENDER.id, due_on=date(2026, 9, 20), now=later, **given)
    house.incidents.finish_action(action=made.told.actions[0].id, note="Done.", now=later, **given)
    stopped = house.incidents.contain(act="quarantine", target="item-1", now=later, **given)
    house.incidents.contain(act="end-sessions", target=SENDER.id, now=later, **given)
    measure = stopped.told.measures[0].id
    house.incidents.ask_release(measure=measure, reason="Enough.", now=later, **given)
    house.incidents.release(number=found.number, measure=measure, actor=OTHER, now=later)
    house.incidents.ask_deletion(item="item-1", reference="HMIP-2026-00001", people=[SENDER.id], now=later, **given)
    house.incidents.answer_deletion(number=found.number, item="item-1", answer="none", actor=SENDER, now=later)
    house.incidents.add_note(text="Ask twice.", lesson=True, now=later, **given)
    house.incidents.remind(house.list.one(found.number), now=later)
    do_all(house, found.number, later)
    house.incidents.propose_closing(outcome="resolved", now=later, **given)
    house.incidents.send_back(number=found.number, note="Look again.", actor=OTHER, now=later)
    house.incidents.propose_closing(outcome="resolved", now=later, **given)
    house.incidents.close(number=found.number, actor=OTHER, now=later)


def test_the_register_is_rebuilt_from_the_log_to_the_last_row(house: House) -> None:
    lived(house)
    before = house.rows()
    house.conn.commit()
    integrate(house.conn)
    for table in reversed(TABLES[1:]):
        house.conn.execute(sa.delete(table))
    house.conn.execute(sa.delete(TABLES[0]))
    assert replay(house.conn, house.keys, house.register) > 30
    assert house.rows() == before


def test_verification_tells_every_row_that_is_not_as_recorded(house: House) -> None:
    facts: list[object] = []

    class Hearing:
        name, kinds = "hearing", house.register.kinds

        def follow(self, conn: sa.Connection, fact: object) -> None:
            facts.append(fact)

    house.trail._followers = (*house.trail._followers, Hearing())
    lived(house)
    again = IncidentReplay()
    for fact in facts:
        again.follow(fact)  # type: ignore[arg-type]
    assert list(again.differences(house.conn)) == []
    from incidents.tables import incident, incident_asked, incident_measure

    house.conn.execute(sa.update(incident).where(incident.c.number == "INC-2026-0003").values(grade="low"))
    house.conn.execute(sa.delete(incident_measure))
    house.conn.execute(sa.update(incident_asked).values(answer="deleted"))
    told = list(again.differences(house.conn))
    said = [(line.partition(" ")[0], line.partition(": ")[2]) for line in told]
    assert said == [
        ("incident", "not as recorded"),
        ("incident_asked", "not as recorded"),
        *[("incident_measure", "is missing")] * 2,
    ]
    again.close()


def test_a_trail_the_register_does_not_follow_is_a_mistake_found_at_once(house: House) -> None:
    house.spill()
    deaf = Trail(house.conn, keys=house.keys, writer="test", policies="0" * 64)
    given = {
        "rules": house.rules, "words": house.words, "things": None, "leads": house.leads, "containing": house.rooms,
        "parties": ("hmip", "imb"),
    }  # fmt: skip
    with pytest.raises(RuntimeError, match="does not follow"):
        Incidents(house.conn, deaf, **given).note_done(  # type: ignore[arg-type]
            number=NUMBER, duty="isolate", actor=LEAD, now=NOW
        )


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "bad").glob("*.toml")), ids=lambda path: path.stem)
def test_bad_rules_fail_naming_file_and_key(path: Path, tmp_path: Path) -> None:
    # The first line of each says what must be told: "# key: problem".
    key, _, problem = path.read_text("utf-8").splitlines()[0].removeprefix("# ").partition(": ")
    (tmp_path / "incidents").mkdir()
    (tmp_path / policy.FILE).write_bytes(path.read_bytes())
    faults = Faults()
    policy.load(tmp_path, faults)
    assert {fault.file for fault in faults.found} == {policy.FILE}
    assert any(fault.key == key and problem in fault.problem for fault in faults.found), list(map(str, faults.found))
