"""Acts that no other test asks for over the API: each done by whom it is for, and refused once it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from api_acts import closed, sent

from tests.house import Live, _join

pytestmark = pytest.mark.once("the rooms are asked on both databases; here it is the way to them")
MORE = {
    "dora": ("imb", "imb-data-protection-officer"),
    "dan": ("imb", "imb-data-protection-officer"),
    "hope": ("hmip", "hmip-data-protection-officer"),
    "imb-admin2": ("imb", "imb-administrator"),
    "imb-records2": ("imb", "imb-records-manager"),
}
ITEM = {"kind": "intelligence", "route": "national-to-inspectorate"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("rest") / "state")
    for key, (party, role) in MORE.items():
        made.ids[key], made.secrets[key] = _join(made.house, key, party, role, "")
    yield made
    made.close()


def entered(live: Live, right: str = "access") -> str:
    body = {
        "right": right,
        "received_on": live.now.date().isoformat(),
        "channel": "post",
        "requester": "Joan Smith, 1 Invented Row",
        "subject": "Joan Smith",
        "identifiers": [{"type": "prison-number", "value": "A1234BC"}],
        "gist": "Everything about her.",
        "identity": "Passport seen.",
    }
    return str(live.api("dora").ok("POST", "/requests", body)["reference"])


def test_a_request_is_taken_to_its_end(live: Live) -> None:
    reference, other = sent(live, "staff", **ITEM), sent(live, "staff", **ITEM, subjects=[])
    dora, dan, at = live.api("dora"), live.api("dan"), f"/requests/{entered(live)}"
    found = dora.ok("POST", f"{at}/find")
    item = next(each["item"] for each in found["items"] if each["reference"] == reference)
    dora.ok("POST", f"{at}/items", {"reference": other, "words": "It speaks of her without a name."})
    body = {
        "outcome": "redacted",
        "ground": "third-party",
        "third_party": "taken-out",
        "words": "Another prisoner is named.",
    }
    dora.ok("POST", f"{at}/items/{item}/decide", body)
    assert dora.post(f"{at}/items/{item}/check", {"agreed": True}).status_code == 403
    checked = dan.ok("POST", f"{at}/items/{item}/check", {"agreed": True})
    assert [each["checked"] for each in checked["items"] if each["item"] == item] == [True]
    today = {"on": live.now.date().isoformat()}
    extended = dora.ok("POST", f"{at}/extend", {**today, "words": "Very many items; we told her on the telephone."})
    assert extended["extended_on"] == today["on"]
    dora.ok("POST", f"{at}/refer", {"to": "hmip", "words": "You may hold something."})
    assert dora.ok("GET", at)["reference"] == at.rpartition("/")[2]
    again = f"/requests/{entered(live)}"
    dora.ok("POST", f"{at}/join", {"other": again.rpartition("/")[2], "evidence": "The same passport."})
    dora.ok("POST", f"{at}/part", {"other": again.rpartition("/")[2], "words": "Two people of one name."})
    gone = dora.ok("POST", f"{again}/withdraw", {**today, "words": "She wrote that she needs it no longer."})
    assert gone["state"] == "withdrawn"
    assert live.api("staff").get(at).status_code in (403, 404)


def test_whoever_received_what_was_corrected_is_told(live: Live) -> None:
    sent(live, "staff", **ITEM)
    dora, at = live.api("dora"), f"/requests/{entered(live, 'rectification')}"
    item = dora.ok("POST", f"{at}/find")["items"][0]["item"]
    dora.ok("POST", f"{at}/items/{item}/decide", {"outcome": "corrected", "words": "She was never on B wing."})
    assert dora.ok("POST", f"{at}/items/{item}/tell", {"words": "She was never on B wing."})["items"]


def test_the_glass_is_broken_and_reviewed(live: Live) -> None:
    reference = sent(live)
    given = {"reference": reference, "danger": "violence", "why": "A threat was made against him."}
    made = live.api("national").ok("POST", "/safety-overrides", given)["id"]
    found = live.api("compliance").ok("GET", f"/safety-overrides/{made}")
    assert given["why"] in found["words"].values()
    review = {"finding": "justified", "why": "There was no other way in time."}
    assert live.api("national").post(f"/safety-overrides/{made}/review", review).status_code == 403
    live.api("compliance").ok("POST", f"/safety-overrides/{made}/review", review)
    again = live.api("compliance").post(f"/safety-overrides/{made}/review", review)
    assert again.status_code in (403, 404, 409)


def test_a_consent_to_work_abroad_is_recorded_and_taken_back(live: Live) -> None:
    assert live.api("compliance").ok("GET", "/adequacy")["items"]
    given = {
        "to_party": "imb",
        "until": (live.now + timedelta(days=30)).isoformat(),
        "written": "Letter of 3 June (invented)",
        "conditions": "On a managed device.",
        "instructions": "None.",
    }
    compliance = live.api("compliance")
    made = compliance.ok("POST", "/transfer-consents", given)["id"]
    assert compliance.ok("GET", f"/transfer-consents/{made}")["conditions"] == given["conditions"]
    assert made in [each["id"] for each in compliance.ok("GET", "/transfer-consents")["items"]]
    compliance.ok("POST", f"/transfer-consents/{made}/withdraw", {"why": "It is over."})
    assert compliance.post(f"/transfer-consents/{made}/withdraw", {"why": "x"}).status_code in (403, 404, 409)


def test_accounts_are_named_invited_again_and_kept(live: Live) -> None:
    admin, other = live.api("imb-admin"), live.api("imb-admin2")
    made = admin.ok("POST", "/accounts", {"email": "new.member@example.test", "name": "Nwe Member", "party": "imb"})
    admin.ok("POST", f"/accounts/{made['person']}/name", {"name": "New Member"})
    live.later(days=2)
    live.tokens.clear()
    admin, other = live.api("imb-admin"), live.api("imb-admin2")
    again = admin.ok("POST", f"/accounts/{made['person']}/invite-again")
    assert again["invitation"] != made["invitation"]
    body = {"checked": "known-number", "words": "I rang the number in the register."}
    recovery = admin.post(f"/accounts/{live.ids['vice']}/recoveries", body)
    assert recovery.status_code == 201, recovery.text
    other.ok("POST", f"/recoveries/{recovery.json['id']}/refuse", {"reason": "She has her telephone after all."})
    assert other.ok("GET", "/recoveries")["recoveries"] == []


def test_what_would_give_somebody_power_is_refused_by_another(live: Live) -> None:
    account = f"/accounts/{live.ids['hull']}"
    given = {"role": "board-member", "office": live.boards["Leeds Board"], "words": "Also sits at Leeds."}
    waits = live.api("imb-admin").ok("POST", f"{account}/appointments", given)["id"]
    why = {"reason": "Leeds has a member for this."}
    live.api("imb-admin2").ok("POST", f"/conferrals/{waits}/refuse", why)
    assert live.api("imb-admin2").post(f"/conferrals/{waits}/confirm", {"checked": "video"}).status_code == 404
    held = live.api("imb-admin").ok("GET", account)["appointments"]
    assert [each["role"] for each in held] == ["board-chair"]


def test_the_one_list_of_each_kind_is_there_for_whoever_may(live: Live) -> None:
    sent(live)
    closed(live)
    colleagues = live.api("officer").ok("GET", "/people?text=chair")["items"]
    assert [each["name"] for each in colleagues] == ["Chair"]
    live.api("imb-admin").ok("POST", "/groups", {"name": "The inquiry", "party": "imb"})
    assert live.api("imb-admin").ok("GET", "/groups")["items"]
    assert live.api("compliance").ok("GET", "/audit/retention")
    assert live.api("imb-records").ok("GET", "/schedules")["items"]
    assert live.api("imb-records").get("/schedules/imb/table").text.startswith("class")
    agreed = live.api("officer").get("/agreements/hmip-imb/versions/1/file")
    assert agreed.text.count("\n") > 100


def test_an_alert_stands_and_is_listed(live: Live) -> None:
    given = {"establishment": "LEI", "to": ["imb/board"], "urgency": "now", "gist": "He is at risk.", "marking": "OS"}
    made = live.api("inspector").ok("POST", "/agreements/hmip-imb/alerts/serious-issue-to-boards", given)["id"]
    assert made in [each["id"] for each in live.api("inspector").ok("GET", "/alerts")["items"]]


def test_a_partner_system_is_told_nothing_for_a_while(live: Live) -> None:
    admin = live.api("admin")
    made = admin.ok("POST", "/partner-systems", {"url": "http://127.0.0.1:9/hooks"})["id"]
    assert admin.ok("POST", f"/partner-systems/{made}/disable")["state"] == "disabled"
    assert admin.ok("GET", "/partner-systems")["items"]


def test_a_proposal_of_an_agreement_and_of_a_schedule(live: Live) -> None:
    compliance = live.api("compliance")
    text = compliance.get("/agreements/hmip-imb/versions/1/file").text
    day = (live.now + timedelta(days=60)).date()
    changed = text.replace("\nversion = 1\n", "\nversion = 2\n").replace("in_force = 2024-09-17", f"in_force = {day}")
    made = compliance.ok("POST", "/agreements/hmip-imb/versions", {"file": changed, "reason": "Meet every month."})
    assert made["id"]
    gone = compliance.ok("POST", f"/agreement-versions/{made['id']}/withdraw", {"reason": "Not now."})
    assert gone["state"] == "withdrawn"
    lines = live.api("imb-records").get("/schedules/imb/table").text.splitlines()
    row = next(place for place, line in enumerate(lines) if line.startswith("intelligence,"))
    lines[row] = lines[row].replace("first,,,review", "first,6,,destroy").removesuffix("no") + "yes"
    body = {
        "table": "\r\n".join(lines) + "\r\n",
        "authority": "Invented sample schedule 7",
        "effective_from": (live.now + timedelta(days=5)).date().isoformat(),
        "reason": "A source was found.",
    }
    version = live.api("imb-records").ok("POST", "/schedules/imb/versions", body)["id"]
    assert live.api("imb-owner").get(f"/schedule-versions/{version}/dry-run").status_code == 200
    assert live.api("imb-owner").ok("POST", f"/schedule-versions/{version}/approve")


def test_closed_taken_up_again_and_stopped(live: Live) -> None:
    reference = closed(live)
    assert live.api("officer").ok("POST", f"/items/{reference}/reopen", {"reason": "More came."})["reference"]
    assert live.api("operator").ok("POST", "/disposals/sweep") is not None
    hold = live.api("imb-records").ok(
        "POST", "/holds", {"scope": {"establishments": ["LEI"]}, "reason": "A claim.", "issuer": "A court"}
    )["id"]
    body: dict[str, Any] = {"owner": live.ids["imb-records2"], "reason": "She has the claim now."}
    assert live.api("imb-records").ok("POST", f"/holds/{hold}/owner", body)


def test_an_incident_is_corrected_looked_into_and_kept_closed(live: Live) -> None:
    reference = sent(live)
    number = live.api("officer").ok("POST", f"/items/{reference}/recall", {"reason": ""})["number"]
    at, lead, other = f"/incidents/{number}", live.api("security"), live.api("imb-security")
    assert lead.ok("GET", f"{at}/affected") is not None
    earlier = (live.now - timedelta(hours=3)).isoformat()
    lead.ok("POST", f"{at}/awareness", {"aware_at": earlier, "reason": "She telephoned before she wrote."})
    measure = lead.ok("GET", at)["measures"][0]["id"]
    lead.ok("POST", f"{at}/measures/{measure}/ask-release", {"reason": "The right Board after all."})
    other.ok("POST", f"{at}/measures/{measure}/keep", {"reason": "It names another Board."})


def test_establishments_are_brought_in(live: Live) -> None:
    table = (
        "key,name,name_welsh,kind,active_in_register,town,country,source\n"
        "XZB,Brackenhithe (HMP),,PRISON,true,Brackenhithe,England,invented\n"
    )
    done = live.api("admin")("PUT", "/establishments", data=table.encode(), content_type="text/csv")
    assert done.status_code == 200, done.text
