"""Tokens of programs: for a time, for no more than their person may, taken back at once, known to nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from api_acts import body_of, sent

from app.bootstrap import logbook
from foundation.actor import SERVICE
from identity.tables import api_token
from tests.house import Caller, Live


def _until(live: Live, **delta: float) -> str:
    return (live.now + timedelta(**delta or {"days": 30})).isoformat()


def _made(live: Live, who: str, **given: Any) -> dict[str, Any]:
    body = {"name": "Nightly import", "until": _until(live), "reads_only": False, **given}
    found: dict[str, Any] = live.prove(who).ok("POST", "/me/tokens", body)
    return found


def _with(live: Live, made: dict[str, Any]) -> Caller:
    return Caller(live.app.test_client(), made["token"])


def _problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture(autouse=True)
def _clean(live: Live) -> Any:
    yield
    for who in ("staff", "officer", "admin"):
        for each in live.api(who).ok("GET", "/me/tokens")["items"]:
            assert live.api(who)("DELETE", f"/me/tokens/{each['id']}").status_code == 204


def test_a_token_acts_as_its_person_and_its_text_is_kept_nowhere(live: Live) -> None:
    made = _made(live, "staff")
    assert made["token"].startswith("custodes_")
    assert _with(live, made).ok("GET", "/me")["id"] == live.ids["staff"]
    reference = sent(live)
    assert _with(live, made).ok("POST", f"/items/{reference}/pass-on", {"office": live.boards["Leeds Board"]})
    (seen,) = [one for one in live.api("staff").ok("GET", "/me/tokens")["items"] if one["id"] == made["id"]]
    assert (seen["name"], seen["good"], seen["used"] is not None) == ("Nightly import", True, True)
    assert "token" not in seen
    with live.house.work() as work:
        rows = str(work.conn.execute(sa.select(api_token)).all())
    assert made["token"] not in rows
    assert "Nightly" not in rows


def test_a_token_that_looks_changes_nothing_but_opens_what_its_person_opens(live: Live) -> None:
    reference = sent(live)
    made = _made(live, "staff", reads_only=True)
    caller = _with(live, made)
    assert caller.ok("GET", f"/items/{reference}")["reference"] == reference
    assert caller.ok("POST", f"/items/{reference}/open", {"purpose": "pass-on"})["title"]
    board = {"office": live.boards["Leeds Board"]}
    _problem(caller.post(f"/items/{reference}/pass-on", board), 403, "api.token-not-for-this")
    assert live.api("staff").ok("GET", f"/items/{reference}")["state"] == "open"
    newest = live.api("compliance").ok("GET", "/audit/entries?outcome=refused&limit=1")["items"][0]
    assert newest["who"]["id"] == live.ids["staff"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/me/tokens", {"name": "Another", "until": "2026-12-31"}),
        ("POST", "/session/end-all", {}),
        ("POST", "/session/password", {"current": "a", "new": "b", "code": "1"}),
        ("POST", "/handling-requirements/accept", {"version": 1, "digest": "x"}),
        ("DELETE", "/session", None),
    ],
)
def test_what_is_for_the_person_alone_no_token_opens(live: Live, method: str, path: str, body: Any) -> None:
    caller = _with(live, _made(live, "staff"))
    _problem(caller(method, path, body), 403, "api.token-not-for-this")


def test_a_token_ends_with_its_time_and_when_it_is_taken_back(live: Live) -> None:
    made = _made(live, "officer", until=_until(live, minutes=20))
    live.later(minutes=19)
    assert _with(live, made).get("/me").status_code == 200
    live.later(minutes=1)
    assert _with(live, made).get("/me").status_code == 401
    other = _made(live, "officer")
    assert _with(live, other)("DELETE", f"/me/tokens/{other['id']}").status_code == 204
    assert _with(live, other).get("/me").status_code == 401


def test_whatever_signs_somebody_out_everywhere_ends_their_tokens(live: Live) -> None:
    made = _made(live, "officer")
    live.api("admin").ok("POST", f"/accounts/{live.ids['officer']}/end-sessions")
    live.tokens.pop("officer")
    assert _with(live, made).get("/me").status_code == 401
    acts = live.api("compliance").ok("GET", "/audit/entries?act=identity.token-revoked&limit=1")["items"]
    assert acts[0]["what"]["cause"] == "everywhere"


def test_a_token_of_one_appointment_goes_with_it(live: Live) -> None:
    office = live.offices("correspondence", "hmip")["id"]
    given = {
        "role": "hmip-correspondence-officer",
        "office": office,
        "until": _until(live, days=10),
        "words": "Covers.",
    }
    asked = live.api("admin").ok("POST", f"/accounts/{live.ids['inspector']}/appointments", given)
    appointment = live.confirm(asked["id"], "hmip")
    live.tokens.pop("inspector", None)
    made = _made(live, "inspector", appointment=appointment)
    assert [one["id"] for one in _with(live, made).ok("GET", "/me")["offices"]] == [office]
    assert len(live.api("inspector").ok("GET", "/me")["offices"]) == 2
    live.api("admin")("DELETE", f"/accounts/{live.ids['inspector']}/appointments/{appointment}")
    live.tokens.pop("inspector", None)
    assert _with(live, made).get("/me").status_code == 401


@pytest.mark.parametrize("name", ["", "a" * 101, "gpj.\u202eexe", "bell\x07"])
def test_a_token_is_called_by_what_can_be_seen(live: Live, name: str) -> None:
    answer = live.api("staff").post("/me/tokens", {"name": name, "until": _until(live)})
    assert (answer.status_code, set(answer.json["errors"])) == (400, {"name"})


def test_no_part_of_a_person_reaches_more_than_the_whole(live: Live) -> None:
    office = live.offices("correspondence", "hmip")["id"]
    given = {
        "role": "hmip-correspondence-officer",
        "office": office,
        "until": _until(live, days=10),
        "words": "Covers.",
    }
    admin = live.api("admin")
    asked = admin.ok("POST", f"/accounts/{live.ids['compliance']}/appointments", given)
    appointment = live.confirm(asked["id"], "hmip")
    live.tokens.pop("compliance", None)
    body = {"name": "Peek", "until": _until(live), "appointment": appointment}
    found = _problem(live.api("compliance").post("/me/tokens", body), 400, "identity.token-invalid")
    assert list(found["errors"]) == ["appointment"]
    admin("DELETE", f"/accounts/{live.ids['compliance']}/appointments/{appointment}")
    live.tokens.pop("compliance", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "2999-01-01"}, "until"),
        ({"appointment": "nonsense"}, "appointment"),
        ({"appointment": "00000000-0000-0000-0000-000000000000"}, "appointment"),
        ({"reads_only": "yes"}, "reads_only"),
    ],
)
def test_a_token_that_cannot_be_made(live: Live, given: dict[str, Any], field: str) -> None:
    body = {"name": "Import", "until": _until(live), **given}
    answer = live.api("staff").post("/me/tokens", body)
    assert (answer.status_code, list(answer.json["errors"])) == (400, [field]), answer.text
    assert [one for one in live.api("staff").ok("GET", "/me/tokens")["items"] if one["good"]] == []


def test_there_is_a_most(live: Live) -> None:
    for _ in range(10):
        _made(live, "staff")
    body = {"name": "One more", "until": _until(live)}
    _problem(live.api("staff").post("/me/tokens", body), 409, "identity.tokens-too-many")


def test_nobody_sees_or_takes_back_anothers(live: Live) -> None:
    made = _made(live, "staff")
    assert made["id"] not in str(live.api("staff2").ok("GET", "/me/tokens"))
    _problem(live.api("staff2")("DELETE", f"/me/tokens/{made['id']}"), 404, "identity.token-unknown")
    assert _with(live, made).get("/me").status_code == 200


def test_a_token_opens_no_page(live: Live) -> None:
    made = _made(live, "staff")
    client = live.app.test_client()
    client.set_cookie("custodes", made["token"])
    for given in ({}, {"Authorization": f"Bearer {made['token']}"}):
        assert client.get("/account", headers=given).status_code != 200


def test_a_token_edited_behind_the_service_opens_nothing(live: Live) -> None:
    made = _made(live, "staff", reads_only=True)
    change = sa.update(api_token).where(api_token.c.id == made["id"])
    with live.house.engine.begin() as conn:
        conn.execute(change.values(reads_only=False))
    try:
        _problem(_with(live, made).get("/me"), 503, "identity.facts-altered")
        assert any("token" in each for each in _differences(live))
    finally:
        with live.house.engine.begin() as conn:
            conn.execute(change.values(reads_only=True))
    assert not [each for each in _differences(live) if "token" in each]


def test_shown_once_even_to_whoever_asks_twice(live: Live) -> None:
    body = {"name": "Import", "until": _until(live)}
    key = {"Idempotency-Key": "tokens-1"}
    first = live.prove("staff").post("/me/tokens", body, headers=key)
    again = live.api("staff").post("/me/tokens", body, headers=key)
    assert first.json["id"] == again.json["id"]
    assert "token" in first.json
    assert "token" not in again.json


def test_a_draft_of_a_program_is_its_persons(live: Live) -> None:
    made = _made(live, "officer")
    draft = _with(live, made).ok("POST", "/drafts", body_of())["id"]
    assert draft in str(live.api("officer").ok("GET", "/drafts"))


def _differences(live: Live) -> list[str]:
    return [str(each) for each in logbook.verify(live.house, SERVICE).faults]


def test_an_office_takes_on_and_gives_up_an_establishment(live: Live) -> None:
    path = f"/offices/{live.boards['Leeds Board']}/establishments"
    assert live.api("imb-admin").post(path, {"establishment": "HLI"}).status_code == 204
    found = live.api("imb-admin").ok("GET", "/offices?establishment=HLI")["items"]
    assert live.boards["Leeds Board"] in {each["id"] for each in found}
    assert live.api("chair")("DELETE", f"{path}/HLI").status_code == 403
    assert live.api("imb-admin")("DELETE", f"{path}/HLI").status_code == 204
    assert live.api("imb-admin")("DELETE", f"{path}/HLI").status_code == 404


def test_the_whole_log_is_verified_and_one_entry_proved(live: Live) -> None:
    found = live.api("compliance").ok("POST", "/audit/verify")
    assert (found["ok"], found["faults"]) == (True, [])
    newest = live.api("compliance").ok("GET", "/audit/entries?limit=1")["items"][0]
    live.api("compliance").ok("POST", "/audit/checkpoint")
    proof = live.api("compliance").get(f"/audit/entries/{newest['id']}/receipt")
    assert proof.status_code == 200, proof.text
    assert live.api("chair").get(f"/audit/entries/{newest['id']}/receipt").status_code == 403
    results = live.api("admin").ok("GET", f"/accounts/{live.ids['inspector']}/training")["items"]
    assert {"provider", "evidence", "module"} <= set(results[0])
