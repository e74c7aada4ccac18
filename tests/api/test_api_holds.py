"""Holds through the API: looked at, placed, kept, decided on item by item, lifted; and who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from api_acts import sent

from tests.house import Live

WHY = {"reason": "It asked for everything.", "issuer": "The inquiry", "occasion": "inquiry"}


@pytest.fixture(scope="module")
def closed(live: Live) -> list[str]:
    found = []
    for name in ("a.txt", "b.txt"):
        reference = sent(live, "staff", {name: b"x"}, kind="intelligence", route="national-to-inspectorate")
        live.api("officer").ok("POST", f"/items/{reference}/acknowledge")
        live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Filed."})
        found.append(reference)
    return found


def person(value: str) -> dict[str, object]:
    return {"people": [{"type": "prison-number", "value": value}]}


def test_a_hold_on_a_person_is_looked_at_placed_and_lifted(live: Live, closed: list[str]) -> None:
    api = live.api("imb-records")
    shown = api.ok("POST", "/holds/preview", person("a1234bc"))
    assert {item["reference"] for item in shown["items"]} >= set(closed)
    assert shown["total"] == sum(each["number"] for each in shown["counts"])
    assert not api.ok("GET", f"/disposals/{closed[0]}")["held"], "looking holds nothing"

    made = api.ok("POST", "/holds", {"scope": person("A1234BC"), **WHY})
    assert (made["stands_on"], made["settled"], made["kind"]) == (shown["total"], True, "scope")
    seen = api.ok("GET", f"/holds/{made['id']}")
    assert (seen["scope"]["persons"], seen["people"], seen["entered"]) == (
        1, "prison-number: A1234BC", {"caught": shown["total"]},
    )  # fmt: skip
    assert live.api("records").ok("GET", f"/holds/{made['id']}")["people"] == "", "whom, only its keepers are shown"
    assert live.api("compliance").ok("GET", f"/holds/{made['id']}")["people"] == ""
    case = api.ok("GET", f"/disposals/{closed[0]}")
    assert (case["held"], [hold["manner"] for hold in case["holds"]]) == (True, ["caught"])

    second = live.api("records").ok(
        "POST", f"/disposals/{closed[0]}/holds", {"reason": "A claim.", "issuer": "A court"}
    )
    refused = live.api("records").post(f"/holds/{made['id']}/lift", {"reason": "x"})
    assert (refused.status_code, refused.json["code"]) == (403, "retention.disposal-refused")
    assert "RET-hold-body" in [reason["rule"] for reason in refused.json["reasons"]]
    lifted = api.ok("POST", f"/holds/{made['id']}/lift", {"reason": "It reported."})
    assert (lifted["lifted"], lifted["also_held"]) == (True, 1)
    assert api.ok("GET", f"/disposals/{closed[0]}")["held"]
    assert not api.ok("GET", f"/disposals/{closed[1]}")["held"]
    assert api.post(f"/holds/{made['id']}/lift", {"reason": "x"}).json["code"] == "retention.hold-not-found"
    live.api("records").ok("POST", f"/holds/{second['id']}/lift", {"reason": "Settled."})


def test_a_hold_by_words_is_decided_item_by_item(live: Live, closed: list[str]) -> None:
    api = live.api("imb-records")
    made = api.ok("POST", "/holds", {"scope": {"references": [closed[0]]}, "words": "About children.", **WHY})
    assert api.ok("GET", f"/disposals/{closed[0]}")["held"]
    body = {"references": [closed[0], "IMB-1999-00001"], "fits": False, "reason": "About post."}
    done = api.ok("POST", f"/holds/{made['id']}/items", body)["items"]
    assert [(each["reference"], each["done"]) for each in done] == [(closed[0], True), ("IMB-1999-00001", False)]
    assert done[1]["reasons"][0]["rule"] == "RET-no-case"
    assert not api.ok("GET", f"/disposals/{closed[0]}")["held"]
    held = api.ok("GET", f"/holds/{made['id']}/items?manner=passed-over")["items"]
    assert [each["case"]["reference"] for each in held] == [closed[0]]
    api.ok("POST", f"/holds/{made['id']}/lift", {"reason": "Over."})


def test_a_hold_is_renewed_and_given_to_somebody_else(live: Live) -> None:
    api = live.api("imb-records")
    made = api.ok("POST", "/holds", {"scope": {"establishments": ["LEI"]}, **WHY})
    day = (live.now + timedelta(days=400)).date().isoformat()
    assert api.ok("POST", f"/holds/{made['id']}/renew", {"review_on": day, "reason": "It sits."})["review_on"] == day
    nobody = api.post(f"/holds/{made['id']}/owner", {"owner": live.ids["imb-records"], "reason": "x"})
    assert (nobody.status_code, list(nobody.json["errors"])) == (400, ["owner"])
    listed = api.ok("GET", f"/holds?in_force=true&occasion=inquiry&party=imb&review_by={day}")["items"]
    assert made["id"] in [hold["id"] for hold in listed]
    api.ok("POST", f"/holds/{made['id']}/lift", {"reason": "Over."})
    assert made["id"] in [hold["id"] for hold in api.ok("GET", "/holds?in_force=false")["items"]]


@pytest.mark.parametrize(("body", "field"), [
    ({"scope": {}, **WHY}, "scope"),
    ({"scope": {"people": [{"type": "pnc", "value": "2003/0011985A"}]}, **WHY}, "people"),
    ({"scope": {"references": ["IMB-1999-00001"]}, **WHY}, "references"),
    ({"scope": {"since": "2026-02-01", "until": "2026-01-01"}, **WHY}, "until"),
    ({"scope": {"classes": ["x"]}, **WHY, "review_on": "2001-01-01"}, "review_on"),
    ({"scope": {"classes": ["x"]}, **WHY, "occasion": "whim"}, "occasion"),
    ({"scope": {"colours": ["x"]}, **WHY}, "scope.colours"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(live: Live, body: dict[str, object], field: str) -> None:
    answer = live.api("imb-records").post("/holds", body)
    assert answer.status_code == 400, answer.text
    assert field in answer.json["errors"]


@pytest.mark.parametrize("who", ["imb-owner", "compliance", "staff"])
@pytest.mark.parametrize("path", ["/holds", "/holds/preview"])
def test_nobody_but_records_reviewers_places_or_looks(live: Live, who: str, path: str) -> None:
    scope = {"establishments": ["LEI"]}
    answer = live.api(who).post(path, scope if path.endswith("preview") else {"scope": scope, **WHY})
    assert answer.status_code == 403


def test_a_hold_asked_for_twice_under_one_key_is_placed_once(live: Live) -> None:
    api, key = live.api("imb-records"), {"Idempotency-Key": "hold-once"}
    body = {"scope": {"establishments": ["LEI"]}, **WHY}
    first, again = (api.post("/holds", body, headers=key).json["id"] for _ in range(2))
    assert first == again
    api.ok("POST", f"/holds/{first}/lift", {"reason": "Over."})
