"""What gives an account power through the pages, the API, a file and the console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page
from shell_house import serving

from app.cli.main import cli
from tests.house import Live, environ_of
from tests.web import browsing
from tests.web.record_pages import Visitor

KNOWN = {"checked": "known-number", "why": ""}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("conferrals") / "state")
    made.join("imb-admin2", "imb", "imb-administrator")
    yield made
    made.close()


def held(live: Live, key: str) -> set[str]:
    with live.house.work() as work:
        return {each.role for each in work.people.appointments(live.ids[key], now=work.now)}


def test_one_proposes_and_another_sees_what_it_opens_and_confirms(
    live: Live, browser: Browser, axe: Callable[[Page], None]
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "imb-admin")
        browsing.look(page, f"{url}/accounts/to-confirm", axe)
        assert "Nothing waits" in page.inner_text("main")
        browsing.look(page, f"{url}/accounts/{live.ids['chair']}/appoint", axe)
        page.check("input[name=role][value=board-vice-chair]")
        page.select_option("#office", live.boards["Hull Board"])
        page.fill("#words", "Stands in at Hull until March.")
        page.click("main button:has-text('Propose this appointment')")
        browsing.seen(page, axe)
        assert "1 to confirm" in page.inner_text("main")
        page.click("text=Proposed on")
        browsing.seen(page, axe)
        assert "You proposed it" in page.inner_text("main")
        assert page.locator("main button:has-text('Confirm it')").count() == 0
        browsing.sign_in(page, url, live, "imb-admin2")
        browsing.look(page, url, axe)
        page.click("text=1 proposal waits for you to confirm")
        browsing.seen(page, axe)
        page.click("main th a")
        browsing.seen(page, axe)
        shown = page.inner_text("main")
        assert "See and open what has reached Hull Board" in shown
        assert "Stands in at Hull until March." in shown
        page.click("main button:has-text('Confirm it')")
        browsing.seen(page, axe)
        browsing.links_lead_to_fields(page, True)
        page.click("text=By a call I made to a number we held before")
        page.click("main button:has-text('Confirm it')")
        browsing.seen(page, axe)
        assert "It is confirmed." in page.inner_text("body")
    context.close()
    assert held(live, "chair") == {"board-chair", "board-vice-chair"}


def test_it_is_refused_with_nothing_changed_and_no_stranger_finds_it(live: Live) -> None:
    one, other = Visitor(live, "imb-admin"), Visitor(live, "imb-admin2")
    given = {"role": "board-member", "office": live.boards["Hull Board"], "words": "Wanted."}
    one.post(f"/accounts/{live.ids['vice']}/appoint", **given)
    assert (
        "waits for a second administrator already"
        in one.post(f"/accounts/{live.ids['vice']}/appoint", 409, **given).text
    )
    found = re.search(r"/accounts/to-confirm/[0-9a-f-]{36}", other.raw("/accounts/to-confirm").text)
    assert found
    own = one.post(found[0], 403, **KNOWN)
    assert "Nobody decides on what they proposed" in own.text
    assert Visitor(live, "admin").raw(found[0]).status_code == 404
    assert Visitor(live, "hull").raw(found[0]).status_code == 403
    other.post(f"{found[0]}/refuse", why="Hull has a member.")
    assert other.raw(found[0]).status_code == 404
    assert held(live, "vice") == {"board-vice-chair"}


def test_a_file_waits_as_a_whole_and_is_confirmed_as_one(live: Live) -> None:
    lines = ["email,name,party,role,office,from,until"]
    lines += [f"p{n}@example.test,Person {n},imb,board-member,Leeds Board,," for n in range(3)]
    one, other = live.api("imb-admin"), Visitor(live, "imb-admin2")
    answer = one.post("/accounts/import?kind=people", data="\n".join(lines), content_type="text/csv")
    at = f"/accounts/to-confirm/file/{answer.json['file']}"
    assert "You brought it in" in Visitor(live, "imb-admin").get(at)
    page = other.get(at)
    assert page.count("board member") + page.count("Board member") >= 3
    other.post(at, 422, checked="", why="")
    other.post(at, **KNOWN)
    for each in answer.json["invitations"]:
        live.ids[each["email"]] = each["person"]
        assert held(live, each["email"]) == {"board-member"}
    other.get(at, 404)


def test_the_api_tells_why_not(live: Live) -> None:
    one, other = live.api("imb-admin"), live.api("imb-admin2")
    account = f"/accounts/{live.ids['hull']}"
    needed = one.post(f"{account}/appointments", {"role": "board-member", "office": live.boards["Hull Board"]})
    assert (needed.status_code, set(needed.json["errors"])) == (400, {"words"})
    until = (live.now.date().replace(year=live.now.year + 19)).isoformat()
    made = one("POST", f"{account}/vetting", {"until": until, "words": "Seen."})
    assert made.status_code == 202
    (waits,) = other.ok("GET", f"/conferrals?account={live.ids['hull']}")["conferrals"]
    assert (waits["sort"], waits["confirmers"]) == ("vetting", [live.ids["imb-admin2"]])
    stranger = (live.api("admin"), 404, "identity.conferral-unknown")
    for who, status, code in ((one, 403, "identity.conferral-refused"), stranger):
        refused = who.post(f"/conferrals/{waits['id']}/confirm", {"checked": "video"})
        assert (refused.status_code, refused.json["code"]) == (status, code)
    wrong = other.post(f"/conferrals/{waits['id']}/confirm", {"checked": "e-mail"})
    assert (wrong.status_code, set(wrong.json["errors"])) == (400, {"checked"})
    assert other.ok("POST", f"/conferrals/{waits['id']}/confirm", {"checked": "video"}) == {"appointment": ""}
    again = other.post(f"/conferrals/{waits['id']}/refuse", {})
    assert (again.status_code, again.json["code"]) == (404, "identity.conferral-unknown")
    shorter = one.ok("POST", f"{account}/vetting", {"until": "2030-01-01", "words": "A mistake."})
    assert shorter == {"id": None, "stands_until": None}


def test_alone_one_is_told_what_to_do_and_the_console_stands_in(live: Live) -> None:
    alone = Visitor(live, "admin")
    assert "has only one administrator" in alone.get("/accounts/to-confirm")
    office = live.offices("correspondence", "hmip")["id"]
    given = {"role": "hmip-correspondence-officer", "office": office, "words": "Nobody else is there."}
    alone.post(f"/accounts/{live.ids['inspector']}/appoint", **given)
    environ = environ_of(live.house.settings.state)

    def run(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(cli, ["accounts", *words], env=environ)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    waits = run("waiting")
    assert "hmip-correspondence-officer for inspector@example.test" in waits
    confirm = ("confirm", waits.split()[0], "--why", "The security lead asked.", "--checked")
    run(*confirm, "rumour", fails=True)
    run(*confirm, "in-person")
    assert held(live, "inspector") == {"hmip-inspector", "hmip-correspondence-officer"}
    run(*confirm, "in-person", fails=True)
    found = live.api("security").ok("GET", "/incidents")["items"]
    assert [each["kind"] for each in found] == ["weakness"]
