"""Batches, returns and the disposal day through the API, from due items to the approval by another person."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from api_acts import closed

from app.bootstrap import sweeps
from audit.follow import facts_about
from tests.house import Live


def due(live: Live, number: int) -> list[str]:
    references = [closed(live) for _ in range(number)]
    for reference in references:
        body = {"months": 1, "authority": "Schedule 7, paragraph 3"}
        live.api("imb-records").ok("POST", f"/disposals/{reference}/period", body)
    live.later(days=32)
    live.tokens.clear()
    sweeps.dispose(live.house)
    return references


def settled(live: Live, references: list[str]) -> None:
    live.api("records").ok("POST", "/returns/offers", {"references": references})
    body = {"references": references, "answer": "declined", "reason": "We have our own."}
    live.api("imb-records").ok("POST", "/returns/answers", body)


def told(live: Live, reference: str) -> list[Any]:
    with live.house.work() as work:
        item = work.disposals.case(reference).item
        return list(facts_about(work.conn, work.house.keys.log, item))


@pytest.fixture(scope="module")
def three(live: Live) -> list[str]:
    return due(live, 3)


def test_the_whole_way_of_a_batch(live: Live, three: list[str]) -> None:
    reviewer, approver = live.api("imb-records"), live.api("imb-owner")
    stages = live.api("records").ok("GET", "/disposals/day")["stages"]
    assert stages["to-offer"]["number"] == 3
    offered = live.api("records").ok("POST", "/returns/offers", {"references": [*three, "IMB-1999-00001"]})
    assert [each["done"] for each in offered["items"]] == [True, True, True, False]
    assert reviewer.ok("GET", "/disposals/day")["stages"]["to-answer"]["number"] == 3
    body = {"references": three[:2], "answer": "declined", "reason": "We have our own."}
    assert all(each["done"] for each in reviewer.ok("POST", "/returns/answers", body)["items"])

    code = reviewer.ok("GET", f"/disposals/{three[0]}")["retention_class"]
    made = reviewer.ok("POST", "/batches", {"class": code})
    assert (made["taken"], made["left"], made["more"]) == (3, [], False)
    at = f"/batches/{made['id']}"
    answer = reviewer.ok(
        "POST", f"{at}/proposals", {"references": [*three, "IMB-1999-00001"], "proposal": "destroy", "reason": "Old."}
    )
    assert [(each["reference"], each["done"]) for each in answer["items"]] == [
        (three[0], True), (three[1], True), (three[2], False), ("IMB-1999-00001", False),
    ]  # fmt: skip
    assert answer["items"][2]["reasons"][0]["rule"] == "RET-return-first"
    alone = reviewer.post(f"/disposals/{three[0]}/review", {"proposal": "keep", "reason": "x"})
    assert "RET-in-batch" in [reason["rule"] for reason in alone.json["reasons"]]

    submitted = reviewer.ok("POST", f"{at}/submit")
    assert (submitted["state"], [each["reference"] for each in submitted["items"]]) == ("submitted", [three[2]])
    seen = approver.get(at)
    assert seen.json["would"] == {"destroy": 2}
    assert live.api("imb-owner").ok("GET", "/disposals/day")["batches"][0]["id"] == made["id"]

    assert approver.post(f"{at}/approve").status_code == 428
    assert approver.post(f"{at}/approve", headers={"If-Match": "*"}).status_code == 428
    stale = approver.post(f"{at}/approve", headers={"If-Match": '"12"'})
    assert (stale.status_code, stale.json["code"]) == (412, "api.precondition-failed")
    own = reviewer.post(f"{at}/approve", headers={"If-Match": seen.headers["ETag"]})
    assert (own.status_code, own.json["code"]) == (403, "retention.disposal-refused")
    reviewer.ok("POST", f"/disposals/{three[1]}/holds", {"reason": "An inquest.", "issuer": "coroner"})
    done = approver.ok("POST", f"{at}/approve", headers={"If-Match": seen.headers["ETag"]})
    assert done["state"] == "approved"
    assert {each["reference"]: each["done"] for each in done["items"]} == {three[0]: True, three[1]: False}
    after = approver.ok("GET", at)
    assert {each["case"]["reference"]: each["place"] for each in after["members"]} == {
        three[0]: "approved", three[1]: "left-out", three[2]: "left-out",
    }  # fmt: skip
    assert reviewer.ok("GET", f"/disposals/{three[0]}")["state"] == "cooling-off"
    assert reviewer.ok("GET", f"/disposals/{three[1]}")["state"] == "due"
    assert reviewer.ok("GET", "/batches?party=imb&state=approved")["items"][0]["items"] == {
        "approved": 1, "left-out": 2,
    }  # fmt: skip


def test_a_batch_is_sent_back_or_given_up(live: Live) -> None:
    references = due(live, 2)
    settled(live, references)
    reviewer, approver = live.api("imb-records"), live.api("imb-owner")
    code = reviewer.ok("GET", f"/disposals/{references[0]}")["retention_class"]
    at = f"/batches/{reviewer.ok('POST', '/batches', {'class': code})['id']}"
    members = [each["case"]["reference"] for each in reviewer.ok("GET", at)["members"] if each["place"] == "taken"]
    reviewer.ok("POST", f"{at}/proposals", {"references": members, "proposal": "keep", "reason": "Of interest."})
    reviewer.ok("POST", f"{at}/submit")
    one = approver.ok("POST", f"{at}/send-back", {"references": references[:1], "reason": "Look again."})
    assert (one["state"], [each["done"] for each in one["items"]]) == ("submitted", [True])
    assert approver.ok("POST", f"{at}/send-back", {"reason": "All of it."})["state"] == "closed"
    again = f"/batches/{reviewer.ok('POST', '/batches', {'class': code})['id']}"
    assert reviewer.ok("POST", f"{again}/close", {"reason": "Not today."})["state"] == "closed"
    gone = reviewer.post(f"{again}/submit")
    assert (gone.status_code, gone.json["reasons"][0]["rule"]) == (403, "RET-batch-state")
    assert reviewer.get("/batches/none").json["code"] == "retention.batch-not-found"


def test_a_hold_is_proposed_in_a_batch(live: Live) -> None:
    (reference,) = due(live, 1)
    reviewer = live.api("imb-records")
    code = reviewer.ok("GET", f"/disposals/{reference}")["retention_class"]
    at = f"/batches/{reviewer.ok('POST', '/batches', {'class': code})['id']}"
    body = {"references": [reference], "proposal": "hold", "reason": "The inquiry asked.", "issuer": "The inquiry"}
    assert [each["done"] for each in reviewer.ok("POST", f"{at}/proposals", body)["items"]] == [True]
    case = reviewer.ok("GET", f"/disposals/{reference}")
    assert (case["held"], case["state"]) == (True, "due")
    reviewer.ok("POST", f"{at}/close", {"reason": "Done."})


@pytest.mark.parametrize(("body", "field"), [
    ({}, "class"),
    ({"class": "no-such-class"}, "class"),
])  # fmt: skip
def test_a_batch_of_nothing_is_refused_by_its_field(live: Live, body: dict[str, str], field: str) -> None:
    answer = live.api("imb-records").post("/batches", body)
    assert answer.status_code == 400
    assert field in answer.json["errors"]


def test_the_other_body_and_other_duties_do_nothing_with_a_batch(live: Live) -> None:
    (reference,) = due(live, 1)
    code = live.api("imb-records").ok("GET", f"/disposals/{reference}")["retention_class"]
    at = f"/batches/{live.api('imb-records').ok('POST', '/batches', {'class': code})['id']}"
    for who in ("records", "owner", "compliance"):
        for path, body in (
            ("proposals", {"references": [reference], "proposal": "keep", "reason": "x"}),
            ("submit", {}),
            ("close", {"reason": "x"}),
        ):
            assert live.api(who).post(f"{at}/{path}", body).status_code == 403, (who, path)
    for who in ("officer", "admin", "operator"):
        assert live.api(who).get(at).status_code == 403
        assert live.api(who).get("/disposals/day").status_code == 403
    assert live.api("compliance").get(at).status_code == 200
    live.api("imb-records").ok("POST", f"{at}/close", {"reason": "x"})


# --- the package of a return


def package(live: Live, who: str, reference: str) -> Any:
    return live.api(who).post(f"/disposals/{reference}/return-package")


def test_a_return_is_given_as_one_package_and_its_receipt_names_it(live: Live) -> None:
    (reference,) = due(live, 1)
    reviewer = live.api("imb-records")
    assert package(live, "imb-records", reference).status_code == 403
    live.api("records").ok("POST", f"/disposals/{reference}/return")
    reviewer.ok("POST", f"/disposals/{reference}/return-answer", {"answer": "accepted", "reason": "We want it."})
    early = reviewer.post(f"/disposals/{reference}/returned")
    assert early.json["reasons"][0]["rule"] == "RET-return-unserved"
    for who in ("records", "imb-owner", "compliance", "imb-admin", "staff"):
        assert package(live, who, reference).status_code == 403, who

    answer = package(live, "imb-records", reference)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    assert f"OFFICIAL-SENSITIVE {reference}.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        manifest = archive.read("manifest.json")
        listed = json.loads(manifest)
        assert [each["path"] for each in listed["files"]] == ["item.json", "files/0001 a.txt"]
        for each in listed["files"]:
            content = archive.read(each["path"])
            assert (len(content), sha256(content).hexdigest()) == (each["size"], each["sha256"])
        assert archive.read("files/0001 a.txt") == b"x" * 9000
        assert json.loads(archive.read("item.json"))["title"] == "Use of force on B wing"
    case = reviewer.ok("GET", f"/disposals/{reference}")
    assert (case["served_files"], case["served_bytes"], case["served_sha256"]) == (
        1, 9000, sha256(manifest).hexdigest(),
    )  # fmt: skip
    served = next(fact for fact in told(live, reference) if fact.kind == "retention.return-served")
    assert "a.txt" not in json.dumps(dict(served.what))

    reviewer.ok("POST", f"/disposals/{reference}/returned", {"manner": "package"})
    receipt = told(live, reference)[-1]
    assert (receipt.kind, receipt.what["sha256"]) == ("retention.item-returned", sha256(manifest).hexdigest())
    assert package(live, "imb-records", reference).status_code == 403, "it was returned"


def test_the_package_of_a_disabled_or_lost_item_is_refused_and_nothing_is_said(live: Live) -> None:
    (reference,) = due(live, 1)
    reviewer = live.api("imb-records")
    live.api("records").ok("POST", f"/disposals/{reference}/return")
    reviewer.ok("POST", f"/disposals/{reference}/return-answer", {"answer": "accepted", "reason": "We want it."})
    stale = reviewer.post(f"/disposals/{reference}/return-package", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "api.precondition-failed")
    assert all(fact.kind != "retention.return-served" for fact in told(live, reference))


def test_a_transfer_leads_to_waiting_for_it(live: Live) -> None:
    (reference,) = due(live, 1)
    settled(live, [reference])
    body = {"proposal": "transfer", "reason": "Selected for preservation."}
    live.api("imb-records").ok("POST", f"/disposals/{reference}/review", body)
    live.api("imb-owner").ok("POST", f"/disposals/{reference}/approve", {"approve": True})
    assert live.api("imb-records").ok("GET", f"/disposals/{reference}")["state"] == "transferring"
    assert live.api("imb-records").ok("GET", "/disposals/day")["stages"]["transferring"]["number"] == 1
