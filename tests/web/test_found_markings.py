"""What a file says of its own marking: shown where, and the sender raises theirs or says why not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from item_house import Person, said
from playwright.sync_api import Page
from shell_house import serving
from test_compose import shoot, sign_in, sound

from tests.house import Live

LETTER = b"OFFICIAL-SENSITIVE - PERSONAL DATA\nDear all"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("house") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def live_url(live: Live) -> Iterator[str]:
    with serving(live.app) as url:
        yield url


@pytest.fixture
def staff(live: Live) -> Person:
    return Person(live, "staff")


def put(person: Person, draft: str, name: str, content: bytes, status: int = 303) -> str:
    return said(person.upload(draft, (io.BytesIO(content), name), status=status))


def test_the_sender_is_shown_where_and_what_to_do(staff: Person) -> None:
    draft = staff.draft()
    put(staff, draft, "letter.txt", LETTER)
    files = said(staff.get(f"{draft}/files"))
    assert "It says OFFICIAL-SENSITIVE - PERSONAL DATA: lines 1 to 2" in files
    check = staff.get(draft)
    assert "“letter.txt” says OFFICIAL-SENSITIVE - PERSONAL DATA on lines 1 to 2." in said(check)
    assert f'href="{draft}/markings"' in check.text
    assert "Send this item" not in said(check)


def test_saying_nothing_is_told_and_saying_why_lets_it_go(staff: Person) -> None:
    draft = staff.draft()
    put(staff, draft, "letter.txt", LETTER)
    refused = staff.send(f"{draft}/markings", 422)
    assert "Say why, or raise the marking" in said(refused)
    assert refused.text.count("<title>Error: ") == 1
    staff.send(f"{draft}/markings", why_1="Its author lowered it.")
    words = said(staff.get(draft))
    assert "The sender’s reason: Its author lowered it." in words
    assert "Send this item" in words
    assert "Nothing in this item says more" in said(staff.get(f"{draft}/markings"))


def test_a_file_nobody_could_look_into_says_so(staff: Person) -> None:
    draft = staff.draft()
    put(staff, draft, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(2000))
    assert "We could not read text in it" in said(staff.get(f"{draft}/files"))


def test_a_file_above_official_stops_the_upload_with_what_to_do_and_keeps_nothing(live: Live, staff: Person) -> None:
    draft = staff.draft()
    words = put(staff, draft, "to-the-chair.txt", b"SECRET\nDear all", status=403)
    assert "This must not be put into this service" in words
    assert "contact your security team" in words
    assert "to-the-chair.txt" not in said(staff.get(f"{draft}/files"))
    live.nothing_half_stored()


def test_nobody_else_sees_or_explains_it(live: Live, staff: Person) -> None:
    draft = staff.draft()
    put(staff, draft, "letter.txt", LETTER)
    Person(live, "staff2").get(f"{draft}/markings", 404)


def test_it_is_done_in_a_browser(
    page: Page, script: bool, live: Live, live_url: str, axe: Callable[[Page], None], tmp_path: Path
) -> None:
    kind = "js" if script else "nojs"
    sign_in(page, live, live_url, "staff2")
    draft = Person(live, "staff2").draft()
    letter = tmp_path / "letter.txt"
    letter.write_bytes(LETTER)
    page.goto(f"{live_url}{draft}/files")
    page.set_input_files("#files", str(letter))
    page.click("text=Upload these files")
    page.wait_for_selector("text=1 file is added")
    page.click("text=Go on to check and send")
    page.click("text=Raise the marking, or say why not")
    sound(page)
    if script:
        axe(page)
    shoot(page, f"markings-{kind}")
    page.fill("#why_1", "Its author lowered it.")
    page.click("text=Keep the marking, for these reasons")
    page.wait_for_selector("button:has-text('Send this item')")
    assert "The sender’s reason: Its author lowered it." in page.inner_text("main")
