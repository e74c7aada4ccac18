"""Mail through a real server on a socket, and through a stand-in that speaks GOV.UK Notify's published API."""

from __future__ import annotations

import hmac
import http.server
import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.config import Settings, SettingsFaulty
from app.outbound.mail.folder import Folder
from app.outbound.mail.notify import Notify
from app.outbound.mail.server import Server
from outbox.model.message import Letter
from tests.outbox.mail_server import Answers, mail_server

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SENDER = "custodes@example.gov.uk"
SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


def letter(**changed: str) -> Letter:
    given = {
        "id": str(uuid4()),
        "address": "cleo@example.test",
        "subject": "OFFICIAL: 1 item waits",
        "body": "OFFICIAL\n",
    }
    return Letter(**{**given, **changed})


def server(port: int, **more: str) -> Server:
    return Server("localhost", port, SENDER, lambda: AT, **more)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def place(tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with mail_server(tmp_path, answers) as (port, chain):
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        yield port


def test_a_letter_is_handed_over_encrypted_under_its_own_message_id(place: int, answers: Answers) -> None:
    answers.sign_in = ("custodes", "a word")
    given = letter()
    for _ in range(2):
        assert server(place, user="custodes", password="a word").send(given).state == "sent"
    (sender, to, body), (_, _, again) = answers.taken
    assert answers.secure == [True, True]
    assert (sender, to) == (f"mail FROM:<{SENDER}>", "rcpt TO:<cleo@example.test>")
    found = message_from_bytes(body, policy=policy.default)
    assert found["Message-ID"] == f"<{given.id}@example.gov.uk>"
    assert found["Subject"] == given.subject
    assert body == again, "handed over twice it is the same message"


@pytest.mark.parametrize(
    ("changed", "cause", "permanent"),
    [
        ({"tls": False}, "no-starttls", False),
        ({"rcpt": "550 5.1.1 nobody of that name"}, "address-refused", True),
        ({"rcpt": "450 4.2.1 busy"}, "address-refused", False),
        ({"data": "554 5.7.1 no"}, "message-refused", True),
        ({"data": "451 4.3.0 later"}, "message-refused", False),
        ({"drop": True}, "unreachable", False),
        ({"sign_in": ("custodes", "another")}, "sign-in-refused", False),
    ],
)
def test_what_goes_wrong_is_told_apart(
    place: int, answers: Answers, changed: dict[str, Any], cause: str, permanent: bool
) -> None:
    for name, value in changed.items():
        setattr(answers, name, value)
    user = {"user": "custodes", "password": "a word"} if answers.sign_in else {}
    outcome = server(place, **user).send(letter())
    assert (outcome.state, outcome.cause, outcome.permanent) == ("failed", cause, permanent)
    assert not answers.taken or cause in ("message-refused", "unreachable")


def test_a_certificate_of_another_is_not_talked_to(tmp_path: Path, answers: Answers) -> None:
    with mail_server(tmp_path, answers) as (port, _):
        assert server(port).send(letter()).cause == "tls-failed"
    assert answers.taken == []
    assert server(1).send(letter()).cause == "unreachable"


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "cleo@example.test\r\nBcc: all@example.test"},
        {"address": "cleo@example.test, mallory@example.test"},
        {"address": "Cleo <cleo@example.test>"},
        {"address": "cléo@example.test"},
        {"subject": "OFFICIAL\r\nBcc: all@example.test"},
    ],
)
def test_nothing_becomes_another_header(place: int, answers: Answers, tmp_path: Path, changed: dict[str, str]) -> None:
    for carrier in (server(place), Folder(tmp_path / "mail", "", lambda: AT)):
        outcome = carrier.send(letter(**changed))
        assert (outcome.cause, outcome.permanent) == ("address-unusable", True)
    assert answers.taken == []


class Api(http.server.BaseHTTPRequestHandler):
    """POST /v2/notifications/email, GET /v2/notifications, GET /v2/notifications/<id>, as published."""

    kept: dict[str, dict[str, Any]] = {}
    refuse: int = 0
    posts = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._known():
            return
        if Api.refuse:
            self._answer(Api.refuse, {"status_code": Api.refuse, "errors": [{"error": "x", "message": "x"}]})
            return
        Api.posts += 1
        made = {"id": str(uuid4()), "status": "created", **body}
        Api.kept[made["id"]] = made
        self._answer(201, {"id": made["id"], "reference": body["reference"], "content": {}, "uri": "", "template": {}})

    def do_GET(self) -> None:
        if not self._known():
            return
        _, _, query = self.path.partition("?reference=")
        if query:
            found = [each for each in Api.kept.values() if each["reference"] == query]
            self._answer(200, {"notifications": found, "links": {"current": self.path}})
        else:
            self._answer(200, Api.kept[self.path.rpartition("/")[2]])

    def _known(self) -> bool:
        """JWT, HS256 over the secret, of this service, made within thirty seconds."""
        head, claims, sign = self.headers["Authorization"].removeprefix("Bearer ").split(".")
        wanted = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), sha256).digest()
        read = [json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, claims)]
        good = hmac.compare_digest(wanted, urlsafe_b64decode(sign + "=" * (-len(sign) % 4)))
        good = good and read[0] == {"typ": "JWT", "alg": "HS256"} and read[1]["iss"] == SERVICE
        if not good or abs(read[1]["iat"] - AT.timestamp()) > 30:
            self._answer(403, {"status_code": 403, "errors": [{"error": "AuthError", "message": "Invalid token"}]})
            return False
        return True

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    Api.kept, Api.refuse, Api.posts = {}, 0, 0
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


def notify(base: str, secret: str = SECRET, at: datetime = AT) -> Notify:
    return Notify(base, SERVICE, secret, str(uuid4()), lambda: at)


def test_notify_takes_a_letter_once_however_often_it_is_handed_over(api: str) -> None:
    given = letter()
    first = notify(api).send(given)
    assert (first.state, Api.posts) == ("sent", 1)
    assert notify(api).send(given).remote == first.remote, "asked by reference before anything is sent"
    assert Api.posts == 1
    (kept,) = Api.kept.values()
    assert kept["personalisation"] == {"subject": given.subject, "body": given.body}
    assert kept["email_address"] == given.address
    assert notify(api).ask({given.id: first.remote}) == {}
    for status, state, permanent in (
        ("delivered", "delivered", False),
        ("permanent-failure", "failed", True),
        ("temporary-failure", "failed", False),
        ("technical-failure", "failed", False),
    ):
        kept["status"] = status
        found = notify(api).ask({given.id: first.remote})[given.id]
        assert (found.state, found.permanent) == (state, permanent)
    assert notify(api).send(given).state == "sent", "what failed may be sent again"
    assert Api.posts == 2


@pytest.mark.parametrize(
    ("status", "cause", "permanent"),
    [
        (400, "message-refused", True),
        (429, "too-many", False),
        (500, "carrier-failed", False),
        (503, "carrier-failed", False),
    ],
)
def test_what_notify_refuses_is_told_apart(api: str, status: int, cause: str, permanent: bool) -> None:
    Api.refuse = status
    outcome = notify(api).send(letter())
    assert (outcome.cause, outcome.permanent) == (cause, permanent)


def test_a_wrong_key_or_clock_is_for_somebody_to_mend(api: str) -> None:
    for wrong in (notify(api, str(uuid4())), notify(api, at=datetime(2026, 11, 22, 9, 31, tzinfo=UTC))):
        assert wrong.send(letter()).cause == "sign-in-refused"
    assert notify("http://127.0.0.1:1").send(letter()).cause == "unreachable"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"CUSTODES_MAIL_URL": "smtp://post@mail.example:587"},
         {"CUSTODES_MAIL_FROM", "CUSTODES_MAIL_SECRET", "CUSTODES_ADDRESS"}),
        ({"CUSTODES_MAIL_URL": "smtp://post:word@mail.example"}, {"CUSTODES_MAIL_URL"}),
        ({"CUSTODES_MAIL_URL": "carrier-pigeon"}, {"CUSTODES_MAIL_URL"}),
        ({"CUSTODES_MAIL_URL": "notify:"}, {"CUSTODES_MAIL_SECRET", "CUSTODES_MAIL_TEMPLATE", "CUSTODES_ADDRESS"}),
        ({"CUSTODES_MAIL_URL": "notify:http://notify.example", "CUSTODES_ADDRESS": "https://c.example"},
         {"CUSTODES_MAIL_URL"}),
        ({"CUSTODES_MAIL_FROM": "Us <us@example.gov.uk>"}, {"CUSTODES_MAIL_FROM"}),
    ],
)  # fmt: skip
def test_a_carrier_set_up_by_half_does_not_start(given: dict[str, str], names: set[str]) -> None:
    with pytest.raises(SettingsFaulty) as refused:
        Settings.from_env(given)
    assert refused.value.fields.keys() == names


def test_a_carrier_set_up_whole_starts(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"team_key-{SERVICE}-{SECRET}\n")
    whole = {"CUSTODES_MAIL_SECRET": str(secret), "CUSTODES_ADDRESS": "https://custodes.example"}
    Settings.from_env({**whole, "CUSTODES_MAIL_URL": "notify:", "CUSTODES_MAIL_TEMPLATE": SERVICE})
    Settings.from_env({**whole, "CUSTODES_MAIL_URL": "smtp://post@mail.example", "CUSTODES_MAIL_FROM": SENDER})
