"""An inspection on its page, step by step: under embargo, notified, told, reported; and through the API the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor

PAGE = "/agreements/hmip-imb"
LIST = f"{PAGE}/tasks/inspections"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("inspections") / "state")
    yield made
    made.close()


def on(live: Live, name: str) -> dict[str, object]:
    return {name: [str(live.now.day), str(live.now.month), str(live.now.year)]}


def planned(live: Live, visitor: Visitor, **given: object) -> str:
    """The id of a new inspection of Leeds."""
    fields = {"establishment": "LEI", "leader": "Tess", **on(live, "begins-on"), **given}
    return visitor.post(f"{PAGE}/records/inspection/new", **fields).location.split("/")[-2]


def way(record: str, step: str, about: str) -> str:
    return f"{PAGE}/records/{record}/new?about={about}&step={step}"


def notify(live: Live, visitor: Visitor, about: str) -> None:
    visitor.post(way("inspection-notified", "notify", about), notified="The Governor", **on(live, "notified-on"))


def told(live: Live, visitor: Visitor, step: str, about: str, status: int = 303) -> str:
    said = {"manner": "spoken", "giver": "Bola", "receiver": "Tess", "gist": "Three concerns.", **on(live, "held-on")}
    return visitor.post(way("inspection-contact", step, about), status, **said).text


def test_under_embargo_it_is_not_there_for_anybody_who_is_not_named(live: Live) -> None:
    inspector, officer = Visitor(live, "inspector"), Visitor(live, "officer")
    found = planned(live, inspector)
    for visitor in (officer, Visitor(live, "staff"), Visitor(live, "chair"), Visitor(live, "compliance")):
        assert "There is none that you may see" in visitor.get(LIST)
        paths = [f"/agreements/records/{found}{each}" for each in ("", "/tasks", "/known-to")]
        for path in (*paths, way("inspection-contact", "tell-staff", found)):
            nowhere = path.replace(found, "0190d6c2-0000-7000-8000-000000000001")
            here, there = (visitor.raw(each) for each in (path, nowhere))
            assert here.status_code == there.status_code, path
            assert here.status_code in (403, 404), path
    page = inspector.get(f"/agreements/records/{found}/tasks")
    assert "1 person knows of this" in page
    assert "1 step is yours to do now" in page
    known = f"/agreements/records/{found}/known-to"
    name = {"person": live.ids["officer"], "act": "name", "reason": "She sends the notices."}
    inspector.post(f"{known}?q=officer", **name)
    assert "2 people know of this" in officer.get(f"/agreements/records/{found}/tasks")
    assert "Say why" in inspector.post(f"{known}?person={live.ids['officer']}", 422, **{**name, "reason": ""}).text
    inspector.post(f"{known}?person={live.ids['officer']}", **{**name, "act": "bar"})
    officer.get(f"/agreements/records/{found}/tasks", 404)
    refused = inspector.post(f"{known}?q=inspector", 403, page=f"{known}?q=inspector",
                             **{**name, "person": live.ids["inspector"], "act": "end"})  # fmt: skip
    assert "Nobody would be left" in refused.text


def test_no_notice_before_the_notification_and_each_step_leads_back_to_the_list(live: Live) -> None:
    inspector, staff, chair = (Visitor(live, key) for key in ("inspector", "staff", "chair"))
    found = planned(live, inspector)
    tasks = f"/agreements/records/{found}/tasks"
    assert "The establishment must have been notified" in told(live, inspector, "tell-staff", found, 409)
    notify(live, inspector, found)
    assert "Inspection: Leeds (HMP)" in staff.get("/agreements/tasks")
    assert "1 step is yours to do now" in staff.get(tasks)
    assert "Due by" in inspector.get(tasks)
    told(live, inspector, "tell-staff", found)
    told(live, chair, "give", found)
    page = chair.get(tasks)
    assert "recorded by Inspector" in page
    assert "Three concerns." not in page
    form = chair.raw(way("inspection-contact", "give", found)).text
    assert 'type="hidden" value="concerns-given"' in form.replace('id="contact" name="contact" ', "")
    Visitor(live, "hull").get(tasks, 403)


def test_the_page_works_in_a_browser(live: Live, page: Page, axe: browsing.Axe, script: bool) -> None:
    checked = axe if script else None
    inspector = Visitor(live, "inspector")
    found = planned(live, inspector)
    notify(live, inspector, found)
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "inspector")
        browsing.look(page, url + LIST, checked)
        browsing.look(page, url + "/agreements/tasks", checked)
        browsing.look(page, f"{url}/agreements/records/{found}/tasks", checked)
        page.click("a:has-text('Tell IMB staff')")
        browsing.seen(page, checked)
        page.click("button:has-text('Record it')")
        browsing.links_lead_to_fields(page, script)
        page.check("input[value=written]")
        page.fill("#giver", "Tess")
        page.fill("#receiver", "Sana")
        page.click("button:has-text('Record it')")
        assert "It is recorded." in page.inner_text("body")
        browsing.seen(page, checked)
        hidden = planned(live, inspector)
        browsing.look(page, f"{url}/agreements/records/{hidden}/tasks", checked)
        browsing.look(page, f"{url}/agreements/records/{hidden}/known-to", checked)
        browsing.look(page, f"{url}/agreements/records/{hidden}/known-to?q=officer", checked)
        browsing.look(page, f"{url}{PAGE}/records/inspection/new", checked)


def test_the_api_says_the_same(live: Live) -> None:
    inspector, staff = live.api("inspector"), live.api("staff")
    values = {"establishment": "LEI", "begins-on": "2027-01-11", "leader": "Tess"}
    made = inspector.ok(
        "POST", "/agreements/hmip-imb/records/inspection", {"values": values, "named": [live.ids["officer"]]}
    )
    assert (made["closed"], made["circle"]) == (True, made["id"])
    path = f"/agreement-records/{made['id']}"
    for at in (path, f"{path}/tasks", f"{path}/known-to"):
        gone = staff.get(at)
        nowhere = staff.get(at.replace(made["id"], "0190d6c2-0000-7000-8000-000000000001"))
        assert gone.status_code == nowhere.status_code == 404
        assert (gone.json["code"], gone.json["detail"]) == (nowhere.json["code"], nowhere.json["detail"])
    assert made["id"] not in staff.get("/agreements/hmip-imb/tasks/inspections").text
    body = {"values": {"inspection": made["id"], "held-on": live.now.date().isoformat(), "contact": "staff-told",
                       "manner": "written", "giver": "a", "receiver": "b"}}  # fmt: skip
    early = inspector.post("/agreements/hmip-imb/records/inspection-contact", body)
    assert (early.status_code, early.json["code"]) == (409, "sharing.record-too-early")
    unknown = staff.post("/agreements/hmip-imb/records/inspection-contact", body)
    assert (unknown.status_code, list(unknown.json["errors"])) == (400, ["inspection"])
    told = {"inspection": made["id"], "notified-on": live.now.date().isoformat(), "notified": "The Governor"}
    inspector.ok("POST", "/agreements/hmip-imb/records/inspection-notified", {"values": told})
    seen = staff.ok("GET", f"{path}/tasks")
    assert {each["id"] for each in seen["steps"] if each["mine"]} == {"ask-board"}
    people = inspector.ok("GET", f"{path}/known-to")
    assert (people["closed"], len(people["people"])) == (False, 2)
    barred = {"person": live.ids["chair"], "act": "bar", "reason": "It concerns them."}
    inspector.ok("POST", f"{path}/known-to", barred)
    assert live.api("chair").get(f"{path}/tasks").status_code == 404
    assert live.api("vice").get(f"{path}/tasks").status_code == 200
    kinds = {each["id"]: each for each in inspector.ok("GET", "/agreements/hmip-imb/record-kinds")["items"]}
    assert kinds["inspection"]["named"]
    assert kinds["inspection-contact"]["first"][0]["record"] == "inspection-notified"
