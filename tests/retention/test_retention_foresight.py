"""What lies ahead, what is owed and why, what a year counts: by the log's facts, and again after a rebuild."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from retention_world import APPROVER, OTHER, REVIEWER, START, WORDS, World, empty, opened

from audit.follow import replay
from foundation.calendar import add_months, london_date
from foundation.errors import Unavailable
from retention.model.foresight import ACTS, WHYS
from retention.queries.foresight import Foresight
from retention.rules import foresight
from retention.tables.cases import disposal_tally
from tests.taken_in import take_in


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def today(world: World) -> date:
    return london_date(world.now)


def waiting(world: World) -> Counter[str]:
    found: Counter[str] = Counter()
    with world.engine.begin() as conn:
        for each in Foresight(conn, WORDS).waiting(today(world)):
            found[each.why] += each.number
    return found


def owed(world: World, **asked: object) -> list[tuple[str, str]]:
    with world.engine.begin() as conn:
        page = Foresight(conn, WORDS).owed(today(world), **asked)  # type: ignore[arg-type]
        return [(each.case.item, each.why) for each in page.rows]


def counted(world: World, since: date, until: date) -> dict[str, int]:
    found: Counter[str] = Counter()
    with world.engine.begin() as conn:
        for each in Foresight(conn, WORDS).counted(since, until):
            found[each.act] += each.number
    return dict(found)


def test_the_forecast_counts_by_month_class_and_body_what_is_running(world: World) -> None:
    for _ in range(3):
        world.item()  # letters of alpha: a month
    world.item(of="notes")  # no period: never due until a person says so
    beta = world.item(body="beta", of="notes")
    world.do("confirm_period", beta, OTHER, months=40, authority="Sample schedule, paragraph 9")
    with world.engine.begin() as conn:
        found = Foresight(conn, WORDS).forecast(today(world), months=3)
        one = Foresight(conn, WORDS).forecast(today(world), months=60, body="beta")
    assert found.months == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    assert [(line.body, line.retention_class, line.months, line.held) for line in found.lines] == [
        ("alpha", "letters", (0, 3, 0), 0)
    ]
    assert (found.totals, found.by_body()) == ((0, 3, 0), {"alpha": (0, 3, 0)})
    assert (found.overdue, found.later, found.undated) == (0, 1, 1)
    assert [(line.total, line.months.index(1)) for line in one.lines] == [(1, 40)]
    assert one.undated == 0


def test_what_is_held_is_counted_in_the_forecast_and_its_class_can_be_asked_for(world: World) -> None:
    first, _ = world.item(), world.item()
    world.do("place_hold", first, REVIEWER, reason="A claim.", issuer="A court")
    with world.engine.begin() as conn:
        found = Foresight(conn, WORDS).forecast(today(world), retention_class="letters")
        none = Foresight(conn, WORDS).forecast(today(world), retention_class="notes")
    assert [(line.total, line.held) for line in found.lines] == [(2, 1)]
    assert none.lines == ()


def test_every_reason_why_something_due_is_not_disposed_of_is_told(world: World) -> None:
    world.item(of="notes")
    late = world.item()
    world.pass_time(40)
    assert waiting(world) == {"unverified": 1, "sweep": 1}
    world.sweep()
    assert waiting(world) == {"unverified": 1, "return": 1}
    world.do("offer_return", late, OTHER)
    assert owed(world) == [(late, "return")]
    world.do("answer_return", late, REVIEWER, answer="declined", reason="We have our own copy.")
    assert owed(world) == [(late, "review")]
    world.do("review", late, REVIEWER, proposal="destroy", reason="No longer needed.")
    assert owed(world, why="approval") == [(late, "approval")]
    held = world.until_approved()
    assert owed(world, why="cooling-off") == [(held, "cooling-off")]
    world.do("place_hold", held, REVIEWER, reason="A claim.", issuer="A court")
    world.sweep()
    assert owed(world, why="held") == [(held, "held")]
    broken = world.until_approved()
    world.pass_time(14)
    world.do("begin_destruction", broken)
    assert owed(world, why="destroying") == [(broken, "destroying")]
    world.shelf.break_after = "key"
    with pytest.raises(Unavailable):
        world.do("carry_out", broken)
    world.do("record_failure", broken, cause="sample.away")
    assert owed(world, why="failed") == [(broken, "failed")]
    world.do("carry_out", broken)
    assert owed(world, why="certificate") == [(broken, "certificate")]
    assert set(waiting(world)) <= set(WHYS)


def test_nothing_disposed_of_or_kept_for_good_is_owed(world: World) -> None:
    world.until_destroyed()
    assert (waiting(world), owed(world)) == ({}, [])


def test_the_items_owed_come_longest_first_page_by_page(world: World) -> None:
    items = []
    for _ in range(5):
        items.append(world.item())
        world.pass_time(1)
    world.pass_time(60)
    world.sweep()
    seen, cursor = [], ""
    with world.engine.begin() as conn:
        while True:
            page = Foresight(conn, WORDS).owed(today(world), cursor=cursor, size=2)
            seen += [each.case.item for each in page.rows]
            assert [each.since for each in page.rows] == [each.case.due_on for each in page.rows]
            if not (cursor := page.next):
                break
        assert [each.case.item for each in Foresight(conn, WORDS).owed(today(world), cursor="nonsense").rows] == items
    assert seen == items


def test_the_year_counts_each_item_once_under_each_act_by_the_day_in_london(world: World) -> None:
    since, until = foresight.year(2026)
    destroyed = world.until_destroyed()
    kept = world.until_returned()
    world.do("review", kept, REVIEWER, proposal="extend", reason="Still needed.",
             until=add_months(world.look(kept).due_on, 2))  # fmt: skip
    world.do("approve", kept, APPROVER)
    world.do("place_hold", kept, REVIEWER, reason="A claim.", issuer="A court")
    world.do("place_hold", kept, REVIEWER, reason="Another.", issuer="Another")
    assert counted(world, since, until) == {"opened": 2, "destroyed": 1, "extended": 1, "held": 1}
    assert counted(world, *foresight.year(2025)) == {}
    assert set(counted(world, since, until)) <= set(ACTS)
    assert destroyed != kept
    with world.engine.begin() as conn:
        assert Foresight(conn, WORDS).first_year() == 2026


def test_a_rebuild_from_the_log_counts_the_same(world: World) -> None:
    world.until_destroyed()
    world.do("place_hold", world.until_due(), REVIEWER, reason="A claim.", issuer="A court")
    with world.engine.begin() as conn:
        before = opened(conn)
        assert conn.scalar(sa.select(sa.func.count()).select_from(disposal_tally)) == 4
    take_in(world.engine)
    with world.engine.begin() as conn:
        empty(conn)
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before
        replay(conn, world.keys, world.clocks)
        assert opened(conn) == before, "a fact counted twice"


def test_the_year_begins_and_ends_at_midnight_in_london(world: World) -> None:
    """An hour before midnight by the sun is the first of April in summer time; the leap day is a day of its year."""
    world.now = datetime(2027, 3, 31, 22, 59, 59, tzinfo=UTC)
    world.item()
    world.now = datetime(2027, 3, 31, 23, 0, tzinfo=UTC)
    world.item()
    world.item()
    assert counted(world, *foresight.year(2026, financial=True)) == {"opened": 1}
    assert counted(world, *foresight.year(2027, financial=True)) == {"opened": 2}
    world.now = datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)
    world.item()
    world.now = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    world.item()
    assert counted(world, *foresight.year(2027)) == {"opened": 4}
    assert counted(world, *foresight.year(2028)) == {"opened": 1}
    assert counted(world, *foresight.year(2027, financial=True)) == {"opened": 4}
    assert counted(world, date(2028, 2, 29), date(2028, 2, 29)) == {"opened": 1}


def test_every_case_that_is_not_over_is_in_the_forecast_once_up_to_its_last_day(world: World) -> None:
    """Beyond the horizon, without a period, late, today: nothing is counted twice, and nothing is left out."""
    last = add_months(today(world).replace(day=1), 2) - timedelta(days=1)  # of the months shown
    for due in (today(world), last, last + timedelta(days=1), add_months(last, 1199)):
        item = world.item(of="notes")
        world.do("confirm_period", item, REVIEWER, months=1, authority="Sample schedule, paragraph 9")
        with world.engine.begin() as conn:
            conn.execute(sa.text(f"update disposal_case set due_on = '{due}', sort_on = '{due}' where item = '{item}'"))
    world.item(of="notes")
    with world.engine.begin() as conn:
        found = Foresight(conn, WORDS).forecast(today(world), months=2)
    assert (found.totals, found.later, found.overdue, found.undated) == ((1, 1), 2, 0, 1)
    world.pass_time(1)
    with world.engine.begin() as conn:
        found = Foresight(conn, WORDS).forecast(today(world), months=2)
    assert sum(found.totals) + found.later + found.overdue + found.undated == 5
    assert found.overdue == 1, "its day was yesterday, and no sweep has said so"


def test_where_there_is_nothing_nothing_is_said(world: World) -> None:
    with world.engine.begin() as conn:
        ahead = Foresight(conn, WORDS).forecast(today(world), months=60)
        assert (ahead.lines, ahead.overdue, ahead.later, ahead.undated) == ((), 0, 0, 0)
        assert ahead.totals == (0,) * 60
        assert list(Foresight(conn, WORDS).waiting(today(world))) == []
        assert Foresight(conn, WORDS).first_year() is None


@given(some.dates(date(1990, 1, 1), date(2200, 12, 31)), some.integers(0, 4000))
def test_the_band_in_python_is_the_band_by_thresholds(day: date, age: int) -> None:
    since = day - timedelta(days=age)
    marks = foresight.thresholds(day)
    place = next((place for place, mark in enumerate(marks) if since >= mark), len(marks))
    assert foresight.band(since, day) == place


def test_years_are_calendar_years_or_begin_on_the_first_of_april() -> None:
    assert foresight.year(2026) == (date(2026, 1, 1), date(2026, 12, 31))
    assert foresight.year(2023, financial=True) == (date(2023, 4, 1), date(2024, 3, 31))
    assert datetime(2026, 1, 31, 12, 0, tzinfo=UTC) == START
