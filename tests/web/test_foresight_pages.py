"""Foresight through its pages and the API: charts with their tables, what is owed and why, the year; who may look."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as some
from playwright.sync_api import Page
from shell_house import serving

from app.web import chart
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, closed_item, due_item, step

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("foresight") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def refs(live: Live) -> dict[str, str]:
    """One item due, one running, one without a period, one of the other body on hold."""
    due = due_item(live)
    running, none = closed_item(live), closed_item(live)
    step(live, "imb-records", running, "confirm_period", months=3, authority="Schedule 7, paragraph 3")
    step(live, "imb-records", running, "place_hold", reason="A claim.", issuer="A court")
    return {"due": due, "running": running, "none": none}


def rows(visitor: Visitor, path: str) -> list[dict[str, str]]:
    answer = visitor.raw(path)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_the_forecast_is_a_chart_that_says_its_numbers_and_the_table_beside_it(
    live: Live, refs: dict[str, str]
) -> None:
    visitor = Visitor(live, "compliance")
    text = visitor.raw("/foresight").text
    assert acts(live, 1) == [("app.records-viewed", "allowed")]
    drawn = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    title, about = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    assert title is not None
    assert about is not None
    assert about.text
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
    assert ": 1" in about.text
    assert "style=" not in text[text.index("<svg") : text.index("</svg>")], "the policy of contents forbids it"
    page = visitor.get("/foresight")
    assert "IMB: Intelligence" in page
    assert "1 item is due already" in page
    assert "1 item has no period" in page
    found = rows(visitor, "/foresight/forecast.csv?months=6")
    assert len(found) == 6
    assert [
        (each["Originating body"], each["On hold of all months"]) for each in found if each["Falls due"] == "1"
    ] == [("IMB", "1")]
    assert "Nothing falls due" in visitor.get("/foresight?body=hmip")


@pytest.mark.parametrize("months", ["6", "12", "24", "60"])
def test_the_chart_the_table_and_the_file_have_the_same_numbers(live: Live, refs: dict[str, str], months: str) -> None:
    visitor = Visitor(live, "compliance")
    text = visitor.raw(f"/foresight?months={months}").text
    drawn = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    said = str(drawn.findtext(f"{SVG}desc")).split(". ")[1]
    chart_says = dict(each.rsplit(": ", 1) for each in said.split("; "))
    # Bars as drawn: the first rectangle of all is the legend's.
    assert len(drawn.findall(f"{SVG}rect")) == 1 + len(chart_says)
    body = text[text.index("<tbody") : text.index("</tbody>")]
    rows_ = [re.findall(r">\s*([^<>]+?)\s*</t[hd]>", row) for row in body.split("</tr>")[:-1]]
    table_says = {cells[0]: cells[-1] for cells in rows_[:-2] if cells[-1] != "0"}
    assert len(rows_) == int(months) + 2
    file_says: dict[str, int] = {}
    for row in rows(visitor, f"/foresight/forecast.csv?months={months}"):
        day = date.fromisoformat(f"{row['Month']}-01")
        file_says[f"{day:%b %Y}"] = file_says.get(f"{day:%b %Y}", 0) + int(row["Falls due"])
    assert chart_says == table_says == {name: str(number) for name, number in file_says.items() if number}
    assert rows_[-2][-1] == str(sum(file_says.values()))


def test_of_one_body_nothing_of_another_is_shown(live: Live, refs: dict[str, str]) -> None:
    visitor = Visitor(live, "compliance")
    for path in ("/foresight?body=hmip", "/foresight/owed?body=hmip", "/foresight/year?body=hmip"):
        page = visitor.get(path)
        assert not any(ref in page for ref in refs.values()), path
    for path in ("/foresight/forecast.csv?body=hmip", "/foresight/owed.csv?body=hmip", "/foresight/year.csv?body=hmip"):
        assert rows(visitor, path) == [], path
    api = live.api("compliance")
    assert api.ok("GET", "/foresight/overdue/items?body=hmip")["items"] == []
    assert api.ok("GET", "/foresight/forecast?body=hmip")["lines"] == []
    live.tokens.clear()  # the clock moves far in what follows


def test_what_is_due_and_not_disposed_of_is_told_with_the_reason(live: Live, refs: dict[str, str]) -> None:
    visitor = Visitor(live, "records")
    page = visitor.get("/foresight/owed")
    assert "Waits for the offer of return, or its answer" in page
    assert refs["due"] in page
    assert refs["running"] not in page
    assert "No hold is past its review date" in page
    assert refs["none"] in visitor.get("/foresight/owed?why=unverified")
    assert "No item is in this list" in visitor.get("/foresight/owed?why=failed")
    assert [each["Reference"] for each in rows(visitor, "/foresight/owed.csv")] == [refs["due"]]
    live.later(days=200)
    later = Visitor(live, "records").get("/foresight/owed")
    assert "A claim." in later, "a hold nobody looked at again"


def test_the_year_is_told_in_counts_and_nothing_else(live: Live, refs: dict[str, str]) -> None:
    visitor = Visitor(live, "compliance")
    now = live.house.now()
    years = {now.year, (now.year - 1)}
    page = " ".join(visitor.get(f"/foresight/year?year={year}") for year in sorted(years))
    assert "Counts alone" in page
    assert not any(ref in page for ref in refs.values())
    found = [row for year in sorted(years) for row in rows(visitor, f"/foresight/year.csv?year={year}")]
    assert {(row["Act"], row["Items"]) for row in found} == {("Opened", "3"), ("Put on hold", "1")}
    assert visitor.raw("/foresight/year?year=nonsense").status_code == 200


@pytest.mark.parametrize("path", ["/foresight", "/foresight/owed", "/foresight/year", "/foresight/forecast.csv",
                                  "/foresight/owed.csv", "/foresight/year.csv"])  # fmt: skip
def test_nobody_without_the_duty_looks_ahead(live: Live, path: str) -> None:
    assert Visitor(live, "officer").raw(path).status_code == 403
    assert acts(live, 1) == [("app.refused", "refused")]


def test_the_api_says_the_same(live: Live, refs: dict[str, str]) -> None:
    api = live.api("compliance")
    ahead = api.ok("GET", "/foresight/forecast?months=60")
    assert len(ahead["months"]) == len(ahead["totals"]) == 60
    assert ahead["undated"] == 1
    owed = api.ok("GET", "/foresight/overdue")
    assert sum(each["number"] for each in owed["waiting"] if each["why"] != "unverified") == ahead["overdue"]
    assert [hold["party"] for hold in owed["holds"]] == ["imb"]
    items = api.ok("GET", "/foresight/overdue/items?limit=1")
    assert items["items"][0]["reference"] == refs["due"]
    assert items["items"][0]["days"] > 0
    now = live.house.now().date()
    year = api.ok("GET", f"/foresight/year?since={now.year - 1}-01-01&until={now.isoformat()}")
    assert {(each["act"], each["number"]) for each in year["counted"]} == {("opened", 3), ("held", 1)}
    for path in ("forecast", "overdue", "overdue/items", f"year?since={now}&until={now}"):
        assert live.api("officer").get(f"/foresight/{path}").status_code == 403
    assert api.get("/foresight/forecast?months=61").status_code == 400


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_in_a_browser_nothing_is_out_of_reach_and_no_page_is_too_wide(
    page: Page, url: str, live: Live, refs: dict[str, str], axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    step(live, "imb-records", closed_item(live), "confirm_period", months=3, authority="Schedule 7, paragraph 3")
    browsing.sign_in(page, url, live, "compliance")
    for path in ("/foresight?months=24", "/foresight/owed", "/foresight/year", "/audit/retention"):
        browsing.look(page, url + path, checked)
    page.goto(f"{url}/foresight")
    assert page.locator("svg.app-chart").is_visible()
    browsing.open_filters(page)
    page.select_option("select[name=months]", "60")
    page.click("button:has-text('Apply filters')")
    assert "months=60" in page.url


@given(some.integers(0, 10**9))
def test_the_axis_ends_above_the_highest_bar_at_a_round_number_of_four_steps(most: int) -> None:
    top = chart.scale(most)
    assert top >= max(most, 4)
    assert top % 4 == 0
    assert str(top // 4).rstrip("0") in ("1", "2", "5")
    assert most <= 4 or top <= most * 2.5 + 4


@given(some.dictionaries(some.text(some.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=9),
                         some.lists(some.integers(0, 10**6), min_size=7, max_size=7), max_size=4))  # fmt: skip
def test_any_numbers_and_names_are_drawn_as_well_formed_xml_with_a_bar_each(series: dict[str, list[int]]) -> None:
    labels = [f"Jan {year}" for year in range(2026, 2033)]
    drawn = ET.fromstring(str(chart.stacked("x", "A & B", "<none>", labels, series)))
    bars = len(drawn.findall(f"{SVG}rect"))
    assert bars == len(series) + sum(1 for values in series.values() for value in values if value)
