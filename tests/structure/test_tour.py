"""The tour of `make screenshots` has every address that is asked for by GET, and no other: no page is forgotten."""

from __future__ import annotations

from pathlib import Path

from app.demo.cast import CAST
from tests import every_page
from tools import tour

ROUTES = Path(__file__).with_name("routes.txt")


def asked_for() -> set[str]:
    rows = [each.split("  ") for each in ROUTES.read_text(encoding="utf-8").splitlines() if not each.startswith("#")]
    return {row[0] for row in rows if "GET" in row[1].split(",") and not row[0].startswith("/api/")}


def test_the_tour_has_every_address_once() -> None:
    listed = [each.rule for each in tour.lines()]
    assert sorted(set(listed) ^ asked_for()) == [], "say in tools/tour.txt who goes there, or why nobody does"
    assert sorted(listed) == listed


def test_who_goes_there_is_one_of_the_cast_and_what_is_left_out_has_a_reason() -> None:
    cast = {each.name for each in CAST} | {"nobody"}
    assert {each.who for each in tour.lines() if each.who} <= cast
    assert {each.why for each in tour.lines() if not each.who} <= tour.NOT_TAKEN.keys()
    assert sum(bool(each.who) for each in tour.lines()) > 140


def test_a_page_that_no_browser_looked_at_is_told() -> None:
    assert every_page.unseen(every_page.pages() - {"/media", "/api/docs"}) == ["/api/docs", "/media"]
    assert every_page.unseen(every_page.pages()) == []
    assert {"/media/<medium>", "/sign-in"} <= every_page.pages()
    assert every_page.pages().isdisjoint({"/items.csv", "/health/live", "/account/stay"})


def test_what_is_written_out_goes_before_what_has_a_name_in_it() -> None:
    assert tour.rule_of("/accounts/new") == "/accounts/new"
    assert tour.rule_of("/accounts/7d9e") == "/accounts/<person>"
    assert tour.rule_of("/accounts/7d9e/suspend").endswith(":slug>")
    assert tour.rule_of("/nowhere/at/all") == ""


def test_the_walk_goes_by_links_and_leaves_what_it_did_not_come_to() -> None:
    pages = {"/": '<a href="/accounts">', "/accounts": '<a href="/accounts/7d9e"> <a href="/accounts/none">'}
    pages["/accounts/7d9e"] = "somebody"
    wanted = {"/accounts/<person>", "/offices/<office>"}
    assert list(tour.walk(lambda path: pages.get(path, ""), wanted)) == [("/accounts/<person>", "/accounts/7d9e")]
    assert wanted == {"/offices/<office>"}
