"""The same training of several people by one request: all of them, or none."""

from __future__ import annotations

from typing import Any

from tests.house import Live


def body(live: Live, *keys: str, **more: Any) -> dict[str, Any]:
    day = live.now.date().isoformat()
    given = {"module": "handling", "on": day, "provider": "The secretariat", "evidence": "Register, page 4"}
    return {"people": [live.ids.get(each, each) for each in keys], **given, **more}


def recorded(live: Live, key: str) -> int:
    return len(live.api("imb-admin").ok("GET", f"/accounts/{live.ids[key]}/training")["items"])


def test_it_is_recorded_for_each_and_for_nobody_twice(live: Live) -> None:
    admin = live.api("imb-admin")
    before = [recorded(live, each) for each in ("chair", "vice")]
    made = admin.ok("POST", "/accounts/training", body(live, "chair", "vice", "chair"))["results"]
    assert [each["person"] for each in made] == [live.ids["chair"], live.ids["vice"]]
    assert [recorded(live, each) for each in ("chair", "vice")] == [each + 1 for each in before]


def test_one_for_whom_it_cannot_be_stops_all_of_them(live: Live) -> None:
    admin, before = live.api("imb-admin"), recorded(live, "chair")
    for other in ("officer", "imb-admin", "00000000-0000-4000-8000-000000000000"):
        assert admin.post("/accounts/training", body(live, "chair", other)).status_code in (403, 404)
    assert admin.post("/accounts/training", body(live)).status_code == 400
    assert admin.post("/accounts/training", body(live, "chair", module="none")).status_code == 400
    assert admin.post("/accounts/training", body(live, "chair", on="2999-01-01")).status_code == 400
    assert admin.post("/accounts/training", body(live, *["chair"] * 51)).status_code == 400
    live.join("gone", "imb", "board-member", live.boards["Leeds Board"])
    admin.ok("POST", f"/accounts/{live.ids['gone']}/leave", {"reason": "Moved away."})
    refused = admin.post("/accounts/training", body(live, "chair", "gone"))
    assert (refused.status_code, refused.json["code"]) == (409, "identity.standing-conflict")
    assert "Gone left" in refused.json["detail"]
    assert live.api("chair").post("/accounts/training", body(live, "vice")).status_code == 403
    assert recorded(live, "chair") == before
