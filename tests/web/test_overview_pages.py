"""The overview: the same numbers in chart, table, file and API; nothing of what may not be known; for whom it is."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from browsing import seen, sign_in
from hypothesis import given
from hypothesis import strategies as st
from item_house import Person, said
from playwright.sync_api import Page
from shell_house import serving

from app.web import chart
from foundation.calendar import LONDON, london_date
from sharing.queries.overview import months_back
from sharing.tables.items import item
from tests.house import Live

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("overview") / "state")
    staff, officer = Person(made, "staff"), Person(made, "officer")
    first, second, third = (staff.item() for _ in range(3))
    officer.send(f"/items/{first}/acknowledge")
    officer.send(f"/items/{first}/close", outcome="Looked into.")
    made.later(days=40)
    officer.sign_in()
    officer.send(f"/items/{second}/acknowledge")
    officer.send(f"/items/{second}/close", outcome="Looked into, late.")
    assert third
    yield made
    made.close()


def table(live: Live, figure: str) -> list[dict[str, str]]:
    text = Person(live, "national").get(f"/overview/{figure}.csv").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_page_file_and_api_have_the_same_numbers(live: Live) -> None:
    figures = live.api("national").ok("GET", "/overview")
    sent = table(live, "sent")
    assert [int(row["IMB"]) for row in sent] == figures["sent"]["imb"]
    assert sum(figures["sent"]["imb"]) == 3
    took = table(live, "outcome")
    bands = ("Within 7 days", "8 to 28 days", "Longer", "Not closed yet")
    assert [sum(int(row[name]) for row in took) for name in bands] == [1, 0, 1, 1]
    assert {name: sum(numbers) for name, numbers in figures["took"].items()} == {
        "week": 1, "four-weeks": 0, "longer": 1, "open": 1,
    }  # fmt: skip
    (late,) = table(live, "overdue")
    assert [int(late["Overdue"])] == [each["steps"] for each in figures["overdue"]] == [1]
    page = Person(live, "national").get("/overview").text
    assert "1 step is overdue" in page
    assert late["Board or office"] in page
    assert "Looked into" not in page


def test_what_is_under_embargo_or_held_back_is_in_no_number(live: Live) -> None:
    changed = (
        {"embargo_until": live.now + timedelta(days=9)},
        {"quarantined": True},
        {"state": "withdrawn"},
    )
    for values in changed:
        with live.house.work() as work:
            before = work.conn.execute(sa.select(item).where(item.c.state == "open")).mappings().one()
            work.conn.execute(item.update().where(item.c.id == before["id"]).values(**values))
        assert sum(int(row["IMB"]) for row in table(live, "sent")) == 2
        assert table(live, "overdue") == []
        with live.house.work() as work:
            back = {name: before[name] for name in values}
            work.conn.execute(item.update().where(item.c.id == before["id"]).values(**back))
    assert len(table(live, "overdue")) == 1


@pytest.mark.parametrize("key", ["staff", "chair", "officer", "security", "admin"])
def test_nobody_else_sees_it(live: Live, key: str) -> None:
    person = Person(live, key)
    assert person.client.get("/overview").status_code == 403
    assert person.client.get("/overview/sent.csv").status_code == 403
    assert live.api(key)("GET", "/overview").status_code == 403
    assert "/overview" not in person.get("/").text


def test_a_figure_there_is_not_is_not_found(live: Live) -> None:
    Person(live, "compliance").get("/overview/everything.csv", 404)


def test_those_who_oversee_see_at_home_where_most_is_overdue(live: Live) -> None:
    words = said(Person(live, "national").get("/"))
    assert "Where most is overdue" in words
    assert "Where most is overdue" not in said(Person(live, "chair").get("/"))


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(1, 40))
def test_months_go_back_one_by_one(today: date, count: int) -> None:
    found = months_back(today, count)
    assert len(found) == count
    assert found[-1] == today.replace(day=1)
    assert all((later - one).days in range(28, 32) for one, later in pairwise(found))


def test_an_item_of_the_first_minute_of_a_month_in_summer_time_counts_in_it(live: Live) -> None:
    """In London it is July already while it is June by UTC."""
    with live.house.work() as work:
        months = [date(2026, 6, 1), date(2026, 7, 1)]
        row = work.conn.execute(sa.select(item).limit(1)).mappings().one()
        moved = datetime(2026, 7, 1, 0, 0, 30, tzinfo=LONDON)
        work.conn.execute(item.update().where(item.c.id == row["id"]).values(sent_at=moved))
        flow = work.overview.flow([row["agreement"]], months, now=work.now)
        work.conn.execute(item.update().where(item.c.id == row["id"]).values(sent_at=row["sent_at"]))
    later = london_date(live.now) >= date(2026, 7, 1)
    assert flow.sent["imb"][0] == 0
    assert flow.sent["imb"][1] >= int(later)


@given(
    st.lists(st.tuples(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1), st.integers(0, 10**6)))
)
def test_bars_that_lie_are_well_formed_whatever_an_office_is_called(rows: list[tuple[str, int]]) -> None:
    drawn = ET.fromstring(str(chart.ranked("x", "A & B", "<none>", rows)))
    assert len(drawn.findall(f"{SVG}rect")) == len(rows)
    assert all(float(bar.get("x") or 0) + float(bar.get("width") or 0) <= 900 for bar in drawn.findall(f"{SVG}rect"))


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_the_overview_is_accessible(live: Live, page: Page, axe: Callable[[Page], None]) -> None:
    with serving(live.app) as url:
        sign_in(page, url, live, "national")
        page.goto(f"{url}/overview")
        page.locator("summary").first.click()
        seen(page, axe)
        assert page.locator("svg.app-chart").count() == 3
