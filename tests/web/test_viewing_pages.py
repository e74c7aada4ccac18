"""Files looked at on a page, taken all at once, and read in ranges: what is shown, what cannot run, what is logged."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from browsing import Axe, seen, sign_in
from item_house import Person
from playwright.sync_api import Page, Route
from shell_house import serving

from app.bootstrap.sequencing import settle
from app.http.downloads import LONGEST, filename, named
from app.outbound import showing
from audit.tables import audit_index
from tests.house import Live

SCRIPT = "/OpenAction << /S /JavaScript /JS (app.alert('run')) >>"
WEB = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"


def pdf(*pages: str) -> bytes:
    """A small PDF with a page for each line of text; it wants to run script when it is opened."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    parts = [
        f"1 0 obj << /Type /Catalog /Pages 2 0 R {SCRIPT} >> endobj",
        f"2 0 obj << /Type /Pages /Count {len(pages)} /Kids [{kids}] >> endobj",
        "3 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET"
        parts.append(
            f"{10 + 2 * number} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {11 + 2 * number} 0 R >> endobj"
        )
        parts.append(f"{11 + 2 * number} 0 obj << /Length {len(stream)} >> stream\n{stream}\nendstream endobj")
    return ("%PDF-1.7\n" + "\n".join(parts) + "\ntrailer << /Root 1 0 R >>\n%%EOF\n").encode()


def png(width: int = 3, height: int = 2) -> bytes:
    raw = (b"\0" + b"\x80\x10\x10" * width) * height
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("viewing") / "state", CUSTODES_FILES_PER_ITEM="8")
    yield made
    made.close()


@pytest.fixture(scope="module")
def staff(live: Live) -> Person:
    return Person(live, "staff")


FILES = {
    "letter.pdf": pdf("First page", "Second page"),
    "notes.txt": f"Line one\n{WEB}\n".encode(),
    "photo.png": png(),
    "page.html": WEB.encode(),
    "broken.pdf": b"%PDF-1.7\nnothing of the kind",
    "data.bin": bytes(range(256)) * 300,
    "twice.txt": b"one",
}


@pytest.fixture(scope="module")
def item(staff: Person) -> tuple[str, dict[str, int]]:
    """Sent and opened: its reference, and the part of each file."""
    draft = staff.draft()
    staff.upload(draft, *((io.BytesIO(content), name) for name, content in FILES.items()))
    ref = staff.send(draft).headers["Location"].split("/")[2]
    staff.opened(ref)
    return ref, {name: number for number, name in enumerate(FILES, 1)}


def entries(live: Live, kind: str) -> int:
    settle(live.house)
    with live.house.work() as work:
        query = sa.select(sa.func.count()).select_from(audit_index).where(audit_index.c.act == kind)
        return int(work.conn.scalar(query) or 0)


def test_what_it_says_of_itself_decides_nothing_about_how_it_is_shown() -> None:
    told = {name: showing.told_by(content[:1024], len(content)) for name, content in FILES.items()}
    assert told == {
        "letter.pdf": "pdf",
        "notes.txt": "text",
        "photo.png": "image/png",
        "page.html": "text",
        "broken.pdf": "pdf",
        "data.bin": "",
        "twice.txt": "text",
    }
    assert showing.told_by(b"plain", showing.MOST_TEXT + 1) == ""
    assert showing.told_by(b"%PDF-1.7", showing.MOST_DRAWN + 1) == ""
    assert showing.told_by(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>", 60) == "text"


def test_a_page_of_a_pdf_is_drawn_and_read_elsewhere_and_bounded() -> None:
    assert showing.words_of([FILES["letter.pdf"]], 2) == showing.PageWords(2, "Second page")
    drawn = showing.picture_of([FILES["letter.pdf"]], 1)
    assert drawn.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn[16:24]) == (1240, 1755)
    vast = FILES["letter.pdf"].replace(b"[0 0 595 842]", b"[0 0 9 99999]")
    width, height = struct.unpack(">II", showing.picture_of([vast], 1)[16:24])
    assert width * height < 4_000_000
    for bad, number in ((FILES["letter.pdf"], 3), (FILES["letter.pdf"], 0), (FILES["broken.pdf"], 1), (b"", 1)):
        with pytest.raises(showing.NotShown):
            showing.picture_of([bad], number)


def test_each_look_is_an_entry_before_anything_is_shown(
    live: Live, staff: Person, item: tuple[str, dict[str, int]]
) -> None:
    ref, parts = item
    before, onward = entries(live, "sharing.file-viewed"), entries(live, "sharing.page-viewed")
    shown = staff.get(f"/items/{ref}/files/{parts['letter.pdf']}/view?page=2")
    assert "Page 2 of 2" in shown.text
    assert "Second page" in shown.text
    assert shown.text.count("Marking of this page:") == 2
    assert "sandbox allow-same-origin" in shown.headers["Content-Security-Policy"]
    assert "allow-scripts" not in shown.headers["Content-Security-Policy"]
    picture = staff.get(f"/items/{ref}/files/{parts['letter.pdf']}/picture?page=2")
    assert picture.data.startswith(b"\x89PNG")
    assert entries(live, "sharing.file-viewed") == before + 1  # the picture belongs to the page
    staff.get(f"/items/{ref}/files/{parts['letter.pdf']}/picture?page=1")
    assert entries(live, "sharing.file-viewed") == before + 1  # the same file, and so not another one looked at
    assert entries(live, "sharing.page-viewed") == onward + 1  # asked for alone it is a look of its own
    html = staff.get(f"/items/{ref}/files/{parts['page.html']}/view").text
    assert "&lt;script&gt;" in html
    assert WEB not in html
    image = staff.get(f"/items/{ref}/files/{parts['photo.png']}/picture")
    assert (image.content_type, image.data) == ("image/png", FILES["photo.png"])
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert image.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    for name in ("broken.pdf", "data.bin"):
        assert "It cannot be shown here" in staff.get(f"/items/{ref}/files/{parts[name]}/view").text
    staff.get(f"/items/{ref}/files/{parts['page.html']}/picture", 400)


def test_who_may_not_have_the_file_sees_no_page_of_it(live: Live, item: tuple[str, dict[str, int]]) -> None:
    ref, _ = item
    other = Person(live, "hull")
    for path in ("files/1/view", "files/1/picture", "files.zip"):
        answer = other.client.get(f"/items/{ref}/{path}", follow_redirects=True)
        assert answer.status_code == 404
    none = live.api("hull").get(f"/items/{ref}/files.zip?purpose=follow-up")
    assert (none.status_code, none.json["code"]) == (404, "sharing.not-found")


def test_all_files_come_as_one_zip_each_with_marking_and_reference(
    live: Live, staff: Person, item: tuple[str, dict[str, int]]
) -> None:
    ref, _ = item
    before = entries(live, "sharing.file-downloaded")
    answers = [
        staff.get(f"/items/{ref}/files.zip"),
        live.api("staff").get(f"/items/{ref}/files.zip?purpose=follow-up"),
    ]
    assert entries(live, "sharing.file-downloaded") == before + 2 * len(FILES)
    for answer in answers:
        assert answer.content_type == "application/zip"
        assert f"OFFICIAL-SENSITIVE {ref}.zip" in answer.headers["Content-Disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.testzip() is None
            got = {info.filename: archive.read(info) for info in archive.infolist()}
        assert got == {
            f"OFFICIAL-SENSITIVE {ref} {number:02d} {name}": content
            for number, (name, content) in enumerate(FILES.items(), 1)
        }


def test_many_ranges_of_one_file_are_one_entry_and_each_whole_is_its_own(
    live: Live, staff: Person, item: tuple[str, dict[str, int]]
) -> None:
    ref, parts = item
    where, content = f"/items/{ref}/files/{parts['data.bin']}", FILES["data.bin"]
    before = entries(live, "sharing.file-downloaded")
    got = b""
    for start in range(0, len(content), 10_000):
        asked = {"Range": f"bytes={start}-{min(start + 9999, len(content) - 1)}"}
        answer = staff.get(where, 206, headers=asked)
        got += answer.data
    assert got == content
    assert entries(live, "sharing.file-downloaded") == before + 1
    staff.get(where)
    staff.get(where)
    assert entries(live, "sharing.file-downloaded") == before + 3
    live.later(minutes=16)
    staff.get(where, 206, headers={"Range": "bytes=-5"})
    assert entries(live, "sharing.file-downloaded") == before + 4


def test_a_range_for_another_purpose_is_an_entry_of_its_own(
    live: Live, staff: Person, item: tuple[str, dict[str, int]]
) -> None:
    ref, parts = item
    where, asked = f"/items/{ref}/files/{parts['data.bin']}", {"Range": "bytes=0-"}
    staff.get(where, 206, headers=asked)
    staff.opened(ref, "pass-on")
    before = entries(live, "sharing.file-downloaded")
    staff.get(where, 206, headers=asked)
    staff.get(where, 206, headers=asked)
    assert entries(live, "sharing.file-downloaded") == before + 1
    staff.opened(ref)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("letter.pdf", "OFFICIAL IMB-2026-00012 letter.pdf"),
        ("nul.txt", "OFFICIAL IMB-2026-00012 nul.txt"),
        ("../../etc/passwd", "OFFICIAL IMB-2026-00012 -..-etc-passwd"),
        ("a\u202efdp.exe", "OFFICIAL IMB-2026-00012 a-fdp.exe"),
        ('C:\\x<y>|"z?*.txt', "OFFICIAL IMB-2026-00012 C--x-y---z--.txt"),
        ("line\r\nSet-Cookie: a", "OFFICIAL IMB-2026-00012 line--Set-Cookie- a"),
        ("...", "OFFICIAL IMB-2026-00012 file"),
        ("Zoë – 日本.pdf", "OFFICIAL IMB-2026-00012 Zoë – 日本.pdf"),
    ],
)
def test_a_name_is_offered_without_what_a_desktop_would_stumble_over(name: str, expected: str) -> None:
    offered = filename("IMB-2026-00012", "OFFICIAL", name)
    assert offered == expected
    assert len(filename("IMB-2026-00012", "OFFICIAL", name * 100)) <= LONGEST
    assert named(offered)["filename"].isascii()


@pytest.mark.parametrize("script", [True], ids=["js"])
def test_files_are_looked_at_in_a_browser(page: Page, live: Live, item: tuple[str, dict[str, int]], axe: Axe) -> None:
    """As they are, nothing can be asked of such a page by script, axe's included: so it is looked at without its
    sandbox, and then with it."""
    ref, parts = item

    def out_of_the_sandbox(route: Route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].partition("; sandbox")[0]
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    with serving(live.app) as url:
        sign_in(page, url, live, "staff")
        page.goto(f"{url}/items/{ref}")
        page.check("input[name=purpose][value=follow-up]")
        page.click("button:has-text('Open this item')")
        page.route("**/view*", out_of_the_sandbox)
        page.click("a:has-text('View letter.pdf')")
        seen(page, axe)
        assert page.evaluate("document.querySelector('.app-viewed__picture').naturalWidth") == 1240
        page.click("text=Next")
        page.wait_for_selector("text=Page 2 of 2")
        for name in ("notes.txt", "page.html", "broken.pdf", "photo.png"):
            page.goto(f"{url}/items/{ref}/files/{parts[name]}/view")
            seen(page, axe)
            assert name in page.title()
        assert page.evaluate("document.querySelector('.app-viewed__picture').naturalWidth") == 3
        page.emulate_media(media="print")
        assert not page.locator(".app-viewed__picture").is_visible()
        assert page.locator("text=is not printed from here").is_visible()
        page.unroute("**/view*")
        with page.expect_response(lambda one: "/picture" in one.url) as picture:
            page.goto(f"{url}/items/{ref}/files/{parts['letter.pdf']}/view", wait_until="commit")
        assert picture.value.ok  # in the person's name, from within the sandbox
