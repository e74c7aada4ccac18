"""The pages of items, one person at a time: list, open, download, each act, and every way to be refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from item_house import DOWN, Person, fields_of, marking_of, said

from app.bootstrap import sequencing
from app.http import downloads
from app.web import purposes
from audit.tables import audit_index
from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("items") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(live: Live) -> dict[str, Person]:
    wanted = ("staff", "national", "chair", "vice", "hull", "officer", "inspector", "compliance")
    return {key: Person(live, key) for key in wanted}


@pytest.fixture(autouse=True)
def awake(people: dict[str, Person]) -> None:
    """Nobody's session ends by what a test before did to the clock."""
    for person in people.values():
        if person.client.get("/account").status_code != 200:
            person.sign_in()


@pytest.fixture
def staff(people: dict[str, Person]) -> Person:
    return people["staff"]


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    return people["officer"]


@pytest.fixture
def chair(people: dict[str, Person]) -> Person:
    return people["chair"]


def logged(live: Live, act: str) -> int:
    sequencing.settle(live.house)
    with live.house.engine.connect() as conn:
        wanted = sa.select(sa.func.count()).select_from(audit_index).where(audit_index.c.act == act)
        return int(conn.execute(wanted).scalar_one())


# the list


def test_the_list_shows_reference_and_place_and_never_a_title(staff: Person, officer: Person) -> None:
    ref = staff.item(title="Something nobody may read in a list")
    words = said(officer.get("/items"))
    assert ref in words
    assert "Intelligence about Leeds (HMP)" in words
    assert "Something nobody" not in words


def test_what_waits_for_me_stands_first_with_its_date_and_late_ones_in_red(
    live: Live, staff: Person, officer: Person
) -> None:
    ref = staff.item()
    text = officer.get("/items").text
    assert text.index("What waits for you") < text.index(ref) < text.index("Everything you may see")
    assert "Action needed" in text
    live.later(days=10)
    officer.sign_in()
    late = officer.get("/items").text
    assert '<strong class="govuk-tag govuk-tag--red">Overdue</strong>' in late


def test_the_marking_of_the_list_is_the_most_restrictive_shown(people: dict[str, Person]) -> None:
    nobody_else, national = people["inspector"], people["national"]
    assert marking_of(nobody_else.get("/items")) == {"OFFICIAL"}
    people["staff"].item(instructions="recipients-only", recipients=_recipient(people["staff"]))
    assert marking_of(people["officer"].get("/items")) == {"OFFICIAL-SENSITIVE - RECIPIENTS ONLY"}
    assert national.get("/items").status_code == 200


def _recipient(staff: Person) -> str:
    edit = staff.draft() + "/edit"
    found = re.search(r'name="recipients" type="checkbox" value="(\d+)"', staff.get(edit).text)
    assert found
    return found[1]


def test_an_empty_list_says_what_to_do(people: dict[str, Person]) -> None:
    words = said(people["inspector"].get("/items"))
    assert "Nothing has been sent to you" in words
    assert "Send something" in words


def test_somebody_whose_training_is_out_of_date_is_told_so_and_sees_nothing(live: Live) -> None:
    lapsed = Person(live, "security")
    with live.house.work() as work:
        from app.bootstrap.wiring import console_identity
        from tests.house import CONSOLE
        from tests.trained import record

        record(console_identity(work), live.ids["security"], until=work.now, actor=CONSOLE, now=work.now)
    live.later(seconds=1)
    assert "training in handling shared information is out of date" in said(lapsed.get("/items"))
    assert "training in handling shared information is out of date" in said(lapsed.get("/items/new"))


def test_filters_narrow_the_list_are_shown_and_can_be_taken_away(staff: Person, officer: Person) -> None:
    staff.item()
    answer = officer.get("/items?kind=intelligence&marking=OS&direction=received&establishment=LEI")
    assert "Selected filters" in said(answer)
    assert "What waits for you" not in said(answer)
    assert 'href="/items?direction=received&amp;marking=OS&amp;establishment=LEI"' in answer.text
    assert "No item fits these filters" in said(officer.get("/items?state=closed&kind=outcome-report"))


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("since=31/2/2026", "Enter a real date"),
        ("since=yesterday", "Enter a real date"),
        ("since=1/1/2199", "today or earlier"),
        ("since=2/1/2026&until=1/1/2026", "must not be before the first"),
        ("kind=nothing", "Not a valid choice"),
        ("until=٣/٣/٢٠٢٦", "Enter a real date"),
    ],
)
def test_a_filter_that_cannot_be_used_is_told_with_a_link_and_shows_nothing(
    officer: Person, query: str, fault: str
) -> None:
    answer = officer.get(f"/items?{query}", 422)
    assert fault in said(answer)
    target = re.search(r'error-summary__list">\s*<li><a href="#([^"]+)"', answer.text)
    assert target
    assert f'id="{target[1]}"' in answer.text
    assert "Nothing is shown until" in said(answer)
    assert answer.text.count("<title>Error: ") == 1


def test_pages_go_to_older_items_and_back(live: Live, staff: Person, officer: Person) -> None:
    refs = [staff.item() for _ in range(27)]
    first = officer.get("/items").text
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = officer.get(older[1].replace("&amp;", "&"))
    assert refs[0] in second.text
    assert refs[-1] not in second.text
    newer = re.search(r'href="([^"]+)" rel="prev"', second.text)
    assert newer
    assert newer[1] == "/items"


def test_a_cursor_that_is_none_is_the_first_page(officer: Person) -> None:
    for at in ("x", "1.y", "99999999999999999999999", "-1", "1e9"):
        officer.get(f"/items?at={at}")


def test_the_list_as_a_file_holds_the_same_rows_and_carries_the_marking_in_its_name(
    staff: Person, officer: Person
) -> None:
    ref = staff.item()
    answer = officer.get("/items.csv?kind=intelligence")
    assert "OFFICIAL-SENSITIVE" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "Reference"
    assert ref in {row[0] for row in rows}
    assert "Use of force" not in answer.text
    assert officer.get("/items.csv?kind=nothing", 303)


# opening


def test_before_it_is_opened_nothing_it_holds_is_shown(live: Live, staff: Person, officer: Person) -> None:
    ref = staff.item()
    before = logged(live, "sharing.item-opened")
    words = said(officer.get(f"/items/{ref}"))
    assert "Intelligence about Leeds (HMP)" in words
    assert "You hold an office the item has reached" in words
    assert not [word for word in ("Use of force", "Three people", "Joan Smith", "A1234BC") if word in words]
    assert logged(live, "sharing.item-opened") == before


def test_opening_asks_what_for_once_and_logs_each_time(live: Live, staff: Person, officer: Person) -> None:
    ref = staff.item()
    assert officer.get(f"/items/{ref}/content", 303).headers["Location"] == f"/items/{ref}"
    assert "Select what you need it for" in said(officer.send(f"/items/{ref}/open", 422))
    before = logged(live, "sharing.item-opened")
    words = said(officer.opened(ref))
    for held in ("Use of force on B wing", "Three people told us the same thing.", "Joan Smith", "A1234BC"):
        assert held in words
    officer.get(f"/items/{ref}/content")
    assert logged(live, "sharing.item-opened") == before + 2
    assert "In this session you opened it for this: To follow up a concern" in said(officer.get(f"/items/{ref}"))


def test_a_purpose_that_is_not_the_agreements_opens_nothing(staff: Person, officer: Person) -> None:
    ref = staff.item()
    officer.send(f"/items/{ref}/open", 422, purpose="curiosity")
    officer.get(f"/items/{ref}/content", 303)


def test_the_handling_instruction_is_said_where_it_is_read(staff: Person, officer: Person) -> None:
    ref = staff.item(instructions="recipients-only", recipients=_recipient(staff))
    answer = officer.opened(ref)
    assert marking_of(answer) == {"OFFICIAL-SENSITIVE - RECIPIENTS ONLY"}
    assert "For the named recipients alone" in said(answer)


def test_an_item_one_may_not_know_of_looks_as_if_it_were_not(staff: Person, people: dict[str, Person]) -> None:
    ref = staff.item()
    hidden = said(people["hull"].get(f"/items/{ref}", 404))
    for path in ("", "/open", "/content", "/close", "/share", "/files/1", "/sent"):
        answer = people["hull"].client.get(f"/items/{ref}{path}")
        assert answer.status_code in {303, 404}, path
    assert said(people["hull"].get("/items/IMB-2026-99999", 404)) == hidden
    assert said(people["hull"].get("/items/%00%F0%9F%92%A3'--", 404)) == hidden


def test_what_may_not_be_done_is_told_with_its_clause(staff: Person) -> None:
    ref = staff.item()
    words = said(staff.get(f"/items/{ref}"))
    assert "What you cannot do here, and why" in words
    assert "This is for another office" in words
    assert "M46" in words


# files


def test_a_file_is_served_whole_or_in_part_with_its_marking_in_the_name(
    live: Live, staff: Person, officer: Person
) -> None:
    draft = staff.draft()
    body = bytes(range(256)) * 1500
    staff.upload(draft, (io.BytesIO(body), "Evidence “pack” – part 1.pdf"))
    ref = staff.send(draft).headers["Location"].split("/")[2]
    path = f"/items/{ref}/files/1"
    assert officer.get(path, 303).headers["Location"] == f"/items/{ref}"
    officer.opened(ref)
    before = logged(live, "sharing.file-downloaded")
    whole = officer.get(path)
    assert whole.data == body
    assert whole.headers["Content-Length"] == str(len(body))
    assert f"OFFICIAL-SENSITIVE%20{ref}%20Evidence" in whole.headers["Content-Disposition"]
    assert whole.headers["Cache-Control"] == "no-store"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert logged(live, "sharing.file-downloaded") == before + 1
    part = officer.get(path, 206, headers={"Range": "bytes=1000-1999"})
    assert part.data == body[1000:2000]
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(body)}"
    assert officer.get(path, 206, headers={"Range": "bytes=-5"}).data == body[-5:]
    resumed = {"Range": "bytes=9-", "If-Range": whole.headers["ETag"]}
    assert officer.get(path, 206, headers=resumed).data == body[9:]
    assert officer.get(path, headers={**resumed, "If-Range": '"another"'}).data == body
    assert officer.get(path, headers={"Range": "bytes=0-1,5-6"}).data == body
    beyond = officer.get(path, 416, headers={"Range": f"bytes={len(body)}-"})
    assert beyond.headers["Content-Range"] == f"bytes */{len(body)}"
    assert officer.client.head(path).headers["Content-Length"] == str(len(body))
    officer.get(f"/items/{ref}/files/9", 404)
    officer.get(f"/items/{ref}/files/{'9' * 40}", 404)


@pytest.mark.parametrize(
    ("marking", "name", "expected"),
    [
        ("OFFICIAL-SENSITIVE", "a.pdf", "OFFICIAL-SENSITIVE a.pdf"),
        ("OFFICIAL - HR / MANAGEMENT", "a.pdf", "OFFICIAL - HR - MANAGEMENT a.pdf"),
        ("OFFICIAL - EMBARGOED\nuntil then", "a", "OFFICIAL - EMBARGOED a"),
        ("OFFICIAL", "x" * 300 + ".pdf", "OFFICIAL " + "x" * 237 + ".pdf"),
        ("OFFICIAL", ".profile", "OFFICIAL .profile"),
    ],
)
def test_the_marking_stands_before_the_name(marking: str, name: str, expected: str) -> None:
    assert downloads.marked(marking, name) == expected
    assert len(downloads.marked(marking, name)) <= downloads.LONGEST


# acts


def test_the_whole_way_of_a_letter(people: dict[str, Person], officer: Person, staff: Person, chair: Person) -> None:
    ref = officer.item(DOWN)
    chair.get(f"/items/{ref}", 404)
    page = staff.get(f"/items/{ref}/pass-on")
    assert "Leeds Board" in said(page)
    assert "Hull Board" not in said(page)
    office = re.search(r'name="office"[^>]*value="(\d+)"', page.text)
    assert office
    assert f'value="{office[1]}" checked' in page.text  # the way leaves one
    assert "Not a valid choice" in said(staff.send(f"/items/{ref}/pass-on", 422, office="1"))
    done = staff.send(f"/items/{ref}/pass-on", office=office[1], note="For your next visit.")
    assert "is passed on" in said(staff.get(done.headers["Location"]))
    assert "For your next visit." in said(chair.opened(ref))
    answer = chair.send(f"/items/{ref}/answer").headers["Location"]
    assert answer.endswith("/edit")
    draft = chair.send(answer, title="What we found", text="It was so.", sharing_purpose="Outcome.").headers["Location"]
    reply = chair.send(draft).headers["Location"].split("/")[2]
    assert reply in said(officer.get(f"/items/{ref}"))
    assert "Say what came of it" in said(officer.send(f"/items/{ref}/close", 422))
    officer.send(f"/items/{ref}/close", outcome="Followed up.")
    opened = said(officer.opened(ref))
    for line in ("Passed on to Leeds Board", "Answered", "Closed", "Followed up."):
        assert line in opened
    assert "It has been closed." in said(officer.get(f"/items/{ref}/close", 403))


def test_two_people_acting_at_once_the_second_is_told_and_loses_nothing(
    officer: Person, people: dict[str, Person]
) -> None:
    ref = people["staff"].item()
    form = fields_of(officer.get(f"/items/{ref}/share?q=inspector").text)
    officer.send(f"/items/{ref}/acknowledge")
    person = re.search(r'name="person"[^>]*value="(\d+)"', officer.get(f"/items/{ref}/share?q=inspector").text)
    assert person
    body = {**form, "person": person[1], "purpose": "inspection"}
    late = officer.client.post(f"/items/{ref}/share?q=inspector", data=body)
    assert late.status_code == 409
    assert "Somebody acted on this a moment ago" in said(late)
    again = fields_of(late.text)
    assert again["person"] == person[1]
    assert again["version"] != form["version"]
    assert officer.client.post(f"/items/{ref}/share?q=inspector", data=again).status_code == 303


def test_what_was_done_already_is_a_conflict_on_the_same_page(officer: Person, staff: Person) -> None:
    ref = staff.item()
    form = fields_of(officer.get(f"/items/{ref}/acknowledge").text)
    officer.send(f"/items/{ref}/acknowledge")
    again = officer.client.post(f"/items/{ref}/acknowledge", data=form)
    assert again.status_code == 409
    assert "It has been acknowledged already" in said(again)


def test_a_form_without_its_version_acts_on_nothing(officer: Person, staff: Person) -> None:
    ref = staff.item()
    form = fields_of(officer.get(f"/items/{ref}/acknowledge").text)
    for version in ("", "x", "²", "9" * 30):
        answer = officer.client.post(f"/items/{ref}/acknowledge", data={**form, "version": version})
        assert answer.status_code == 409, version


def test_an_act_of_another_office_is_refused_with_its_reasons(staff: Person, people: dict[str, Person]) -> None:
    ref = staff.item()
    page = staff.get(f"/items/{ref}/acknowledge", 403)
    assert "This is for another office" in said(page)
    token = fields_of(staff.get(f"/items/{ref}").text)["csrf_token"]
    forced = staff.client.post(f"/items/{ref}/acknowledge", data={"csrf_token": token, "version": "1"})
    assert forced.status_code == 403


def test_sharing_names_somebody_found_by_name_or_office(
    people: dict[str, Person], staff: Person, officer: Person
) -> None:
    ref = staff.item()
    inspector = people["inspector"]
    inspector.get(f"/items/{ref}", 404)
    assert "Nobody was found for" in said(officer.get(f"/items/{ref}/share?q=zzz"))
    by_office = officer.get(f"/items/{ref}/share?q=inspection+teams")
    person = re.search(r'name="person"[^>]*value="(\d+)"', by_office.text)
    assert person
    assert "Inspector, HMIP inspection teams (HMIP)" in said(by_office)
    path = f"/items/{ref}/share?q=inspector"
    assert officer.send(path, 422, person=person[1]).status_code == 422
    officer.send(path, person=person[1], purpose="inspection")
    assert "You are named as a recipient" in said(inspector.get(f"/items/{ref}"))


def test_only_who_may_name_somebody_looks_colleagues_up(
    people: dict[str, Person], staff: Person, officer: Person
) -> None:
    ref = staff.item(instructions="recipients-only", recipients=_recipient(staff))
    page = officer.get(f"/items/{ref}/share?q=inspector", 403)
    assert "HMIP inspection teams" not in said(page)
    assert "RECIPIENTS ONLY" in said(page)


def test_sight_for_a_time_ends_by_itself(live: Live, people: dict[str, Person], staff: Person, officer: Person) -> None:
    ref = staff.item()
    path = f"/items/{ref}/grant?q=inspector"
    person = re.search(r'name="person"[^>]*value="(\d+)"', officer.get(path).text)
    assert person
    day = live.now.date()
    typed: dict[str, Any] = {"person": person[1], "reason": "To prepare a visit."}
    past = officer.send(path, 422, **typed, until=["1", "1", "2020"])
    assert "Choose a time from now to 90 days ahead" in said(past)
    assert "must be a real date" in said(officer.send(path, 422, **typed, until=["31", "2", "2027"]))
    officer.send(path, **typed, until=[str(day.day), str(day.month), str(day.year)])
    people["inspector"].get(f"/items/{ref}")
    live.later(days=2)
    people["inspector"].sign_in()
    people["inspector"].get(f"/items/{ref}", 404)


def test_somebody_barred_finds_nothing(people: dict[str, Person], officer: Person, staff: Person) -> None:
    ref = officer.item(DOWN)
    office = re.search(r'name="office"[^>]*value="(\d+)"', staff.get(f"/items/{ref}/pass-on").text)
    assert office
    staff.send(f"/items/{ref}/pass-on", office=office[1])
    people["vice"].get(f"/items/{ref}")
    path = f"/items/{ref}/recuse?q=vice"
    person = re.search(r'name="person"[^>]*value="(\d+)"', staff.get(path).text)
    assert person
    assert "Say why they must not see it" in said(staff.send(path, 422, person=person[1]))
    staff.send(path, person=person[1], reason="Named in it.")
    people["vice"].get(f"/items/{ref}", 404)
    assert ref not in people["vice"].get("/items").text


def test_withdrawn_is_withdrawn_for_everybody(staff: Person, officer: Person) -> None:
    ref = staff.item()
    done = staff.send(f"/items/{ref}/withdraw", reason="Sent in error.")
    assert done.headers["Location"] == "/items"
    assert "is withdrawn" in said(staff.get("/items"))
    words = said(officer.get(f"/items/{ref}", 403))
    assert "It was withdrawn or destroyed." in words


# search


def test_a_person_is_found_by_number_and_by_name_and_left_in_no_address(
    live: Live, staff: Person, officer: Person
) -> None:
    ref = staff.item(subject_1_name="Zoë O’Neill", subject_1_type="pnc", subject_1_value="2003/0011985X")
    before = logged(live, "sharing.people-searched")
    for kind, value in (("pnc", "03/11985x"), ("name", "ONEILL zoe")):
        found = officer.send("/search", 200, identifier_type=kind, value=value, purpose="follow-up")
        assert ref in said(found)
    assert logged(live, "sharing.people-searched") == before + 2
    none = officer.send("/search", 200, identifier_type="name", value="Nobody Atall", purpose="follow-up")
    assert "No item that you may see is about this person" in said(none)


def test_a_search_that_cannot_be_made_says_why_at_its_field(officer: Person) -> None:
    wrong = officer.send("/search", 422, identifier_type="pnc", value="2003/0011985A", purpose="follow-up")
    assert "does not fit its digits" in said(wrong)
    assert 'id="value-error"' in wrong.text
    assert 'value="2003/0011985A"' in wrong.text
    missing = said(officer.send("/search", 422, value=""))
    for text in ("Select what you know", "Enter the number or name", "Select what you need it for"):
        assert text in missing


# purposes


def test_a_session_remembers_the_newest_purposes_and_stays_small(live: Live) -> None:
    with live.app.test_request_context():
        for number in range(500):
            purposes.remember(f"IMB-2026-{number:05d}", "inspection")
        assert purposes.of("IMB-2026-00499") == "inspection"
        assert purposes.of("IMB-2026-00000") == ""
        from flask import session

        assert len(str(dict(session))) < 4000


def test_every_page_of_items_asks_for_a_sign_in(live: Live) -> None:
    client = live.app.test_client()
    own = {"items", "acts", "files", "drafts", "search"}
    rules = [rule for rule in live.app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in own]
    assert len(rules) > 20
    for rule in rules:
        given = {name: "0190d6c2-0000-7000-8000-00000000000a" if name == "draft" else "1" for name in rule.arguments}
        with live.app.test_request_context():
            from flask import url_for

            path = url_for(rule.endpoint, **given)
        if "GET" in (rule.methods or ()):
            assert "/sign-in" in client.get(path).headers.get("Location", ""), path
        else:
            assert client.post(path).status_code == 401, path


def test_an_answer_begins_from_the_item_with_what_nobody_should_type(
    staff: Person, officer: Person, chair: Person
) -> None:
    ref = officer.item(way=DOWN)
    staff.send(f"/items/{ref}/pass-on")  # the one office there is stands chosen
    shown = chair.get(f"/items/{ref}").text
    assert f'<form method="post" action="/items/{ref}/answer">' in shown
    body = fields_of(shown, "grade")
    begun = chair.client.post(f"/items/{ref}/answer", data=body).headers["Location"]
    page = fields_of(chair.get(begun).text)
    assert page["title"] == f"Answer to {ref}"
    assert "(M37a" in page["sharing_purpose"]
    assert page["text"] == ""
