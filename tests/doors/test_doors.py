"""The doors attacked over HTTP: the name they are asked for under, cookies, guessing, sessions, files of any kind.

What is tried at every address stands in tests/matrix; the proxy in tests/deploy; parsers in tests/fuzz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bootstrap.cells import cell
from app.factory import create_app
from app.http.hosts import address
from identity.store.hasher import Hasher
from tests.api.api_acts import draft
from tests.house import PASSWORD, Live
from tests.matrix.table import read
from tests.matrix.trying import public

pytestmark = pytest.mark.once("what a door takes and says is decided above the database")
ROOT = Path(__file__).parents[2]
HERE = "https://custodes.example"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
OTHERS = ("elsewhere.example", "custodes.example.elsewhere.example", "custodes.example@elsewhere.example", "127.0.0.1")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("doors") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def real(live: Live) -> Flask:
    """The same house behind TLS, at an address of its own, as no demonstration."""
    settings = replace(live.house.settings, demonstration=False, secure=True, address=HERE)
    return create_app(replace(live.house, settings=settings))


def open_addresses() -> list[str]:
    """Every address anybody may look at whose name has no hole."""
    return sorted(
        rule for rule in public() if "<" not in rule and ("GET", rule) in {(r.method, r.rule) for r in read()}
    )


# The name it is asked for under


@pytest.mark.parametrize("name", OTHERS)
def test_under_another_name_nothing_is_answered_and_nothing_repeats_it(real: Flask, name: str) -> None:
    client, asked = real.test_client(), 0
    for rule in [*open_addresses(), "/items", "/api/v1/items", "/nowhere"]:
        if "demonstration" in rule:
            continue
        answer = client.get(rule, base_url=HERE, headers={"Host": name})
        assert name not in str(answer.headers) + answer.text or name == "127.0.0.1"
        assert answer.status_code == (200 if rule in ("/health/live", "/health/startup") else answer.status_code)
        if not rule.startswith("/health/"):
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (421, False), rule
        asked += 1
    assert asked > 10


@pytest.mark.parametrize("name", ["custodes.example", "CUSTODES.example", "custodes.example:443"])
def test_under_its_own_name_it_answers(real: Flask, name: str) -> None:
    assert real.test_client().get("/sign-in", base_url=HERE, headers={"Host": name}).status_code == 200


def test_a_link_given_away_names_the_service_and_not_who_asked_how(live: Live, real: Flask) -> None:
    with real.test_request_context(base_url="https://elsewhere.example"):
        assert address("invitations.accept", token="t") == f"{HERE}/invitations/t"
    with live.app.test_request_context(base_url="http://somewhere.example"):  # a demonstration has no name of its own
        assert address("invitations.accept", token="t") == "http://somewhere.example/invitations/t"
    made = [path for path in (ROOT / "app").rglob("*.py") if "_external=True" in path.read_text(encoding="utf-8")]
    assert made == [ROOT / "app" / "http" / "hosts.py"]


# Under TLS


def test_under_tls_every_open_answer_says_so_and_its_cookie_belongs_to_this_host_alone(real: Flask) -> None:
    cookies = 0
    for rule in open_addresses():
        answer = real.test_client().get(rule, base_url=HERE)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", rule
        for line in answer.headers.getlist("Set-Cookie"):
            assert line.startswith("__Host-custodes=")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == set(line.split("; ")[1:])
            cookies += 1
    assert cookies


@pytest.mark.parametrize(
    "origin", ["http://custodes.example", "https://custodes.example:8443", "null", "https://[", "custodes.example", ""]
)
def test_a_form_from_the_same_name_without_tls_or_of_no_origin_is_from_elsewhere(real: Flask, origin: str) -> None:
    client = real.test_client()
    token = TOKEN.search(client.get("/sign-in", base_url=HERE).text)
    assert token
    given = {"csrf_token": token[1], "email": "nobody@example.test", "password": "x"}
    refused = client.post("/sign-in", base_url=HERE, data=given, headers={"Origin": origin})
    assert refused.status_code == 400
    good = client.post("/sign-in", base_url=HERE, data=given, headers={"Origin": HERE})
    assert good.status_code == 422  # looked at, and no such account


# Guessing, and what a guess tells


def sign_in_form(client: FlaskClient, email: str) -> tuple[int, str]:
    token = TOKEN.search(client.get("/sign-in").text)
    assert token
    answer = client.post("/sign-in", data={"csrf_token": token[1], "email": email, "password": "wrong, wrong"})
    return answer.status_code, re.sub(r'value="[^"]*"|[0-9a-f]{16}', "", answer.text)


def test_whoever_guesses_learns_nothing_of_who_has_an_account(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known, unknown, suspended: the same words after the same work, on the page and in the API; work is counted."""
    live.api("imb-admin").ok("POST", f"/accounts/{live.ids['hull']}/suspend", {"reason": "Away."})
    done: list[str] = []
    real = Hasher.verify

    def counting(self: Hasher, password: str, kept: str | None) -> bool:
        done.append("hash")
        return real(self, password, kept)

    monkeypatch.setattr(Hasher, "verify", counting)
    sa.event.listen(live.house.engine, "before_cursor_execute", lambda *given: done.append(given[2].split()[0]))
    found = []
    for email in ("chair@example.test", "nobody@example.test", "hull@example.test", "no address"):
        client = live.app.test_client()
        client.get("/sign-in")
        live.app.test_client().post("/api/v1/session", json={"email": email, "password": "x"})  # the entry of a period
        done.clear()
        page = sign_in_form(client, email)
        by_page = done.copy()
        done.clear()
        answer = live.app.test_client().post("/api/v1/session", json={"email": email, "password": "wrong, wrong"})
        said = {**answer.json, "request_id": ""}
        found.append((page, by_page.count("hash"), answer.status_code, said, done.count("hash")))
    assert all(each == found[0] for each in found)
    assert (found[0][1], found[0][4]) == (1, 1)


# Sessions


def web(live: Live, key: str) -> FlaskClient:
    """Signed in to the pages."""
    client = live.app.test_client()
    for path, given in (
        ("/sign-in", {"email": f"{key}@example.test", "password": PASSWORD}),
        ("/sign-in/code", {"code": live.code(key)}),
    ):
        token = TOKEN.search(client.get(path).text)
        assert token
        assert client.post(path, data={"csrf_token": token[1], **given}).status_code == 303
    return client


def test_a_session_put_into_a_browser_before_is_not_the_one_signed_in_with(live: Live) -> None:
    """Fixation: whoever planted a session holds nothing once its owner has signed in; nor is a made-up one taken."""
    planted = live.app.test_client()
    planted.get("/sign-in")
    cookie = planted.get_cookie("custodes")
    assert cookie
    victim = live.app.test_client()
    for value in (cookie.value, "made-up"):
        victim.set_cookie("custodes", value)
        token = TOKEN.search(victim.get("/sign-in").text)
        assert token
        given = {"csrf_token": token[1], "email": "staff@example.test", "password": PASSWORD}
        assert victim.post("/sign-in", data=given).status_code == 303
        held = victim.get_cookie("custodes")
        assert held
        assert held.value != value
    assert planted.get("/account").status_code == 303


def test_signing_out_takes_what_the_browser_kept_with_it_and_a_stolen_cookie_opens_nothing(live: Live) -> None:
    client, thief = web(live, "staff2"), live.app.test_client()
    cookie = client.get_cookie("custodes")
    token = TOKEN.search(client.get("/account").text)
    assert cookie
    assert token
    thief.set_cookie("custodes", cookie.value)
    assert thief.get("/account").status_code == 200
    answer = client.post("/sign-out", data={"csrf_token": token[1]})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert thief.get("/account").status_code == 303


def test_a_new_password_ends_every_other_session_by_whichever_door(live: Live) -> None:
    one, other, api = web(live, "vice"), web(live, "vice"), live.api("vice")
    token = TOKEN.search(one.get("/account/password").text)
    assert token
    given = {"current": PASSWORD, "password": "nine quiet rivers running", "again": "nine quiet rivers running"}
    done = one.post("/account/password", data={"csrf_token": token[1], "code": live.code("vice"), **given})
    assert done.status_code == 303, done.text
    assert [each.get("/account").status_code for each in (one, other)] == [200, 303]
    assert api.get("/me").status_code == 401


# Files


FILE = '--b\r\nContent-Disposition: form-data; name="files"'
NAMES = {
    "a\r\nSet-Cookie: a=b.txt": "a path or a header", "../../etc/passwd": "a path", "..\\..\\boot.ini": "a path",
    "\u202egpj.exe": "right to left", "a\0.txt": "no character", "x" * 300 + ".txt": "too long",
    '"; filename="b.exe': "two",
    "con.txt": "a device", "<img src=x onerror=alert(1)>.svg": "a page", "=cmd|' /C calc'!A0.csv": "a formula",
}  # fmt: skip
KINDS = (
    "text/html",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/javascript",
    "text/html\r\nX: y",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_says_of_itself_that_it_is_a_page_is_given_as_a_file_and_runs_nowhere(live: Live, kind: str) -> None:
    """Confusion of kinds: markup and script sent as a file, asked for by the API and by the page that shows it."""
    made, body = draft(live), b"<!DOCTYPE html><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    head = f'{FILE}; filename="a.svg"\r\nContent-Type: {kind}\r\n\r\n'.encode()
    api = live.api("officer")
    answer = api.post(
        f"/drafts/{made}/files", data=head + body + b"\r\n--b--\r\n", content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 201, answer.text
    item = api.ok("POST", f"/drafts/{made}/send")["reference"]
    got = api.get(f"/items/{item}/files/1?purpose=follow-up")
    assert got.data == body
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert (got.headers["X-Content-Type-Options"], "X" in got.headers) == ("nosniff", False)
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    for way in ("view", "picture"):
        shown = web(live, "officer").get(f"/items/{item}/files/1/{way}?purpose=follow-up")
        assert b"<script>alert" not in shown.data
        assert shown.mimetype not in KINDS[1:5]


@pytest.mark.parametrize("name", NAMES, ids=NAMES.values())
def test_a_name_that_means_more_than_a_name_becomes_one_or_is_refused(live: Live, name: str) -> None:
    """CR and LF, paths, right to left, quotes: in no header, no zip and no page does it mean more."""
    made, api = draft(live), live.api("officer")
    head = (
        f"--b\r\nContent-Disposition: form-data; name=\"files\"; filename*=UTF-8''{quoted(name)}\r\n\r\nx\r\n--b--\r\n"
    )
    answer = api.post(f"/drafts/{made}/files", data=head.encode(), content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 400:
        live.nothing_half_stored()
        return
    item = api.ok("POST", f"/drafts/{made}/send")["reference"]
    got = api.get(f"/items/{item}/files/1?purpose=follow-up")
    said = got.headers["Content-Disposition"]
    assert said.count('"') in (0, 2)
    assert not re.search(r"[\x00-\x1f\x7f/\\]", said)
    assert "Set-Cookie" not in got.headers
    assert "\u202e" not in said
    assert "%E2%80%AE" not in said


def quoted(name: str) -> str:
    """Every byte of it in percent: nothing of it is read on the way."""
    return "".join(f"%{byte:02X}" for byte in name.encode())


# Spreadsheets


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_cell_of_a_spreadsheet_begins_like_a_formula(begin: str) -> None:
    assert cell(f"{begin}cmd|' /C calc'!A0")[0] == "'"


# What goes to the archive names each file exactly as its author did (tests/web/test_transfer.py): programs read it.
EXACT = ROOT / "app" / "bootstrap" / "bags.py"


def test_every_table_that_is_written_passes_its_cells_through_that() -> None:
    """Each module that writes CSV names the one function, or its like in the room that may not know it."""
    rooms = ("app", "retention", "custody", "sharing", "identity", "audit", "incidents", "outbox")
    texts = {path: path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")}
    writing = {path for path, text in texts.items() if "csv.writer(" in text} - {EXACT}
    assert {path for path in writing if "cell(" not in texts[path] and "_FORMULA" not in texts[path]} == set()
    assert len(writing) >= 4


# Rows of the table that let in more than one would think (docs/security/access-review.md)


def test_whoever_is_let_in_to_a_form_alone_is_refused_when_they_send_it_whole(live: Live) -> None:
    """Addresses open to more people than the act: filled in as it should be, it is refused, and nothing is done."""
    item = str(live.api("officer").ok("POST", f"/drafts/{draft(live)}/send")["reference"])
    staff, hull = web(live, "staff"), web(live, "chair")
    chair = live.api("chair")
    for client, path, given, told in (
        (staff, f"/items/{item}/close", {"note": "Filed."}, {403, 422}),
        (staff, f"/items/{item}/reopen", {"why": "More came."}, {403, 422}),
        (hull, f"/disposals/{item}/hold", {"reason": "A claim.", "issuer": "A court"}, {403}),
    ):
        token = TOKEN.search(client.get("/account").text)
        assert token
        answer = client.post(path, data={"csrf_token": token[1], **given})
        assert answer.status_code in told, (path, answer.status_code)
    assert live.api("staff").ok("GET", f"/items/{item}")["state"] not in ("closed", "reopened")
    outsider = web(live, "imb-records")
    for path in ("content", "files.zip", "files/1", "files/1/view", "files/1/picture"):
        found = [outsider.get(f"/items/{one}/{path}?purpose=follow-up") for one in (item, "HMIP-1999-00001")]
        led = [answer.headers.get("Location", "").replace(item, "HMIP-1999-00001") for answer in found]
        assert found[0].status_code == found[1].status_code in (303, 404), path
        assert led[0] == led[1] in ("", "/items/HMIP-1999-00001"), path  # whose page says that there is none
    nobody = "00000000-0000-0000-0000-000000000000"
    whole = {"fingerprint": "0" * 64, "composition": "0" * 64, "code": "000000", "digest": "0" * 64}
    assert chair.post(f"/batches/{nobody}/approve", whole).status_code in (400, 403)
    assert chair.get("/disposals/pack?from=2026-01-01&until=2026-02-01").status_code in (400, 403)
    assert chair.get("/foresight/year?year=2026").status_code in (400, 403)
