"""The doors without a browser: headers, the order of refusals, uploads that never touch a disk, CSRF, refusals."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import tempfile
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shell_house import EMAIL, LIMIT, PASSWORD, Shell, make_app

from app.http import kept, permissions, security
from app.web import assets, filters

MIB = 1 << 20


@pytest.fixture
def app(shell: Shell) -> Flask:
    return make_app(shell)


@pytest.fixture
def client(app: Flask, shell: Shell) -> FlaskClient:
    """Somebody signed in."""
    client = app.test_client()
    first = client.get("/sign-in")
    body = {"csrf_token": token(first.text), "email": EMAIL, "password": PASSWORD}
    second = client.get(client.post("/sign-in", data=body).headers["Location"])
    done = client.post("/sign-in/code", data={"csrf_token": token(second.text), "code": shell.code()})
    assert done.status_code == 303, done.text
    return client


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any temporary file, spooled or not, fails the test."""

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    for name in ("TemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(f"werkzeug.formparser.{name}", refuse, raising=False)


def token(text: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found
    return found.group(1)


class Reluctant(io.BytesIO):
    """A body that remembers how much of it was read."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.given += len(part)
        return part

    def readinto(self, buffer: Any, /) -> int:
        taken = super().readinto(buffer)
        self.given += taken
        return taken


def multipart(fields: dict[str, str], file: bytes, name: str = "report.pdf") -> tuple[bytes, str]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    head += "Content-Type: application/pdf\r\n\r\n"
    return "".join(parts).encode() + head.encode() + file + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


# headers


def test_the_hash_in_the_content_policy_is_that_of_the_installed_page_template() -> None:
    template = (package_files("govuk_frontend_jinja") / "templates" / "template.html").read_text()
    script = re.search(r"<script[^>]*>(.*?)</script>", template, re.DOTALL)
    assert script
    digest = base64.b64encode(hashlib.sha256(script.group(1).encode()).digest()).decode()
    assert f"'sha256-{digest}'" == security.TEMPLATE_SCRIPT
    assert f"script-src 'self' {security.TEMPLATE_SCRIPT};" in security.CSP


def test_the_content_policy_allows_nothing_inline() -> None:
    assert security.CSP.startswith("default-src 'none';")
    assert "unsafe" not in security.CSP


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/account", "/gallery/error/unavailable", "/assets/css/app.css"]
)
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    with app.test_client().get(path) as answer:
        for name, value in security.HEADERS.items():
            assert answer.headers[name] == value
        assert "Strict-Transport-Security" not in answer.headers


def test_behind_tls_the_cookie_is_tied_to_host_and_https(tmp_path: Path) -> None:
    shell = Shell(tmp_path, secure=True)
    answer = make_app(shell).test_client().get("/sign-in", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-custodes=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"]
    shell.engine.dispose()


def test_pages_are_never_stored_and_static_files_are_kept_by_their_digest(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with app.test_request_context():
        address = assets.asset("css/app.css")
    with client.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_styles_and_scripts_go_packed_to_browsers_that_take_it_and_pages_never(app: Flask) -> None:
    client = app.test_client()
    for name in ("css/app.css", "vendor/govuk/govuk-frontend.min.css", "js/app.js"):
        plain = (assets.STATIC / name).read_bytes()
        with client.get(f"/assets/{name}", headers={"Accept-Encoding": "br, gzip;q=0.5"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.data) == plain
            assert answer.content_length == len(answer.data) < len(plain) / 2
            assert "Accept-Encoding" in answer.vary
        for refused in ({}, {"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br"}):
            with client.get(f"/assets/{name}", headers=refused) as answer:
                assert "Content-Encoding" not in answer.headers
                assert "Accept-Encoding" in answer.vary
                assert answer.data == plain
    page = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_no_part_of_a_static_file_is_given_since_packed_and_plain_would_be_put_together(app: Flask) -> None:
    for more in ({"Range": "bytes=100-"}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
        with app.test_client().get("/assets/js/app.js", headers={"Accept-Encoding": "gzip", **more}) as answer:
            assert answer.status_code == 200
            assert {"Accept-Ranges", "Last-Modified", "ETag", "Content-Range"}.isdisjoint(answer.headers.keys())
            assert gzip.decompress(answer.data) == (assets.STATIC / "js/app.js").read_bytes()


@pytest.mark.parametrize("name", ["../assets.py", "%2e%2e/assets.py", "css/../../assets.py", "css", "nothing.css"])
def test_nothing_else_is_served_as_a_static_file(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"}).status_code == 404


# vendored files


def test_every_vendored_file_is_the_one_that_was_copied() -> None:
    vendor = assets.STATIC / "vendor"
    manifest = json.loads((vendor / "VENDOR.json").read_text())
    named = {
        vendor / folder / name: digest for folder, what in manifest.items() for name, digest in what["files"].items()
    }
    there = {path for path in vendor.rglob("*") if path.is_file() and path.name not in {"VENDOR.json", "NOTICE.md"}}
    assert there == set(named)
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == digest for path, digest in named.items())


def test_no_crown_no_crest_and_no_typeface_is_shipped() -> None:
    vendor = assets.STATIC / "vendor"
    assert not [path for path in vendor.rglob("*") if re.search(r"crown|crest|logotype|woff|favicon", path.name)]
    for sheet in vendor.rglob("*.css"):
        text = sheet.read_text()
        assert "@font-face" not in text
        assert "GDS Transport" not in text
        assert "url(/" not in text


# filters


def test_dates_are_said_as_people_say_them() -> None:
    from datetime import UTC, date, datetime

    assert filters.gds_date(date(2026, 11, 20)) == "20 November 2026"
    assert filters.gds_datetime(datetime(2026, 11, 20, 16, 42, tzinfo=UTC)) == "20 November 2026 at 4:42pm"
    assert filters.gds_datetime(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026 at 12:30am"
    assert filters.gds_time(datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) == "midday"
    assert filters.gds_time(datetime(2026, 1, 1, 0, 0, tzinfo=UTC)) == "midnight"
    assert filters.gds_time(datetime(2026, 1, 1, 10, 0, tzinfo=UTC)) == "10am"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1KB"),
        (1234, "1.2KB"),
        (12_345_678, "12MB"),
        (999_949, "1MB"),
        (999_999, "1MB"),
        (1_200_000_000, "1.2GB"),
        (5_368_709_120, "5.4GB"),
        (5_000_000_000_000_000, "5000TB"),
    ],
)
def test_sizes_are_said_in_thousands(size: int, said: str) -> None:
    assert filters.filesize(size) == said


def test_numbers_agree_with_their_nouns() -> None:
    assert [filters.plural(n, "item") for n in (0, 1, 1204)] == ["0 items", "1 item", "1,204 items"]
    assert filters.plural(2, "reply", "replies") == "2 replies"


def test_a_status_nobody_listed_is_shown_rather_than_hidden() -> None:
    assert filters.status("half-done") == filters.Status("Half done", "grey")


# who may come where


def test_every_view_of_the_shell_says_who_may_reach_it(app: Flask) -> None:
    with app.test_request_context():
        unsaid = {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if permissions.door_of(rule.endpoint) not in {"public", "signed-in"}
        }
    assert unsaid == {"gallery.unmarked"}


def test_a_view_whose_author_forgot_is_closed(app: Flask) -> None:
    answer = app.test_client().get("/gallery/unmarked")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_a_visitor_who_reads_a_page_of_words_gets_no_session(app: Flask) -> None:
    assert "Set-Cookie" not in app.test_client().get("/help").headers


def test_the_session_gets_a_new_token_at_each_step_of_signing_in(app: Flask, shell: Shell) -> None:
    client = app.test_client()
    seen = []
    page = client.get("/sign-in")
    seen.append(client.get_cookie("custodes"))
    client.post("/sign-in", data={"csrf_token": token(page.text), "email": EMAIL, "password": PASSWORD})
    seen.append(client.get_cookie("custodes"))
    page = client.get("/sign-in/code")
    client.post("/sign-in/code", data={"csrf_token": token(page.text), "code": shell.code()})
    seen.append(client.get_cookie("custodes"))
    values = [cookie.value for cookie in seen if cookie]
    assert len(set(values)) == 3
    for old in values[:2]:
        client.set_cookie("custodes", old)
        assert client.get("/account").status_code == 303


def test_a_token_the_client_chose_is_never_taken_over(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("custodes", "chosen-by-somebody-else")
    client.get("/sign-in")
    cookie = client.get_cookie("custodes")
    assert cookie
    assert cookie.value != "chosen-by-somebody-else"


# uploads


def test_a_file_reaches_the_sink_in_chunks_and_no_temporary_file(
    client: FlaskClient, shell: Shell, no_temporary_files: None
) -> None:
    crumb = token(client.get("/gallery/upload").text)
    body, kind = multipart({"csrf_token": crumb}, bytes(2 * MIB))
    answer = client.post("/gallery/upload", data=body, content_type=kind)
    assert answer.status_code == 303, answer.text
    sink = shell.sunk[-1]
    assert (sink.size, sink.ended, sink.name) == (2 * MIB, "finished", "report.pdf")
    assert sink.largest <= 128 * 1024


def test_a_file_where_nobody_prepared_a_place_is_refused_before_it_is_read(
    client: FlaskClient, no_temporary_files: None
) -> None:
    crumb = token(client.get("/gallery/form").text)
    body, kind = multipart({"csrf_token": crumb}, bytes(900_000))
    source = Reluctant(body)
    answer = client.post("/gallery/form", input_stream=source, content_type=kind)
    assert answer.status_code == 400
    assert "does not take a file" in answer.text
    assert source.given <= 128 * 1024


def test_an_unsigned_upload_is_refused_before_it_is_read(app: Flask, shell: Shell, no_temporary_files: None) -> None:
    before = len(shell.sunk)
    body, kind = multipart({"typed": "kept"}, bytes(50 * MIB))
    source = Reluctant(body)
    answer = app.test_client().post("/gallery/upload", input_stream=source, content_type=kind)
    assert answer.status_code == 401
    assert source.given <= 128 * 1024
    assert len(shell.sunk) == before
    assert "typed" in answer.text


def test_a_body_too_long_for_a_page_without_files_is_refused_by_its_length(client: FlaskClient) -> None:
    source = Reluctant(bytes(2 * MIB))
    answer = client.post("/gallery/form", input_stream=source, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, source.given) == (413, 0)


@pytest.mark.parametrize(
    ("crumb", "size", "status"), [("wrong", 10, 400), ("right", LIMIT + 1, 413), ("right", 10, 303)]
)
def test_what_no_view_finished_is_aborted(
    client: FlaskClient, shell: Shell, crumb: str, size: int, status: int
) -> None:
    given = token(client.get("/gallery/upload").text) if crumb == "right" else "A" * 88
    body, kind = multipart({"csrf_token": given}, bytes(size))
    assert client.post("/gallery/upload", data=body, content_type=kind).status_code == status
    assert shell.sunk[-1].ended == ("finished" if status == 303 else "aborted")


def test_a_connection_lost_half_way_leaves_nothing(client: FlaskClient, shell: Shell) -> None:
    crumb = token(client.get("/gallery/upload").text)
    body, kind = multipart({"csrf_token": crumb}, bytes(MIB))
    broken = io.BytesIO(body[: MIB // 2])
    length = {"CONTENT_LENGTH": str(len(body))}
    answer = client.post("/gallery/upload", input_stream=broken, content_type=kind, environ_overrides=length)
    assert answer.status_code == 400
    assert shell.sunk[-1].ended == "aborted"


def test_a_file_field_left_empty_takes_no_sink(client: FlaskClient, shell: Shell) -> None:
    before = len(shell.sunk)
    body, kind = multipart({"csrf_token": token(client.get("/gallery/upload").text)}, b"", name="")
    answer = client.post("/gallery/upload", data=body, content_type=kind)
    assert answer.status_code == 422
    assert "Select a file to upload" in answer.text
    assert len(shell.sunk) == before


# forms


def test_a_form_without_its_token_does_nothing_and_hands_back_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/gallery/form", data={"subject": "About <b>it</b>", "csrf_token": "A" * 88})
    assert answer.status_code == 400
    assert 'name="subject" value="About &lt;b&gt;it&lt;/b&gt;"' in answer.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    crumb = token(client.get("/gallery/form").text)
    answer = client.post("/gallery/form", data={"csrf_token": crumb, "subject": "x"}, headers=headers)
    assert answer.status_code == 400
    assert 'name="subject"' not in answer.text


def test_the_token_is_masked_afresh_on_every_page(client: FlaskClient) -> None:
    assert token(client.get("/gallery/form").text) != token(client.get("/gallery/form").text)


def test_a_form_under_the_mark_is_shown_and_never_acted_upon(client: FlaskClient) -> None:
    crumb = token(client.get("/account/sign-out-everywhere").text)
    answer = client.post("/account/sign-out-everywhere", data={"csrf_token": crumb, kept.MARK: "1"})
    assert answer.status_code == 200
    assert client.get("/account").status_code == 200


def test_an_address_that_only_acts_does_not_act_under_the_mark(client: FlaskClient) -> None:
    crumb = token(client.get("/account").text)
    assert client.post("/sign-out", data={"csrf_token": crumb, kept.MARK: "1"}).status_code == 404
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere",
        "javascript:alert(1)",
        "x",
        "",
        "/a\nb",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(address: str) -> None:
    assert kept.local(address) == "/"


def test_a_place_of_ours_is_gone_back_to() -> None:
    assert kept.local("/items/HMIP-2026-00412?tab=files") == "/items/HMIP-2026-00412?tab=files"


@pytest.mark.parametrize("brought", ["{", "[1]", '[["a"]]', '[["a", 1]]', '{"a": 1}', "null", '[["a","b","c"]]'])
def test_what_is_carried_is_nothing_when_it_is_malformed(app: Flask, brought: str) -> None:
    with app.test_request_context("/sign-in", method="POST", data={"kept": brought, "back": "/x"}):
        assert kept.carried() == kept.Kept("/x")


def test_passwords_and_codes_are_never_carried(app: Flask) -> None:
    typed = {"password": "secret", "code": "123456", "current": "old", "note": "this"}
    answer = app.test_client().post("/account/password", data=typed)
    assert answer.status_code == 401
    assert "this" in answer.text
    assert not [word for word in ("secret", "123456") if word in answer.text]


# refusals


@pytest.mark.parametrize(
    ("kind", "status"), [("invalid", 400), ("denied", 403), ("not-found", 404), ("conflict", 409), ("unavailable", 503)]
)
def test_each_kind_of_refusal_is_a_page_with_all_its_reasons(app: Flask, kind: str, status: int) -> None:
    answer = app.test_client().get(f"/gallery/error/{kind}")
    assert answer.status_code == status
    assert "Do this instead." in answer.text
    assert "Because of that." in answer.text
    assert "M23" in answer.text


def test_under_the_api_a_refusal_is_problem_json_and_never_a_page(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json
    assert answer.json["status"] == 404


def test_a_wrong_method_is_answered_with_the_right_ones(app: Flask) -> None:
    answer = app.test_client().get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
