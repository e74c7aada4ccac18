"""A notice of an incident goes from here where the policy says where to, and the incident keeps the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.house import Live
from tests.outbox.postbox import swept
from tests.web.record_pages import Visitor

TEAM = "security-team@example.test"


@pytest.fixture
def told(live: Live) -> Iterator[Live]:
    """The same house under a policy that has an address."""
    house = live.house
    rules = replace(house.policies.notifications, party_addresses={"tell-moj-security": TEAM})
    policies = replace(house.policies, notifications=rules)
    before = house.policies
    object.__setattr__(house, "policies", policies)
    yield live
    object.__setattr__(house, "policies", before)


def incident(live: Live) -> str:
    body: dict[str, Any] = {
        "kind": "loss", "happened": "A bag was left on a train.", "aware_at": live.now.isoformat(),
        "certainty": "suspected", "known": {"personal": "yes"},
    }  # fmt: skip
    return str(live.api("imb-security").ok("POST", "/incidents", body)["number"])


def test_it_goes_once_and_the_incident_keeps_that_it_went(told: Live) -> None:
    number = incident(told)
    lead = told.api("imb-security")
    lead.ok("POST", f"/incidents/{number}/duties/tell-moj-security/send")
    assert lead.post(f"/incidents/{number}/duties/tell-moj-security/send").status_code == 409
    page = Visitor(told, "imb-security")
    for path in ("", "/duties/tell-moj-security"):
        assert "In the outbox since" in page.get(f"/incidents/{number}{path}")
    letters = [each for each in swept(told).letters if each.address == TEAM]
    (letter,) = letters
    assert letter.subject == f"OFFICIAL: {number}"
    assert "train" not in letter.body
    assert number in letter.body
    swept(told)
    assert "In the outbox" not in page.get(f"/incidents/{number}")
    shown = lead.ok("GET", f"/incidents/{number}")
    (notice,) = [each for each in shown["notices"] if each["duty"] == "tell-moj-security"]
    assert (notice["channel"], notice["words"]["to"]) == ("email", TEAM)
    assert letter.id in notice["words"]["note"]
    assert [each for each in swept(told).letters if each.address == TEAM] == []


def test_where_no_address_is_set_it_is_as_before(live: Live) -> None:
    number = incident(live)
    answer = live.api("imb-security").post(f"/incidents/{number}/duties/tell-moj-security/send")
    assert (answer.status_code, answer.json["code"]) == (409, "outbox.notice-not-sendable")
    assert live.api("staff").post(f"/incidents/{number}/duties/tell-moj-security/send").status_code == 403
