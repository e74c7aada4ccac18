"""Conditional requests, ranges, and being asked twice."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from api_acts import body_of, draft, sent

from app.bootstrap.idempotency import idempotency
from app.http.downloads import named
from tests.house import Live

BODY = bytes(range(256)) * 4096  # one mebibyte


def _key(key: str = "") -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}


def test_an_unchanged_item_is_304_and_a_changed_one_is_not(live: Live) -> None:
    reference = sent(live)
    first = live.api("officer").get(f"/items/{reference}")
    tag = first.headers["ETag"]
    again = live.api("officer").get(f"/items/{reference}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    live.api("staff").ok("POST", f"/items/{reference}/pass-on", {"office": live.boards["Leeds Board"]})
    later = live.api("officer").get(f"/items/{reference}", headers={"If-None-Match": tag})
    assert later.status_code == 200
    assert later.headers["ETag"] != tag


def test_a_stale_tag_is_412_and_changes_nothing(live: Live) -> None:
    made = draft(live)
    tag = live.api("officer").get(f"/drafts/{made}").headers["ETag"]
    change = live.api("officer")("PATCH", f"/drafts/{made}", {"title": "Second"}, headers={"If-Match": tag})
    assert change.status_code == 200
    for stale in (tag, '"1"', 'W/"2"', "nonsense"):
        answer = live.api("officer")("PATCH", f"/drafts/{made}", {"title": "Third"}, headers={"If-Match": stale})
        assert (answer.status_code, answer.json["code"]) == (412, "api.precondition-failed")
    missing = live.api("officer")("PATCH", f"/drafts/{made}", {"title": "Third"})
    assert (missing.status_code, missing.json["code"]) == (428, "api.precondition-required")
    assert live.api("officer").ok("GET", f"/drafts/{made}")["title"] == "Second"
    fresh = {"If-Match": change.headers["ETag"]}
    assert live.api("officer")("POST", f"/drafts/{made}/send", {}, headers=fresh).status_code == 201


def test_a_stale_tag_on_an_act_is_412(live: Live) -> None:
    reference = sent(live)
    board = {"office": live.boards["Leeds Board"]}
    stale = live.api("staff").post(f"/items/{reference}/pass-on", board, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json["code"]) == (412, "api.precondition-failed")
    assert live.api("staff").post(f"/items/{reference}/pass-on", board, headers={"If-Match": '"1"'}).status_code == 200


def test_null_takes_away_what_stood_there(live: Live) -> None:
    made = draft(live)
    tag = {"If-Match": live.api("officer").get(f"/drafts/{made}").headers["ETag"]}
    live.api("officer").ok("PATCH", f"/drafts/{made}", {"establishment": None}, headers=tag)
    found = live.api("officer").ok("GET", f"/drafts/{made}")
    assert found["establishment"] is None
    assert found["title"] == "Use of force on B wing"
    assert found["missing"]


def test_the_same_request_under_the_same_key_is_done_once(live: Live) -> None:
    key, api = _key(), live.api("officer")
    first = api.post("/drafts", body_of(), headers=key)
    again = api.post("/drafts", body_of(), headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers.get("Idempotency-Replayed")) == (None, "true")
    send, key = f"/drafts/{first.json['id']}/send", _key()
    sends = [api.post(send, headers=key) for _ in range(3)]
    assert len({answer.json["reference"] for answer in sends}) == 1


def test_the_same_key_for_another_request_is_409(live: Live) -> None:
    key, api = _key(), live.api("officer")
    made = api.post("/drafts", body_of(), headers=key).json["id"]
    before = len(api.ok("GET", "/drafts")["items"])
    for answer in (
        api.post("/drafts", body_of(title="Other"), headers=key),
        api.post(f"/drafts/{made}/send", headers=key),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "api.idempotency-key-reused")
    assert len(api.ok("GET", "/drafts")["items"]) == before
    assert live.api("staff").post("/drafts", body_of(), headers=key).json["code"] == "sharing.wrong-way"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_none(live: Live, key: str) -> None:
    answer = live.api("officer").post("/drafts", body_of(), headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (400, "api.idempotency-key-invalid")


def test_a_refusal_is_not_kept(live: Live) -> None:
    key, api = _key(), live.api("officer")
    made = draft(live, title="")
    assert api.post(f"/drafts/{made}/send", headers=key).status_code == 400
    tag = {"If-Match": api.get(f"/drafts/{made}").headers["ETag"]}
    api.ok("PATCH", f"/drafts/{made}", {"title": "Now it has one"}, headers=tag)
    assert api.post(f"/drafts/{made}/send", headers=key).status_code == 201


def test_an_upload_under_a_key_is_attached_once(live: Live) -> None:
    key, api, made = _key(), live.api("officer"), draft(live)
    put = f"/drafts/{made}/files/a.txt"
    first = api("PUT", put, data=b"12345", headers=key)
    again = api("PUT", put, data=b"12345", headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert len(first.json["sha256"]) == 64
    assert again.json == {"part": 1, "size": 5}
    assert len(api.ok("GET", f"/drafts/{made}")["files"]) == 1
    other = api("PUT", put, data=b"123456", headers=key)
    assert other.json["code"] == "api.idempotency-key-reused"


def test_an_invitation_is_shown_once(live: Live) -> None:
    key, api = _key(), live.api("admin")
    who = {"email": "new@example.test", "name": "Ned Thistle", "party": "hmip"}
    first, again = (api.post("/accounts", who, headers=key) for _ in range(2))
    assert first.json["invitation"]
    assert again.json == {"person": first.json["person"]}


def test_what_is_kept_of_a_request_holds_nothing_of_it(live: Live) -> None:
    live.api("officer").post("/drafts", body_of(title="Strawberry jam"), headers=_key("plain-key"))
    with live.house.engine.connect() as conn:
        rows = conn.execute(sa.select(idempotency)).all()
    text = repr(rows).lower()
    # Long words only: what is sealed is written as letters, and three of them stand there by chance sooner or later.
    for word in ("strawberry", "plain-key", "new@example.test", "ned thistle"):
        assert word not in text


@pytest.fixture(scope="module")
def held(live: Live) -> tuple[str, str]:
    """(address, ETag) of a file of a mebibyte."""
    reference = sent(live, files={"%C3%A9t%C3%A9%20%22x%22.bin": BODY})
    address = f"/items/{reference}/files/1?purpose=pass-on"
    return address, live.api("staff").get(address).headers["ETag"]


def test_a_whole_file_comes_with_all_its_headers(live: Live, held: tuple[str, str]) -> None:
    got = live.api("staff").get(held[0])
    assert (got.status_code, got.data) == (200, BODY)
    told = got.headers
    assert told["Content-Length"] == str(len(BODY))
    assert told["Accept-Ranges"] == "bytes"
    assert told["Cache-Control"] == "no-store"
    assert told["X-Content-Type-Options"] == "nosniff"
    ref = held[0].split("/")[2]
    assert told["Content-Disposition"] == (
        f'attachment; filename="OFFICIAL-SENSITIVE {ref} ete -x-.bin"; '
        f"filename*=UTF-8''OFFICIAL-SENSITIVE%20{ref}%20%C3%A9t%C3%A9%20-x-.bin"
    )


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=65530-65545", 65530, 65546),
        ("bytes=1048570-", 1048570, 1048576),
        ("bytes=-5", -5, None),
    ],
)
def test_a_range(live: Live, held: tuple[str, str], asked: str, start: int, stop: int | None) -> None:
    got = live.api("staff").get(held[0], headers={"Range": asked})
    assert got.status_code == 206
    assert got.data == BODY[start:stop]
    first = start % len(BODY)
    assert got.headers["Content-Range"] == f"bytes {first}-{first + len(got.data) - 1}/{len(BODY)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=5-2", "nonsense"])
def test_what_is_no_single_range_is_answered_whole(live: Live, held: tuple[str, str], asked: str) -> None:
    got = live.api("staff").get(held[0], headers={"Range": asked})
    assert (got.status_code, len(got.data)) == (200, len(BODY))


def test_a_range_beyond_the_end_is_416(live: Live, held: tuple[str, str]) -> None:
    got = live.api("staff").get(held[0], headers={"Range": "bytes=1048576-"})
    assert (got.status_code, got.json["code"]) == (416, "api.range-unsatisfiable")
    assert got.headers["Content-Range"] == "bytes */1048576"


def test_if_range_with_another_tag_gets_the_whole(live: Live, held: tuple[str, str]) -> None:
    address, tag = held
    wanted: dict[str, Any] = {"Range": "bytes=0-9"}
    assert live.api("staff").get(address, headers={**wanted, "If-Range": tag}).status_code == 206
    assert live.api("staff").get(address, headers={**wanted, "If-Range": '"other"'}).status_code == 200


def test_a_purpose_is_owed(live: Live, held: tuple[str, str]) -> None:
    without = live.api("staff").get(held[0].partition("?")[0])
    assert without.status_code == 403
    wrong = live.api("staff").get(held[0].partition("?")[0] + "?purpose=curiosity")
    assert (wrong.status_code, wrong.json["code"]) == (400, "sharing.purpose-unknown")


def test_a_plain_name_needs_no_second_form() -> None:
    assert named("plan.txt") == {"filename": "plan.txt"}
    assert named("報告")["filename"] == "file"


def test_pages_of_a_list_meet_and_do_not_overlap(live: Live) -> None:
    for _ in range(3):
        sent(live)
    seen: list[str] = []
    cursor = ""
    while True:
        page = live.api("officer").ok("GET", f"/items?limit=2&cursor={cursor}")
        seen += [item["reference"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["count"]["value"]


def test_two_uploads_at_once_under_one_key_attach_one(live: Live) -> None:
    from concurrent.futures import ThreadPoolExecutor

    made, key = draft(live), _key()
    live.api("officer")

    def put(_number: int) -> Any:
        return live.api("officer")("PUT", f"/drafts/{made}/files/a.txt", data=b"x" * 300_000, headers=key)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(put, range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["part"] for answer in answers}) == 1
    assert len(live.api("officer").ok("GET", f"/drafts/{made}")["files"]) == 1
    live.nothing_half_stored()


@pytest.mark.folder("counts what this process has open, and moto runs in it")
def test_nothing_stays_open_after_a_download(live: Live, held: tuple[str, str]) -> None:
    import psutil

    address = held[0]
    live.api("staff").get(address)
    before = psutil.Process().num_fds()
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=9999999-"}):
        for method in ("GET", "HEAD"):
            live.api("staff")(method, address, headers=headers)
    assert psutil.Process().num_fds() == before


def test_an_answer_that_repeats_what_was_written_is_kept_sealed_and_given_again_whole(live: Live) -> None:
    body = {"values": {"considered-on": "2026-01-05", "decision": "done-jointly", "issue": "Quixotry on the landing"}}
    key = {"Idempotency-Key": "a record"}
    first, again = (
        live.api("staff")("POST", "/agreements/hmip-imb/records/joint-work", body, headers=key) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.json["words"] == {"issue": "Quixotry on the landing"}
    with live.house.engine.connect() as conn:
        assert all("Quixotry" not in body for body in conn.scalars(sa.select(idempotency.c.body)))
