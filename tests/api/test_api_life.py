"""The whole life of one item, through the API alone."""

from __future__ import annotations

import json
from datetime import timedelta

from api_acts import OS, sent

from retention.queries.verify import verify_certificate
from tests.house import Live


def test_correspondence_reaches_one_board_and_its_outcome_comes_back(live: Live) -> None:
    reference = sent(live, files={"letter.txt": b"what they wrote"})
    assert reference.startswith("HMIP-")

    waiting = live.api("staff").ok("GET", "/items?due=waiting")
    assert reference in [item["reference"] for item in waiting["items"]]
    seen = live.api("staff").ok("GET", f"/items/{reference}")
    assert seen["may"]["pass-on"]["allowed"]
    assert "title" not in seen
    board = next(office for office in seen["to_offices"] if office["name"] == "Leeds Board")
    live.api("staff").ok("POST", f"/items/{reference}/pass-on", {"office": board["id"], "note": "For you."})

    opened = live.api("chair").ok("POST", f"/items/{reference}/open", {"purpose": "follow-up"})
    assert opened["title"] == "Use of force on B wing"
    assert opened["subjects"] == [
        {"name": "Joan Smith", "identifiers": [{"type": "prison-number", "value": "A1234BC"}]}
    ]
    got = live.api("chair").get(f"/items/{reference}/files/{opened['files'][0]['part']}?purpose=follow-up")
    assert got.data == b"what they wrote"

    answer = live.api("chair").ok(
        "POST",
        f"/items/{reference}/answer",
        {"marking": OS, "title": "Outcome", "text": "It was followed up.", "purpose": "The outcome."},
    )
    outcome = live.api("chair").ok("POST", f"/drafts/{answer['id']}/send")["reference"]
    assert live.api("officer").ok("GET", f"/items/{outcome}")["reply_to"] == reference
    done = live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Nothing more is owed."})
    assert live.api("officer").ok("GET", f"/items/{reference}")["state"] == "closed"
    assert done["version"] > 1


def test_an_item_is_reviewed_approved_destroyed_and_certified(live: Live) -> None:
    reference = sent(live, "staff", {"a.txt": b"x" * 9000}, kind="intelligence", route="national-to-inspectorate")
    live.api("officer").ok("POST", f"/items/{reference}/acknowledge")
    live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Filed."})

    case = live.api("imb-records").ok("GET", f"/disposals/{reference}")
    if case["state"] == "no-period":
        case = live.api("imb-records").ok(
            "POST", f"/disposals/{reference}/period", {"months": 12, "authority": "Decision 7 of the parties"}
        )
    to = live.now + timedelta(days=400)
    live.api("operator").ok("POST", "/demonstration/clock", {"to": to.isoformat()})
    live.tokens.clear()
    assert live.api("imb-records").ok("GET", f"/disposals/{reference}")["state"] == "due"

    live.api("records").ok("POST", f"/disposals/{reference}/return")
    live.api("imb-records").ok(
        "POST", f"/disposals/{reference}/return-answer", {"answer": "declined", "reason": "We have our own."}
    )
    live.api("imb-records").ok(
        "POST", f"/disposals/{reference}/review", {"proposal": "destroy", "reason": "Its time is up."}
    )
    own = live.api("imb-records").post(f"/disposals/{reference}/approve", {"approve": True})
    assert (own.status_code, own.json["code"]) == (403, "retention.disposal-refused")
    live.api("imb-owner").ok("POST", f"/disposals/{reference}/approve", {"approve": True})

    live.api("operator").ok("POST", "/demonstration/clock", {"to": (live.now + timedelta(days=60)).isoformat()})
    live.tokens.clear()
    case = live.api("compliance").ok("GET", f"/disposals/{reference}")
    assert case["state"] == "destroyed"
    certificate = live.api("compliance").get(f"/certificates/{case['certificate']}")
    key = live.api().get("/audit/key").text.strip()
    assert verify_certificate(certificate.data, [key]).ok
    assert json.loads(certificate.data)
    listed = live.api("compliance").ok("GET", "/certificates")
    assert case["certificate"] in [row["number"] for row in listed["items"]]
    gone = live.api("officer").post(f"/items/{reference}/open", {"purpose": "follow-up"})
    assert (gone.status_code, gone.json["code"]) == (410, "sharing.item-disposed")
    assert [reason["rule"] for reason in gone.json["reasons"]] == ["INC-02-gone"]


def test_holds_are_placed_and_lifted(live: Live) -> None:
    reference = sent(live, "staff", {"a.txt": b"x"}, kind="intelligence", route="national-to-inspectorate")
    live.api("officer").ok("POST", f"/items/{reference}/acknowledge")
    live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Filed."})
    hold = live.api("imb-records").ok(
        "POST", f"/disposals/{reference}/holds", {"reason": "An inquiry asked.", "issuer": "The inquiry"}
    )
    assert live.api("imb-records").ok("GET", f"/disposals/{reference}")["held"]
    assert hold["id"] in [one["id"] for one in live.api("imb-records").ok("GET", "/holds?in_force=true")["items"]]
    live.api("imb-records").ok("POST", f"/holds/{hold['id']}/lift", {"reason": "It reported."})
    assert not live.api("imb-records").ok("GET", f"/disposals/{reference}")["held"]
