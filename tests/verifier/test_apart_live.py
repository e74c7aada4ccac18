"""What a real service gives out, the stand-alone verifier accepts: bundles, receipts, a certificate, checkpoints."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import logbook, logkeys
from audit.receipts import receipt
from tests.house import CONSOLE, Live
from tests.verifier.asking import apart
from tests.verifier.writing import canon
from verifier import custodes_verify

DRAFT = {
    "agreement": "hmip-imb",
    "kind": "intelligence",
    "route": "national-to-inspectorate",
    "marking": "OFFICIAL-SENSITIVE",
    "title": "Use of force on B wing",
    "text": "Three people told us the same thing.",
    "purpose": "So that it can be followed up.",
    "establishment": "LEI",
    "subjects": [],
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A house in which one item was sent, closed, and destroyed."""
    made = Live.create(tmp_path_factory.mktemp("house") / "state")
    destroy(made, send(made))
    yield made
    made.close()


def send(live: Live) -> str:
    staff, officer = live.api("staff"), live.api("officer")
    draft = staff.ok("POST", "/drafts", DRAFT)["id"]
    staff.ok("PUT", f"/drafts/{draft}/files/a.txt", data=b"x" * 900, content_type="text/plain")
    reference = staff.ok("POST", f"/drafts/{draft}/send")["reference"]
    officer.ok("POST", f"/items/{reference}/acknowledge")
    officer.ok("POST", f"/items/{reference}/close", {"note": "Filed."})
    return str(reference)


def destroy(live: Live, reference: str) -> None:
    case = f"/disposals/{reference}"

    def does(who: str, act: str, **said: Any) -> None:
        live.api(who).ok("POST", f"{case}/{act}", said or None)

    if live.api("imb-records").ok("GET", case)["state"] == "no-period":
        does("imb-records", "period", months=12, authority="Decision 7 of the parties")
    wait(live, 400)
    live.api("imb-records").ok("GET", case)
    does("records", "return")
    does("imb-records", "return-answer", answer="declined", reason="We have our own.")
    does("imb-records", "review", proposal="destroy", reason="Its time is up.")
    does("imb-owner", "approve", approve=True)
    wait(live, 60)


def wait(live: Live, days: int) -> None:
    to = live.now + timedelta(days=days)
    live.api("operator").ok("POST", "/demonstration/clock", {"to": to.isoformat()})
    live.tokens.clear()


@pytest.fixture
def trust(live: Live, tmp_path: Path) -> Path:
    path = tmp_path / "trust"
    path.write_text(live.house.keys.log.published, encoding="utf-8")
    return path


def test_the_whole_log_holds_as_zip_and_as_folder(live: Live, trust: Path, house: Callable[..., int]) -> None:
    path = trust.with_name("log.zip")
    path.write_bytes(live.api("compliance").get("/audit/bundle").data)
    done = logbook.export(live.house, trust.with_name("folder"))
    for each in (path, trust.with_name("folder")):
        verdict = apart(each, "--trust", trust)
        assert (verdict.code, verdict.faults) == (0, set())
        assert verdict.result["counts"]["entries"] == verdict.result["counts"]["size"] == done.entries > 50
        assert house(each, "--trust", trust) == 0


def test_the_verifier_in_a_bundle_is_the_verifier_of_this_project(live: Live, trust: Path) -> None:
    logbook.export(live.house, trust.with_name("log.zip"))
    with zipfile.ZipFile(trust.with_name("log.zip")) as bundle:
        assert bundle.read("verify.py") == Path(custodes_verify.__file__).read_bytes()


@pytest.mark.parametrize(("first", "end"), [("0", "1"), ("7", "31"), ("33", ""), ("", "16")])
def test_a_range_holds(live: Live, trust: Path, first: str, end: str) -> None:
    path = trust.with_name("range.zip")
    logbook.export(live.house, path, first=first, end=end)
    counts = apart(path, "--trust", trust).result["counts"]
    assert counts["from"] == int(first or 0)
    assert counts["to"] == int(end or counts["size"])
    assert counts["entries"] == counts["to"] - counts["from"]


def test_a_kept_checkpoint_is_of_the_same_history(live: Live, trust: Path) -> None:
    kept, path = trust.with_name("kept"), trust.with_name("log.zip")
    kept.write_text(logbook.sign(live.house).text, encoding="utf-8")
    assert apart(kept, "--trust", trust).code == 0
    send(live)
    logbook.export(live.house, path)
    verdict = apart(path, "--trust", trust, "--kept", kept)
    assert verdict.code == 0
    assert not [text for text in verdict.result["not_proven"] if "cut off" in text]


def test_receipts_hold_and_tell_what_is_disclosed(live: Live, trust: Path, house: Callable[..., int]) -> None:
    logbook.export(live.house, trust.with_name("folder"))
    ids = [
        line.split('"id":"')[1][:36] for line in (trust.with_name("folder") / "leaves.jsonl").read_text().splitlines()
    ]
    path = trust.with_name("receipt.json")
    for entry in ids[:: len(ids) // 12]:
        with live.house.work(CONSOLE) as work:
            path.write_text(canon(receipt(work.conn, live.house.keys.log, entry, now=work.now)), encoding="utf-8")
        verdict = apart(path, "--trust", trust)
        assert (verdict.code, verdict.result["kind"]) == (0, "receipt")
        assert verdict.result["says"].keys() >= {"who", "what"}
        assert house(path, "--trust", trust) == 0
    whole = trust.with_name("log.zip")
    logbook.export(live.house, whole)
    assert apart(whole, "--trust", trust, path).code == 0


def test_a_certificate_holds_and_a_changed_one_does_not(live: Live, trust: Path, house: Callable[..., int]) -> None:
    compliance, path = live.api("compliance"), trust.with_name("certificate.json")
    number = compliance.ok("GET", "/certificates")["items"][0]["number"]
    good = compliance.get(f"/certificates/{number}").data
    path.write_bytes(good)
    verdict = apart(path, "--trust", trust)
    assert (verdict.code, verdict.result["kind"], verdict.result["says"]["number"]) == (0, "certificate", number)
    assert house(path, "--trust", trust) == 0
    for place in range(0, len(good), 101):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert apart(path, "--trust", trust).code == 1, place


def test_after_the_key_was_changed_both_keys_are_needed_and_named(live: Live, trust: Path) -> None:
    path, old = trust.with_name("log.zip"), trust.read_text(encoding="utf-8")
    logkeys.rotate(live.house, CONSOLE)
    trust.write_text(live.house.keys.log.published, encoding="utf-8")
    send(live)
    logbook.export(live.house, path)
    verdict = apart(path, "--trust", trust)
    assert (verdict.code, verdict.faults) == (0, set())
    (change,) = verdict.result["key_changes"]
    assert change["trusted"]
    trust.write_text(old, encoding="utf-8")
    verdict = apart(path, "--trust", trust)
    assert verdict.faults >= {"manifest", "signature"}
    (named,) = verdict.result["key_changes"]
    assert (named["checkpoint"], named["key"], named["trusted"]) == (change["checkpoint"], change["key"], False)
