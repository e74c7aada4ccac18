"""Passkeys and sessions through the API, with a key in software."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings, SettingsFaulty
from tests.device import Device
from tests.house import Live

SITE = {"origin": "https://custodes.test", "host": "custodes.test"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("keys") / "state", CUSTODES_ADDRESS=SITE["origin"])
    yield made
    made.close()


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def test_a_program_makes_a_passkey_signs_in_with_it_and_removes_it(live: Live) -> None:
    api, device = live.api("chair"), Device()
    asked = api.ok("POST", "/session/passkeys/options", {"name": "Key ring", "code": live.code("chair")})
    made = api("POST", "/session/passkeys", {"answer": json.loads(device.make(json.dumps(asked["options"])))})
    assert made.status_code == 201, made.text
    (listed,) = api.ok("GET", "/session/passkeys")["passkeys"]
    assert (listed["id"], listed["name"], listed["used"]) == (made.json["id"], "Key ring", None)
    asked = live.api().ok("POST", "/session/passkey/options", {})
    answer = {"answer": json.loads(device.sign(json.dumps(asked["options"])))}
    assert live.api()("GET", "/me", **bearer(asked["token"])).status_code == 401
    signed = live.api()("POST", "/session/passkey", answer, **bearer(asked["token"]))
    assert (signed.status_code, signed.json["stage"]) == (200, "full")
    me = live.api()("GET", "/me", **bearer(signed.json["token"]))
    assert me.json["id"] == live.ids["chair"]
    again = live.api()("POST", "/session/passkey", answer, **bearer(asked["token"]))
    assert again.status_code == 401
    assert api("DELETE", f"/session/passkeys/{listed['id']}").status_code == 204
    assert api("DELETE", f"/session/passkeys/{listed['id']}").json["code"] == "identity.passkey-unknown"


def test_sessions_are_listed_and_ended(live: Live) -> None:
    first, second = live.sign_in("vice"), live.sign_in("vice")
    listed = live.api()("GET", "/session/list", **bearer(second)).json["sessions"]
    assert [each["here"] for each in listed] == [True, False]
    assert live.api()("DELETE", f"/session/list/{listed[1]['id']}", **bearer(second)).status_code == 204
    assert live.api()("GET", "/me", **bearer(first)).status_code == 401
    live.sign_in("vice")
    assert live.api()("POST", "/session/end-others", {}, **bearer(second)).json == {"ended": 1}


@pytest.mark.parametrize("answer", [{}, {"id": 1, "response": []}, {"id": "x" * 30_000}])
def test_what_is_no_answer_is_the_same_refusal_as_a_wrong_one(live: Live, answer: dict[str, Any]) -> None:
    asked = live.api().ok("POST", "/session/passkey/options", {})
    refused = live.api()("POST", "/session/passkey", {"answer": answer}, **bearer(asked["token"]))
    assert (refused.status_code, refused.json["code"]) == (401, "api.sign-in-failed")
    refused = live.api("hull").post("/session/passkeys", {"answer": answer})
    assert (refused.status_code, refused.json["code"]) == (400, "identity.passkey-refused")


@pytest.mark.parametrize(
    "address",
    ["http://custodes.test", "https://custodes.test/", "https://10.0.0.1", "custodes.test", "https://a@b.test"],
)
def test_an_address_that_no_passkey_could_be_bound_to_is_refused_at_the_start(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsFaulty, match="CUSTODES_ADDRESS"):
        Settings.from_env({"CUSTODES_STATE": str(tmp_path), "CUSTODES_ADDRESS": address})


def test_without_an_address_passkeys_are_off(tmp_path: Path) -> None:
    assert Settings.from_env({"CUSTODES_STATE": str(tmp_path)}).site is None
    assert Settings.of_demonstration(tmp_path, 8090, {}).site is not None
