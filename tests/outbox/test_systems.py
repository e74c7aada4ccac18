"""Partner systems are told that something happened, signed, and nothing that named people alone may know."""

from __future__ import annotations

import hmac
import http.server
import json
import socketserver
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import sweeps
from app.outbound import hooks, web
from outbox.rules import destinations, signing
from tests.api.api_acts import sent
from tests.house import Live
from tests.outbox.postbox import emptied, swept

AT = datetime(2026, 11, 22, tzinfo=UTC)
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "webhooks" / "signed.json").read_text())


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is told; answers as ``answer`` says."""

    heard: list[tuple[dict[str, str], bytes]] = []
    answer = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.heard, Receiver.answer = [], 204
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks"
    server.shutdown()
    server.server_close()
    thread.join()


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the documentation says it, written once more."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, each) for each in headers["webhook-signature"].split(" "))


def test_the_vectors_verify_and_those_that_were_changed_do_not() -> None:
    body = VECTORS["body"].encode()
    for secret in VECTORS["secrets"]:
        assert verified(secret, VECTORS["headers"], body)
        for each in VECTORS["refused"]:
            headers = {**VECTORS["headers"], "webhook-timestamp": each["timestamp"]}
            assert not verified(secret, headers, each["body"].encode()), each["why"]
    said = VECTORS["published"]
    found = signing.signature(said["id"], said["timestamp"], said["body"].encode(), said["secret"])
    assert found == said["signature"], "the example of the published scheme"


def test_a_system_is_told_with_two_secrets_while_one_takes_over_from_the_other(live: Live, receiver: str) -> None:
    emptied(live)
    admin = live.api("imb-admin")
    made = admin.ok("POST", "/partner-systems", {"url": receiver})
    assert made["secret"].startswith("whsec_")
    assert "secret" not in json.dumps(admin.ok("GET", "/partner-systems"))
    sent(live)
    swept(live)
    (heard,) = Receiver.heard
    assert verified(made["secret"], *heard)
    assert set(json.loads(heard[1])) == {"type", "timestamp", "data"}
    again = admin.ok("POST", f"/partner-systems/{made['id']}/rotate")
    sent(live)
    swept(live)
    assert [verified(each["secret"], *Receiver.heard[-1]) for each in (made, again)] == [True, True]
    live.later(hours=25)
    sent_later(live)
    assert [verified(each["secret"], *Receiver.heard[-1]) for each in (made, again)] == [False, True]
    live.api("imb-admin").ok("DELETE", f"/partner-systems/{made['id']}")


def sent_later(live: Live, **changed: Any) -> None:
    live.tokens.clear()
    sent(live, **changed)
    swept(live)


def test_what_is_for_named_people_alone_is_told_to_no_system(live: Live, receiver: str) -> None:
    emptied(live)
    made = live.api("admin").ok("POST", "/partner-systems", {"url": receiver})
    named = {"marking": "OFFICIAL-SENSITIVE - RECIPIENTS ONLY", "recipients": [live.ids["officer"]]}
    sent(live, "staff", kind="intelligence", route="national-to-inspectorate", **named)
    swept(live)
    assert Receiver.heard == []
    live.api("admin").ok("DELETE", f"/partner-systems/{made['id']}")


def alert(live: Live, who: str, kind: str, to: str) -> None:
    given = {"urgency": "now", "establishment": "LEI", "gist": "Somebody may be at risk.", "marking": "OS", "to": [to]}
    live.api(who).ok("POST", f"/agreements/hmip-imb/alerts/{kind}", given)


def heard_of_alerts() -> int:
    return sum(json.loads(body)["type"] == "alert.called" for _, body in Receiver.heard)


def test_an_alert_is_told_to_the_system_of_a_body_an_office_of_which_heard_whole_and_to_no_other(
    live: Live, receiver: str
) -> None:
    emptied(live)
    third = live.api("imb-admin").ok("POST", "/partner-systems", {"url": receiver})
    alert(live, "staff", "concern-to-inspectorate", "hmip/correspondence")
    assert swept(live).to("officer")
    assert heard_of_alerts() == 0, "it stands on an office of another body"
    own = live.api("admin").ok("POST", "/partner-systems", {"url": receiver})
    alert(live, "staff", "concern-to-inspectorate", "hmip/correspondence")
    swept(live)
    assert heard_of_alerts() == 1, "everybody of that office heard"
    live.later(hours=12)
    sweeps.alerts(live.house)
    live.tokens.clear()
    swept(live)
    assert heard_of_alerts() > 1, "it went up to offices of both"
    for key, made in (("imb-admin", third), ("admin", own)):
        live.api(key).ok("DELETE", f"/partner-systems/{made['id']}")


def test_an_alert_that_stands_on_one_person_of_an_office_is_told_to_no_system(live: Live, receiver: str) -> None:
    emptied(live)
    live.join("officer2", "hmip", "hmip-correspondence-officer")
    office = live.offices("correspondence", "hmip")["id"]
    order = {"first": live.ids["officer"], "deputy": live.ids["officer2"]}
    live.api("officer").ok("PUT", f"/offices/{office}/order-of-call", order)
    made = live.api("admin").ok("POST", "/partner-systems", {"url": receiver})
    alert(live, "staff", "concern-to-inspectorate", "hmip/correspondence")
    assert [each.address for each in swept(live).letters] == ["officer@example.test"]
    assert heard_of_alerts() == 0
    live.api("admin").ok("DELETE", f"/partner-systems/{made['id']}")


def test_what_fails_comes_again_under_the_same_id_and_in_the_end_is_left_alone(live: Live, receiver: str) -> None:
    emptied(live)
    made = live.api("imb-admin").ok("POST", "/partner-systems", {"url": receiver})
    Receiver.answer = 302
    sent(live)
    for _ in range(14):
        swept(live)
        live.later(hours=6)
    assert len({headers["webhook-id"] for headers, _ in Receiver.heard}) == 1
    assert len(Receiver.heard) > 3
    live.tokens.clear()
    (found,) = live.api("imb-admin").ok("GET", "/partner-systems")["items"]
    assert found["state"] == "disabled"
    again = live.api("imb-admin").ok("POST", f"/partner-systems/{made['id']}/enable")
    assert (again["state"], again["failing_since"]) == ("active", None)
    assert live.api("imb-admin").post(f"/partner-systems/{made['id']}/enable").status_code == 409
    assert live.api("admin").post(f"/partner-systems/{made['id']}/disable").status_code == 404
    assert live.api("staff").get("/partner-systems").status_code == 403
    live.api("imb-admin").ok("DELETE", f"/partner-systems/{made['id']}")


@pytest.mark.parametrize(
    "url",
    ["http://example.gov.uk/a", "https://10.1.2.3/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "ftp://a.b/c",
     "https://169.254.169.254/latest", "https://name:word@example.gov.uk/", "https://0x7f.1/\\@x", "https://a b/", "no",
     "https://example.gov.uk:0/", "https://[fe80::1]/", "https://100.64.0.1/", "https://192.168.0.1/#x"],
)  # fmt: skip
def test_an_address_that_could_lead_inside_is_refused(url: str) -> None:
    assert destinations.fault(url, demonstration=False)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "fec0::1", "64:ff9b::a00:1"],
)
def test_a_name_that_leads_inside_is_not_connected_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", (address, 443))]
    monkeypatch.setattr(web.socket, "getaddrinfo", lambda *_, **__: found)
    outcome = hooks.tell("https://rebind.example/", ["whsec_AAAA"], "id", b"{}", AT, demonstration=False)
    assert (outcome.state, outcome.cause) == ("failed", "address-not-allowed")


def _spread(before: bytes, piece: bytes) -> Iterator[bytes]:
    yield before
    while True:
        yield piece


@pytest.fixture
def slow() -> Iterator[str]:
    """Answers as its path says, and never to the end."""
    done, calls = threading.Event(), []
    ways = {
        b"/headers": (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        b"/continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        b"/chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1", b";"),
    }

    class Slow(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = self.request.recv(65536)
            calls.append(asked)
            for piece in _spread(*ways[asked.split(b" ")[1]]):
                with suppress(OSError):
                    self.request.sendall(piece)
                if done.wait(0.05):
                    return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    Receiver.heard = calls  # type: ignore[assignment]
    yield f"http://127.0.0.1:{server.server_address[1]}"
    done.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("way", ["/headers", "/continue", "/chunks"])
def test_an_answer_that_never_ends_is_given_up_in_time(slow: str, way: str) -> None:
    began = time.monotonic()
    with pytest.raises(web.Unreachable):
        web.ask("POST", slow + way, b"{}", seconds=0.3)
    assert time.monotonic() - began < 1


def test_a_system_that_does_not_answer_holds_up_a_run_once(
    live: Live, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(live)
    made = live.api("imb-admin").ok("POST", "/partner-systems", {"url": slow + "/headers"})
    for _ in range(3):
        sent(live)
    monkeypatch.setattr(hooks, "ask", partial(web.ask, seconds=0.3))
    swept(live)
    assert len(Receiver.heard) == 1
    live.api("imb-admin").ok("DELETE", f"/partner-systems/{made['id']}")


def test_a_refusal_is_one_whatever_was_typed_for_a_name(live: Live) -> None:
    for typed in ("x" * 90, "a b", "ä"):
        for method, path in (("DELETE", f"/partner-systems/{typed}"), ("POST", f"/outbox/{typed}/try-again")):
            answer = live.api("staff")(method, path)
            assert (answer.status_code, answer.json["code"]) == (403, "outbox.refused"), (path, answer.text)
