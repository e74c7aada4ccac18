"""Writing an item: the way, the form and everything wrong with it, files, the check, sending; then in a browser."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from item_house import COMPLETE, DOWN, WAY, Person, fields_of, marking_of, said
from playwright.sync_api import Page
from shell_house import serving
from wtforms.validators import ValidationError

from app.http import kept
from app.web.time_words import clock_time, typed_day
from tests.house import PASSWORD, Live

SHOTS = os.environ.get("CUSTODES_SHOTS", "")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("compose") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def live_url(live: Live) -> Iterator[str]:
    with serving(live.app) as url:
        yield url


@pytest.fixture(scope="module")
def people(live: Live) -> dict[str, Person]:
    return {key: Person(live, key) for key in ("staff", "staff2", "chair", "officer", "compliance")}


@pytest.fixture
def staff(people: dict[str, Person]) -> Person:
    return people["staff"]


@pytest.fixture(autouse=True)
def awake(people: dict[str, Person]) -> None:
    """Nobody's session ends by what a test before did to the clock."""
    for person in people.values():
        if person.client.get("/account").status_code != 200:
            person.sign_in()


# the way


def test_only_the_ways_of_the_agreement_for_this_person_are_offered(people: dict[str, Person], staff: Person) -> None:
    mine = set(re.findall(r'name="way"[^>]*value="([^"]+)/\d+"', staff.get("/items/new").text))
    assert mine == {WAY, WAY.replace("intelligence", "correspondence")}
    theirs = said(people["officer"].get("/items/new"))
    assert "HMIP to one Board, through the National Chair" in theirs
    assert "M30" in theirs


def test_who_may_send_nothing_is_told_why_and_what_they_can_do(people: dict[str, Person]) -> None:
    board = said(people["chair"].get("/items/new"))
    assert "What your office sends, it sends as an answer" in board
    assert "Open the item you want to answer" in board
    assert "Compliance officers see the logs, never the items" in said(people["compliance"].get("/items/new"))


def test_a_letter_goes_in_three_pages_from_home_as_the_file_it_is(staff: Person) -> None:
    home = staff.get("/").text
    way = re.search(rf'name="way" value="({re.escape(WAY)}/\d+)"', home)
    assert way
    begun = staff.client.post("/items/new", data={**fields_of(home, "way"), "way": way[1]})
    body = fields_of(staff.get(begun.headers["Location"]).text)
    assert "grade" not in body, "how it is marked is for its sender to say"
    typed = {**body, **COMPLETE, "text": "", "grade": "OFFICIAL", "files": (io.BytesIO(b"Dear all"), "letter.txt")}
    written = staff.client.post(begun.headers["Location"], data=typed, content_type="multipart/form-data")
    assert written.status_code == 303, said(written)
    check = staff.get(written.headers["Location"])
    assert "letter.txt" in said(check)
    assert marking_of(check) == {"OFFICIAL"}
    sent = staff.send(written.headers["Location"])
    assert "Its reference is IMB-" in said(staff.get(sent.headers["Location"]))


def test_a_file_that_came_with_a_faulty_form_is_kept_and_a_faulty_file_keeps_the_words(staff: Person) -> None:
    edit = staff.draft() + "/edit"
    letter = {"files": [(io.BytesIO(b"Dear all"), "letter.txt"), (io.BytesIO(b""), "empty.txt")]}
    first = {**fields_of(staff.get(edit).text), "title": "", "add": "", **letter}
    answer = staff.client.post(edit, data=first, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "1 file is added." in said(answer)
    assert "empty.txt: The file has no content" in said(answer)
    assert "Enter a title" in said(answer)
    again = {**fields_of(answer.text), "title": "Saved with a faulty file", "add": ""}
    again["files"] = [(io.BytesIO(b""), "empty.txt")]
    answer = staff.client.post(edit, data=again, content_type="multipart/form-data")
    assert answer.status_code == 422
    check = said(staff.get(edit.removesuffix("/edit")))
    assert "Saved with a faulty file" in check
    assert check.count("letter.txt") == 1
    assert staff.client.post(edit, data={**fields_of(answer.text), "add": ""}).status_code == 303


def test_a_way_that_was_not_offered_makes_no_draft(staff: Person) -> None:
    page = said(staff.send("/items/new", 422, way=f"{DOWN}/1"))
    assert "Not a valid choice" in page
    assert "Select what you want to send" in said(staff.send("/items/new", 422))


# the form


@pytest.mark.parametrize(
    ("typed", "field", "fault"),
    [
        ({"title": "  "}, "title", "Enter a title"),
        ({"title": "x" * 201}, "title", "must be 200 characters or fewer"),
        ({"sharing_purpose": ""}, "sharing_purpose", "Say why it is shared"),
        ({"establishment": "XXX"}, "establishment", "Not a valid choice"),
        ({"subject_1_value": "A12"}, "subject_1_value", "A prison number is a letter"),
        ({"subject_1_type": ""}, "subject_1_type", "Select which number it is"),
        ({"subject_1_value": ""}, "subject_1_value", "Enter the number"),
        ({"subject_1_name": "…"}, "subject_1_name", "at least one letter"),
        ({"grade": "OFFICIAL", "instructions": "recipients-only"}, "instructions", "RECIPIENTS ONLY may be put on"),
        ({"organisations": "imb"}, "organisations", "no USE ONLY instruction is given"),
        ({"instructions": "organisations"}, "organisations", "Name at least one"),
        (
            {"grade": "OFFICIAL", "instructions": ["for-public-release", "hmg-use-only"]},
            "instructions",
            "cannot be kept within HM Government",
        ),
        ({"instructions": "made-up"}, "instructions", "is not a valid choice"),
        ({"instructions": "embargoed"}, "embargo_until-day", "EMBARGOED needs the time and date"),
        ({"embargo_time": "9am"}, "embargo_until-day", "Enter both the date and the time"),
        ({"embargo_until": ["1", "1", "2030"]}, "embargo_time", "Enter both the date and the time"),
        ({"embargo_until": ["31", "2", "2030"], "embargo_time": "9am"}, "embargo_until-day", "must be a real date"),
        ({"embargo_until": ["1", "1", "2030"], "embargo_time": "25:00"}, "embargo_time", "Enter a time"),
        (
            {
                "instructions": "embargoed",
                "embargo_until": ["1", "1", "2020"],
                "embargo_time": "9am",
                "after": "OFFICIAL",
            },
            "embargo_until-day",
            "must end in the future",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    staff: Person, typed: dict[str, Any], field: str, fault: str
) -> None:
    edit = staff.draft() + "/edit"
    answer = staff.send(edit, 422, **{"title": "A title that stays", **typed})
    assert fault in said(answer)
    assert "<title>Error: " in answer.text
    assert f'href="#{field}"' in answer.text
    assert re.search(rf'id="{field}"', answer.text)
    if "title" not in typed:
        assert 'value="A title that stays"' in answer.text
    assert "Use of force on B wing" in said(staff.get(edit.removesuffix("/edit")))


def test_the_marking_is_the_exact_line_and_stands_on_the_page(staff: Person, people: dict[str, Person]) -> None:
    typed = {"instructions": ["organisations"], "organisations": ["imb", "hmip"], "descriptors": ["personal-data"]}
    draft = staff.draft(**typed)
    expected = "OFFICIAL-SENSITIVE - HMIP AND IMB USE ONLY - PERSONAL DATA"
    page = staff.get(draft)
    assert marking_of(page) == {expected}
    assert "Send this item" in said(page)


def test_an_embargo_is_written_by_date_time_and_what_follows(live: Live, staff: Person) -> None:
    draft = staff.draft()
    lead = re.search(r'<option value="(\d+)"[^>]*>Officer, HMIP correspondence', staff.get(f"{draft}/edit").text)
    assert lead
    day = live.now + timedelta(days=30)
    typed = {"instructions": "embargoed", "embargo_time": "9:30am", "after": "OFFICIAL", "embargo_lead": lead[1]}
    staff.send(f"{draft}/edit", **typed, embargo_until=[str(day.day), str(day.month), str(day.year)])
    page = staff.get(draft)
    assert f"ANNOUNCEMENT on {day:%d/%m/%y} at 09:30, after which the information will be OFFICIAL" in said(page)
    again = fields_of(staff.get(f"{draft}/edit").text)
    assert again["embargo_time"] == "09:30"
    assert again["embargo_until"] == [str(day.day), str(day.month), str(day.year)]
    assert again["after"] == "OFFICIAL"
    staff.send(draft)


def test_a_caution_is_shown_and_does_not_stop(staff: Person) -> None:
    draft = staff.draft(grade="OFFICIAL", descriptors="personal-data")
    staff.send(f"{draft}/edit", grade="OFFICIAL", descriptors="personal-data")
    page = said(staff.get(draft))
    assert "MoJ labels personal information OFFICIAL-SENSITIVE at least" in page
    assert "Send this item" in page


def test_another_person_is_a_row_more_and_nothing_is_saved_or_refused(staff: Person) -> None:
    edit = staff.draft() + "/edit"
    more = staff.send(edit, 200, title="", add="1")
    assert "Person 2" in said(more)
    assert "There is a problem" not in said(more)
    form = fields_of(more.text)
    assert form["rows"] == "2"
    both = {**form, **COMPLETE, "subject_2_name": "Joan Smith", "subject_2_type": "pnc"}
    body = {**both, "subject_2_value": "2003/0011985X", "add": ""}
    draft = staff.client.post(edit, data=body).headers["Location"]
    assert "Prison number A1234BC PNC number 2003/0011985X" in said(staff.get(draft))
    again = fields_of(staff.get(edit).text)
    assert (again["subject_2_name"], again["subject_2_value"]) == ("Joan Smith", "2003/0011985X")


def test_rows_end_at_ten_and_take_no_nonsense(staff: Person) -> None:
    edit = staff.draft() + "/edit"
    for rows in ("10", "999999", "x", "²"):
        page = staff.send(edit, 200, rows=rows, add="1")
        assert "Person 11" not in said(page)


def test_text_with_markup_is_shown_as_text(staff: Person) -> None:
    draft = staff.draft(title="<b>x</b>", text="<script>alert(1)</script>\nsecond line")
    page = staff.get(draft).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line" in page


def test_two_windows_the_second_is_told_and_keeps_what_was_typed(staff: Person) -> None:
    draft = staff.draft()
    old = fields_of(staff.get(f"{draft}/edit").text)
    staff.send(f"{draft}/edit", title="From the first window")
    late = staff.client.post(f"{draft}/edit", data={**old, "title": "From the second window"})
    assert late.status_code == 409
    assert "This draft was changed a moment ago" in said(late)
    assert 'value="From the second window"' in late.text
    assert "From the first window" in said(staff.get(draft))
    assert staff.client.post(f"{draft}/edit", data=fields_of(late.text)).status_code == 303
    old_send = {**fields_of(staff.get(draft).text, "version"), "version": "1"}
    assert staff.client.post(draft, data=old_send).status_code == 409
    assert staff.client.post(f"{draft}/discard", data=old_send).status_code == 409
    assert "From the second window" in said(staff.get(draft))


def test_what_was_typed_comes_back_after_an_expired_session(live: Live, staff: Person) -> None:
    edit = staff.draft() + "/edit"
    form = {**fields_of(staff.get(edit).text), "title": "Typed before the session ended", "descriptors": "legal"}
    live.later(minutes=31)
    ended = staff.client.post(edit, data=form)
    assert ended.status_code == 401
    assert "Typed before the session ended" in ended.text
    staff.sign_in()
    token = fields_of(staff.get(edit).text)["csrf_token"]
    shown = staff.client.post(edit, data={**form, "csrf_token": token, kept.MARK: "1"})
    assert shown.status_code == 200
    assert fields_of(shown.text)["title"] == "Typed before the session ended"
    assert fields_of(shown.text)["descriptors"] == "legal"
    assert "Typed before" not in said(staff.get(edit.removesuffix("/edit")))


# the check


def test_what_is_missing_is_listed_with_the_way_to_it_and_it_cannot_be_sent(staff: Person) -> None:
    way = re.search(rf'value="({re.escape(WAY)}/\d+)"', staff.get("/items/new").text)
    assert way
    edit = staff.send("/items/new", way=way[1]).headers["Location"]
    draft = edit.removesuffix("/edit")
    page = staff.get(draft)
    for anchor in ("title", "text", "sharing_purpose", "establishment"):
        assert f'href="{edit}#{anchor}"' in page.text
    assert "Send this item" not in said(page)
    refused = staff.send(draft, 422)
    assert "Give it a title." in said(refused)
    assert len(re.findall("IMB-", said(refused))) == 0


def test_a_marking_that_cannot_go_this_way_is_refused_with_its_source(staff: Person) -> None:
    page = said(staff.get(staff.draft(instructions="hmg-use-only")))
    assert "HMG USE ONLY may not go to a body outside HM Government" in page
    assert "Send this item" not in page


def test_a_draft_is_its_authors_alone(people: dict[str, Person], staff: Person) -> None:
    draft = staff.draft()
    for path in ("", "/edit", "/files", "/discard"):
        people["staff2"].get(draft + path, 404)
    token = fields_of(people["staff2"].get("/items/new").text)["csrf_token"]
    for path in ("", "/edit", "/discard", "/files/1/remove"):
        assert people["staff2"].client.post(draft + path, data={"csrf_token": token}).status_code == 404
    upload = {"csrf_token": token, "files": (io.BytesIO(b"x"), "x.txt")}
    assert people["staff2"].client.post(f"{draft}/files", data=upload).status_code == 404


def test_drafts_are_listed_without_titles_and_thrown_away_after_asking(staff: Person) -> None:
    draft = staff.draft(title="A title of nobody's business")
    listed = staff.get("/drafts")
    assert draft in listed.text
    assert "nobody's business" not in listed.text
    assert "This cannot be undone" in said(staff.get(f"{draft}/discard"))
    staff.send(f"{draft}/discard")
    staff.get(draft, 404)
    assert draft not in staff.get("/drafts").text


def test_sending_twice_sends_once(staff: Person) -> None:
    draft = staff.draft()
    form = fields_of(staff.get(draft).text, "version")
    first = staff.client.post(draft, data=form)
    assert re.fullmatch(r"/items/IMB-\d{4}-\d{5}/sent", first.headers["Location"])
    assert "HMIP acknowledges it" in said(staff.get(first.headers["Location"]))
    assert staff.client.post(draft, data=form).status_code == 404


# files


def test_each_file_is_answered_for_by_itself(live: Live, staff: Person) -> None:
    draft = staff.draft()
    answer = staff.upload(
        draft,
        (io.BytesIO(b"good"), "good.txt"),
        (io.BytesIO(b""), "empty.txt"),
        (io.BytesIO(b"x"), "pdf.\u202eexe"),
        (io.BytesIO(b"x"), "n" * 300),
        (io.BytesIO(b"x"), "../../etc/passwd"),
        status=422,
    )
    words = said(answer)
    assert "2 files are added" in words
    assert "empty.txt: The file has no content" in words
    assert "characters that cannot be seen" in words
    assert "300 characters long" in words
    page = said(staff.get(f"{draft}/files"))
    assert "good.txt 4 bytes" in page
    assert "passwd" in page
    assert "etc" not in page
    live.nothing_half_stored()


def test_the_limit_is_told_before_and_one_over_it_leaves_nothing(live: Live, staff: Person) -> None:
    draft = staff.draft()
    assert "up to 2.1MB" in said(staff.get(f"{draft}/files"))
    form = {**fields_of(staff.get(f"{draft}/files").text, "csrf_token")}
    body, kind = _multipart(form, [("good.txt", b"x" * 10), ("large.bin", bytes((2 << 20) + 1))])
    over = staff.client.post(f"{draft}/files", data=body, content_type=kind)
    assert over.status_code == 413
    assert "2.1MB" in said(over)
    assert "good.txt" not in said(staff.get(f"{draft}/files"))
    exact, kind = _multipart(form, [("exact.bin", bytes(2 << 20))])
    assert staff.client.post(f"{draft}/files", data=exact, content_type=kind).status_code == 303
    live.nothing_half_stored()


def test_an_upload_broken_off_half_way_leaves_nothing(live: Live, staff: Person) -> None:
    draft = staff.draft()
    form = fields_of(staff.get(f"{draft}/files").text, "csrf_token")
    body, kind = _multipart(form, [("half.bin", bytes(300_000))])
    headers = {"Content-Length": str(len(body))}
    broken = staff.client.post(
        f"{draft}/files", input_stream=io.BytesIO(body[:200_000]), content_type=kind, headers=headers
    )
    assert broken.status_code >= 400
    assert "half.bin" not in said(staff.get(f"{draft}/files"))
    live.nothing_half_stored()


def test_a_file_without_the_forms_token_is_not_kept(live: Live, staff: Person) -> None:
    draft = staff.draft()
    body, kind = _multipart({"csrf_token": "A" * 88}, [("a.txt", b"abc")])
    assert staff.client.post(f"{draft}/files", data=body, content_type=kind).status_code == 400
    assert "a.txt" not in said(staff.get(f"{draft}/files"))
    live.nothing_half_stored()


def test_files_come_off_again_and_no_more_than_four_go_on(live: Live, staff: Person) -> None:
    draft = staff.draft()
    staff.upload(draft, *[(io.BytesIO(b"x"), f"{number}.txt") for number in range(4)])
    assert "files at most" in said(staff.upload(draft, (io.BytesIO(b"x"), "fifth.txt"), status=422))
    token = fields_of(staff.get(f"{draft}/files").text, "csrf_token")["csrf_token"]
    assert staff.client.post(f"{draft}/files/1/remove", data={"csrf_token": token}).status_code == 303
    assert staff.client.post(f"{draft}/files/1/remove", data={"csrf_token": token}).status_code == 404
    assert staff.client.post(f"{draft}/files/{'9' * 30}/remove", data={"csrf_token": token}).status_code == 404
    assert "Select a file to upload" in said(staff.upload(draft, (io.BytesIO(b""), ""), status=422))
    staff.upload(draft, (io.BytesIO(b"x"), "fifth.txt"))
    live.nothing_half_stored()


def _multipart(fields: dict[str, str], files: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    for name, body in files:
        head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + body + b"\r\n")
    return b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b"


# what people type


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("9:30am", time(9, 30)), ("14:00", time(14)), ("12am", time()), ("12.15 PM", time(12, 15)), ("midday", time(12))],
)
def test_a_time_of_day_is_read_as_people_write_it(typed: str, meant: time) -> None:
    assert clock_time(typed) == meant


@pytest.mark.parametrize("typed", ["9", "24:00", "13pm", "0am", "9:7", "nine", "٩:٣٠", ""])
def test_what_is_no_time_of_day_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        clock_time(typed)


def test_a_day_is_read_in_the_order_people_write_it() -> None:
    assert typed_day("27/3/2026") == typed_day("27 03 2026") == typed_day("27-3-2026")


# in a browser


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sound(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.locator("fieldset").count() == page.locator("fieldset > legend").count()
    assert all(text.strip() for text in page.locator("fieldset > legend").all_inner_texts())
    assert page.locator(".app-marking").count() == 2


def sign_in(page: Page, live: Live, url: str, key: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("#email", f"{key}@example.test")
    page.fill("#password", PASSWORD)
    page.click("text=Continue")
    page.fill("#code", live.code(key))
    page.click("button:has-text('Sign in')")


def test_an_item_is_written_filled_sent_opened_and_read(
    page: Page, script: bool, live: Live, live_url: str, axe: Callable[[Page], None], tmp_path: Path
) -> None:
    kind = "js" if script else "nojs"

    def looked(name: str) -> None:
        sound(page)
        if script:  # it runs in the page
            axe(page)
        shoot(page, f"{name}-{kind}")

    sign_in(page, live, live_url, "staff")
    page.goto(f"{live_url}/items/new")
    looked("new")
    page.check(f"input[name=way][value^='{WAY}']")
    page.click("text=Continue")
    looked("edit-empty")
    page.click("button.govuk-button:has-text('Save and continue')")
    looked("edit-errors")
    links = page.locator(".govuk-error-summary__list a")
    assert links.count() == 3
    for at in range(links.count()):
        assert page.locator(links.nth(at).get_attribute("href") or "").count() == 1
    for field in ("title", "text", "sharing_purpose"):
        page.fill(f"#{field}", str(COMPLETE[field]))
    page.check("input[name=grade][value=OFFICIAL-SENSITIVE]")
    page.select_option("#establishment", "LEI")
    page.fill("#subject_1_name", "Joan Smith")
    page.select_option("#subject_1_type", "prison-number")
    page.fill("#subject_1_value", "A1234BC")
    page.click("text=Add another person")
    assert page.input_value("#title") == COMPLETE["title"]
    page.fill("#subject_2_name", "Zoë O’Neill")
    page.check("input[name=descriptors][value=personal-data]")
    page.press("#title", "Enter")
    assert page.locator("h1").inner_text().endswith("Check and send")
    looked("check")
    page.click("text=Add files")
    files = [tmp_path / "Evidence part 1.pdf", tmp_path / "<img src=x onerror=alert(1)>.txt"]
    files[0].write_bytes(bytes(1_500_000))
    files[1].write_bytes(b"text")
    looked("files-empty")
    page.set_input_files("#files", [str(one) for one in files])
    page.click("text=Upload these files")
    page.wait_for_selector("text=2 files are added")
    looked("files")
    page.click("text=Go on to check and send")
    looked("check-files")
    page.click("button:has-text('Send this item')")
    looked("sent")
    ref = re.search(r"IMB-\d{4}-\d{5}", page.inner_text(".govuk-panel"))
    assert ref
    page.click("text=Sign out >> nth=0")

    sign_in(page, live, live_url, "officer")
    page.goto(f"{live_url}/items")
    looked("inbox")
    page.click(f"tr:has-text('{ref[0]}') >> nth=0 >> a")
    looked("item")
    page.check("input[name=purpose][value=inspection]")
    page.click("button:has-text('Open this item')")
    assert page.locator("h1").inner_text().endswith(str(COMPLETE["title"]))
    looked("content")
    with page.expect_download() as waiting:
        page.click("text=Evidence part 1.pdf")
    assert waiting.value.suggested_filename == f"OFFICIAL-SENSITIVE - PERSONAL DATA {ref[0]} Evidence part 1.pdf"
    assert Path(waiting.value.path()).read_bytes() == files[0].read_bytes()
    page.click("text=What you cannot do here, and why")
    page.click("a:has-text('Acknowledge this item')")
    looked("acknowledge")
    page.click("button:has-text('Acknowledge this item')")
    assert "is acknowledged" in page.inner_text("main")
    page.goto(f"{live_url}/items/{ref[0]}/share?q=ins")
    looked("share")
    page.goto(f"{live_url}/items/{ref[0]}/grant")
    looked("find")
    page.goto(f"{live_url}/items/{ref[0]}/withdraw")
    looked("may-not")
    page.goto(f"{live_url}/items/{ref[0]}/close")
    page.click("button:has-text('Close this item')")
    looked("close-errors")
    page.fill("#outcome", "Taken into the next inspection.")
    page.click("button:has-text('Close this item')")
    page.goto(f"{live_url}/search")
    looked("search")
    page.check("input[name=identifier_type][value=name]")
    page.fill("#value", "oneill zoe")
    page.check("input[name=purpose][value=inspection]")
    page.click("button:has-text('Search')")
    assert ref[0] in page.inner_text("main")
    looked("search-found")


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_on_a_narrow_screen_nothing_is_cut_off(page: Page, live: Live, live_url: str, staff: Person) -> None:
    draft, ref = staff.draft(), staff.item()
    staff.upload(draft, (io.BytesIO(b"x"), "a" * 200 + ".txt"))
    sign_in(page, live, live_url, "staff")
    page.set_viewport_size({"width": 320, "height": 640})
    paths = ("/items", "/items/new", draft, f"{draft}/edit", f"{draft}/files", "/drafts", f"/items/{ref}", "/search")
    for path in paths:
        page.goto(live_url + path)
        shoot(page, "narrow" + re.sub(r"[^a-z]+", "-", path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
