"""Decisions to share and the register of processing over HTTP, for each who may see them and for those who may not."""

from __future__ import annotations

import pytest
from api_acts import draft, sent

from app.bootstrap import logbook
from foundation.actor import SERVICE
from tests.house import Live


def test_whoever_sent_answers_the_one_question_that_is_left(live: Live) -> None:
    reference = sent(live)
    officer = live.api("officer")
    found = officer.ok("GET", "/sharing-decisions?missing=true")["items"][0]
    assert (found["reference"], found["missing"], found["words"]) == (reference, ["told"], None)
    assert {"heading", "words", "source", "verified"} <= set(found["stated"][0])
    one = officer.ok("GET", f"/sharing-decisions/{found['id']}")
    assert one["words"] == {"purpose": "So that the Board can follow it up."}
    faulty = officer.post(f"/sharing-decisions/{found['id']}/answer", {"told": "other"})
    assert (faulty.status_code, faulty.json["code"]) == (400, "sharing.decision-faulty")
    officer.ok("POST", f"/sharing-decisions/{found['id']}/answer", {"told": "notice"})
    after = officer.ok("GET", f"/sharing-decisions/{found['id']}")
    assert (after["told"], after["missing"]) == ("notice", [])
    again = officer.post(f"/sharing-decisions/{found['id']}/answer", {"told": "told"})
    assert (again.status_code, again.json["code"]) == (409, "sharing.done-already")


def test_the_last_day_there_is_is_a_day_to_ask_for(live: Live) -> None:
    assert live.api("officer").ok("GET", "/sharing-decisions?until=9999-12-31")["items"] is not None


def test_a_draft_that_says_so_leaves_nothing_to_ask(live: Live) -> None:
    made = draft(live, told="prejudice")
    assert live.api("officer").ok("GET", f"/drafts/{made}")["told"] == "prejudice"
    reference = live.api("officer").ok("POST", f"/drafts/{made}/send")["reference"]
    rows = live.api("officer").ok("GET", "/sharing-decisions")["items"]
    assert next(each for each in rows if each["reference"] == reference)["missing"] == []


def test_the_compliance_officer_sees_all_of_their_own_body_and_others_nothing(live: Live) -> None:
    reference = sent(live)
    found = live.api("compliance").ok("GET", "/sharing-decisions?party=hmip")["items"][0]
    assert (found["reference"], found["sight"]) == (reference, "full")
    for who in ("staff", "chair", "security", "inspector"):
        answer = live.api(who).get(f"/sharing-decisions/{found['id']}")
        assert (answer.status_code, answer.json["code"]) == (404, "sharing.decision-not-found"), who
    assert live.api().get("/sharing-decisions").status_code == 401


def test_a_refused_request_is_recorded_once(live: Live) -> None:
    office = live.offices("correspondence")["id"]
    body = {
        "agreement": "hmip-imb", "office": office, "asked_by": "imb", "who": "A member", "asked_on": "2026-01-05",
        "what": "All notes.", "why": "More than is necessary.", "kind": "intelligence",
    }  # fmt: skip
    made = live.api("officer").ok("POST", "/sharing-decisions", body, headers={"Idempotency-Key": "one-refusal"})
    again = live.api("officer").ok("POST", "/sharing-decisions", body, headers={"Idempotency-Key": "one-refusal"})
    assert made["id"] == again["id"]
    read = live.api("officer").ok("GET", f"/sharing-decisions/{made['id']}")
    assert (read["act"], read["words"]["why"]) == ("refused", "More than is necessary.")
    other = live.api("staff").post("/sharing-decisions", body)
    assert (other.status_code, other.json["code"]) == (403, "sharing.decision-refused")


@pytest.mark.parametrize("query", ["act=gossip", "since=yesterday", "missing=perhaps"])
def test_a_query_nobody_can_mean_is_refused(live: Live, query: str) -> None:
    assert live.api("officer").get(f"/sharing-decisions?{query}").status_code in (400, 422)


def test_the_register_of_processing_says_what_is_missing_and_what_nobody_verified(live: Live) -> None:
    found = live.api("staff").ok("GET", "/processing/hmip-imb")["items"]
    assert {each["party"] for each in found} == {"hmip", "imb"}
    hmip = next(each for each in found if each["party"] == "hmip")
    assert "Data protection officer" in hmip["missing"]
    assert "Lawful basis" in hmip["unverified"]
    lines = {each["heading"]: each["said"] for each in hmip["lines"]}
    assert lines["Controller"][0]["words"] == "HM Inspectorate of Prisons"
    assert any("No period is confirmed" in each["words"] for each in lines["Time limits for erasure"])
    assert live.api("staff").get("/processing/none").status_code == 404


def test_the_log_and_the_rows_say_the_same(live: Live) -> None:
    assert logbook.verify(live.house, SERVICE).ok
