"""The first page of everybody: what needs them, in order, no more than they may see; short menus; no dead end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from browsing import seen, sign_in
from item_house import Person, marking_of, said
from playwright.sync_api import Page
from record_pages import actor, closed_item
from shell_house import serving

from app.bootstrap import agreed, sweeps
from app.bootstrap.wiring import console_identity
from app.web import nav
from app.web.home_rows import First, Found, Panel, gathered, tally, when
from foundation.calendar import london_date
from sharing.rules.duties import recording
from sharing.service.recording import held_by
from tests.house import CAST, CONSOLE, Live

# One of each sort of home page: a Board, a desk that passes on, one that answers, those who keep, check, guard and run.
DESKS = ("chair", "staff", "officer", "inspector", "imb-records", "imb-owner", "compliance", "security", "admin",
         "operator")  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("home") / "state")
    yield made
    made.close()


def rows(person: Person) -> list[str]:
    """What needs them first: link, hint and status, line by line."""
    text = person.get("/").text
    parts = re.findall(r'<li class="govuk-task-list__item.*?</li>', text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts]


def bar(text: str) -> list[str]:
    return re.findall(r'service-navigation__link" href="[^"]*"[^>]*>(?:<strong[^>]*>)?([^<]+)', text)


@pytest.mark.parametrize("key", DESKS)
def test_everybody_starts_at_home_with_a_short_menu_and_no_dead_end(live: Live, key: str) -> None:
    person = Person(live, key)
    text = person.get("/").text
    names = bar(text)
    assert names[0] == "Home"
    assert names[-1] == "Agreement"
    assert 2 <= len(names) <= nav.MOST
    offered = set(re.findall(r'href="(/[^"#]*)"', text.partition("<main")[2].partition("</main>")[0]))
    assert len(offered) > 4
    for path in sorted(offered):
        answer = person.client.get(path.replace("&amp;", "&"), follow_redirects=True)
        assert answer.status_code == 200, f"{key}: {path}: {answer.status_code}"


def test_nobody_signed_in_has_a_home(live: Live) -> None:
    answer = live.app.test_client().get("/")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"


def test_what_waits_stands_first_and_says_in_words_since_when(live: Live) -> None:
    staff, officer = Person(live, "staff"), Person(live, "officer")
    ref = staff.item(title="Nobody may read this in a list")
    first = rows(officer)[0]
    assert f"Intelligence about Leeds (HMP), {ref}" in first
    assert "To do" in first
    assert "due in" in first
    assert "Nobody may read" not in officer.get("/").text
    assert marking_of(officer.get("/")) == {"OFFICIAL-SENSITIVE"}
    assert ref not in said(Person(live, "hull").get("/"))
    live.later(days=10)
    officer.sign_in()
    late = rows(officer)[0]
    assert ref in late
    assert "Overdue" in late
    assert re.search(r"\d+ days? overdue", late)


def test_an_item_somebody_is_barred_from_is_neither_named_nor_counted(live: Live) -> None:
    staff, inspector = Person(live, "staff"), Person(live, "inspector")
    ref = staff.item(way="hmip-imb/national-to-inspectorate/intelligence")
    before = rows(Person(live, "officer"))
    with live.house.work() as work:
        number = str(work.people.person(live.ids["officer"]).principal)
    staff.send(f"/items/{ref}/recuse?q=officer", person=number, reason="Named in it.")
    after = rows(Person(live, "officer"))
    assert any(ref in row for row in before)
    assert not any(ref in row for row in after)
    assert len(after) < len(before) or "All" not in " ".join(after)
    assert inspector.get("/").status_code == 200


def test_more_than_three_that_wait_are_counted(live: Live) -> None:
    staff = Person(live, "staff")
    for _ in range(4):
        staff.item()
    shown = rows(Person(live, "officer"))
    assert sum("Intelligence about" in row for row in shown) == 3
    assert any(re.search(r"All \d+ items that wait for your office", row) for row in shown)


def test_what_an_agreement_asks_of_me_is_what_my_offices_owe_and_nothing_else(live: Live) -> None:
    """Against every open occurrence there is, place by place."""
    sweeps.attend(live.house)
    some = 0
    for key in CAST:
        with live.house.work(actor(live, key)) as work:
            held = held_by(work.people, work.actor, work.now)
            (of,) = work.agreed.in_force(work.now)
            owed = {each.occurrence.id for each in agreed.mine(work, of)}
            every = [
                each
                for duty in of.duties.values()
                if duty.home == "tracked" and not (duty.trigger.event and not duty.trigger.event.record)
                for each in work.agreed.occurrences(of, duty)
                if each.state == "open"
            ]
        wanted = {
            each.id for each in every if any(recording.stands_at(place, held, each.establishment) for place in each.who)
        }
        assert owed == wanted, key
        some += len(owed)
    assert some


def test_disposal_shows_whose_turn_it_is_and_what_was_done(live: Live) -> None:
    closed_item(live)
    sweeps.attend(live.house)
    shown = rows(Person(live, "imb-records"))
    assert any("Without a period, to be confirmed" in row for row in shown)
    assert not any("Without a period" in row for row in rows(Person(live, "imb-owner")))
    assert "The newest disposals" in said(Person(live, "imb-records").get("/"))


def test_whoever_holds_two_roles_sees_both_in_one_order(live: Live) -> None:
    with live.house.work(CONSOLE) as work:
        desk = console_identity(work)
        office = next(one.id for one in work.people.offices(party="imb", kind="records"))
        given = {"person_id": live.ids["staff2"], "role": "imb-records-manager", "office_id": office}
        desk.appoint(**given, actor=CONSOLE, now=work.now)
    both = Person(live, "staff2")
    text = said(both.get("/"))
    assert "The newest items" in text
    assert "The newest disposals" in text
    assert bar(both.get("/").text) == ["Home", "Disposal day", "Disposals", "Items", "Send", "Agreement"]
    shown = rows(both)
    late = ["Overdue" in row for row in shown]
    assert late == sorted(late, reverse=True)


def test_whoever_may_not_work_at_present_is_told_why_and_counts_nothing(live: Live) -> None:
    with live.house.work(CONSOLE) as work:
        past = work.now - timedelta(days=1)
        console_identity(work).record_vetting(
            person_id=live.ids["imb-security"], until=past, actor=CONSOLE, now=work.now
        )
    text = said(Person(live, "imb-security").get("/"))
    assert "Part of your work is closed to you at present" in text
    assert "Vetting is out of date" in text
    assert "The newest incidents" not in text


def test_late_things_come_first_then_by_their_day_then_those_without(live: Live) -> None:
    day = date(2026, 11, 22)
    given = [First("c", "/"), First("b", "/", due=day), First("a", "/", due=day - timedelta(days=1)),
             First("z", "/", due=day + timedelta(days=9), late=True)]  # fmt: skip
    panels = [Panel(lambda _: True, lambda _, row=row: Found([row])) for row in given]  # type: ignore[misc]
    panels.append(Panel(lambda _: False, lambda _: Found([First("never", "/")])))
    with live.house.work(actor(live, "chair")) as work:
        assert [row.text for row in gathered(panels, work).first] == ["z", "a", "b", "c"]


LATE = First("late", "/", late=True)


@pytest.mark.parametrize(
    ("given", "words"),
    [([First("a", "/")], "1 thing to do."), ([LATE], "1 thing to do, overdue."),
     ([LATE, LATE], "2 things to do, all overdue."), ([LATE, First("a", "/")], "2 things to do, 1 of them overdue."),
     ([LATE, LATE, LATE, First("All 7 items", "/", late=True, more=4, more_late=1)],
      "7 things to do, 4 of them overdue.")],
)  # fmt: skip
def test_what_is_to_do_is_counted_once_whether_or_not_it_has_a_row(given: list[First], words: str) -> None:
    assert tally(given) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(-400, "400 days overdue"), (-1, "1 day overdue"), (0, "due today"), (1, "due tomorrow"),
     (2, "due in 2 days, on "), (14, "due in 14 days, on "), (15, "due on ")],
)  # fmt: skip
def test_a_day_is_said_as_people_say_it(live: Live, days: int, words: str) -> None:
    with live.house.work() as work:
        assert when(london_date(work.now) + timedelta(days=days), work).startswith(words)
        assert when(None, work) == ""


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_every_home_page_is_accessible(live: Live, page: Page, axe: Callable[[Page], None]) -> None:
    Person(live, "staff").item()
    with serving(live.app) as url:
        for key in ("officer", "imb-records", "security", "operator"):
            sign_in(page, url, live, key)
            page.goto(url)
            if key == "officer":
                _by_keyboard(page)
            seen(page, axe)


def _by_keyboard(page: Page) -> None:
    """Skip link, header, menu, then the first thing to do: no trap, and focus is seen."""
    page.locator("body").press("Tab")
    reached = []
    for _ in range(14):
        reached.append(page.evaluate("document.activeElement.innerText"))
        page.keyboard.press("Tab")
    assert reached[0] == "Skip to main content"
    assert any("Intelligence about" in each for each in reached)
