"""Disposal through its pages: the whole life of a case, and who may not, when not, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from retention.queries.verify import verify_certificate
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import (
    Visitor,
    acts,
    certified_item,
    closed_item,
    cooling_item,
    due_item,
    in_days,
    returnless,
    state_of,
    step,
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("disposals") / "state")
    yield made
    made.close()


def test_a_case_goes_from_no_period_to_its_certificate_page_by_page(live: Live) -> None:
    ref = closed_item(live)
    at = f"/disposals/{ref}"
    reviewer = Visitor(live, "imb-records")
    assert "Period absent" in reviewer.get(at) or "Period is absent" in reviewer.get(at)
    reviewer.post(f"{at}/confirm-period", months="1", authority="Schedule 7, paragraph 3")
    assert "1 month, by authority of: Schedule 7, paragraph 3" in reviewer.get(at)

    live.later(days=32)
    sweeps.dispose(live.house)
    Visitor(live, "records").post(f"{at}/offer-return")
    reviewer = Visitor(live, "imb-records")
    assert "It cannot be destroyed yet" in reviewer.get(f"{at}/review")
    reviewer.post(f"{at}/answer-return", answer="declined", reason="We have our own.")
    reviewer.post(f"{at}/review", proposal="destroy", reason="Nobody needs it.")

    approver = Visitor(live, "imb-owner")
    asked = approver.get(f"{at}/approve")
    assert "Approve: destroy it?" in asked
    assert "Nobody needs it." in asked
    assert "its key is disabled: nobody can open the item from now on" in asked
    assert "That cannot be undone" in asked
    approver.post(f"{at}/approve")
    case = state_of(live, ref)
    assert case.state == "cooling-off"
    assert f"Until {case.destroy_on.day} {case.destroy_on:%B %Y} all can be undone" in approver.get(at)

    live.later(days=15)
    sweeps.dispose(live.house)
    reader = Visitor(live, "compliance")
    number = state_of(live, ref).certificate
    assert f"Certificate {number}" in reader.get(at)
    assert number in reader.get("/certificates")
    shown = reader.get(f"/certificates/{number}")
    assert "custodes verify" in shown
    assert "Schedule 7, paragraph 3" in shown
    file = reader.raw(f"/certificates/{number}.json")
    assert f'filename="{number}.json"' in file.headers["Content-Disposition"]
    key = reader.raw("/audit/key").text.strip()
    report = verify_certificate(file.data, [key])
    assert report.ok, report.faults
    assert report.body["reference"] == ref
    assert not verify_certificate(file.data.replace(b'"months":1', b'"months":2'), [key]).ok


def test_a_hold_stops_a_disposal_that_was_approved_and_is_lifted_again(live: Live) -> None:
    ref = cooling_item(live)
    reviewer = Visitor(live, "imb-records")
    assert "The hold undoes the approval" in reviewer.get(f"/disposals/{ref}/hold")
    reviewer.post(f"/disposals/{ref}/hold", issuer="A public inquiry", reason="It asked for everything.")
    assert (state_of(live, ref).state, state_of(live, ref).held) == ("due", True)
    assert "A public inquiry" in reviewer.get("/holds")
    item = state_of(live, ref).item
    with live.house.work() as work:
        (hold,) = work.disposals.holds(item=item)
    reviewer.post(f"/holds/{hold.id}/lift", 422, reason="")
    reviewer.post(f"/holds/{hold.id}/lift", reason="The inquiry has reported.")
    assert not state_of(live, ref).held
    assert "The inquiry has reported." in reviewer.get(f"/disposals/{ref}")
    assert "A public inquiry" in reviewer.get("/holds?lifted=yes")
    reviewer.get(f"/holds/{hold.id}/lift", 404)


def test_an_approval_is_withdrawn_and_a_review_sent_back(live: Live) -> None:
    ref = cooling_item(live)
    Visitor(live, "imb-records").post(f"/disposals/{ref}/stop", reason="Somebody asked for it.")
    assert state_of(live, ref).state == "due"
    other = cooling_item(live)
    live.api("imb-records").ok("POST", f"/disposals/{other}/stop", {"reason": "Somebody asked for it."})
    assert live.api("imb-records").ok("GET", f"/disposals/{other}")["state"] == "due"
    step(live, "imb-records", ref, "review", proposal="destroy", reason="Really not needed.")
    Visitor(live, "imb-owner").post(f"/disposals/{ref}/send-back", reason="Look again.")
    assert state_of(live, ref).state == "due"


def test_keeping_longer_needs_a_date_and_says_until_when(live: Live) -> None:
    ref = due_item(live)
    reviewer = Visitor(live, "imb-records")
    at = f"/disposals/{ref}/review"
    refused = reviewer.post(at, 422, proposal="extend", reason="An inspection is coming.")
    assert "Enter the date until which it is kept" in refused.text
    assert "An inspection is coming." in refused.text
    until = {f"until-{part}": value for part, value in in_days(live, 100).items()}
    day = [until[f"until-{part}"] for part in ("day", "month", "year")]
    reviewer.post(at, proposal="extend", reason="An inspection is coming.", until=day)
    assert "The item is kept until" in Visitor(live, "imb-owner").get(f"/disposals/{ref}/approve")
    assert state_of(live, ref).proposed_until is not None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"months": "some", "authority": "x"}, "must be a whole number"),
        ({"months": "0", "authority": "x"}, "Enter whole months from 1 to 1200"),
        ({"months": "9999", "authority": "x"}, "Enter whole months from 1 to 1200"),
        ({"months": "12", "authority": " "}, "Enter the authority"),
    ],
)
def test_a_period_nobody_can_use_is_refused_with_what_was_typed(live: Live, fields: dict[str, str], said: str) -> None:
    ref = closed_item(live)
    answer = Visitor(live, "imb-records").post(f"/disposals/{ref}/confirm-period", 422, **fields)
    assert said in answer.text
    assert "<title>Error: " in answer.text
    assert state_of(live, ref).state == "no-period"


def test_the_reviewer_does_not_approve_and_the_other_body_does_not_review(live: Live) -> None:
    ref = due_item(live)
    returnless(live, ref)
    other = Visitor(live, "records")
    assert "Only the originating body decides this" in other.get(f"/disposals/{ref}/review")
    version = str(state_of(live, ref).version)
    refused = other.post(f"/disposals/{ref}/review", 403, version=version, proposal="keep", reason="We want it.")
    assert "M71a" in refused.text
    reviewer = Visitor(live, "imb-records")
    reviewer.post(f"/disposals/{ref}/review", proposal="destroy", reason="Nobody needs it.")
    assert "This is for people appointed as disposal approver" in reviewer.get(f"/disposals/{ref}/approve")
    version = str(state_of(live, ref).version)
    answer = reviewer.post(f"/disposals/{ref}/approve", 403, version=version)
    assert "You made this review" in answer.text
    assert state_of(live, ref).state == "reviewed"
    assert ("app.refused", "refused") in acts(live)


def test_a_step_at_the_wrong_time_is_explained_before_it_is_tried(live: Live) -> None:
    ref = closed_item(live)
    reviewer = Visitor(live, "imb-records")
    page = reviewer.get(f"/disposals/{ref}/review")
    assert "You cannot do this now" in page
    assert "a records manager must confirm the period" in page
    shown = reviewer.get(f"/disposals/{ref}")
    assert "What you cannot do now, and why" in shown
    assert "It is without a confirmed period; this step is for what is cooling off" in shown


def test_two_people_at_one_case_the_second_is_told_and_nothing_is_lost(live: Live) -> None:
    ref = closed_item(live)
    at = f"/disposals/{ref}/confirm-period"
    first, second = Visitor(live, "imb-records"), Visitor(live, "imb-records")
    version = str(state_of(live, ref).version)
    first.post(at, months="12", authority="One")
    answer = second.post(at, 409, version=version, months="24", authority="The other")
    assert "Look at the case as it is now" in answer.text
    assert "The other" in answer.text
    assert state_of(live, ref).period_months == 12


def test_the_list_filters_counts_and_saves_as_csv(live: Live) -> None:
    kept, due = closed_item(live), due_item(live)
    reader = Visitor(live, "compliance")
    listed = reader.get("/disposals?state=no-period")
    assert kept in listed
    assert due not in listed
    assert "No period in force" in listed
    assert "No item is in this list" in reader.get("/disposals?text=HMIP-1999")
    assert kept in reader.get(f"/disposals?text={kept.lower()}&body=imb&class=intelligence&held=no")
    assert kept not in reader.get("/disposals?body=hmip")
    file = reader.raw("/disposals.csv?state=due")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert due in file.text
    assert kept not in file.text


NOT_FOR = [
    *(("/disposals", key) for key in ("staff", "officer", "admin", "operator", "security")),
    *((path, "staff") for path in ("/disposals.csv", "/holds", "/certificates", "/disposals/{ref}")),
    ("/disposals/{ref}/hold", "officer"),
    ("/certificates/{certificate}", "admin"),
    ("/certificates/{certificate}.json", "inspector"),
]


@pytest.fixture(scope="module")
def gone(live: Live) -> str:
    return certified_item(live)


@pytest.mark.parametrize(("path", "key"), NOT_FOR)
def test_nobody_without_the_duty_sees_anything_of_disposal(live: Live, gone: str, path: str, key: str) -> None:
    certificate = state_of(live, gone).certificate
    page = Visitor(live, key).get(path.format(ref=gone, certificate=certificate), 403)
    assert gone not in page
    assert acts(live, 1) == [("app.refused", "refused")]


def test_nobody_signed_out_sees_anything_of_disposal(live: Live, gone: str) -> None:
    client = live.app.test_client()
    for path in ("/disposals", f"/disposals/{gone}", "/disposals.csv", "/holds", "/certificates"):
        answer = client.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/disposals/HMIP-1999-00001", "/certificates/DC-HMIP-1999-00001", "/holds/x/lift"])
def test_what_there_is_not_is_not_found(live: Live, path: str) -> None:
    Visitor(live, "imb-records").get(path, 404)


def test_a_file_of_a_certificate_is_the_very_bytes_that_were_issued(live: Live, gone: str) -> None:
    number = state_of(live, gone).certificate
    with live.house.work() as work:
        issued = work.disposals.certificate(number).text
    file = Visitor(live, "imb-owner").raw(f"/certificates/{number}.json")
    assert file.data == issued.encode()
    assert json.loads(file.data)["body"]["number"] == number


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_disposal_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, gone: str, axe: Callable[[Page], None], script: bool
) -> None:
    ref = due_item(live)
    returnless(live, ref)
    checked = axe if script else None
    step(live, "imb-records", ref, "place_hold", reason="A claim.", issuer="A court")
    browsing.sign_in(page, url, live, "imb-records")
    at = f"/disposals/{ref}"
    number = state_of(live, gone).certificate
    paths = ["/disposals?state=due", at, f"{at}/review", f"{at}/hold", f"{at}/approve", "/holds", "/certificates"]
    for path in [*paths, f"/certificates/{number}"]:
        browsing.look(page, url + path, checked)
    page.goto(f"{url}{at}/review")
    page.click("button:has-text('Propose this')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.check("input[value=keep]")
    page.fill("#reason", "It is asked for.")
    page.click("button:has-text('Propose this')")
    assert "Your review is recorded" in page.inner_text("main")
    browsing.sign_in(page, url, live, "imb-owner")
    browsing.look(page, f"{url}{at}/approve", checked)
    page.click("button:has-text('Approve this proposal')")
    assert state_of(live, ref).state == "kept"


def test_a_certificate_prints_with_its_marking_on_every_sheet(page: Page, url: str, live: Live, gone: str) -> None:
    browsing.sign_in(page, url, live, "imb-owner")
    page.goto(f"{url}/certificates/{state_of(live, gone).certificate}")
    page.emulate_media(media="print")
    assert page.locator(".app-marking").count() == 2
    assert not page.locator(".govuk-button").first.is_visible()
