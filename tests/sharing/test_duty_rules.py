"""When a duty is due, what meets it, who may record it: pure rules, by example and by law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from foundation.calendar import add_months, is_working_day
from identity.model import Office
from sharing.model.coverage import Occurrence, Tally
from sharing.model.duty import CLAUSE, Duty, Escalation, Every, Evidence, Pattern, Span, Trigger
from sharing.model.record import Choice, Field, RecordKind
from sharing.rules.duties import coverage, dates, matching, recording
from sharing.rules.duties.recording import Held

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = some.dates(date(2020, 1, 1), date(2040, 12, 31))


def span(**given: int) -> Span:
    ((unit, number),) = given.items()
    return Span(unit, number, CLAUSE)  # type: ignore[arg-type]


def owed(**given: object) -> Occurrence:
    values = {
        "id": "o", "agreement": "a", "version": 1, "duty": "d", "number": "M01", "source": "s", "thread": "t",
        "establishment": "", "who": ("x/y",), "opened_on": date(2026, 3, 2), "due_on": date(2026, 3, 4),
        "due_at": None, **given,
    }  # fmt: skip
    return Occurrence(**values)  # type: ignore[arg-type]


def duty(**given: object) -> Duty:
    values = {
        "id": "d", "number": "M01", "clauses": ("M01",), "what": "w", "who": ("x/y",), "to": (), "home": "tracked",
        "because": "", "missing": "", "enforced_by": (), "tests": (), "trigger": Trigger(), "due": None, "before": None,
        "lapses": None, "evidence": Evidence(), "noted_by": (), "escalation": (), **given,
    }  # fmt: skip
    return Duty(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        (date(2026, 12, 24), span(working_days=2), date(2026, 12, 30)),  # Christmas and a substitute day between
        (date(2026, 4, 2), span(working_days=1), date(2026, 4, 7)),  # over Good Friday and Easter Monday
        (date(2026, 5, 1), span(working_days=1), date(2026, 5, 5)),  # the early May bank holiday
        (date(2028, 2, 28), span(days=1), date(2028, 2, 29)),  # leap day
        (date(2027, 8, 31), span(months=6), date(2028, 2, 29)),
        (date(2028, 2, 29), span(months=24), date(2030, 2, 28)),
        (date(2024, 9, 17), span(months=24), date(2026, 9, 17)),
        (date(2026, 3, 2), span(weeks=8), date(2026, 4, 27)),
        (date(2026, 3, 2), span(weeks=18), date(2026, 7, 6)),
        (date(2026, 3, 2), span(working_days=0), date(2026, 3, 2)),
    ],
)
def test_a_day_is_counted_as_people_count_it(start: date, length: Span, due: date) -> None:
    assert dates.after(start, length) == due


def test_hours_run_through_the_change_of_the_clock_and_end_on_the_day_in_london() -> None:
    spring = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # half past eleven at night, GMT
    on, at = dates.due(span(hours=1), spring, date(2026, 3, 28))
    assert at == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert on == date(2026, 3, 29)
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on the first of July in London
    assert dates.due(span(hours=0), summer, date(2026, 7, 1)) == (date(2026, 7, 1), summer)


def test_what_is_due_today_is_late_tomorrow_by_the_london_date() -> None:
    one = owed(due_on=date(2026, 6, 30))
    assert not dates.is_overdue(one, datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    assert dates.is_overdue(one, datetime(2026, 6, 30, 23, 0, tzinfo=UTC))  # midnight of British Summer Time
    assert not dates.is_overdue(owed(due_on=None), NOON + timedelta(days=9999))
    at = owed(due_at=NOON)
    assert not dates.is_overdue(at, NOON)
    assert dates.is_overdue(at, NOON + timedelta(milliseconds=1))
    assert not dates.is_overdue(owed(state="met", due_on=date(2020, 1, 1)), NOON)


@given(DAYS, some.integers(0, 60))
def test_working_days_end_on_a_working_day_and_never_earlier_for_more(start: date, number: int) -> None:
    due = dates.after(start, span(working_days=number))
    assert number == 0 or is_working_day(due)
    assert dates.after(start, span(working_days=number + 1)) > due


@given(DAYS, some.integers(1, 36), DAYS)
def test_by_the_calendar_the_next_slot_lies_after_the_last_met_and_is_a_slot(
    start: date, months: int, last: date
) -> None:
    every = Every(span(months=months), start, "from the calendar")
    since, due = dates.comes_again(every, max(last, start))
    assert due > max(last, start)
    assert since <= due
    assert any(add_months(start, months * slot) == due for slot in range(1, 4000 // months + 2))


@given(DAYS, some.integers(1, 36), DAYS)
def test_from_the_last_the_next_is_one_span_on(start: date, months: int, last: date) -> None:
    every = Every(span(months=months), start, "from the last")
    assert dates.comes_again(every, last) == (last, add_months(last, months))
    assert dates.comes_again(every, None) == (start, add_months(start, months))


def test_slots_counted_from_the_31st_do_not_slip_to_the_28th_for_good() -> None:
    every = Every(span(months=1), date(2026, 1, 31), "from the calendar")
    assert dates.comes_again(every, date(2026, 2, 28))[1] == date(2026, 3, 31)


def test_what_is_late_goes_up_step_by_step_counted_from_when_it_was_due() -> None:
    steps = (Escalation(span(working_days=2), ("a",), ("M01",)), Escalation(span(days=10), ("b",), ("M01",)))
    one = owed(due_on=date(2026, 3, 6))  # a Friday
    at = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (6, 7, 10, 11, 16, 17)]
    assert [dates.levels(one, steps, now) for now in at] == [0, 0, 0, 1, 1, 2]
    hourly = (Escalation(span(hours=1), ("a",), ("M01",)),)
    quick = owed(due_at=NOON, due_on=NOON.date())
    assert [dates.levels(quick, hourly, NOON + timedelta(minutes=each)) for each in (0, 60, 61)] == [0, 0, 1]
    assert dates.levels(owed(state="met", due_on=date(2020, 1, 1)), steps, NOON) == 0


# --- which facts ---------------------------------------------------------------------------------------------------


def event(kind: str = "sharing.item-sent", subject: str = "item", **what: object) -> matching.Event:
    return matching.event_of(kind, "0190d6c2-0000-7000-8000-000000000001", NOON, subject, what)


def test_a_pattern_fits_what_says_all_it_asks_for_and_belongs_to_no_other_agreement() -> None:
    pattern = Pattern("sharing.item-sent", {"route": "out", "files": "2"})
    assert matching.fits(pattern, event(route="out", files=2), "a")
    assert matching.fits(pattern, event(route="out", files=2, agreement="a"), "a")
    assert not matching.fits(pattern, event(route="out", files=2, agreement="b"), "a")
    assert not matching.fits(pattern, event(route="out", files=3), "a")
    assert not matching.fits(pattern, event(route="out"), "a")
    assert not matching.fits(pattern, event("sharing.item-closed", route="out", files=2), "a")


def test_a_record_is_read_by_its_codes_and_dated_by_what_it_says() -> None:
    made = event(
        "sharing.record-made", "r1", record="meeting", values=["between=all", "held-on=2026-02-27"], on="2026-02-27",
        thread="r0", agreement="a", establishment="LEI",
    )  # fmt: skip
    assert (made.on, made.thread, made.establishment) == (date(2026, 2, 27), "r0", "LEI")
    assert matching.fits(Pattern("sharing.record-made", {"record": "meeting", "between": "all"}), made, "a")
    assert not matching.fits(Pattern("sharing.record-made", {"record": "meeting", "between": "none"}), made, "a")
    assert not matching.fits(Pattern("sharing.record-made", {"record": "visit"}), made, "a")


def test_the_same_event_begins_the_same_occurrence_and_another_event_another() -> None:
    due_in_two = duty(due=span(working_days=2), who=("x/y", "field/answers"))
    first = matching.begun(due_in_two, event(answers="p/q"), "a", 1)
    assert first == matching.begun(due_in_two, event(answers="p/q"), "a", 1)
    assert first.who == ("x/y", "p/q")
    assert first.due_on == date(2026, 3, 4)
    assert first.id != matching.begun(duty(id="e"), event(), "a", 1).id
    assert first.id != matching.begun(due_in_two, event(), "b", 1).id


def test_evidence_counts_for_the_same_thing_the_same_place_or_for_any_but_never_from_before() -> None:
    at_leeds = owed(thread="item", establishment="LEI")
    begun = Trigger(event=Pattern("a.b", {}))
    same, place = (duty(trigger=begun, evidence=Evidence(about=about)) for about in ("same", "establishment"))  # type: ignore[arg-type]
    assert matching.concerns(same, at_leeds, event(subject="item"))
    assert not matching.concerns(same, at_leeds, event(subject="other"))
    assert matching.concerns(place, at_leeds, event(subject="other", establishment="LEI"))
    assert not matching.concerns(place, at_leeds, event(subject="other", establishment="HLI"))
    begun_by_a_fact = duty(trigger=begun)
    assert matching.concerns(begun_by_a_fact, owed(opened_on=date(2026, 3, 2)), event())
    assert not matching.concerns(begun_by_a_fact, owed(opened_on=date(2026, 3, 3)), event())
    assert not matching.concerns(duty(), owed(opened_on=date(2026, 3, 2)), event())  # it was met on that day


# --- states --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "tally", "state"),
    [
        ("tracked", Tally(), "nothing-yet"),
        ("tracked", Tally(last_on=date(2026, 1, 1)), "met"),
        ("tracked", Tally(open=2, last_on=date(2026, 1, 1)), "due"),
        ("tracked", Tally(open=2, overdue=1), "overdue"),
        ("recorded", Tally(), "nothing-yet"),
        ("recorded", Tally(last_on=date(2026, 1, 1)), "recorded"),
        ("enforced", Tally(), "enforced"),
        ("context", Tally(), "context"),
        ("open", Tally(), "open"),
    ],
)
def test_the_state_of_a_duty(home: str, tally: Tally, state: str) -> None:
    assert coverage.state(duty(home=home), tally) == state


# --- records -------------------------------------------------------------------------------------------------------

KIND = RecordKind(
    "visit",
    "Visit",
    ("alpha/desk", "beta/branch/keeper"),
    ("gamma",),
    ("M01",),
    (
        Field("seen-on", "When?", "date", happened=True),
        Field("at", "At?", "time", needed=False),
        Field("lit", "Lit?", "number", least=12),
        Field("sort", "Sort?", "choice", choices=(Choice("a", "A"), Choice("b", "B"))),
        Field("told", "Told?", "yes-no", needed=False),
        Field("who", "Who?", "place", needed=False, of=("alpha/desk",)),
        Field("note", "Note?", "text", needed=False),
    ),
)
GOOD = {"seen-on": "2026-03-01", "lit": "12", "sort": "a", "note": " all lit "}


def test_a_record_keeps_codes_apart_from_words() -> None:
    made, faults = recording.read(KIND, GOOD, date(2026, 3, 2))
    assert faults == {}
    assert made.on == date(2026, 3, 1)
    assert made.coded == {"seen-on": "2026-03-01", "lit": "12", "sort": "a"}
    assert made.words == {"note": "all lit"}


@pytest.mark.parametrize(
    ("changed", "field", "fault"),
    [
        ({"seen-on": ""}, "seen-on", "Answer this"),
        ({"seen-on": "2026-02-30"}, "seen-on", "real date"),
        ({"seen-on": "20260301"}, "seen-on", "real date"),
        ({"seen-on": "2026-W09-1"}, "seen-on", "real date"),
        ({"seen-on": "0026-03-01"}, "seen-on", "real date"),
        ({"seen-on": "2026-03-03"}, "seen-on", "today or in the past"),
        ({"lit": "11"}, "lit", "12 or more"),
        ({"lit": "twelve"}, "lit", "whole number"),
        ({"lit": "12.0"}, "lit", "whole number"),
        ({"lit": "9" * 11}, "lit", "whole number"),
        ({"sort": "c"}, "sort", "one of the list"),
        ({"at": "24:00"}, "at", "like 14:30"),
        ({"told": "perhaps"}, "told", "yes or no"),
        ({"who": "beta/branch"}, "who", "one of the list"),
        ({"note": "x" * 4001}, "note", "4000 characters"),
        ({"song": "la"}, "song", "no such field"),
    ],
)
def test_every_fault_of_a_record_stands_at_its_field(changed: dict[str, str], field: str, fault: str) -> None:
    _, faults = recording.read(KIND, {**GOOD, **changed}, date(2026, 3, 2))
    assert list(faults) == [field]
    assert fault in faults[field][0]


@given(some.dictionaries(some.sampled_from([each.id for each in KIND.fields]), some.text(max_size=30)))
def test_whatever_is_typed_is_kept_by_its_type_or_is_a_fault(typed: dict[str, str]) -> None:
    made, faults = recording.read(KIND, typed, date(2026, 3, 2))
    for field in KIND.fields:
        kept = (made.words if field.type == "text" else made.coded).get(field.id)
        assert kept is None or (kept == typed[field.id].strip() and field.id not in faults)
        assert "=" not in (made.coded.get(field.id) or "")


def held(party: str, kind: str, *roles: str, covers: tuple[str, ...] = ()) -> Held:
    return Held(Office("i", 1, party, kind, kind, True, covers), frozenset(roles))


def test_a_place_is_stood_at_by_party_office_and_role_and_a_branch_by_what_it_covers() -> None:
    keeper = held("beta", "branch", "keeper", covers=("LEI",))
    assert recording.stands_at("beta", [keeper])
    assert recording.stands_at("beta/branch", [keeper])
    assert recording.stands_at("beta/branch/keeper", [keeper], "LEI")
    assert not recording.stands_at("beta/branch/keeper", [keeper], "HLI")
    assert not recording.stands_at("beta/branch/cook", [keeper])
    assert not recording.stands_at("beta/head", [keeper])
    assert not recording.stands_at("alpha", [keeper])
    assert not recording.stands_at("beta", [])
    assert not recording.stands_at("outside/harbour-master", [keeper])


def test_somebody_with_offices_in_both_bodies_stands_at_both_and_nobody_makes_what_is_anothers() -> None:
    both = [held("alpha", "desk"), held("gamma", "desk")]
    assert recording.against_making(KIND, both) == ()
    assert recording.against_making(KIND, [held("gamma", "desk")])[0].clause == "M01"
    assert recording.may_read(KIND, [held("gamma", "desk")])
    assert not recording.may_read(KIND, [held("delta", "desk")])


def test_an_overseer_sees_what_is_owed_and_others_what_concerns_them() -> None:
    one = duty(to=("gamma",), escalation=(Escalation(span(days=1), ("delta",), ("M01",)),))
    assert recording.concerned(one, ("x/y",), [held("x", "y")], "", ())
    assert recording.concerned(one, ("x/y",), [held("gamma", "z")], "", ())
    assert recording.concerned(one, ("x/y",), [held("delta", "z")], "", ())
    assert not recording.concerned(one, ("x/y",), [held("omega", "z")], "", ())
    assert recording.concerned(one, ("x/y",), [], "", ("auditor",))
