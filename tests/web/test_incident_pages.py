"""Incidents through their pages, and what only a demonstration has: its clock and its cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import house as houses
from app.config import Settings
from app.demo import build as demo
from app.web.incident_view import from_whom
from app.web.names import Names
from foundation.actor import SERVICE
from sharing.errors.items import MarkingSpill
from sharing.tables.items import item
from tests.api.api_acts import sent
from tests.house import Live, environ_of
from tests.served import app_over
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, by, cooling_item, hidden, state_of, words


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("incidents") / "state")
    yield made
    made.close()


def spill(live: Live, key: str = "staff") -> str:
    """Somebody types a marking above OFFICIAL; the number of the incident that opens."""
    from sharing.model.item import Written

    def act(work: object) -> None:
        (office,) = work.actor.offices  # type: ignore[attr-defined]
        work.sharing.start_draft(  # type: ignore[attr-defined]
            Written(marking="SECRET"),
            agreement="hmip-imb",
            kind="intelligence",
            office=office,
            route="national-to-inspectorate",
            actor=work.actor,  # type: ignore[attr-defined]
            now=work.now,  # type: ignore[attr-defined]
        )

    with pytest.raises(MarkingSpill):
        by(live, key, act)
    with live.house.work() as work:
        return work.incident_list.page(size=1)[0].number


DUTIES = ["isolate", "tell-security-team", "tell-moj-security", "tell-originator"]


def test_an_incident_is_run_to_its_end(live: Live) -> None:
    number = spill(live)
    lead = Visitor(live, "security")
    assert number in lead.get("/incidents?state=open")
    page = lead.get(f"/incidents/{number}")
    assert "SECRET" in page
    assert "The service noticed: Somebody typed a marking above OFFICIAL" in page
    assert "It was marked above OFFICIAL" in page, "no answer stands there as a code"
    assert "security@justice.gov.uk" in page
    assert "Only if" in page
    refused = words(lead.post(f"/incidents/{number}/close", 409, outcome="contained").text)
    assert "Tell the originator" in refused
    for duty in DUTIES:
        lead.post(f"/incidents/{number}/duties/{duty}", note="By telephone.")
    lead.post(f"/incidents/{number}/duties/isolate", 409)
    assert "Done" in lead.get(f"/incidents/{number}")
    lead.post(f"/incidents/{number}/close", outcome="contained", note="")
    lead.post(f"/incidents/{number}/agree", 403, agree="yes")
    assert number in lead.get("/incidents?state=closing")
    Visitor(live, "imb-security").post(f"/incidents/{number}/agree", agree="yes")
    assert "the security team has taken the original over" in lead.get(f"/incidents/{number}")
    assert number not in lead.get("/incidents?state=open")
    assert number in lead.get("/incidents?state=closed")


def test_nobody_is_named_as_who_set_it_off_unless_the_rule_is_about_their_own_acts(live: Live) -> None:
    number = spill(live)
    found = Visitor(live, "security").get(f"/incidents/{number}")
    assert "Noticed while" in found
    assert "It need not be about what they did" in found
    assert "Set off by" not in found
    with live.house.work() as work:
        opened = work.incident_list.page(size=1)[0]
        rules = {each.code: each for each in live.house.policies.incidents.detectors}
        called = Names(work)
        name = called.person(opened.reported_by)
        malware = replace(opened, rule="malware")
        assert from_whom(malware, rules["malware"], called) == ("Set off by", name)
        assert from_whom(replace(opened, rule=""), None, called) == ("Reported by", name)
        itself = replace(opened, rule="key-unavailable", reported_by=SERVICE.id)
        said = from_whom(itself, rules["spill"], called)[1]
    assert said.startswith("the service was at work by itself")


def test_a_clock_that_has_run_out_is_said(live: Live) -> None:
    """What is owed at once is due now before it is overdue: the policy says how long."""
    number = spill(live)
    page = Visitor(live, "security").get(f"/incidents/{number}")
    assert "Due now" in page
    assert "Overdue" not in page
    live.later(minutes=16)
    page = Visitor(live, "security").get(f"/incidents/{number}")
    assert "Due now" not in page
    assert "Overdue" in page
    live.later(minutes=45)
    page = Visitor(live, "security").get(f"/incidents/{number}")
    assert "Overdue" in page
    assert "days late" not in page
    assert "Overdue" in Visitor(live, "security").get("/incidents")
    live.later(days=31)
    later = Visitor(live, "security").get(f"/incidents/{number}")
    assert "31 days late" in later, [each for each in later.split("\n") if "late" in each][:4]


def test_an_item_whose_records_were_edited_is_said_to_be_closed_to_everybody_already(live: Live) -> None:
    number = spill(live)
    ref = sent(live)
    edited = sa.update(item).where(item.c.reference == ref)
    with live.house.work() as work:
        work.conn.execute(edited.values(marking_code="O"))
    lead = Visitor(live, "security")
    at, body = f"/incidents/{number}/contain", {"act": "quarantine", "target": ref}
    assert "Nobody is shown it and nobody can open it" in words(lead.post(at, 422, **body).text)
    with live.house.work() as work:
        work.conn.execute(edited.values(marking_code="OS"))
    lead.post(at, **body)
    assert "Hold the item back from everybody" in lead.get(f"/incidents/{number}")


def test_what_must_not_be_written_is_said_at_its_field(live: Live) -> None:
    number = spill(live)
    at = f"/incidents/{number}/assessment"
    page = Visitor(live, "security").post(at, 422, f_found="It said A1234BC.").text
    assert 'href="#f_found"' in page
    assert "Take out what looks like a prison number" in words(page)
    assert "Correct what is named" not in page


def test_an_outcome_is_chosen_from_the_rules(live: Live) -> None:
    number = spill(live)
    answer = Visitor(live, "security").post(f"/incidents/{number}/close", 422, outcome="swept under the carpet")
    assert "<title>Error: " in answer.text


@pytest.mark.parametrize("key", ["staff", "imb-records", "compliance", "admin", "operator"])
def test_nobody_but_the_security_lead_sees_or_runs_incidents(live: Live, key: str) -> None:
    number = spill(live)
    visitor = Visitor(live, key)
    for path in ("/incidents", f"/incidents/{number}", f"/incidents/{number}/close"):
        assert number not in visitor.get(path, 403)
    visitor.post(f"/incidents/{number}/duties/isolate", 403, page="/account")
    with live.house.work() as work:
        assert all(owed.done_at is None for owed in work.incident_list.one(number).owed)


def test_what_there_is_not_is_not_found(live: Live) -> None:
    number = spill(live)
    lead = Visitor(live, "security")
    lead.get("/incidents/INC-1999-0001", 404)
    lead.get("/incidents?page=INC-1999-0001", 404)
    lead.get(f"/incidents/{number}/duties/sing", 400)
    assert live.app.test_client().get("/incidents").location.partition("?")[0] == "/sign-in"


# --- the demonstration ---------------------------------------------------------------------------------------------


def test_the_clock_is_moved_on_and_what_it_sets_going_is_done(live: Live) -> None:
    ref = cooling_item(live)
    before = live.now
    anybody = Visitor(live, "staff")
    answer = anybody.post("/demonstration/clock", 200, step="month")
    assert "1 certificate issued" in words(answer.text)
    assert (live.now - before).days >= 27
    assert state_of(live, ref).state == "destroyed"
    assert ("app.clock-moved", "allowed") in acts(live, 400)
    assert anybody.raw("/account").location.partition("?")[0] == "/sign-in"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Select how far"),
        ({"step": "date"}, "Enter the date to move to"),
        ({"step": "date", "to": ["1", "1", "2001"]}, "only moves on"),
        ({"step": "backwards"}, "Not a valid choice"),
    ],
)
def test_the_clock_never_goes_back(live: Live, given: dict[str, object], said: str) -> None:
    before = live.now
    answer = Visitor(live, "staff").post("/demonstration/clock", 422, **given)
    assert said in answer.text
    assert (live.now - before).days == 0


def test_the_clock_goes_to_a_date(live: Live) -> None:
    day = (live.now.replace(microsecond=0)).date().toordinal() + 3
    to = type(live.now.date()).fromordinal(day)
    Visitor(live, "staff").post("/demonstration/clock", 200, step="date", to=[str(to.day), str(to.month), str(to.year)])
    assert live.now.date() == to


def test_only_the_operator_lets_the_service_look_at_once(live: Live) -> None:
    operator = Visitor(live, "operator")
    assert "Run what the clock sets going" in operator.get("/demonstration/clock")
    operator.post("/demonstration/sweep", page="/demonstration/clock")
    other = Visitor(live, "staff")
    assert "Run what the clock sets going" not in other.get("/demonstration/clock")
    other.post("/demonstration/sweep", 403, page="/demonstration/clock")


def test_outside_a_demonstration_there_is_no_such_page(tmp_path: Path) -> None:
    chosen = environ_of(tmp_path / "state", CUSTODES_DEMONSTRATION="0", CUSTODES_SECURE="1")
    settings = Settings.from_env(chosen)
    houses.init(settings)
    house = houses.build(settings)
    client = app_over(house).test_client()
    for path in ("/demonstration/clock", "/demonstration/sign-in", "/demonstration/sweep"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    page = client.get("/sign-in").text
    assert "cast" not in page
    assert "clock" not in page
    house.engine.dispose()
    house.keystore._engine.dispose()


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A furnished demonstration without its items."""
    settings = Settings.from_env(environ_of(tmp_path_factory.mktemp("cast") / "state"))
    demo.begin(settings, items=False)
    houses.init(settings)
    house = houses.build(settings)
    demo.furnish(house, items=False)
    yield Live(house, app_over(house), {}, {}, {})
    house.engine.dispose()
    house.keystore._engine.dispose()


def test_a_newcomer_signs_in_as_one_of_the_cast_by_both_factors(cast: Live) -> None:
    client = cast.app.test_client()
    page = client.get("/sign-in")
    assert "Rosalind Achterberg" in page.text
    found = {one["key"]: one for one in demo.credentials(cast.house)}
    assert found["national"]["code"] in page.text
    answer = client.post("/demonstration/sign-in", data={**hidden(page.text), "key": "national"})
    assert answer.status_code == 303
    assert "Rosalind Achterberg" in client.get("/account").text
    assert {"identity.password-accepted", "identity.signed-in"} <= {name for name, _ in acts(cast, 5)}


def test_a_code_of_the_cast_is_good_once(cast: Live) -> None:
    for expected in ("/", "/sign-in/code"):
        client = cast.app.test_client()
        form = hidden(client.get("/sign-in").text)
        answer = client.post("/demonstration/sign-in", data={**form, "key": "auditor"})
        assert answer.location == expected
    assert "has just been used" in client.get("/sign-in/code").text


def test_the_way_in_needs_the_page_of_this_session_and_somebody_of_the_cast(cast: Live) -> None:
    client = cast.app.test_client()
    assert client.post("/demonstration/sign-in", data={"key": "national"}).status_code == 400
    form = hidden(client.get("/sign-in").text)
    assert client.post("/demonstration/sign-in", data={**form, "key": "nobody"}).status_code == 404
    assert client.get("/account").status_code == 303


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_incidents_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    number = spill(live)
    browsing.sign_in(page, url, live, "security")
    at = f"{url}/incidents/{number}"
    for path in (f"{url}/incidents", at, f"{at}/close", f"{url}/demonstration/clock"):
        browsing.look(page, path, checked)
    page.goto(at)
    page.click("text=Report it to MoJ Security")
    browsing.seen(page, checked)
    page.fill("#note", "By the form.")
    page.click("button:has-text('Note that this was done')")
    assert "It is noted" in page.inner_text("main")
    page.goto(f"{at}/close")
    page.click("button:has-text('Close this incident')")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)


def test_the_sign_in_page_with_its_cast_is_accessible(
    page: Page, cast: Live, axe: Callable[[Page], None], script: bool
) -> None:
    with serving(cast.app) as url:
        browsing.look(page, f"{url}/sign-in", axe if script else None)
        key, name = ("chair", "Idris Penhallow") if script else ("chair2", "Tomasz Wielgorz")
        page.locator(f"form:has(input[value={key}]) button").click()
        assert "/sign-in" not in page.url
        assert name in page.inner_text(".govuk-generic-header")
