"""Files that go on where they broke off, from the page that takes them; text that is pasted; and without script."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from browsing import Axe, seen, sign_in
from item_house import Person, fields_of
from line import line_to
from playwright.sync_api import Page
from shell_house import serving

from sharing.tables.uploads import draft_upload
from tests.house import Live

MB = 1_000_000
THIRTY = 30 * MB


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("uploads") / "state", CUSTODES_FILE_LIMIT_MIB="32")
    yield made
    made.close()


@pytest.fixture(scope="module")
def live_url(live: Live) -> Iterator[str]:
    with serving(live.app) as url:
        yield url


@pytest.fixture(scope="module")
def staff(live: Live) -> Person:
    return Person(live, "staff")


def reached(page: Page, share: int) -> None:
    """So many per cent are sent. Not ``wait_for_function``: the content policy forbids what it does."""
    for _ in range(600):
        if page.evaluate("document.querySelector('[data-upload-running] progress').value") > share:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{share} % were never reached: {page.inner_text('main')}")


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_two_large_files_go_on_where_the_network_broke_off(
    page: Page, live: Live, live_url: str, staff: Person, axe: Axe, tmp_path: Path
) -> None:
    """First by itself, then after the page was left: the file is chosen again, and only the rest is sent."""
    draft = staff.draft()
    files = [tmp_path / "first.bin", tmp_path / "second ‘part’.bin"]
    for number, file in enumerate(files):
        file.write_bytes(bytes([number]) + bytes(range(250)) * (THIRTY // 250))
    sent: list[int] = []
    page.on("request", lambda one: sent.append(int(one.headers["upload-offset"])) if one.method == "PATCH" else None)
    with line_to(live_url) as line:
        sign_in(page, line.url, live, "staff")
        page.goto(f"{line.url}{draft}/files")
        line.rate = 20 * MB
        page.set_input_files("#files", [str(file) for file in files])
        page.click("text=Upload these files")
        reached(page, 25)
        line.cut()
        page.wait_for_selector("text=The connection is lost. What arrived is kept. Trying again.")
        line.mend()
        reached(page, 75)
        page.click("text=Stop the upload")
        page.wait_for_selector("text=You stopped the upload. What arrived is kept")
    assert sent[0] == 0
    assert sent[1] > 4 * MB  # the first went on by itself
    assert sent[2:] == [0]
    seen(page, axe)

    sign_in(page, live_url, live, "staff")
    page.goto(f"{live_url}{draft}/files")
    assert "second ‘part’.bin" in page.inner_text("main")
    assert "of 30MB arrived" in page.inner_text("main")
    before, sent[:] = arrived_second(live), []
    page.set_input_files("#files", [str(files[1])])
    page.click("text=Upload these files")
    page.wait_for_selector("text=1 file is added.")
    assert sent == [before]
    assert before > 4 * MB
    assert "that have not finished" not in page.inner_text("main")
    seen(page, axe)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    ref = staff.send(draft).headers["Location"].split("/")[2]
    staff.opened(ref)
    got = [staff.get(f"/items/{ref}/files/{part}").data for part in parts(staff, ref)]
    assert sorted(got) == sorted(file.read_bytes() for file in files)


def arrived_second(live: Live) -> int:
    with live.house.work() as work:
        query = sa.select(draft_upload.c.arrived).where(draft_upload.c.part.is_(None))
        return int(work.conn.execute(query).scalar_one())


def parts(staff: Person, ref: str) -> list[str]:
    return sorted(set(re.findall(rf"/items/{ref}/files/(\d+)\"", staff.get(f"/items/{ref}/content").text)))


def test_the_limit_is_told_before_and_a_faulty_file_stops_no_other(
    page: Page, script: bool, live: Live, live_url: str, staff: Person, axe: Axe, tmp_path: Path
) -> None:
    draft = staff.draft()
    (tmp_path / "good.txt").write_text("Nothing of note.")
    (tmp_path / "empty.txt").write_text("")
    large = tmp_path / "large.bin"
    large.write_bytes(bytes((32 << 20) + 1))
    sign_in(page, live_url, live, "staff")
    page.goto(f"{live_url}{draft}/files")
    assert "Each file may be up to 34MB" in page.inner_text("main")
    if script:
        page.set_input_files("#files", str(large))
        assert "large.bin is larger than" in page.inner_text("[data-upload-trouble]")
    page.set_input_files("#files", [str(tmp_path / "good.txt"), str(tmp_path / "empty.txt")])
    page.click("text=Upload these files")
    page.wait_for_selector("text=The file has no content")
    assert "good.txt" in page.inner_text(".app-files")
    assert "empty.txt:" in page.inner_text("main")
    page.fill("#text", "Dear colleague")
    page.click("text=Add this text as a file")
    page.wait_for_selector("text=Enter a name for the file")
    page.fill("#name", "covering letter")
    page.click("text=Add this text as a file")
    page.wait_for_selector("text=covering letter.txt")
    seen(page, axe if script else None)


def begin(staff: Person, draft: str, name: str, size: int) -> tuple[str, dict[str, str]]:
    token = str(fields_of(staff.get(f"{draft}/files").text)["csrf_token"])
    headers = {"Tus-Resumable": "1.0.0", "X-CSRF-Token": token}
    said = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}"}
    answer = staff.client.post(f"{draft}/uploads", headers={**headers, **said})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"], headers


def test_the_address_asks_for_sign_in_and_the_pages_token(live: Live, staff: Person) -> None:
    draft = staff.draft()
    where, headers = begin(staff, draft, "a.txt", 4)
    patch = {**headers, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    for missing in ({**patch, "X-CSRF-Token": ""}, {**patch, "Sec-Fetch-Site": "cross-site"}):
        answer = staff.client.patch(where, data=b"abcd", headers=missing)
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert live.app.test_client().patch(where, data=b"abcd", headers=patch).status_code == 401
    other = Person(live, "staff2")
    assert other.client.head(where, headers=headers).status_code == 404
    assert staff.client.head(where, headers=headers).headers["Upload-Offset"] == "0"
    assert staff.client.patch(where, data=b"abcd", headers=patch).status_code == 204
    assert "a.txt" in staff.get(f"{draft}/files").text


def test_without_script_an_upload_that_broke_off_is_told_and_removed(staff: Person) -> None:
    draft = staff.draft()
    where, headers = begin(staff, draft, "half.txt", 8)
    patch = {**headers, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    staff.client.patch(where, data=b"abcd", headers=patch)
    text = staff.get(f"{draft}/files").text
    assert "Uploads that have not finished" in text
    answer = staff.client.post(f"{where}/remove", data={"csrf_token": headers["X-CSRF-Token"]})
    assert answer.status_code == 303
    assert "half.txt" not in staff.get(f"{draft}/files").text
