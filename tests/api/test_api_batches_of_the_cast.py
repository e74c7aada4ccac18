"""Each address of batches, returns and the disposal day, asked for by each of the cast and by nobody. And twice."""

from __future__ import annotations

from typing import Any

import pytest
from api_acts import closed

from app.bootstrap import sweeps
from audit.follow import facts_about
from tests.house import CAST, Live

LOOKERS = frozenset({"imb-records", "imb-owner", "records", "owner", "compliance"})
REVIEWERS = frozenset({"imb-records", "records"})
SOURCE = frozenset({"imb-records"})
APPROVERS = frozenset({"imb-owner"})
EVERYBODY = ("", *CAST)


def due(live: Live) -> str:
    reference = closed(live)
    body = {"months": 1, "authority": "Schedule 7, paragraph 3"}
    live.api("imb-records").ok("POST", f"/disposals/{reference}/period", body)
    live.later(days=32)
    live.tokens.clear()
    sweeps.dispose(live.house)
    live.api("records").ok("POST", "/returns/offers", {"references": [reference]})
    return str(reference)


def opened(live: Live, reference: str) -> str:
    reviewer = live.api("imb-records")
    code = reviewer.ok("GET", f"/disposals/{reference}")["retention_class"]
    return f"/batches/{reviewer.ok('POST', '/batches', {'class': code})['id']}"


@pytest.fixture(scope="module")
def reference(live: Live) -> str:
    return due(live)


@pytest.fixture(scope="module")
def at(live: Live, reference: str) -> str:
    return opened(live, reference)


def status(live: Live, who: str, method: str, path: str, body: Any = None, **given: Any) -> int:
    return int(live.api(who)(method, path, *([body] if body is not None else []), **given).status_code)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_look(live: Live, at: str, who: str) -> None:
    expected = 401 if not who else 200 if who in LOOKERS else 403
    for path in ("/disposals/day", "/batches", at):
        assert status(live, who, "GET", path) == expected, path


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_act(live: Live, at: str, reference: str, who: str) -> None:
    """Nobody of those who may gets as far as changing anything: each is stopped by what was sent, or by its state."""
    acts: tuple[tuple[str, Any, frozenset[str], int], ...] = (
        ("/batches", {"class": "no-such-class"}, REVIEWERS, 400),
        (f"{at}/proposals", {"references": [reference], "proposal": "extend", "reason": "x"}, SOURCE, 400),
        (f"{at}/submit", {}, SOURCE, 400),
        (f"{at}/close", {"reason": " "}, SOURCE, 400),
        (f"{at}/send-back", {"reason": "x"}, APPROVERS, 403),
        ("/returns/offers", {"references": ["IMB-1999-00001"]}, LOOKERS, 200),
        ("/returns/answers", {"references": ["IMB-1999-00001"], "answer": "declined", "reason": "x"}, LOOKERS, 200),
        (f"/disposals/{reference}/return-package", {}, frozenset(), 403),
    )
    for path, body, may, then in acts:
        expected = 401 if not who else then if who in may else 403
        assert status(live, who, "POST", path, body) == expected, path
    stamp = live.api("imb-owner").get(at).headers["ETag"]
    expected = 401 if not who else 403  # it is open still: nobody approves it
    assert status(live, who, "POST", f"{at}/approve", {}, headers={"If-Match": stamp}) == expected
    assert live.api("compliance").ok("GET", at)["state"] == "open"


@pytest.mark.parametrize("who", [who for who in CAST if who != "imb-records"])
def test_only_the_source_is_given_what_it_accepted(live: Live, reference: str, who: str) -> None:
    case = live.api("imb-records").ok("GET", f"/disposals/{reference}")
    if case["return_state"] == "offered":
        body = {"references": [reference], "answer": "accepted", "reason": "We want it."}
        live.api("imb-records").ok("POST", "/returns/answers", body)
    for path in ("return-package", "returned"):
        assert status(live, who, "POST", f"/disposals/{reference}/{path}", {}) == 403, path


def test_what_is_another_bodys_or_in_no_batch_is_named_as_such_and_logged(live: Live, at: str) -> None:
    elsewhere = closed(live)
    body = {"references": [elsewhere, "IMB-1999-00001"], "proposal": "keep", "reason": "x"}
    answers = live.api("imb-records").ok("POST", f"{at}/proposals", body)["items"]
    assert [(each["reference"], each["done"], each["reasons"][0]["rule"]) for each in answers] == [
        (elsewhere, False, "RET-not-in-batch"), ("IMB-1999-00001", False, "RET-no-case"),
    ]  # fmt: skip
    with live.house.work() as work:
        told = facts_about(work.conn, work.house.keys.log, work.disposals.case(elsewhere).item)[-1]
    assert (told.kind, told.outcome) == ("retention.disposal-reviewed", "refused")


def test_an_approval_asked_for_twice_under_one_key_is_done_once(live: Live, at: str) -> None:
    live.api("imb-records").ok("POST", f"{at}/close", {"reason": "Another day."})
    reference = due(live)
    reviewer, approver = live.api("imb-records"), live.api("imb-owner")
    mine = opened(live, reference)
    body = {"references": [reference], "proposal": "keep", "reason": "Of interest."}
    reviewer.ok("POST", f"{mine}/proposals", body)
    reviewer.ok("POST", f"{mine}/submit")
    seen = {"If-Match": approver.get(mine).headers["ETag"]}
    first, again = (
        approver.post(f"{mine}/approve", headers={**seen, "Idempotency-Key": "approve-once"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert approver.post(f"{mine}/approve", headers=seen).status_code == 403, "it was approved"
    with live.house.work() as work:
        item = work.disposals.case(reference).item
        kinds = [each.kind for each in facts_about(work.conn, work.house.keys.log, item)]
    assert kinds.count("retention.disposal-approved") == 1


def test_nobody_reads_in_a_batch_what_an_item_is_about(live: Live) -> None:
    for path in ("/disposals/day", "/batches", "/batches?state=approved"):
        assert "Use of force" not in live.api("imb-records").get(path).text
    (newest, *_) = live.api("imb-owner").ok("GET", "/batches")["items"]
    assert "Use of force" not in live.api("imb-owner").get(f"/batches/{newest['id']}").text
