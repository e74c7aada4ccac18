"""Bad input: each a clear problem, nothing changed, nothing told of what the asker may not know of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_acts import OS, body_of, draft, form_of, sent

from tests.house import LIMIT_MIB, Live

TOKEN = "/api/v1/session"


def _problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.json
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    return body


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("VERY OFFICIAL", 400, "classification.marking-invalid"),
        ("OFFICIAL - RECIPIENTS ONLY", 400, "classification.marking-invalid"),
        ("", 400, "classification.marking-invalid"),
        ("RESTRICTED", 400, "classification.legacy-marking"),
        ("SECRET", 403, "sharing.marking-spill"),
        ("Top Secret - UK EYES ONLY", 403, "sharing.marking-spill"),
    ],
)
def test_markings_that_cannot_be_used(live: Live, line: str, status: int, code: str) -> None:
    before = len(live.api("officer").ok("GET", "/drafts")["items"])
    _problem(live.api("officer").post("/drafts", body_of(marking=line)), status, code)
    assert len(live.api("officer").ok("GET", "/drafts")["items"]) == before


def test_a_spill_opens_an_incident_that_does_not_hold_the_line(live: Live) -> None:
    live.api("officer").post("/drafts", body_of(marking="TOP SECRET STRAWBERRY"))
    newest = live.api("security").ok("GET", "/incidents")["items"][0]
    whole = live.api("security").get(f"/incidents/{newest['number']}")
    assert whole.json["marking_claimed"] == "TOP-SECRET"
    assert "STRAWBERRY" not in whole.text


def test_a_wrong_route_names_the_clause_and_the_right_way(live: Live) -> None:
    board = live.boards["Leeds Board"]
    body = _problem(live.api("officer").post("/drafts", body_of(route="", to_office=board)), 403, "sharing.wrong-way")
    assert [reason["clause"] for reason in body["reasons"]] == ["M30"]
    assert "National Chair" in body["detail"]
    _problem(live.api("officer").post("/drafts", body_of(route="straight-there")), 400, "sharing.route-unknown")
    _problem(live.api("officer").post("/drafts", body_of(kind="gossip")), 400, "sharing.route-unknown")


@pytest.mark.parametrize("until", ["2026-02-30T00:00:00Z", "yesterday", "2026-12-01T00:00:00", "12", ""])
def test_an_instant_that_is_none(live: Live, until: str) -> None:
    reference = sent(live)
    body = {"person": live.ids["vice"], "until": until, "reason": "Cover"}
    problem = _problem(live.api("officer").post(f"/items/{reference}/grants", body), 400, "api.fields-invalid")
    assert list(problem["errors"]) == ["until"]


def test_an_instant_that_cannot_be_meant(live: Live) -> None:
    reference = sent(live)
    for until in ("2001-01-01T00:00:00Z", "9998-01-01T00:00:00Z"):
        body = {"person": live.ids["vice"], "until": until, "reason": "Cover"}
        answer = live.api("officer").post(f"/items/{reference}/grants", body)
        assert answer.status_code in (400, 403), answer.text


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "api.json-broken"),
        (b'{"a": NaN}', "application/json", 400, "api.json-broken"),
        (b'{"title": "\\ud800"}', "application/json", 400, "api.json-broken"),
        (b"\xff\xfe", "application/json", 400, "api.json-broken"),
        (b"[" * 100_000, "application/json", 400, "api.json-broken"),
        (b'{"n": ' + b"9" * 5000 + b"}", "application/json", 400, "api.json-broken"),
        (b"[]", "application/json", 400, "api.fields-invalid"),
        (b"title=x", "application/x-www-form-urlencoded", 415, "api.not-json"),
        (b"", "application/json", 400, "api.fields-invalid"),
        (b"{" + b" " * 1_100_000 + b"}", "application/json", 413, "http.413"),
    ],
)
def test_a_body_that_is_no_json(live: Live, data: bytes, content_type: str, status: int, code: str) -> None:
    _problem(live.api("officer")("POST", "/drafts", data=data, content_type=content_type), status, code)


def test_unknown_fields_are_refused_wherever_they_come(live: Live) -> None:
    problem = _problem(live.api("officer").post("/drafts", body_of(colour="red")), 400, "api.fields-invalid")
    assert problem["errors"] == {"colour": ["Unknown field."]}
    nested = body_of(subjects=[{"name": "A", "shoe": 9}])
    problem = _problem(live.api("officer").post("/drafts", nested), 400, "api.fields-invalid")
    assert list(problem["errors"]) == ["subjects.0.shoe"]
    problem = _problem(live.api("officer").get("/items?sort=up"), 400, "api.fields-invalid")
    assert list(problem["errors"]) == ["sort"]
    _problem(live.api("officer").get("/items?limit=0"), 400, "api.fields-invalid")


@pytest.mark.parametrize("cursor", ["!!", "YWJj", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ", "é"])
def test_a_cursor_that_is_not_ours(live: Live, cursor: str) -> None:
    _problem(live.api("officer").get(f"/items?cursor={cursor}"), 400, "api.cursor-invalid")


def _wrong() -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    yield "GET", "/items/{}", None
    yield "POST", "/items/{}/open", {"purpose": "follow-up"}
    yield "GET", "/items/{}/files/1?purpose=follow-up", None
    yield "GET", "/items/{}/why?action=open", None
    yield "POST", "/items/{}/acknowledge", {}
    yield "POST", "/items/{}/close", {"note": "x"}
    yield "POST", "/items/{}/withdraw", {"reason": "x"}
    yield "POST", "/items/{}/answer", {"marking": OS, "title": "x"}


@pytest.mark.parametrize(("method", "path", "body"), list(_wrong()))
def test_an_item_one_may_not_know_of_is_answered_as_one_that_is_not_there(
    live: Live, method: str, path: str, body: dict[str, Any] | None
) -> None:
    hidden = sent(live)
    answers = []
    for reference in (hidden, "HMIP-1999-00001", "nonsense", "%00", "HMIP-2026-00001' or 1=1", "٣" * 300):
        response = live.api("hull")(method, path.format(reference), body)
        problem = _problem(response, 404, "sharing.not-found")
        headers = {k: v for k, v in response.headers if k not in ("X-Request-Id", "Content-Length", "Date")}
        answers.append(({**problem, "instance": "", "request_id": ""}, headers))
    assert all(answer == answers[0] for answer in answers)


def test_a_draft_of_another_and_none_look_alike(live: Live) -> None:
    theirs = draft(live)
    for wrong in (theirs, "00000000-0000-0000-0000-000000000000", "nonsense", "1"):
        for method, path, body in (("GET", "", None), ("POST", "/send", {}), ("DELETE", "", None)):
            problem = _problem(
                live.api("inspector")(method, f"/drafts/{wrong}{path}", body), 404, "sharing.draft-not-found"
            )
            assert theirs not in str({**problem, "instance": "", "request_id": ""})
        answer = live.api("inspector")("PUT", f"/drafts/{wrong}/files/a.txt", data=b"x")
        _problem(answer, 404, "sharing.draft-not-found")


@pytest.mark.parametrize(
    "path",
    ["/disposals/nonsense", "/certificates/nonsense", "/audit/entries/nonsense"],
)
def test_wrong_numbers_of_things_one_may_look_at(live: Live, path: str) -> None:
    assert live.api("compliance").get(path).status_code == 404


def test_what_belongs_to_a_duty_says_so_and_nothing_of_the_thing(live: Live) -> None:
    for path in ("/disposals", "/disposals/x", "/certificates/x", "/audit/entries", "/audit/bundle", "/accounts",
                 "/accounts/x", "/incidents", "/incidents/x", "/holds"):  # fmt: skip
        assert _problem(live.api("chair").get(path), 403, "app.duty-refused")["detail"], path


@pytest.mark.parametrize("name", ["%E2%80%AEfdp.exe", "%00", "con", "..", "x" * 300, "%0Aevil.txt", " . "])
def test_a_file_name_that_cannot_be_kept(live: Live, name: str) -> None:
    made = draft(live)
    answer = live.api("officer")("PUT", f"/drafts/{made}/files/{name}", data=b"x", content_type="text/plain")
    _problem(answer, 400, "sharing.file-name")
    assert live.api("officer").ok("GET", f"/drafts/{made}")["files"] == []


def test_path_parts_go_and_html_stays_text(live: Live) -> None:
    made = draft(live)
    for name, kept in (("C:%5Csecret%5Cplan.txt", "plan.txt"), ("a/b/c.txt", "c.txt")):
        live.api("officer").ok("PUT", f"/drafts/{made}/files/{name}", data=b"x", content_type="text/plain")
        assert live.api("officer").ok("GET", f"/drafts/{made}")["files"][-1]["name"] == kept
    live.api("officer").ok("PUT", f"/drafts/{made}/files/%3Cimg%20src=x%3E.html", data=b"x", content_type="text/html")
    reference = live.api("officer").ok("POST", f"/drafts/{made}/send")["reference"]
    got = live.api("staff").get(f"/items/{reference}/files/3?purpose=pass-on")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_no_bytes_and_one_too_large_leave_nothing(live: Live) -> None:
    made = draft(live)
    put = f"/drafts/{made}/files/a.txt"
    _problem(live.api("officer")("PUT", put, content_length=0), 400, "sharing.file-empty")
    _problem(live.api("officer")("PUT", put), 400, "vault.empty")
    limit = LIMIT_MIB << 20
    told = live.api("officer").ok("GET", "/ways")["limits"]
    assert told["file_bytes"] == limit
    problem = _problem(live.api("officer")("PUT", put, data=b"x" * (limit + 1)), 413, "sharing.file-too-large")
    assert f"{limit:,}" in problem["detail"]
    for number in range(4):
        live.api("officer").ok("PUT", f"/drafts/{made}/files/{number}.txt", data=b"x")
    _problem(live.api("officer")("PUT", put, data=b"x"), 400, "sharing.too-many-files")


def test_a_form_attaches_all_its_files_or_none(live: Live) -> None:
    made = draft(live)
    good = form_of(("files", "1.txt", b"one"), ("files", "2.txt", b"two"))
    answer = live.api("officer").ok("POST", f"/drafts/{made}/files", **good)
    assert [file["size"] for file in answer["files"]] == [3, 3]
    post, api = f"/drafts/{made}/files", live.api("officer")
    one_empty = form_of(("files", "3.txt", b"three"), ("files", "4.txt", b""))
    _problem(api.post(post, **one_empty), 400, "vault.empty")
    too_large = form_of(("files", "5.bin", b"x" * ((LIMIT_MIB << 20) + 1)))
    _problem(api.post(post, **too_large), 413, "vault.too-large")
    _problem(api.post(post, **form_of(("documents", "3.txt", b"three"))), 400, "api.fields-invalid")
    _problem(api.post(post, **form_of(("files", "", b""))), 400, "api.fields-invalid")
    too_many = form_of(*(("files", f"{number}.txt", b"x") for number in range(3)))
    _problem(api.post(post, **too_many), 400, "sharing.too-many-files")
    assert [file["name"] for file in live.api("officer").ok("GET", f"/drafts/{made}")["files"]] == ["1.txt", "2.txt"]
    live.nothing_half_stored()


def test_two_people_acting_at_once_the_second_is_told(live: Live) -> None:
    reference = sent(live)
    board = {"office": live.boards["Leeds Board"]}
    live.api("staff").ok("POST", f"/items/{reference}/pass-on", board)
    _problem(live.api("staff2").post(f"/items/{reference}/pass-on", board), 409, "sharing.done-already")


def test_nobody_signed_in_is_401_and_a_password_alone_reaches_nothing(live: Live) -> None:
    answer = live.api().get("/me")
    _problem(answer, 401, "http.401")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    first = live.api().post("/session", {"email": "chair@example.test", "password": "seven tall ships sailing by"})
    half = {"Authorization": f"Bearer {first.json['token']}"}
    assert first.json["stage"] == "password"
    _problem(live.api()("GET", "/me", headers=half), 401, "http.401")
    _problem(live.api()("POST", "/session/code", {"code": "000000"}, headers=half), 401, "api.sign-in-failed")
    _problem(live.api().post("/session/code", {"code": "000000"}), 401, "http.401")


def test_no_account_and_a_wrong_password_look_alike(live: Live) -> None:
    answers = [
        {
            **_problem(live.api().post("/session", {"email": email, "password": "wrong"}), 401, "api.sign-in-failed"),
            "request_id": "",
        }
        for email in ("chair@example.test", "nobody@example.test", "<script>")
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_cookie_opens_nothing_here_and_a_token_opens_no_page(live: Live) -> None:
    token = live.api("chair").token
    client = live.app.test_client()
    client.set_cookie("custodes", token)
    assert client.get("/api/v1/me").status_code == 401
    page = client.get("/account", headers={"Authorization": f"Bearer {token}"})
    assert page.status_code != 200


def test_signing_out_ends_the_token(live: Live) -> None:
    token = live.sign_in("vice")
    bearer = {"Authorization": f"Bearer {token}"}
    assert live.api()("DELETE", "/session", headers=bearer).status_code == 204
    _problem(live.api()("GET", "/me", headers=bearer), 401, "http.401")


def test_unknown_addresses_and_methods_are_problems(live: Live) -> None:
    _problem(live.api("chair").get("/nothing"), 404, "http.404")
    answer = live.api("chair")("DELETE", "/items")
    _problem(answer, 405, "http.405")
    assert "GET" in answer.headers["Allow"]
