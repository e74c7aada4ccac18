"""An upload that ends too soon leaves nothing: at once when the client is lost, after the sweep when a worker dies.

The real service, real sockets, real signals, and a real limit to what it may write.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.bootstrap import sweeps
from app.bootstrap.clock import DemonstrationClock
from bench.live import Client, Served, make, multipart, wait_for
from tests import databases, stores
from tests.faults.conftest import Scene, Things
from tests.served import app_over

HALF = 3_000_000
WHOLE = 2 * HALF


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Served]]:
    """A scene whose house is also served by real workers."""
    folder = tmp_path_factory.mktemp("broken")
    # A demonstration: its clock can be moved for all its processes at once.
    demonstration = {"CUSTODES_DEMONSTRATION": "1", "CUSTODES_SECURE": "0", **databases.settings(folder / "state")}
    house, people = make(folder / "state", **demonstration)
    scene = Scene(house, people, app_over(house), Things(), Things())
    with Served(folder / "state", folder / "tmp", more=demonstration) as service:
        yield scene, service
    house.engine.dispose()


@pytest.fixture(scope="module")
def api(served: tuple[Scene, Served]) -> Client:
    return served[1].client().sign_in_to_api(served[0].people["staff"])


@pytest.fixture(scope="module")
def pages(served: tuple[Scene, Served]) -> Client:
    return served[1].client().sign_in_to_pages(served[0].people["staff2"])


def sending(client: Client, method: str, path: str, *more: str) -> socket.socket:
    """A request begun: its head is sent."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{client.port}", *more]
    lines += [f"{name}: {value}" for name, value in client.headers().items()]
    found = socket.create_connection(("127.0.0.1", client.port), timeout=30)
    found.sendall("\r\n".join([*lines, "", ""]).encode())
    return found


def answered(found: socket.socket) -> bytes:
    """What came back, if anything did."""
    found.settimeout(20)
    told = b""
    with contextlib.suppress(OSError):
        while piece := found.recv(65536):
            told += piece
    return told


def raw(client: Client, draft: UUID) -> tuple[socket.socket, bytes]:
    path = f"/api/v1/drafts/{draft}/files/a.bin"
    return sending(client, "PUT", path, f"Content-Length: {WHOLE}"), b"x" * HALF


def chunked(client: Client, draft: UUID) -> tuple[socket.socket, bytes]:
    """Whole chunks, but never the last, empty one."""
    path = f"/api/v1/drafts/{draft}/files/a.bin"
    chunk = b"%x\r\n%s\r\n" % (65536, b"x" * 65536)
    return sending(client, "PUT", path, "Transfer-Encoding: chunked"), chunk * (HALF // 65536)


def inside_a_chunk(client: Client, draft: UUID) -> tuple[socket.socket, bytes]:
    """Broken off inside a chunk."""
    path = f"/api/v1/drafts/{draft}/files/a.bin"
    return sending(client, "PUT", path, "Transfer-Encoding: chunked"), b"%x\r\n" % WHOLE + b"x" * HALF


def form(client: Client, draft: UUID) -> tuple[socket.socket, bytes]:
    client.get(f"/drafts/{draft}/files")
    head, _, kind, length = multipart([("csrf_token", client.csrf)], "files", "a.bin", WHOLE)
    begun = sending(client, "POST", f"/drafts/{draft}/files", f"Content-Type: {kind}", f"Content-Length: {length}")
    return begun, head + b"x" * HALF


WAYS = {
    "raw": (raw, "staff"),
    "chunked": (chunked, "staff"),
    "inside a chunk": (inside_a_chunk, "staff"),
    "form": (form, "staff2"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lost", ["closed", "half closed", "reset"])
def test_a_client_lost_half_way_leaves_nothing(
    served: tuple[Scene, Served], request: pytest.FixtureRequest, way: str, lost: str
) -> None:
    scene, _ = served
    begin, key = WAYS[way]
    draft = scene.start_draft(key)
    before = scene.vault_files()
    client = request.getfixturevalue("pages" if way == "form" else "api")
    connection, half = begin(client, draft)
    connection.sendall(half)
    wait_for(lambda: under_way(scene) == 1, "the upload to be under way")
    if lost == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif lost == "half closed":
        connection.shutdown(socket.SHUT_WR)
        assert b" 201 " not in answered(connection)[:20]
    connection.close()
    wait_for(lambda: under_way(scene) == 0, "the upload to be given up", seconds=5)
    wait_for(lambda: scene.vault_files() == before, "the ciphertext to go", seconds=5)
    assert scene.count("item_file", f"item_uuid = '{draft}'") == 0


@pytest.mark.database("sqlite")  # a file of its own to have no room for; PostgreSQL's twin is in postgresql_faults
def test_a_full_disk_refuses_everything_and_loses_nothing(served: tuple[Scene, Served], api: Client) -> None:
    """The workers may write no file longer than what is there: the log's next entry does not fit at its commit."""
    scene, service = served
    reference = scene.sent()
    reader = service.client().sign_in_to_api(scene.people["officer"])
    draft = scene.start_draft()
    path = f"/api/v1/drafts/{draft}/files/b.bin"
    before = scene.vault_files()
    open_it = lambda: reader.api("POST", f"/items/{reference}/open", {"purpose": "follow-up"})  # noqa: E731
    take_it = lambda: reader.get(f"/api/v1/items/{reference}/files/1?purpose=follow-up")  # noqa: E731
    assert open_it().status == take_it().status == 200
    with full_disk(service, room_in(scene)):
        for _ in range(60):
            last = open_it()
            if last.status == 503:
                break
        assert last.status == 503, "the disk never filled"
        entries = scene.count("audit_entry")
        for ask in (open_it, take_it, lambda: api.api("POST", f"/drafts/{draft}/send")):
            answer = ask()
            assert answer.status == 503, answer.text
            assert b"Zugzwang" not in answer.body
            assert b"Vexillology" not in answer.body
        refused = api.ask("PUT", path, b"z" * 900_000)
        assert refused.status == 503, refused.text
        assert scene.count("audit_entry") == entries
        # The name of an upload that could not even begin may stay until the sweep: there is nothing in it.
        assert whole(scene) == before
    assert open_it().status == take_it().status == 200
    assert api.ask("PUT", path, b"z" * WHOLE).status == 201
    assert api.api("POST", f"/drafts/{draft}/send").status == 201


@pytest.mark.folder("half a file lies in a file; a bucket is sent nothing before the first eight megabytes")
def test_a_worker_killed_in_the_middle_of_an_upload_leaves_nothing_after_the_sweep(
    served: tuple[Scene, Served], api: Client
) -> None:
    scene, service = served
    draft = scene.start_draft()
    sweeps.tidy(scene.house)  # what the tests above left to be forgotten
    before, workers = whole(scene), service.worker_pids()
    connection, half = raw(api, draft)
    connection.sendall(half)
    wait_for(lambda: under_way(scene) == 1, "the upload to be under way")
    wait_for(lambda: len(whole(scene)) > len(before), "something to be written")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    connection.close()
    wait_for(lambda: set(service.worker_pids()).isdisjoint(workers) and service.ready(), "another worker")
    assert under_way(scene) == 1, "what a killed worker leaves is there to be swept"
    begun = scene.house.now()
    move(scene, begun + timedelta(hours=23))
    sweeps.tidy(scene.house)
    assert under_way(scene) == 1, "what may still be under way is left alone"
    assert len(whole(scene)) > len(before)
    move(scene, begun + timedelta(days=1, minutes=5))
    sweeps.tidy(scene.house)
    assert under_way(scene) == 0
    assert scene.vault_files() == before
    assert all(name.startswith("objects/") for name in before)
    api.sign_in_to_api(scene.people["staff"], scene.house.now())
    again = api.ask("PUT", f"/api/v1/drafts/{draft}/files/a.bin", b"y" * 1000)
    assert again.status == 201, again.text
    assert again.json["size"] == 1000


def whole(scene: Scene) -> list[str]:
    """Every object that holds anything."""
    return [name for name in scene.vault_files() if stores.read(scene.house, name)]


def room_in(scene: Scene) -> int:
    """The longest of the database's files, and a little."""
    folder = scene.house.settings.state
    return max(path.stat().st_size for path in folder.glob("custodes.db*")) + 64 * 1024


@contextlib.contextmanager
def full_disk(service: Served, size: int) -> Iterator[None]:
    everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    try:
        for pid in service.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        yield
    finally:
        for pid in service.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, everything)


def under_way(scene: Scene) -> int:
    return scene.count("vault_part", "state = 'pending'")


def move(scene: Scene, to: datetime) -> None:
    clock = scene.house.clock
    assert isinstance(clock, DemonstrationClock)
    clock.move_to(to)
