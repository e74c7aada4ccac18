"""Showing again that it is oneself, over the API: before an account is opened to something else, counted when wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.device import Device
from tests.house import Caller, Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """With an address of its own: passkeys are made for it."""
    made = Live.create(tmp_path_factory.mktemp("proof") / "state", CUSTODES_ADDRESS="https://custodes.test")
    yield made
    made.close()


def _body(live: Live) -> dict[str, Any]:
    return {"name": "Import", "until": (live.now + timedelta(days=2)).isoformat()}


def _fresh(live: Live, who: str) -> Caller:
    return Caller(live.app.test_client(), live.sign_in(who))


def _refused(answer: Any) -> str:
    assert answer.status_code == 403, answer.text
    return str(answer.json["code"])


def test_what_opens_an_account_takes_a_code_first(live: Live) -> None:
    api = _fresh(live, "vice")
    refused = api.post("/me/tokens", _body(live))
    assert _refused(refused) == "identity.proof-needed"
    assert list(refused.json["errors"]) == ["code"]
    assert api.post("/session/proof", {"code": live.code("vice")}).status_code == 204
    made = api.ok("POST", "/me/tokens", _body(live))
    with_token = Caller(live.app.test_client(), made["token"])
    for method, path, body in (
        ("POST", "/session/proof", {"code": live.code("vice")}),
        ("POST", "/me/tokens", _body(live)),
        ("DELETE", f"/session/passkeys/{made['id']}", None),
    ):
        assert _refused(with_token(method, path, body)) == "api.token-not-for-this"
    live.later(minutes=5)
    assert _refused(api.post("/me/tokens", _body(live))) == "identity.proof-needed"
    assert api("DELETE", f"/me/tokens/{made['id']}").status_code == 204  # taking one back asks nothing


def test_one_proof_serves_whatever_follows_and_no_other_session(live: Live) -> None:
    api, other, device = _fresh(live, "national"), _fresh(live, "national"), Device()
    asked = api.ok("POST", "/session/passkeys/options", {"name": "Key ring", "code": live.code("national")})
    made = api.ok("POST", "/session/passkeys", {"answer": json.loads(device.make(json.dumps(asked["options"])))})
    held = f"/session/passkeys/{made['id']}"
    assert _refused(other("DELETE", held)) == "identity.proof-needed"
    assert _refused(other.post("/session/passkeys/options", {"name": "Mine"})) == "identity.proof-needed"
    assert api("DELETE", held).status_code == 204


def test_a_wrong_code_and_one_used_before_are_counted_and_refused(live: Live) -> None:
    api, other = _fresh(live, "hull"), _fresh(live, "hull")
    code = live.code("hull")
    assert api.post("/session/proof", {"code": code}).status_code == 204
    for given in (code, "000000"):
        answer = other.post("/session/proof", {"code": given})
        assert (answer.status_code, answer.json["code"]) == (401, "api.sign-in-failed")
    assert other.ok("GET", "/me")["wrong_codes"] == 2
    for _ in range(8):
        other.post("/session/proof", {"code": "000000"})
    shut = other.post("/session/proof", {"code": live.code("hull")})
    assert (shut.status_code, shut.json["code"]) == (429, "identity.too-many-attempts")
    assert int(shut.headers["Retry-After"]) > 60
    assert _refused(other.post("/me/tokens", _body(live))) == "identity.proof-needed"


def test_without_a_code_nothing_is_shown(live: Live) -> None:
    api = _fresh(live, "inspector")
    assert _refused(api.post("/session/proof", {"code": " "})) == "identity.proof-needed"
    assert live.api().post("/session/proof", {"code": "123456"}).status_code == 401


def test_nobody_goes_round_it_as_who_manages_their_own_account(live: Live) -> None:
    own = live.ids["imb-admin"]
    answer = _fresh(live, "imb-admin")("DELETE", f"/accounts/{own}/links/none")
    assert _refused(answer) == "identity.managing-refused"
