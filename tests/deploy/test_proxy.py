"""The proxy's settings as shipped, on a real nginx: TLS, nothing spooled, nothing said in its logs, guessing slowed."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.live import Answer, Client, Person, Served, free_port, joined, make, multipart, wait_for
from tests import databases
from tests.secrecy.watching import MIB, Watcher, look_through, pages_of

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
CANARY = b"CANARY-77aa was overheard in chapel"
SIZE = 32 * MIB
DIRECTIVES = ("proxy_request_buffering off;", "proxy_buffering off;", "proxy_max_temp_file_size 0;")


@dataclass
class Proxied:
    """nginx before the service, both really running."""

    folder: Path
    plain: int
    tls: int
    service: Served
    process: subprocess.Popen[bytes]

    def client(self) -> Client:
        return OverTls(self.tls, self.folder / "tls" / "fullchain.pem")


class OverTls(Client):
    """The same client, trusting the one certificate."""

    def __init__(self, port: int, certificate: Path) -> None:
        super().__init__(port)
        self.trust = ssl.create_default_context(cafile=str(certificate))

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.port, timeout=120, context=self.trust)

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        # As a browser does: without it a form over TLS is refused.
        return {"Referer": f"https://localhost:{self.port}/", **super().headers(more)}


def rendered(folder: Path, plain: int, tls: int, service: int, conf: str) -> str:
    """The shipped file with the addresses of this test, inside the frame a distribution's nginx.conf gives it."""
    for was, now in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"),
        ("127.0.0.1:8080", f"127.0.0.1:{service}"),
        ("server_name custodes.example;", "server_name localhost;"),
        ("proxy_set_header Host $host;", "proxy_set_header Host $http_host;"),  # the port is not 443 here
        ("/etc/custodes/tls", str(folder / "tls")),
        ("/run/custodes-nginx", str(folder / "run")),
        ("/var/log/nginx", str(folder / "logs")),
    ):
        assert was in conf
        conf = conf.replace(was, now)
    user = "user root;" if os.geteuid() == 0 else ""
    return (
        f"daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/logs/main.log warn;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{conf}\n}}\n"
    )


def start(folder: Path, service: Served, conf: str) -> Proxied:
    for name in ("tls", "run", "logs"):
        (folder / name).mkdir(parents=True)
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout key.pem -out fullchain.pem"
    )
    subprocess.run(command.split(), cwd=folder / "tls", check=True, capture_output=True)
    plain, tls = free_port(), free_port()
    (folder / "nginx.conf").write_text(rendered(folder, plain, tls, service.port, conf))
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert nginx, "tools/need-nginx installs nginx"
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    proxied = Proxied(folder, plain, tls, service, process)

    def answers() -> bool:
        assert process.poll() is None, process.stderr.read() if process.stderr else b""
        try:
            return proxied.client().get("/health/live").status == 200
        except OSError:
            return False

    wait_for(answers, "nginx to answer")
    return proxied


def stop(proxied: Proxied) -> None:
    proxied.process.terminate()
    proxied.process.communicate(timeout=10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, Person]]]:
    folder = tmp_path_factory.mktemp("behind")
    more = databases.settings(folder / "state")
    house, people = make(folder / "state", **more)
    house.engine.dispose()
    with Served(folder / "state", folder / "tmp", more=more) as service:
        yield service, dict(people)


@pytest.fixture(scope="module")
def proxied(served: tuple[Served, dict[str, Person]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    found = start(tmp_path_factory.mktemp("proxy"), served[0], CONF.read_text())
    yield found
    stop(found)


def slowly(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        time.sleep(0.004)


def by_form(client: Client, draft: str) -> Answer:
    """A file as a form of a page."""
    client.get(f"/drafts/{draft}")
    head, tail, kind, length = multipart([("csrf_token", client.csrf)], "files", "overheard.bin", SIZE)
    body = joined(head, slowly(pages_of(CANARY, SIZE)), tail)
    said = {"Content-Type": kind, "Content-Length": str(length)}
    return client.ask("POST", f"/drafts/{draft}/files", body, headers=said)


def raw(client: Client, draft: str) -> Answer:
    """A file as the body of a request."""
    said = {"Content-Length": str(SIZE), "Content-Type": "application/octet-stream"}
    body = slowly(pages_of(CANARY, SIZE))
    return client.ask("PUT", f"/api/v1/drafts/{draft}/files/overheard.bin", body, headers=said)


def drafted(client: Client) -> str:
    answer = client.api(
        "POST",
        "/drafts",
        {
            "agreement": "hmip-imb",
            "kind": "intelligence",
            "route": "national-to-inspectorate",
            "establishment": "XFM",
            "marking": "OFFICIAL-SENSITIVE",
            "title": "A marked letter",
            "text": "As told.",
            "purpose": "So that it is known.",
            "subjects": [],
        },
    )
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def test_nothing_passes_without_tls(proxied: Proxied) -> None:
    answer = Client(proxied.plain).get("/items?person=somebody")
    assert answer.status == 308
    assert answer.headers["Location"].startswith("https://")


def test_a_letter_passes_and_leaves_nothing_with_the_proxy(
    proxied: Proxied, served: tuple[Served, dict[str, Person]]
) -> None:
    person = served[1]["staff"]
    pages = proxied.client().sign_in_to_pages(person)
    api = proxied.client().sign_in_to_api(person)
    assert "Strict-Transport-Security" in pages.get("/items").headers
    with Watcher(proxied.process.pid, CANARY) as watcher:
        assert raw(api, drafted(api)).status == 201
        answer = by_form(pages, drafted(api))
        assert answer.status == 303, answer.text[:2000]
    assert not watcher.seen
    assert watcher.looks >= 10, "the watcher slept"
    assert any("custodes.log" in name for name in watcher.watched), watcher.watched
    assert look_through((proxied.folder,), (CANARY[:16],)) == set()
    assert not [path for path in (proxied.folder / "run").rglob("*") if path.is_file()]


def test_a_proxy_that_spools_is_caught(served: tuple[Served, dict[str, Person]], tmp_path: Path) -> None:
    """The control: the same file without the three settings, and the watcher sees it."""
    conf = CONF.read_text()
    for directive in DIRECTIVES:
        assert conf.count(directive) == 2, f"{directive} must stand in every location"
        conf = conf.replace(directive, "")
    proxied = start(tmp_path / "wrong", served[0], conf)
    try:
        api = proxied.client().sign_in_to_api(served[1]["staff2"])
        with Watcher(proxied.process.pid, CANARY) as watcher:
            raw(api, drafted(api))
        assert watcher.seen
    finally:
        stop(proxied)


def test_the_proxy_s_log_has_addresses_without_what_was_asked(proxied: Proxied) -> None:
    proxied.client().get("/sign-in?next=/items%3Fperson%3DFjordwick")
    log = proxied.folder / "logs" / "custodes.log"
    wait_for(lambda: "GET /sign-in" in log.read_text(), "the proxy to write its log")
    assert "Fjordwick" not in log.read_text()
    assert re.search(r'"GET /sign-in" 200', log.read_text())


def test_guessing_passwords_from_one_address_is_slowed(proxied: Proxied) -> None:
    client = proxied.client()
    found = [
        client.api("POST", "/session", {"email": "nobody@example.test", "password": "guess"}).status for _ in range(40)
    ]
    assert 429 in found
    assert found[0] != 429
