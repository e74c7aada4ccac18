"""Uploads and downloads through a real server: flat memory, limits at once, nothing left of what broke off."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from api_acts import body_of

from tests import stores
from tests.house import Live, environ_of

MIB = 1 << 20
LIMIT = 96
ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    """gunicorn over the house of ``live``; one person's token."""

    live: Live
    port: int
    process: subprocess.Popen[bytes]
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if isinstance(body, dict):
            body, given["Content-Type"] = json.dumps(body), "application/json"
        try:
            conn.request(method, f"/api/v1{path}", body, {**given, **headers})
            answer = conn.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            conn.close()

    def draft(self) -> str:
        status, _, data = self.ask("POST", "/drafts", body_of())
        assert status == 201, data
        return str(json.loads(data)["id"])

    def files(self, draft: str) -> list[Any]:
        return list(json.loads(self.ask("GET", f"/drafts/{draft}")[2])["files"])

    def worker(self) -> psutil.Process:
        (worker,) = psutil.Process(self.process.pid).children()
        return worker


@pytest.fixture(scope="module")
def served(live: Live) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = environ_of(live.house.settings.state, CUSTODES_PORT=str(port), CUSTODES_FILE_LIMIT_MIB=str(LIMIT))
    code = "from app.config import Settings; from app.serving import run; run(Settings.from_env())"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**_inherited(), **environ})
    made = Served(live, port, process)
    try:
        _wait(made)
        made.token = live.sign_in("officer")
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CUSTODES_")}


def _wait(served: Served) -> None:
    for _ in range(200):
        try:
            if served.ask("GET", "/audit/key")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def _pieces(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield number.to_bytes(4, "big") * (MIB // 4)


def test_a_large_file_goes_in_and_out_with_flat_memory(served: Served) -> None:
    draft = served.draft()
    served.ask("PUT", f"/drafts/{draft}/files/warm.bin", b"x" * MIB)
    idle = served.worker().memory_info().rss
    count = LIMIT - 8
    length = str(count * MIB)
    status, _, data = served.ask(
        "PUT", f"/drafts/{draft}/files/large.bin", _pieces(count), **{"Content-Length": length}
    )
    assert status == 201, data
    digest = sha256()
    for piece in _pieces(count):
        digest.update(piece)
    assert json.loads(data) == {"part": 2, "size": count * MIB, "sha256": digest.hexdigest()}
    assert served.worker().memory_info().rss - idle < 48 * MIB
    reference = json.loads(served.ask("POST", f"/drafts/{draft}/send", {})[2])["reference"]
    status, headers, got = served.ask("GET", f"/items/{reference}/files/2?purpose=follow-up")
    assert (status, headers["Content-Length"]) == (200, length)
    assert sha256(got).hexdigest() == digest.hexdigest()
    assert served.worker().memory_info().rss - idle < 48 * MIB


def test_a_chunked_upload_is_refused_at_the_first_byte_beyond_the_limit(served: Served) -> None:
    draft = served.draft()
    conn = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    headers = {"Authorization": f"Bearer {served.token}", "Transfer-Encoding": "chunked"}
    try:
        conn.request("PUT", f"/api/v1/drafts/{draft}/files/a.bin", _pieces(LIMIT + 1), headers, encode_chunked=True)
        answer = conn.getresponse()
        problem = json.loads(answer.read())
    finally:
        conn.close()
    assert (answer.status, problem["code"]) == (413, "vault.too-large")
    assert f"{LIMIT * MIB:,}" in problem["detail"]
    assert served.files(draft) == []


def test_an_upload_broken_off_half_way_leaves_nothing(served: Served) -> None:
    draft = served.draft()
    head = (
        f"PUT /api/v1/drafts/{draft}/files/a.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
    ).encode()
    chunked = b"Transfer-Encoding: chunked\r\n\r\n100000\r\n" + b"x" * 700_000
    for rest in (b"Content-Length: 3000000\r\n\r\n" + b"x" * 1_500_000, chunked):
        with socket.create_connection(("127.0.0.1", served.port)) as broken:
            broken.sendall(head + rest)
    form = (
        f"POST /api/v1/drafts/{draft}/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 3000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    ).encode()
    with socket.create_connection(("127.0.0.1", served.port)) as broken:
        broken.sendall(form + b"x" * 1_500_000)
    _eventually(served.live.nothing_half_stored)
    assert served.files(draft) == []


def _eventually(check: Any) -> None:
    for _ in range(50):
        try:
            return check()
        except AssertionError:
            time.sleep(0.1)
    return check()


def test_a_file_altered_where_it_lies_breaks_the_connection(served: Served) -> None:
    draft = served.draft()
    served.ask("PUT", f"/drafts/{draft}/files/a.bin", b"y" * (4 * MIB))
    reference = json.loads(served.ask("POST", f"/drafts/{draft}/send", {})[2])["reference"]
    house = served.live.house
    (name,) = [name for name in stores.files(house) if draft in name]
    whole = stores.read(house, name)
    stores.replace(house, name, whole[: 3 * MIB] + b"\0" * 16 + whole[3 * MIB + 16 :])
    with pytest.raises(http.client.IncompleteRead):
        served.ask("GET", f"/items/{reference}/files/1?purpose=follow-up")
    status, _, got = served.ask("GET", f"/items/{reference}/files/1?purpose=follow-up", Range="bytes=0-99")
    assert (status, got) == (206, b"y" * 100)
