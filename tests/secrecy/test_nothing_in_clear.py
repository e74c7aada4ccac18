"""Nothing of what people send lies in clear on any disk, at no moment: not in a spool, not in a log, not in a database.

The real service, with real workers; a watcher reads every file they have open while content streams through them, and
everything they left behind afterwards. What the watcher is worth is shown first, on a server that does it wrong.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest

from bench.live import Answer, Client, Served, free_port, joined, make, multipart, wait_for
from tests import databases, stores
from tests.secrecy.watching import MIB, Watcher, crc, look_into, look_through, needles, pages_of

SIZE = 32 * MIB
CANARY = b"CANARY-5b1f was told on Tuesday"
FILE_NAME = "wing-note-qzxv.bin"
# What people type. Each word of it must be nowhere but in memory, however the service folds it for searching.
TITLE, TEXT, WHY = "Zugzwang on the landing", "Quixotry was seen at the servery", "Vexillology in the kitchen"
NAME, PRISON_NUMBER, PNC, HOME_OFFICE = "Fjordwick Mxyzptlk", "A9347XK", "03/0011985X", "QZ7719334"
FORM = {
    "title": TITLE,
    "text": TEXT,
    "sharing_purpose": WHY,
    "establishment": "XFM",
    "grade": "OFFICIAL-SENSITIVE",
    "subject_1_name": NAME,
    "subject_1_type": "prison-number",
    "subject_1_value": PRISON_NUMBER,
    "subject_2_name": NAME,
    "subject_2_type": "pnc",
    "subject_2_value": PNC,
}
TYPED = (
    *(b"zugzwang", b"quixotry", b"vexillology", b"fjordwick", b"mxyzptlk", b"wing-note-qzxv"),
    *(b"A9347XK", b"0011985X", b"QZ7719334"),
)
EVERYTHING = (CANARY[:16], *TYPED)

NAIVE = """
import sys
from pathlib import Path
from werkzeug import Request, Response
from werkzeug.serving import make_server

@Request.application
def app(request):
    found = request.files.get("files")
    return Response(str(len(found.read()) if found else 0))

server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True)
server.serve_forever()
"""


def slowly(pause: Callable[[], None]) -> Iterator[bytes]:
    """The file as over a wire: the watcher gets many looks at every state it goes through."""
    for piece in pages_of(CANARY, SIZE):
        yield piece
        pause()


@dataclass
class Stage:
    """The service, those who use it, and what has been made so far."""

    service: Served
    pages: Client
    reader_pages: Client
    api: Client
    reader: Client
    url: str = ""
    database: tuple[Path, ...] = ()
    reference: str = ""
    page_reference: str = ""
    known: dict[Path, tuple[int, int]] = field(default_factory=dict)

    watcher: Watcher | None = None

    def pause(self) -> None:
        """Let the watcher look once, if there is one."""
        if self.watcher is not None:
            self.watcher.pause()

    @property
    def folders(self) -> tuple[Path, ...]:
        return (self.service.state, self.service.tmp, self.service.log, *self.database)

    def watched(self, act: Callable[[], Answer], *, writing: bool = False) -> Answer:
        """Do it under the watcher; then look through everything that is left."""
        with Watcher(self.service.root, CANARY) as watcher:
            self.watcher = watcher
            answer = act()
        assert not watcher.seen
        assert watcher.looks >= 10, f"the watcher slept: {answer.status} {answer.text[:2000]}"
        ours = str(self.service.state)
        assert any(ours in name for name in watcher.watched), "the watcher saw no file of the service"
        if writing and not stores.on_s3():  # there it goes from memory to the wire
            assert any("/vault/fresh/" in name for name in watcher.watched), "the watcher missed the file being sealed"
        self.nothing_left()
        return answer

    def nothing_left(self) -> None:
        assert look_through(self.folders, EVERYTHING, self.known) == set()
        # Pages of a server may be packed; rows as it gives them out are not.
        assert look_into(databases.everything(self.url), needles(EVERYTHING)) == set()

    def draft(self, client: Client) -> str:
        answer = client.api(
            "POST",
            "/drafts",
            {
                "agreement": "hmip-imb",
                "kind": "intelligence",
                "route": "national-to-inspectorate",
                "establishment": "XFM",
                "marking": "OFFICIAL-SENSITIVE",
                "title": TITLE,
                "text": TEXT,
                "purpose": WHY,
                "subjects": [
                    {
                        "name": NAME,
                        "identifiers": [
                            {"type": "prison-number", "value": PRISON_NUMBER},
                            {"type": "pnc", "value": PNC},
                            {"type": "home-office", "value": HOME_OFFICE},
                        ],
                    }
                ],
            },
        )
        assert answer.status == 201, answer.text
        return str(answer.json["id"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("secrecy")
    state = folder / "state"
    house, people = make(state, **databases.settings(state))
    house.engine.dispose()
    with Served(folder / "state", folder / "tmp", workers=2, more=databases.settings(state)) as service:
        yield Stage(
            service,
            pages=service.client().sign_in_to_pages(people["staff"]),
            reader_pages=service.client().sign_in_to_pages(people["officer"]),
            api=service.client().sign_in_to_api(people["staff2"]),
            reader=service.client().sign_in_to_api(people["officer2"]),
            url=house.settings.database_url,
            database=databases.on_disk(house.settings.database_url),
        )
    assert look_through((folder,), EVERYTHING) == set()  # what shutting down wrote, too
    for name in stores.files(house):
        assert look_into(stores.read(house, name), needles(EVERYTHING)) == set()


def test_the_watcher_catches_a_server_that_spools_uploads_in_clear(tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", NAIVE, str(port)], env={"TMPDIR": str(tmp_path)})
    try:
        client = Client(port)
        wait_for(lambda: answers(client), "the naive server")
        head, tail, kind, length = multipart([], "files", "a.bin", SIZE)
        with Watcher(server.pid, CANARY) as watcher:
            body = joined(head, slowly(watcher.pause), tail)
            answer = client.ask("POST", "/", body, headers={"Content-Type": kind, "Content-Length": str(length)})
        assert answer.body == str(SIZE).encode()
        assert watcher.seen, watcher.watched
        assert all("deleted" in name for name in watcher.seen), "it has no name; it is on the disk all the same"
    finally:
        server.terminate()
        server.wait(5)


def answers(client: Client) -> bool:
    try:
        return client.get("/").status == 200
    except OSError:
        return False


@pytest.mark.parametrize(
    "left",
    [
        b"plain Fjordwick Mxyzptlk",
        b"FJORDWICK",
        "fjordwick".encode("utf-16-le"),
        b"..." + b"Fjordwick".hex().encode(),
        b"..." + base64.b64encode(b"ab Fjordwick is"),
    ],
    ids=["as typed", "capitals", "UTF-16", "hexadecimal", "base64"],
)
def test_the_look_through_finds_what_was_left_however_it_was_written(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "custodes.db-wal").write_bytes(b"\0" * 4096 + left + b"\0" * 100)
    assert look_through((tmp_path,), [b"Fjordwick", b"fjordwick"])
    assert not look_through((tmp_path,), [b"elsewhere"])


def test_the_look_through_reads_names_too(tmp_path: Path) -> None:
    (tmp_path / "Mxyzptlk.bin").write_bytes(b"")
    assert look_through((tmp_path,), [b"mxyzptlk"])


def test_a_raw_upload_and_what_was_typed_leave_nothing_in_clear(stage: Stage) -> None:
    draft = stage.draft(stage.api)
    stage.nothing_left()
    sent = {"Content-Type": "application/octet-stream", "Content-Length": str(SIZE)}
    path = f"/api/v1/drafts/{draft}/files/{FILE_NAME}"
    answer = stage.watched(lambda: stage.api.ask("PUT", path, slowly(stage.pause), headers=sent), writing=True)
    assert answer.status == 201, answer.text
    answer = stage.api.api("POST", f"/drafts/{draft}/send")
    assert answer.status == 201, answer.text
    stage.reference = answer.json["reference"]
    stage.nothing_left()


def test_a_form_with_a_file_and_what_was_typed_leave_nothing_in_clear(stage: Stage) -> None:
    """As a browser without script does it, from the choice of the way to the sending."""
    pages = stage.pages
    ways = re.findall(r'name="way"[^>]*value="([^"]+)"', pages.get("/items/new").text)
    way = next(way for way in ways if "national-to-inspectorate" in way and "intelligence" in way)
    begun = pages.post("/items/new", {"way": unescape(way)})
    assert begun.status == 303, begun.text
    draft = begun.headers["Location"].removesuffix("/edit")
    pages.get(f"{draft}/edit")
    # Refused first, so that what was typed is shown again: then it goes through the page's own state, too.
    assert pages.post(f"{draft}/edit", {**FORM, "version": "1", "grade": ""}).status == 422
    assert pages.post(f"{draft}/edit", {**FORM, "version": "1"}).status == 303
    stage.nothing_left()
    pages.get(f"{draft}/files")
    head, tail, kind, length = multipart([("csrf_token", pages.csrf)], "files", FILE_NAME, SIZE)
    sent = {"Content-Type": kind, "Content-Length": str(length)}
    answer = stage.watched(
        lambda: pages.ask("POST", f"{draft}/files", joined(head, slowly(stage.pause), tail), headers=sent),
        writing=True,
    )
    assert answer.status == 303, answer.text
    done = pages.post(draft, {"version": "2"})
    assert done.status == 303, done.text
    stage.page_reference = done.headers["Location"].split("/")[2]
    stage.nothing_left()


def test_a_download_through_a_page_leaves_nothing_in_clear(stage: Stage) -> None:
    pages, reference = stage.reader_pages, stage.page_reference
    pages.get(f"/items/{reference}")
    assert pages.post(f"/items/{reference}/open", {"purpose": "follow-up"}).status == 303
    shown = pages.get(f"/items/{reference}/content").text
    assert TITLE in shown
    assert FILE_NAME in shown
    whole_and_part(stage, pages, f"/items/{reference}/files/1")
    pages.get("/search")
    asked = {"identifier_type": "name", "value": NAME, "purpose": "follow-up"}
    assert reference in pages.post("/search", asked).text
    stage.nothing_left()


def test_a_download_through_the_api_leaves_nothing_in_clear(stage: Stage) -> None:
    whole_and_part(stage, stage.reader, f"/api/v1/items/{stage.reference}/files/1?purpose=follow-up")


def whole_and_part(stage: Stage, client: Client, path: str) -> None:
    """Downloaded under the watcher, and right to the last byte."""
    got: list[bytes] = []

    def take(piece: bytes) -> None:
        got.append(piece)
        if len(got) % 8 == 0:
            stage.pause()

    answer = stage.watched(lambda: client.get(path, into=take))
    assert answer.status == 200
    assert crc(got) == crc(pages_of(CANARY, SIZE))
    got.clear()
    answer = stage.watched(lambda: client.get(path, headers={"Range": "bytes=70000-29000000"}, into=take))
    assert answer.status == 206
    assert b"".join(got) == b"".join(pages_of(CANARY, SIZE))[70_000:29_000_001]


def test_opening_and_searching_leave_nothing_in_clear(stage: Stage) -> None:
    opened = stage.reader.api("POST", f"/items/{stage.reference}/open", {"purpose": "follow-up"})
    assert opened.json["title"] == TITLE
    assert opened.json["files"][0]["name"] == FILE_NAME
    references = [stage.page_reference, stage.reference]
    for kind, value in (("name", NAME), ("prison-number", PRISON_NUMBER), ("pnc", PNC)):
        found = stage.reader.api("POST", "/people/search", {"type": kind, "value": value, "purpose": "follow-up"})
        assert [row["reference"] for row in found.json["items"]] == references, found.text
    missed = stage.reader.api(
        "POST", "/people/search", {"type": "name", "value": "Quixotry Zugzwang", "purpose": "follow-up"}
    )
    assert missed.json["items"] == []
    stage.nothing_left()


def test_what_is_refused_leaves_nothing_in_clear(stage: Stage) -> None:
    """Refusals are recorded: without the words."""
    draft = stage.draft(stage.api)
    spill = {"title": TITLE, "text": TEXT, "marking": "SECRET"}
    tag = stage.api.api("GET", f"/drafts/{draft}").headers["ETag"]
    answer = stage.api.api("PATCH", f"/drafts/{draft}", spill, **{"If-Match": tag})
    assert answer.status == 403, answer.text
    for broken in (
        {"title": [TEXT]},
        {"quixotry": NAME},
        {"subjects": [{"name": NAME, "identifiers": [{"type": "pnc", "value": PRISON_NUMBER}]}]},
    ):
        answer = stage.api.api("PATCH", f"/drafts/{draft}", broken, **{"If-Match": tag})
        assert 400 <= answer.status < 500, answer.text
    answer = stage.api.ask("PUT", f"/api/v1/drafts/{draft}/files/{'Mxyzptlk' * 60}.bin", b"wing-note-qzxv")
    assert 400 <= answer.status < 500, answer.text
    answer = stage.api.ask("PUT", "/api/v1/drafts/none-such/files/Fjordwick.bin", CANARY * 100_000)
    assert answer.status == 404, answer.text
    answer = stage.reader.api("POST", "/items/Fjordwick/open", {"purpose": "follow-up"})
    assert answer.status == 404, answer.text
    answer = stage.reader.api("GET", "/items/Mxyzptlk-2026-00001?quixotry=zugzwang")
    assert 400 <= answer.status < 500
    stage.nothing_left()
