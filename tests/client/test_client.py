"""The client for programs, on a running service; and on a line that breaks, which a stand-in server is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from client import custodes_client
from client.custodes_client import Custodes, NotSigned, NotWhole, Refused, Unreachable, believed
from tests.house import Live

pytestmark = pytest.mark.once("a program does not see which database answers it")
ROOT = Path(__file__).parents[2]
SIGNED = json.loads((Path(__file__).parents[1] / "vectors/webhooks/signed.json").read_text(encoding="utf-8"))
LETTER = {
    "agreement": "hmip-imb",
    "kind": "intelligence",
    "route": "national-to-inspectorate",
    "marking": "OFFICIAL-SENSITIVE",
    "title": "Cell bells at night",
    "text": "Three people told us the same thing.",
    "purpose": "To inform the next inspection.",
    "establishment": "LEI",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("client") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def service(live: Live) -> Iterator[Callable[[str], Custodes]]:
    """A client for each of the cast, with a token of their own that acts."""
    server = make_server("127.0.0.1", 0, live.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    until = (live.now + timedelta(days=9)).isoformat()

    def of(who: str) -> Custodes:
        body = {"name": "A program", "until": until, "reads_only": False}
        token = live.prove(who).ok("POST", "/me/tokens", body)["token"]
        return Custodes(f"http://127.0.0.1:{server.server_port}", token, longest_wait=0.0)

    yield of
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_item_goes_from_one_program_to_another(
    service: Callable[[str], Custodes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custodes_client, "PIECE", 70_000)  # several pieces of one small file
    staff, officer = service("staff"), service("officer")
    file = tmp_path / "cell bells – nights.bin"
    file.write_bytes(bytes(range(256)) * 800)
    draft = staff.draft(**LETTER)
    part = staff.attach(draft, file)
    staff.change(f"/drafts/{draft}", {"title": "Cell bells at night, again"})
    reference = staff.send(draft)
    assert reference in [each["reference"] for each in officer.every("/items", limit=1)]
    opened = officer.open(reference, "inspection")
    assert (opened["title"], opened["files"][0]["name"]) == ("Cell bells at night, again", file.name)
    digest = sha256(file.read_bytes()).hexdigest()
    got = officer.download(reference, part, "inspection", tmp_path / "got", sha256=digest)
    assert (got.sha256, (tmp_path / "got").read_bytes()) == (digest, file.read_bytes())
    assert not (tmp_path / "got.part").exists()
    officer.post(f"/items/{reference}/acknowledge")
    with pytest.raises(Refused) as refused:
        officer.post(f"/items/{reference}/acknowledge")
    assert refused.value.status in (403, 409)
    assert refused.value.code
    assert refused.value.detail


def test_what_is_refused_says_every_reason_and_field(service: Callable[[str], Custodes]) -> None:
    officer = service("officer")
    with pytest.raises(Refused) as refused:
        officer.draft(agreement="hmip-imb", kind="correspondence", marking="OFFICIAL", title=1)
    assert (refused.value.code, list(refused.value.errors)) == ("api.fields-invalid", ["title"])
    with pytest.raises(Refused) as other:
        Custodes(officer.address, "custodes_nothing").get("/me")
    assert other.value.status == 401


def test_asked_twice_under_one_key_it_is_done_once(service: Callable[[str], Custodes]) -> None:
    staff = service("staff")
    first, second = (staff.post("/drafts", LETTER, key="import-2026-11-22-7") for _ in range(2))
    assert first == second


def test_the_program_of_the_page_for_integrators_does_what_the_page_says(
    live: Live, service: Callable[[str], Custodes], tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")
    (tmp_path / "program.py").write_text(text.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    shutil.copy(ROOT / "client" / "custodes_client.py", tmp_path)
    staff = service("staff")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={"CUSTODES": staff.address, "TOKEN": staff.token},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert staff.get(f"/items/{done.stdout.strip()}")["files"] == 1


# --- a line that breaks

Said = tuple[int, dict[str, str], bytes]


@contextmanager
def standing_in(*answers: Said) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    """One answer after another; what was asked. A body shorter than its length breaks off."""
    asked: list[tuple[str, str, dict[str, str]]] = []
    left = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = next(left)
            if not status:
                return  # gone without a word
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_HEAD = answer

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_not_now_is_asked_again_under_the_same_key() -> None:
    busy: Said = (503, {"Retry-After": "0"}, b"{}")
    with standing_in(busy, busy, (201, {}, b'{"id": "a"}')) as (address, asked):
        assert Custodes(address, "t", longest_wait=0).post("/drafts", {}) == {"id": "a"}
    assert len({headers["idempotency-key"] for _, _, headers in asked}) == 1
    assert len(asked) == 3
    with standing_in(busy, busy) as (address, asked):
        with pytest.raises(Refused) as refused:
            Custodes(address, "t", attempts=2, longest_wait=0).post("/drafts", {})
        assert refused.value.status == 503


def test_no_answer_is_told_as_that() -> None:
    with standing_in((0, {}, b""), (0, {}, b"")) as (address, asked):
        with pytest.raises(Unreachable):
            Custodes(address, "t", attempts=2, longest_wait=0).get("/me")
        assert len(asked) == 2


def test_a_download_that_breaks_off_goes_on_and_is_compared(tmp_path: Path) -> None:
    whole = b"0123456789"
    tag, digest = {"ETag": '"HMIP-2026-00001.1"'}, sha256(whole).hexdigest()
    short: Said = (200, {**tag, "Content-Length": "10"}, whole[:4])
    rest: Said = (206, {**tag, "Content-Range": "bytes 4-9/10"}, whole[4:])
    with standing_in(short, rest) as (address, asked):
        Custodes(address, "t").download("HMIP-2026-00001", 1, "inspection", tmp_path / "a", sha256=digest)
    assert (tmp_path / "a").read_bytes() == whole
    assert (asked[1][2]["range"], asked[1][2]["if-range"]) == ("bytes=4-", tag["ETag"])
    changed: Said = (200, tag, b"0123456780")
    with standing_in(changed) as (address, _), pytest.raises(NotWhole):
        Custodes(address, "t").download("HMIP-2026-00001", 1, "inspection", tmp_path / "b", sha256=digest)
    with standing_in(short, short) as (address, _), pytest.raises(NotWhole):
        Custodes(address, "t", attempts=1).download("HMIP-2026-00001", 1, "inspection", tmp_path / "b")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a"]


def test_an_upload_goes_on_from_where_the_service_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custodes_client, "PIECE", 4)
    file = tmp_path / "a.txt"
    file.write_bytes(b"0123456")
    begun: Said = (201, {"Location": "/api/v1/drafts/d/uploads/u"}, b"")
    here: Said = (204, {"Upload-Offset": "4"}, b"")
    told: Said = (200, {"Upload-Offset": "4"}, b"")
    away: Said = (503, {"Retry-After": "0"}, b"{}")
    end: Said = (204, {"Upload-Offset": "7"}, b"")
    with standing_in(begun, here, (0, {}, b""), told, away, told, end, (200, {}, b'{"part": 3}')) as (address, asked):
        assert Custodes(address, "t", longest_wait=0).attach("d", file) == 3
    offsets = [headers["upload-offset"] for method, _, headers in asked if method == "PATCH"]
    assert offsets == ["0", "4", "4", "4"]
    with standing_in(begun, (400, {}, b'{"code": "sharing.malware"}')) as (address, _), pytest.raises(Refused):
        Custodes(address, "t").attach("d", file)


# --- webhooks


def test_a_webhook_is_believed_by_its_signature_alone() -> None:
    headers, body = SIGNED["headers"], SIGNED["body"].encode()
    now = float(headers["webhook-timestamp"])
    for secret in SIGNED["secrets"]:
        event = believed(secret, {name.title(): value for name, value in headers.items()}, body, now=now + 299)
        assert (event.id, event.type) == (headers["webhook-id"], "item.received")
    for wrong in SIGNED["refused"]:
        changed = {**headers, "webhook-timestamp": wrong["timestamp"]}
        with pytest.raises(NotSigned):
            believed(SIGNED["secrets"][0], changed, wrong["body"].encode(), now=now)
    for off in (-301, 301):
        with pytest.raises(NotSigned):
            believed(SIGNED["secrets"][0], headers, body, now=now + off)
    for other in ({}, {**headers, "webhook-signature": ""}, {**headers, "webhook-timestamp": "x"}):
        with pytest.raises(NotSigned):
            believed(SIGNED["secrets"][0], other, body, now=now)
