"""Requests for data through pages and API: as officers of both bodies, a second person and compliance meet them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from sharing.model.item import Subject, Written
from tests.house import Live, _join
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, by, words

OFFICERS = {"dora": "imb", "dan": "imb", "hope": "hmip"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("requests") / "state")
    for key, party in OFFICERS.items():
        made.ids[key], made.secrets[key] = _join(made.house, key, party, f"{party}-data-protection-officer", "")
    yield made
    made.close()


def day(live: Live, name: str) -> dict[str, Any]:
    now = live.now
    return {name: [str(now.day), str(now.month), str(now.year)]}


def sent(live: Live, name: str = "Joan Smith") -> str:
    """An item of IMB staff about somebody, which reached HMIP."""

    def start(work: Any) -> Any:
        written = Written(
            marking="OFFICIAL-SENSITIVE", title="=cmd|' /C calc'!A0", text="Words.", sharing_purpose="To inform.",
            subjects=(Subject(name, (("prison-number", "A1234BC"),)),), establishment="LEI",
        )  # fmt: skip
        (office,) = work.actor.offices
        given = {"agreement": "hmip-imb", "kind": "intelligence", "office": office, "route": "national-to-inspectorate"}
        return work.sharing.start_draft(written, **given, actor=work.actor, now=work.now)

    draft = by(live, "staff", start)
    return str(by(live, "staff", lambda w: w.sharing.send(draft.uuid, actor=w.actor, now=w.now)).reference)


ENTERED = {
    "right": "access",
    "channel": "post",
    "requester": "Joan Smith, 1 Invented Row",
    "subject": "Joan Smith",
    "identifiers": "prison-number: A1234BC",
    "gist": "Everything about her.",
    "identity": "Passport seen.",
}


def entered(live: Live, officer: Visitor, **changed: Any) -> str:
    answer = officer.post("/requests/new", **{**ENTERED, **day(live, "received_on"), **changed})
    return str(answer.location)


def test_an_access_request_is_answered_through_the_pages(live: Live) -> None:
    item = sent(live)
    dora, dan = Visitor(live, "dora"), Visitor(live, "dan")
    at = entered(live, dora)
    assert "Nobody has looked yet" in dora.get(at)
    dora.post(f"{at}/find")
    shown = dora.get(at)
    assert item in shown
    assert "Not searched, because they are sealed" in shown
    decided = {
        "outcome": "redacted",
        "ground": "third-party",
        "third_party": "taken-out",
        "words": "Read by its sender.",
    }
    dora.post(f"{at}/decide?item={item}", **decided)
    assert "You may" not in dora.get(at)
    refused = dora.post(f"{at}/check?item={item}", 403, agreed="yes")
    assert "Nobody checks a disclosure they decided" in words(refused.text)
    unready = dora.post(f"{at}/disclose", 409, items=item, channel="post", to="Joan", **day(live, "on"))
    assert "a second person must agree" in words(unready.text)
    dan.post(f"{at}/check?item={item}", agreed="yes")
    dora.post(f"{at}/disclose", items=item, channel="post", to="Joan, by hand", **day(live, "on"))
    dora.post(f"{at}/answer", ground="", words="", **day(live, "on"))
    done = dora.get(at)
    assert "Joan, by hand" in done
    assert "no schedule confirms a period" in done
    letter = dora.raw(f"{at}/letter.txt")
    assert "given with parts taken out" in letter.text
    assert item not in letter.text
    assert ("sharing.part-answered", "allowed") in acts(live, 20)


def test_the_other_body_is_asked_takes_its_part_and_sees_none_of_ours(live: Live) -> None:
    item = sent(live)
    dora, hope = Visitor(live, "dora"), Visitor(live, "hope")
    at = entered(live, dora)
    dora.post(f"{at}/find")
    hope.get(at, 404)
    dora.post(f"{at}/refer", to="hmip", words="You may hold something.")
    assert "Everything about her." in hope.get(at)
    hope.post(f"{at}/take", words="")
    hope.post(f"{at}/find")
    shown = hope.get(at)
    assert "for the other body to answer" in shown
    assert "Decide" not in shown
    assert hope.client.get(f"{at}/decide?item={item}").status_code == 404


def test_a_body_that_declines_is_led_back_to_its_list_by_page_and_api(live: Live) -> None:
    dora, hope = Visitor(live, "dora"), Visitor(live, "hope")
    at = entered(live, dora)
    dora.post(f"{at}/refer", to="hmip", words="Please.")
    assert hope.post(f"{at}/decline", words="Nothing of ours is there.").location == "/requests"
    hope.get(at, 404)
    dora.post(f"{at}/refer", to="hmip", words="Again.")
    given = {"taken": False, "words": "Still nothing."}
    assert live.api("hope").post(f"{at}/referral", given).status_code == 204
    hope.get(at, 404)


def test_a_form_says_what_is_wrong_beside_each_field(live: Live) -> None:
    dora = Visitor(live, "dora")
    answer = dora.post("/requests/new", 422, identifiers="A1234BC")
    assert "<title>Error: " in answer.text
    said = words(answer.text)
    assert "Begin each line with what it is" in said
    assert "Enter the date it was received" in said
    faulty = dora.post("/requests/new", 422, **{**ENTERED, **day(live, "received_on"), "identifiers": "pnc: 1"})
    assert "A PNC number is" in words(faulty.text)


def test_compliance_sees_clocks_and_saves_them_and_reads_nothing_people_wrote(live: Live) -> None:
    at = entered(live, Visitor(live, "hope"))
    compliance = Visitor(live, "compliance")
    shown = compliance.get(at)
    assert "Joan" not in shown
    assert "For data protection officers alone" in shown
    compliance.get("/requests/new", 403)
    compliance.get(f"{at}/find", 403)
    answer = compliance.raw("/requests/list.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][0] == "reference"
    assert not any("Joan" in cell or cell[:1] in "=+@" for row in rows for cell in row if cell)
    assert ("sharing.requests-taken", "allowed") in acts(live, 10)


@pytest.mark.parametrize("key", ["staff", "inspector", "operator", "admin"])
def test_nobody_else_sees_that_there_is_any(live: Live, key: str) -> None:
    visitor = Visitor(live, key)
    for path in ("/requests", "/requests/new", "/requests/IMB-DSR-2026-00001", "/requests/list.csv"):
        visitor.get(path, 403)
    assert "/requests" not in visitor.raw("/account").text


def test_those_who_received_an_item_are_told_of_its_correction_and_say_that_they_know(live: Live) -> None:
    item = sent(live)
    dora, officer = Visitor(live, "dora"), Visitor(live, "officer")
    at = entered(live, dora, right="rectification")
    dora.post(f"{at}/find")
    dora.post(f"{at}/decide?item={item}", outcome="corrected", words="The date was wrong.")
    dora.post(f"{at}/tell?item={item}", words="It was on 3 May, not 5 May.")
    page = officer.raw("/corrections").text
    assert "It was on 3 May" in page
    assert "3 May" not in Visitor(live, "hull").get("/corrections")
    (told,) = live.api("officer").ok("GET", "/corrections")["items"]
    given = {"request": told["request"], "item": told["item"], "office": told["office"]}
    assert live.api("chair").post("/corrections", given).status_code == 404
    assert live.api("officer").post("/corrections", given).status_code == 204
    assert "3 May" not in officer.get("/corrections")
    assert "Not yet" not in dora.get(at)


def test_the_api_does_the_same_from_beginning_to_end(live: Live) -> None:
    sent(live, "Ada Uncommon")
    api = live.api("dora")
    body = {
        **ENTERED,
        "received_on": live.now.date().isoformat(),
        "subject": "Ada Uncommon",
        "identifiers": [],
        "identity": "",
    }
    made = api.ok("POST", "/requests", body)
    at = f"/requests/{made['reference']}"
    assert made["due_on"]
    today = live.now.date().isoformat()
    paused = api.ok("POST", f"{at}/pause", {"about": "identity", "on": today, "words": "A paper was asked for"})
    assert (paused["due_on"], paused["stopped_for"]) == (None, "identity")
    api.ok("POST", f"{at}/resume", {"about": "identity", "on": today, "words": "Licence seen"})
    alias = {"type": "home-office", "value": "A1234567", "evidence": "On her letter"}
    added = api.ok("POST", f"{at}/aliases", alias)
    gone = next(each["id"] for each in added["aliases"] if each["type"] == "home-office")
    api.ok("POST", f"{at}/aliases/{gone}/remove", {"words": "Another's"})
    (item,) = api.ok("POST", f"{at}/find")["items"]
    assert item["how"] == "index"
    path = f"{at}/items/{item['reference']}"
    api.ok("POST", f"{path}/exclude", {"words": "Somebody else"})
    api.ok("POST", f"{path}/restore", {"words": "Her after all"})
    wrong = api.post(f"{path}/decide", {"outcome": "erased", "words": "x"})
    assert (wrong.status_code, wrong.json["code"]) == (400, "sharing.request-faulty")
    api.ok("POST", f"{path}/decide", {"outcome": "disclosed", "third_party": "none", "words": "Read"})
    given = {"on": today, "channel": "secure-email", "items": [item["reference"]], "to": "Ada", "digest": "ab" * 32}
    api.ok("POST", f"{at}/disclosures", given)
    done = api.ok("POST", f"{at}/answer", {"on": today})
    assert done["state"] == "answered"
    assert "1 item: given in full" in done["letter"]
    assert [each["digest"] for each in done["disclosures"]] == ["ab" * 32]
    assert live.api("hope").get(at).status_code == 404
    assert live.api("staff").get(at).status_code == 403
    assert any(each["reference"] == made["reference"] for each in api.ok("GET", "/requests?state=answered")["items"])


def test_copies_on_paper_stand_beside_an_item_that_nobody_disposes_of_yet(live: Live) -> None:
    item = sent(live, "Petra Sheet")
    paper = {"reference": item, "place": "Cabinet 3", "locked": True, "made_on": live.now.date().isoformat()}
    live.api("staff").ok("POST", "/papers", paper)
    asked = {
        "right": "erasure", "received_on": live.now.date().isoformat(), "channel": "post", "requester": "Petra Sheet",
        "subject": "Petra Sheet", "gist": "All of it.", "identity": "Seen.",
    }  # fmt: skip
    dora = live.api("dora")
    at = f"/requests/{dora.ok('POST', '/requests', asked)['reference']}"
    (found,) = dora.ok("POST", f"{at}/find")["items"]
    assert (found["reference"], found["copies"]) == (item, 1)


def test_the_job_reminds_once(live: Live) -> None:
    entered(live, Visitor(live, "dora"))
    sweeps.remind(live.house)
    assert sweeps.remind(live.house) == 0


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    item = sent(live)
    at = entered(live, Visitor(live, "dora"))
    browsing.sign_in(page, url, live, "dora")
    browsing.look(page, f"{url}/requests", checked)
    page.goto(f"{url}/requests/new")
    page.click("main button:has-text('Enter this request')")
    assert page.title().startswith("Error: ")
    browsing.links_lead_to_fields(page, script)
    browsing.seen(page, checked)
    page.goto(f"{url}{at}/find")
    page.click("main button:has-text('Look now')")
    assert item in page.inner_text("main")
    browsing.seen(page, checked)
    for path in (f"{at}/decide?item={item}", f"{at}/pause", f"{at}/add-alias", f"{at}/refer", f"{at}/answer"):
        browsing.look(page, f"{url}{path}", checked)
    browsing.sign_in(page, url, live, "officer")
    browsing.look(page, f"{url}/corrections", checked)
