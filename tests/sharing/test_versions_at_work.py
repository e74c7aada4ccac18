"""Duties across versions of an agreement: what is open stays, what time brings goes on without a gap or a double."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sharing.model.coverage import Occurrence
from sharing.rules.duties import dates
from sharing.rules.versions import difference, effects
from sharing.service.agreeing import Agreeing, Attended
from sharing.service.duty_replay import DutyReplay
from sharing.store.duties import occurrence_of
from sharing.tables.agreements import agreement_duty
from tests.sharing import again
from tests.sharing import version_world as vw
from tests.sharing.version_world import AGREEMENT, WORDS, followed, next_text, signed
from tests.sharing.world import World

MEETING = 'id = "quarterly-meeting"'
CALENDAR = 'every = { months = 3, source = "clause", counted = "from the calendar" }'


@pytest.fixture
def world(house: World) -> Iterator[World]:
    start = len(house.log(""))
    yield followed(house)
    found = again.differences(house, DutyReplay(house.agreements, WORDS, "p" * 64), "p" * 64, start=start)
    assert found == [], "what every test leaves follows from the log, under the version of each day"


agreeing = again.asking(Agreeing)


def attend(world: World, **given: Any) -> Attended:
    found: Attended = agreeing(world, "olu", "attend", **given)
    return found


def met(world: World) -> None:
    today = world.now.date().isoformat()
    agreeing(world, "nia", "record", AGREEMENT, "meeting", given={"held-on": today})


def meetings(world: World, duty: str = "quarterly-meeting") -> list[Occurrence]:
    with world.engine.connect() as conn:
        query = sa.select(agreement_duty).where(agreement_duty.c.duty == duty).order_by(agreement_duty.c.opened_on)
        return [occurrence_of(row) for row in conn.execute(query).mappings()]


def shape(found: list[Occurrence]) -> list[tuple[int, str, date | None]]:
    return [(each.version, each.state, each.due_on) for each in found]


MONTHLY = {'every = { months = 3, source = "clause" }': 'every = { months = 1, source = "clause" }'}


def test_what_is_open_keeps_its_version_and_its_day_and_the_next_goes_by_the_new_one(world: World) -> None:
    attend(world)
    signed(world, next_text(**MONTHLY))
    assert shape(meetings(world)) == [(1, "open", date(2024, 12, 17))]
    world.now = vw.noon("2026-12-02")
    attend(world)
    assert shape(meetings(world)) == [(1, "open", date(2024, 12, 17))], "never double"
    met(world)
    attend(world)
    attend(world)
    assert shape(meetings(world)) == [(1, "met", date(2024, 12, 17)), (2, "open", date(2027, 1, 2))], "and no gap"


def test_met_on_the_last_day_of_a_version_the_next_comes_under_the_new_one_counted_from_then(world: World) -> None:
    attend(world)
    signed(world)
    world.now = vw.noon("2026-11-30")
    met(world)
    world.now = vw.noon("2026-12-01")  # the job did not run in between
    attend(world)
    assert shape(meetings(world)) == [(1, "met", date(2024, 12, 17)), (2, "open", date(2027, 2, 28))]


def test_a_calendar_goes_on_from_its_beginning_where_the_time_is_the_same(world: World) -> None:
    signed(world, next_text(**{'every = { months = 3, source = "clause" }': CALENDAR}))
    later = next_text(version=3, on="2027-05-05", **{'every = { months = 3, source = "clause" }': CALENDAR})
    signed(world, later)
    agreements = world.agreements
    assert agreements.began(agreements.version(AGREEMENT, 2), "quarterly-meeting") == date(2026, 12, 1)
    assert agreements.began(agreements.version(AGREEMENT, 3), "quarterly-meeting") == date(2026, 12, 1)
    assert agreements.began(agreements.version(AGREEMENT, 3), "impact-assessment") is None
    every = agreements.version(AGREEMENT, 3).duties["quarterly-meeting"].trigger.every
    assert every
    assert every.start == date(2027, 5, 5)


ONCE = "trigger = { date = 2027-03-31 }"


def test_a_duty_for_a_date_is_owed_once_whichever_version_states_it(world: World) -> None:
    dated = {'every = { months = 3, source = "clause" }': ONCE}
    signed(world, next_text(**dated))
    world.now = vw.noon("2026-12-01")
    attend(world)
    world.now = vw.noon("2026-12-02")
    met(world)
    signed(world, next_text(version=3, on="2027-01-01", **dated))
    world.now = vw.noon("2027-01-01")
    attend(world)
    assert shape(meetings(world)) == [(2, "met", date(2027, 3, 31))]


def test_a_duty_that_a_version_ends_stays_owed_until_it_is_met_and_comes_no_more(world: World) -> None:
    attend(world)
    whole = next_text()
    start = whole.index('number = "M15"')
    end = whole.index("[[duty]]", start)
    part = whole[start:end]
    kept = part.replace('home = "tracked"', 'home = "recorded"')
    kept = "".join(line for line in kept.splitlines(keepends=True) if not line.startswith("every ="))
    kept = kept[: kept.index("escalate =")] + "\n"
    signed(world, whole.replace(part, kept))
    world.now = vw.noon("2026-12-05")
    attend(world)
    assert shape(meetings(world)) == [(1, "open", date(2024, 12, 17))]
    assert left(world) == [("quarterly-meeting", 1, 1, 1)]
    met(world)
    attend(world)
    assert shape(meetings(world)) == [(1, "met", date(2024, 12, 17))]
    assert left(world) == []


def left(world: World) -> list[tuple[str, int, int, int]]:
    """What ended while it was owed: duty, version, how often, how often late."""
    current = world.agreements.current(AGREEMENT, world.now.date())
    found = vw.listed(world, "left", current, world.now)
    return [(each.duty.id, each.version, each.open, each.overdue) for each in found]


def test_what_the_version_would_do_is_told_before_anybody_signs(world: World) -> None:
    attend(world)
    world.send("cora")
    changed = {**MONTHLY, "outcome-to-both": "outcome-to-all"}
    found = vw.propose(world, text=next_text(**changed))
    run = vw.listed(world, "dry_run", found, world.now)
    told = {each.effect.id: (each.effect.fate, each.open) for each in (*run.routes, *run.duties)}
    assert told["inspectorate-to-board"] == ("changes", 1)
    assert told["outcome-to-both"] == ("ends", 0)
    assert told["outcome-to-all"] == ("begins", 0)
    assert told["quarterly-meeting"] == ("changes", 1)
    assert [each.duty for each in run.occurrences] == ["quarterly-meeting"]
    changes = vw.listed(world, "difference", found)
    assert ("duty", "quarterly-meeting", "Begins") in {(each.part, each.id, each.what) for each in changes}
    assert {("route", "outcome-to-both", "removed"), ("route", "outcome-to-all", "added")} <= {
        (each.part, each.id, each.how) for each in changes
    }
    assert not any(each.what == "Detail" for each in changes)
    assert shape(meetings(world)) == [(1, "open", date(2024, 12, 17))], "nothing was changed by asking"


def test_the_same_file_changes_nothing_and_every_line_that_does_is_told(world: World) -> None:
    one = world.agreements.of(AGREEMENT)[-1]
    assert difference.between(one, one) == ()
    assert effects.of_routes(one, one) == ()
    assert effects.of_duties(one, one, world.agreements) == ()


# --- very many -----------------------------------------------------------------------------------------------------


def test_the_job_goes_in_bounded_units_and_ends(world: World) -> None:
    for _ in range(7):
        world.send("cora")
    world.later(days=60)
    first = attend(world, limit=5)
    assert first.more
    assert max(first.ended, first.overdue, first.escalated) <= 5
    runs = 1
    while attend(world, limit=5).more:
        runs += 1
        assert runs < 30
    again = attend(world, limit=5)
    assert (again.opened, again.ended, again.overdue, again.escalated) == (0, 0, 0, 0)


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "working_days", "hours"])
def test_what_is_late_is_found_by_the_count_that_says_so(unit: Any) -> None:
    """Found going back from today, and counted on from the day it was due: the same days."""
    now = datetime(2026, 12, 29, 12, tzinfo=UTC)  # bank holidays just before
    for number in (0, 1, 2, 5, 10):
        span = dates.Span(unit, number, "clause")
        day, moment = dates.passed_by(span, now)
        for back in range(90):
            due = now.date() - timedelta(days=back)
            at = datetime.combine(due, datetime.min.time(), UTC) if unit == "hours" else None
            owed = Occurrence(
                "", "", 1, "", "", "", "", "", (), due, due, at, "open", None, "", False, False, False, 0, "", False
            )
            step = dates.Escalation(span, (), ())
            found = due <= day and (moment is None or (at is not None and at < moment))
            assert found == (dates.levels(owed, (step,), now) == 1), (unit, number, due)
