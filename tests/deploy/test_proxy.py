"""The proxy's settings as shipped, on a real nginx: TLS, nothing spooled, nothing said in its logs, guessing slowed."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import warnings
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

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))


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
        ("listen 80 default_server;", f"listen 127.0.0.1:{plain} default_server;"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"),
        ("listen 443 ssl http2 default_server;", f"listen 127.0.0.1:{tls} ssl http2 default_server;"),
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


NAMED = {"Host": "localhost"}


def test_nothing_passes_without_tls(proxied: Proxied) -> None:
    answer = Client(proxied.plain).get("/items?person=somebody", headers=NAMED)
    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/items?person=somebody"


def test_a_program_that_forgot_tls_is_not_led_on(proxied: Proxied) -> None:
    answer = Client(proxied.plain).get("/api/v1/items", headers={**NAMED, "Authorization": "Bearer x"})
    assert (answer.status, answer.headers["Location"]) == (403, None)


def test_no_other_name_is_answered(proxied: Proxied) -> None:
    """Neither with TLS nor without; nor behind a handshake for the right name."""
    for name in ("elsewhere.example", "127.0.0.1", ""):
        assert said(proxied, f"GET /sign-in HTTP/1.1\r\nHost: {name}\r\n\r\n", tls=False) in (b"", b"400")
        assert said(proxied, f"GET /sign-in HTTP/1.1\r\nHost: {name}\r\n\r\n") in (b"", b"400", b"421")
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", proxied.tls), 10) as plain:
        proxied.trust().wrap_socket(plain, server_hostname="elsewhere.example")


# Each could be taken for one request by the proxy and for two by the service, or the other way round (RFC 9112, 11.2).
SMUGGLED = {
    "length and chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
    "a length with a sign": "Content-Length: +4\r\n\r\nabcd",
    "a length that is none": "Content-Length: 4, 4\r\n\r\nabcd",
    "chunks twice": "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunks under another name": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks and space": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no length": "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    "a folded header": "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("broken", SMUGGLED.values(), ids=SMUGGLED)
@pytest.mark.parametrize("door", ["the proxy", "the service itself"])
def test_no_second_request_hides_behind_a_first(proxied: Proxied, broken: str, door: str) -> None:
    """One answer at most; never one to the request that was put behind."""
    text = f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n{broken}GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    if door == "the proxy":
        got = everything(proxied, text)
    else:
        with socket.create_connection(("127.0.0.1", proxied.service.port), 10) as plain:
            got = exchanged(plain, text)
    assert b'"live"' not in got, got[-600:]
    assert got[9:12] in (b"", b"400", b"401", b"501"), got[:200]


def test_what_a_proxy_says_nobody_outside_can_say(proxied: Proxied) -> None:
    """Neither who they are, nor that there was no TLS, nor another host or path."""
    told = {
        "X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Prefix": "/elsewhere", "SCRIPT_NAME": "/elsewhere", "PATH_INFO": "/audit",
        "X-Original-URL": "/audit", "X-Rewrite-URL": "/audit",
        "X-HTTP-Method-Override": "DELETE", "Forwarded": "host=elsewhere.example",
    }  # fmt: skip
    for client in (proxied.client(), Client(proxied.service.port)):
        answer = client.get("/items", headers={**client.headers(), **told})
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?back=/items")


def test_what_the_proxy_answers_itself_has_its_headers_once(proxied: Proxied) -> None:
    """Also what it refuses, and an answer of the service has none of them twice."""
    found = [proxied.client().get("/sign-in"), proxied.client().get("/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    for answer in found:
        for name in ("Strict-Transport-Security", "X-Content-Type-Options"):
            assert len(answer.headers.get_all(name, [])) == 1, (answer.status, name)
        assert answer.headers["Server"] == "nginx"
    assert (found[0].status, found[1].status) == (200, 400)


def test_only_tls_of_today_is_spoken(proxied: Proxied) -> None:
    for version, spoken in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
        trust = proxied.trust()
        with warnings.catch_warnings():  # Python says that it is old: that is what is tried
            warnings.simplefilter("ignore")
            trust.minimum_version = trust.maximum_version = version
        trust.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", proxied.tls), 10) as plain:
            if spoken:
                with trust.wrap_socket(plain, server_hostname="localhost") as found:
                    assert (found.cipher() or ("",))[0].startswith("ECDHE-")
            else:
                with pytest.raises((ssl.SSLError, OSError)):
                    trust.wrap_socket(plain, server_hostname="localhost")


def everything(proxied: Proxied, text: str, *, tls: bool = True) -> bytes:
    """All that comes back until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", proxied.tls if tls else proxied.plain), 10) as plain:
        if not tls:
            return exchanged(plain, text)
        with proxied.trust().wrap_socket(plain, server_hostname="localhost") as sealed:
            return exchanged(sealed, text)


def exchanged(line: socket.socket, text: str) -> bytes:
    """One exchange; a line that is kept open for more is let go after a second."""
    line.sendall(text.encode())
    line.settimeout(1)
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError, ssl.SSLError):
        while piece := line.recv(1 << 16):
            found += piece
    return found


def said(proxied: Proxied, text: str, *, tls: bool = True) -> bytes:
    """The status alone."""
    return everything(proxied, text, tls=tls)[9:12]


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


def test_the_proxy_s_log_has_no_link_of_an_invitation(proxied: Proxied) -> None:
    proxied.client().get("/invitations/whoever-reads-this-could-take-it-up")
    log = proxied.folder / "logs" / "custodes.log"
    wait_for(lambda: "GET /invitations/-" in log.read_text(), "the proxy to write its log")
    assert "whoever-reads" not in log.read_text()


def test_guessing_passwords_from_one_address_is_slowed(proxied: Proxied) -> None:
    client = proxied.client()
    found = [
        client.api("POST", "/session", {"email": "nobody@example.test", "password": "guess"}).status for _ in range(40)
    ]
    assert 429 in found
    refused = client.ask("POST", "/sign-in", b"")
    assert refused.status == 429
    assert "max-age" in refused.headers["Strict-Transport-Security"]
    assert found[0] != 429
