"""The agreement through its pages and the API: every duty with its state, what is owed, records made by a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import logbook, sweeps
from app.bootstrap.wiring import console_identity
from sharing.tables.agreements import agreement_duty
from tests.house import CONSOLE, Live
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, words

PAGE = "/agreements/hmip-imb"
MEETING = f"{PAGE}/records/meeting/new"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("agreements") / "state")
    yield made
    made.close()


def on(live: Live) -> dict[str, str]:
    """Today as the form of a date has it."""
    now = live.now
    return {"day": str(now.day), "month": str(now.month), "year": str(now.year)}


def dated(live: Live, name: str) -> dict[str, object]:
    return {name: [on(live)["day"], on(live)["month"], on(live)["year"]]}


def test_everybody_finds_the_agreement_in_the_menu_and_every_duty_on_it(live: Live) -> None:
    for key in ("staff", "chair", "compliance", "operator"):
        visitor = Visitor(live, key)
        assert "/agreements" in visitor.raw("/account").text
        answer = visitor.raw("/agreements")
        assert answer.location == PAGE
        page = visitor.get(PAGE)
        assert all(f"M{number:02}" in page for number in range(1, 72))
        assert "Not met by the service yet" in page


def test_the_list_is_narrowed_by_home_state_and_part(live: Live) -> None:
    visitor = Visitor(live, "compliance")
    recorded = visitor.get(f"{PAGE}?home=recorded")
    assert "M06" in recorded
    assert "M15" not in recorded
    assert "No duty is in this list" in visitor.get(f"{PAGE}?home=open"), "every duty has its home"
    assert "M40" in visitor.get(f"{PAGE}?section=disagreements")
    assert "M43" not in visitor.get(f"{PAGE}?section=disagreements")
    assert "No duty is in this list" in visitor.get(f"{PAGE}?home=context&state=overdue")
    assert "Remove this filter" in visitor.raw(f"{PAGE}?home=open").text


def test_what_time_brought_is_overdue_until_a_record_shows_that_it_was_done(live: Live) -> None:
    sweeps.attend(live.house)
    national = Visitor(live, "national")
    page = national.get(f"{PAGE}/duties/M15")
    assert "Overdue" in page
    assert "17 December 2024" in page
    assert "IMB National Chair: National" in page
    assert "HM Chief Inspector of Prisons: held by nobody now" in page
    assert "overdue on" in national.get(PAGE)
    answer = national.post(MEETING, **dated(live, "held-on"), note="Staffing in the north.")
    assert "Staffing in the north." in national.get(answer.location)
    sweeps.attend(live.house)
    after = national.get(f"{PAGE}/duties/M15")
    assert "Done" in after
    assert "Owed now" in after
    assert ("sharing.duty-met", "allowed") in acts(live, 40)


def test_a_form_says_what_is_wrong_beside_each_field_and_keeps_nothing(live: Live) -> None:
    staff = Visitor(live, "staff")
    answer = staff.post(MEETING, 422, **{"held-on": ["31", "2", "2026"]}, note="")
    assert "<title>Error: " in answer.text
    assert "must be a real date" in words(answer.text)
    answer = staff.post(MEETING, 422, **{"held-on": ["1", "1", "2199"]})
    assert "today or in the past" in words(answer.text)
    assert "Enter the date" in words(staff.post(MEETING, 422).text)


def test_whoever_does_not_make_these_is_told_who_does_and_opens_none(live: Live) -> None:
    made = Visitor(live, "staff").post(MEETING, **dated(live, "held-on"), note="Private words.").location
    officer = Visitor(live, "officer")
    refused = officer.post(MEETING, 403, page="/account", **dated(live, "held-on"))
    assert "is recorded by" in words(refused.text)
    assert "is recorded by" in officer.get(MEETING, 403)
    assert "Private words." not in officer.get(made, 403)
    overseer = Visitor(live, "compliance").get(made)
    assert "Private words." not in overseer
    assert "For those who make these records alone" in overseer
    assert "Private words." in Visitor(live, "staff").get(made)


def notified(live: Live, inspector: Visitor, establishment: str) -> str:
    """An inspection whose establishment was notified today; its list of tasks."""
    given = {**dated(live, "begins-on"), "leader": "Tess"}
    found = inspector.post(f"{PAGE}/records/inspection/new", establishment=establishment, **given).location
    about = found.split("/")[-2]
    told = {**dated(live, "notified-on"), "notified": "The Governor"}
    inspector.post(f"{PAGE}/records/inspection-notified/new?about={about}&step=notify", **told)
    return found


def test_an_inspection_is_seen_with_its_place_by_those_it_concerns(live: Live) -> None:
    inspector = Visitor(live, "inspector")
    notified(live, inspector, "LEI")
    assert "Leeds (HMP)" in inspector.get(f"{PAGE}/duties/M33")
    assert "Leeds (HMP)" in Visitor(live, "chair").get(f"{PAGE}/duties/M33")
    assert "IMB staff: Staff, Staff2" in inspector.get(f"{PAGE}/duties/M17")  # held by two
    hull = Visitor(live, "hull").get(f"{PAGE}/duties/M33")
    assert "Leeds (HMP)" not in hull
    assert "1 time more, owed by others" in hull
    form = f"{PAGE}/records/inspection-contact/new"
    assert "Inspection Leeds (HMP)" in inspector.get(form)
    assert "Inspection Leeds (HMP)" in Visitor(live, "chair").get(form)
    assert "Inspection Leeds (HMP)" not in Visitor(live, "hull").get(form)


def test_a_board_that_gives_up_the_establishment_leaves_the_duty_with_nobody_and_it_says_so(live: Live) -> None:
    inspector = Visitor(live, "inspector")
    notified(live, inspector, "HLI")
    assert "Hull Board: Hull" in inspector.get(f"{PAGE}/duties/M33")
    with live.house.work(CONSOLE) as work:
        given = {"office_id": live.boards["Hull Board"], "establishment_key": "HLI"}
        console_identity(work).uncover(**given, actor=CONSOLE, now=work.now)
    assert "no office covers the establishment now" in inspector.get(f"{PAGE}/duties/M33")


def test_all_of_it_is_saved_as_a_file_and_the_log_says_so(live: Live) -> None:
    answer = Visitor(live, "compliance").raw(f"{PAGE}.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(rows) == 78
    assert {row[3] for row in rows[1:]} >= {"M01", "M25a", "M25b", "M71b"}
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)
    assert ("sharing.coverage-taken", "allowed") in acts(live, 10)


@pytest.mark.parametrize(
    "path",
    ["/agreements/none", "/agreements/none.csv", f"{PAGE}/duties/M99", f"{PAGE}/records/song/new",
     "/agreements/records/0190d6c2-0000-7000-8000-000000000001"],
)  # fmt: skip
def test_what_there_is_not_is_not_found(live: Live, path: str) -> None:
    Visitor(live, "staff").get(path, 404)


def test_nobody_sees_an_agreement_who_has_not_signed_in(live: Live) -> None:
    for path in ("/agreements", PAGE, f"{PAGE}.csv", f"{PAGE}/duties/M15", MEETING):
        assert live.app.test_client().get(path).location.partition("?")[0] == "/sign-in"
    assert live.app.test_client().get("/api/v1/agreements").status_code == 401


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_an_agreement_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    sweeps.attend(live.house)
    checked = axe if script else None
    browsing.sign_in(page, url, live, "national")
    for path in (PAGE, f"{PAGE}?home=tracked", f"{PAGE}/duties/M15", f"{PAGE}/duties/M06", f"{PAGE}/duties/M63"):
        browsing.look(page, url + path, checked)
    page.goto(f"{url}{PAGE}")
    browsing.open_filters(page)
    page.select_option("#f-home", "open")
    page.click("button:has-text('Apply filters')")
    assert "M15" not in page.inner_text("main")
    page.goto(f"{url}{PAGE}/duties/M15")
    page.click("a:has-text('Record: meeting of the National Chair')")
    page.click("button:has-text('Record it')")
    assert page.title().startswith("Error: ")
    browsing.links_lead_to_fields(page, script)
    browsing.seen(page, checked)
    for name, value in on(live).items():
        page.fill(f"input[name='held-on'] >> nth={['day', 'month', 'year'].index(name)}", value)
    page.fill("textarea[name='note']", "Use of force in the north.")
    page.click("button:has-text('Record it')")
    assert "Use of force in the north." in page.inner_text("main")
    browsing.seen(page, checked)
    browsing.sign_in(page, url, live, "inspector")
    browsing.look(page, f"{url}{PAGE}/records/inspection-contact/new", checked)


# --- the API -------------------------------------------------------------------------------------------------------


def test_the_api_says_the_same(live: Live) -> None:
    api = live.api("compliance")
    (one,) = api.ok("GET", "/agreements")["items"]
    assert (one["id"], one["duties"]) == ("hmip-imb", 77)
    seen = api.ok("GET", "/agreements/hmip-imb")
    assert len(seen["duties"]) == 77
    assert one["unmet"] == sum(each["home"] == "open" for each in seen["duties"])
    tracked = api.ok("GET", "/agreements/hmip-imb?home=tracked")["duties"]
    assert {each["home"] for each in tracked} == {"tracked"}
    follow_up = next(each for each in tracked if each["number"] == "M37a")
    assert follow_up["due"]["source"] == "local interpretation"
    assert len(api.get("/agreements/hmip-imb/table").text.splitlines()) == 78
    assert api.get("/agreements/hmip-imb?home=nowhere").status_code == 400


def test_a_record_is_made_by_the_fields_the_api_describes(live: Live) -> None:
    api = live.api("staff")
    kinds = {each["id"]: each for each in api.ok("GET", "/agreements/hmip-imb/record-kinds")["items"]}
    assert [field["id"] for field in kinds["meeting"]["fields"]] == ["held-on", "note"]
    assert (kinds["meeting"]["may"], kinds["inspection"]["may"]) == (True, False)
    body = {"values": {"held-on": live.now.date().isoformat(), "note": "By the API."}}
    made = api.post("/agreements/hmip-imb/records/meeting", body)
    assert made.status_code == 201, made.text
    assert api.ok("GET", f"/agreement-records/{made.json['id']}")["words"] == {"note": "By the API."}
    assert live.api("compliance").ok("GET", f"/agreement-records/{made.json['id']}")["words"] == {}
    assert live.api("officer").get(f"/agreement-records/{made.json['id']}").status_code == 403
    duty = live.api("compliance").ok("GET", "/agreements/hmip-imb/duties/M15")
    assert duty["occurrences"]
    assert duty["records"]
    wrong = api.post("/agreements/hmip-imb/records/meeting", {"values": {"held-on": "soon", "song": "la"}})
    assert wrong.status_code == 400
    assert sorted(wrong.json["errors"]) == ["held-on", "song"]
    assert live.api("officer").post("/agreements/hmip-imb/records/meeting", body).status_code == 403


def test_the_state_follows_from_the_log_and_an_edit_behind_the_service_is_told(live: Live) -> None:
    sweeps.attend(live.house)
    assert logbook.verify(live.house, CONSOLE).faults == ()
    with live.house.work() as work:
        rows = work.conn.execute(sa.select(agreement_duty.c.id, agreement_duty.c.state))
        before = {row.id: row.state for row in rows}
        work.conn.execute(sa.update(agreement_duty).values(state="met"))
    assert any("duty " in each and "not as recorded" in each for each in logbook.verify(live.house, CONSOLE).faults)
    with live.house.work() as work:
        for id_, state in before.items():
            work.conn.execute(sa.update(agreement_duty).where(agreement_duty.c.id == id_).values(state=state))
    assert logbook.verify(live.house, CONSOLE).faults == ()
