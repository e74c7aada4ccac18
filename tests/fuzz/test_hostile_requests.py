"""What comes over HTTP: whatever stands in it, the answer is a refusal or the right one, never a fault of ours."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.api.api_acts import body_of, draft, sent
from tests.house import Live

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
DEEP = ("[" * 100_000, '{"a":' * 50_000, "[" * 990 + "]" * 990, '{"title":' * 2_000 + "1" + "}" * 2_000)
NUMBERS = ("9" * 5000, "1e999999", "-0", "NaN", "Infinity", "1" + "0" * 400)
TEXTS = ("\0", "\ud800", "a\0b", "\u202e", "x" * 300_000, "%00", "'; --", "٣")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("hostile") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def item(live: Live) -> str:
    return sent(live, files={"a.txt": bytes(range(256)) * 100})


def refused_well(answer: TestResponse) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, answer.text[:300])


@pytest.mark.parametrize("body", [*DEEP, *(f'{{"title":{number}}}' for number in NUMBERS), "", "\ufeff{}", '"\\ud800"'])
@pytest.mark.parametrize("path", ["/drafts", "/session", "/people/search", "/invitations/accept"])
def test_a_json_body(live: Live, path: str, body: str) -> None:
    answer = live.api("officer").post(path, data=body.encode(), content_type="application/json")
    refused_well(answer)
    assert answer.status_code >= 400


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "field", ["title", "text", "purpose", "marking", "kind", "route", "establishment", "agreement"]
)
def test_a_field_of_a_draft(live: Live, field: str, text: str) -> None:
    refused_well(live.api("officer").post("/drafts", body_of(**{field: text})))


@pytest.mark.parametrize("body", DEEP)
def test_a_form_carried_through_the_sign_in(live: Live, body: str) -> None:
    from app.http.kept import FIELD

    for path in ("/sign-in", "/sign-in/code"):
        refused_well(live.app.test_client().post(path, data={FIELD: body, "email": "a", "password": "b"}))


@pytest.mark.parametrize(
    "head", ["", "Content-Disposition: form-data", "Content-Disposition: x", "Content-Type: a/b; x=y"]
)
def test_a_form_whose_parts_have_no_name(live: Live, head: str) -> None:
    body = f"--b\r\n{head}\r\n\r\nx\r\n--b--\r\n".encode()
    for path in ("/sign-in", "/sign-in/code", "/drafts/new", "/items"):
        refused_well(live.app.test_client().post(path, data=body, content_type="multipart/form-data; boundary=b"))


cursors = st.binary(max_size=40) | st.from_regex(r"0{0,30}[0-9]{0,60}", fullmatch=True).map(str.encode)


@FEW
@given(cursors.map(lambda raw: urlsafe_b64encode(raw).decode().rstrip("=")) | st.text(max_size=30))
def test_a_cursor(live: Live, cursor: str) -> None:
    for path in ("/items", "/incidents", "/holds", "/certificates"):
        refused_well(live.api("officer").get(f"{path}?cursor={quote(cursor, errors='replace')}"))
    for path in ("/audit/entries", "/accounts"):
        refused_well(live.api("compliance").get(f"{path}?cursor={quote(cursor, errors='replace')}"))


@pytest.mark.parametrize(
    "place", ["0" * 20 + "9" * 25, "9" * 19, "9" * 5000, "\0", "a\0", "", "-1", "4611686018427387904"]
)
def test_a_cursor_of_no_place(live: Live, place: str) -> None:
    cursor = urlsafe_b64encode(place.encode()).decode().rstrip("=")
    for who, path in (("officer", "/items"), ("officer", "/incidents"), ("compliance", "/audit/entries")):
        refused_well(live.api(who).get(f"{path}?cursor={cursor}"))
    refused_well(live.api("compliance").get(f"/accounts?cursor={cursor}"))
    refused_well(live.api("officer").get(f"/disposals?cursor={cursor}"))


ranges = st.from_regex(r"(bytes|items|)=?[0-9 ,-]{0,40}", fullmatch=True) | st.text("bytes=-,0129 \t;", max_size=30)


@FEW
@given(ranges)
def test_a_range(live: Live, item: str, asked: str) -> None:
    whole = bytes(range(256)) * 100
    api = live.api("officer")
    answer = api.get(f"/items/{item}/files/1?purpose=follow-up", headers={"Range": asked})
    if answer.status_code == 206:
        begin, end = answer.headers["Content-Range"].removeprefix("bytes ").partition("/")[0].split("-")
        assert answer.data == whole[int(begin) : int(end) + 1]
    elif answer.status_code == 200:
        assert answer.data == whole
    else:
        assert answer.status_code == 416


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000, "bytes=-" + "9" * 400])
def test_a_range_of_endless_numbers(live: Live, item: str, asked: str) -> None:
    refused_well(live.api("officer").get(f"/items/{item}/files/1?purpose=follow-up", headers={"Range": asked}))


@FEW
@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=300))
def test_an_idempotency_key(live: Live, key: str) -> None:
    refused_well(live.api("officer").post("/drafts", {}, headers={"Idempotency-Key": key}))


@pytest.fixture(scope="module")
def note(live: Live) -> bytes:
    with live.house.work() as work:
        return work.checkpoints.make(now=work.now).text.encode() + "— x AAAAAAAA\n".encode()


@FEW
@given(st.integers(0, 400), st.integers(0, 20), st.binary(max_size=80))
def test_a_cosignature(live: Live, note: bytes, at: int, drop: int, put: bytes) -> None:
    """A stranger's note in any spoilt form is refused."""
    body = note[:at] + put + note[at + drop :]
    answer = live.app.test_client().post("/audit/cosignatures", data=body, content_type="text/plain")
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"\0", b"a" * 65_537, b"\n\n\n", b"\n" * 65_536, b"\xe2\x80\x94 " * 20_000]
)
def test_a_cosignature_that_is_no_note(live: Live, body: bytes) -> None:
    assert live.app.test_client().post("/audit/cosignatures", data=body).status_code == 400


@FEW
@given(*[st.text(max_size=12) | st.from_regex(r"-?[0-9]{1,20}", fullmatch=True)] * 2)
def test_sizes_of_a_consistency_proof(live: Live, old: str, size: str) -> None:
    asked = f"from={quote(old, errors='replace')}&to={quote(size, errors='replace')}"
    answer = live.app.test_client().get(f"/audit/consistency?{asked}")
    assert answer.status_code in {200, 400}
    refused_well(live.app.test_client().get(f"/audit/checkpoints/{quote(size, errors='replace')}"))


@FEW
@given(st.text(max_size=60), st.binary(max_size=60))
def test_a_file_in_any_form(live: Live, name: str, body: bytes) -> None:
    made = draft(live)
    api = live.api("officer")
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode("utf-8", "replace") + b'"\r\n'
    )
    for data in (parts + b"\r\n" + body + b"\r\n--b--\r\n", parts + body, body):
        given_ = {"data": data, "content_type": "multipart/form-data; boundary=b"}
        refused_well(api.post(f"/drafts/{made}/files", **given_))
    refused_well(api.put(f"/drafts/{made}/files/{quote(name or 'x', errors='replace')}", data=body))
    live.nothing_half_stored()


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)


@FEW
@given(values)
def test_any_json_at_all(live: Live, value: object) -> None:
    body = json.dumps(value).encode()
    for path in ("/drafts", "/session", "/people/search", "/establishments"):
        method = "PUT" if path == "/establishments" else "POST"
        refused_well(live.api("officer")(method, path, data=body, content_type="application/json"))
