"""After the approval, through pages and API: copies that hold a certificate open, failures, the log, the pack."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from app.bootstrap import sequencing, sweeps
from foundation.actor import SERVICE
from sharing.events.items import FILE_DOWNLOADED
from tests.house import Caller, Live
from tests.verifier.test_apart_alone import RUN, bare
from tests.web.record_pages import Visitor, acts, by, certified_item, cooling_item, due_item, state_of

assert bare  # a fixture


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("destruction") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def gone(live: Live) -> str:
    return certified_item(live)


def api(live: Live, key: str) -> Caller:
    """Signed in just now: the clock was moved far."""
    live.tokens.pop(key, None)
    return live.api(key)


def dated(name: str, live: Live) -> dict[str, list[str]]:
    """Today, as typed."""
    return {name: [str(live.now.day), str(live.now.month), str(live.now.year)]}


def test_a_copy_holds_the_certificate_open_page_by_page(live: Live) -> None:
    ref = cooling_item(live)
    at = f"/disposals/{ref}"
    reviewer = Visitor(live, "imb-records")
    shown = reviewer.get(at)
    assert "Register a copy of this item" in shown
    assert "were downloaded" not in shown
    told = reviewer.post(
        f"{at}/copies/new", 422, kind="printed", holder="", place="Cabinet 4", **dated("made_on", live)
    )
    assert "Enter who has it" in told.text
    reviewer.post(f"{at}/copies/new", kind="printed", holder="The clerk", place="Cabinet 4", **dated("made_on", live))
    shown = reviewer.get(at)
    assert "1 copy still to be accounted for" in shown
    assert "The clerk" in shown

    live.later(days=15)
    done = sweeps.dispose(live.house)
    assert (done.destroyed, done.certified, done.failed) == (1, 0, 0)
    assert state_of(live, ref).state == "erased"
    reviewer = Visitor(live, "imb-records")
    assert "Copies outstanding" in reviewer.get("/disposals")
    item = state_of(live, ref).item
    with live.house.work() as work:
        (copy,) = work.outstanding.copies(item)
    account = f"/copies/{copy.id}/account"
    said = {"witness": "Flo Member", "evidence": "Certificate 12", **dated("on", live)}
    assert "Choose how it was destroyed" in reviewer.post(account, 422, fate="destroyed", method="", **said).text
    reviewer.post(account, fate="destroyed", method="shred-paper", **said)
    assert "DIN 66399 level 4" in reviewer.get(at)
    assert sweeps.dispose(live.house).certified == 1
    certificate = reviewer.get(f"/certificates/DC-{ref}")
    for said in ("A print of it", "Method Shredded", "DIN 66399 level 4", "A witness saw it"):
        assert said in certificate, said
    assert "Flo Member" not in certificate
    assert "Copies outstanding" not in reviewer.get("/disposals")


def test_whoever_registers_copies_is_told_how_often_files_were_downloaded(live: Live) -> None:
    ref = due_item(live)
    reviewer = Visitor(live, "imb-records")
    assert "were downloaded" not in reviewer.get(f"/disposals/{ref}")
    item = state_of(live, ref).item
    for who in ("officer", "officer", "staff"):
        by(live, who, lambda w: w.trail.record(FILE_DOWNLOADED, actor=w.actor, now=w.now, subject=item))
    sequencing.settle(live.house)
    assert "Its files were downloaded 3 times, by 2 people." in reviewer.get(f"/disposals/{ref}")
    assert api(live, "imb-records").ok("GET", f"/disposals/{ref}")["downloaded"] == {"times": 3, "people": 2}


def test_the_other_body_and_people_without_the_duty_account_for_nothing(live: Live) -> None:
    ref = cooling_item(live)
    Visitor(live, "imb-records").post(
        f"/disposals/{ref}/copies/new", kind="media", holder="The clerk", place="Safe", **dated("made_on", live)
    )
    item = state_of(live, ref).item
    with live.house.work() as work:
        (copy,) = work.outstanding.copies(item)
    assert "Only the body that registered this copy" in Visitor(live, "records").get(f"/copies/{copy.id}/account")
    Visitor(live, "officer").get(f"/copies/{copy.id}/account", 403)
    Visitor(live, "imb-records").get("/copies/nothing/account", 404)
    answer = api(live, "records").post(
        f"/copies/{copy.id}/account",
        {"fate": "returned", "on": live.now.date().isoformat(), "witness": "x", "evidence": "x"},
    )
    assert (answer.status_code, answer.json["code"]) == (403, "retention.disposal-refused")
    assert acts(live, 1) == [("app.refused", "refused")]


def test_the_same_by_the_api(live: Live) -> None:
    ref = cooling_item(live)
    caller = api(live, "imb-records")
    today = live.now.date().isoformat()
    body = {"kind": "exported", "holder": "Case system", "place": "A server", "made_on": today}
    made = caller.ok("POST", f"/disposals/{ref}/copies", body)
    assert made["fate"] == "open"
    said = {"fate": "destroyed", "on": today, "witness": "W", "evidence": "E"}
    wrong = caller.post(f"/copies/{made['id']}/account", {**said, "method": "pulp"})
    assert (wrong.status_code, wrong.json["code"]) == (400, "retention.details-invalid")
    caller.ok("POST", f"/copies/{made['id']}/account", {**said, "method": "overwrite"})
    (shown,) = caller.ok("GET", f"/disposals/{ref}/copies")["items"]
    assert (shown["fate"], shown["method"], shown["holder"]) == ("destroyed", "overwrite", "Case system")


def test_a_failed_destruction_stands_at_the_top_of_the_list_and_in_the_health(live: Live) -> None:
    ref = cooling_item(live)
    item = state_of(live, ref).item
    client = live.app.test_client()
    assert client.get("/health/ready").json["destructions"] == "well"
    with live.house.work() as work:
        work.retention.record_failure(item, cause="vault.storage-failed", actor=SERVICE, now=work.now)
    assert client.get("/health/ready").json["destructions"] == "failing"
    page = Visitor(live, "compliance").get("/disposals")
    assert "A destruction has failed" in page
    assert "vault.storage-failed" in page
    told = api(live, "compliance").ok("GET", "/disposals/failures")
    assert (told["failing"], told["items"][0]["reference"]) == (1, ref)
    live.later(days=15)
    assert sweeps.dispose(live.house).certified >= 1
    assert client.get("/health/ready").json["destructions"] == "well"
    assert "A destruction has failed" not in Visitor(live, "compliance").get("/disposals")


def test_the_log_of_disposals_is_filtered_and_saved(live: Live, gone: str) -> None:
    reader = Visitor(live, "compliance")
    case = state_of(live, gone)
    assert case.certificate in reader.get(f"/certificates?text={gone}&class={case.retention_class}")
    for nothing in ("text=HMIP-1999", "class=other", "since=1/1/2200", "until=1/1/2001", "body=hmip"):
        assert case.certificate not in reader.get(f"/certificates?{nothing}"), nothing
    rows = list(csv.reader(io.StringIO(reader.raw(f"/certificates/log.csv?text={gone}").data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [case.certificate]
    found = api(live, "compliance").ok("GET", f"/certificates?text={gone}")["items"]
    assert [one["number"] for one in found] == [case.certificate]
    assert api(live, "compliance").ok("GET", "/certificates?since=2200-01-01")["items"] == []


def pack_of(live: Live) -> bytes:
    today = live.now.date()
    answer = api(live, "compliance").get(f"/disposals/pack?first=2020-01-01&end={today.isoformat()}")
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def test_a_pack_is_checked_where_there_is_nothing_of_the_service(
    live: Live,
    gone: str,
    bare: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "pack"
    with zipfile.ZipFile(io.BytesIO(pack_of(live))) as pack:
        pack.extractall(folder)
    assert (folder / f"certificates/DC-{gone}.json").is_file()
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
    receipt = json.loads((folder / "receipt.json").read_bytes())
    assert sha256((folder / "SHA256SUMS").read_bytes()).hexdigest() in json.dumps(receipt)
    trust = tmp_path / "trust.txt"
    trust.write_text(live.house.keys.log.published)
    members = [*sorted((folder / "certificates").iterdir()), folder / "log.zip", folder / "receipt.json"]

    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "-c", RUN, str(bare), str(folder / "verify.py")]
        return subprocess.run(
            [*command, "--trust", str(trust), str(folder)], env={}, capture_output=True, text=True, timeout=60
        )

    done = check()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("HOLDS") == len(members) + 1
    assert "these are all the certificates that the log has issued" in done.stdout
    members[0].write_bytes(members[0].read_bytes().replace(b'"operator":"service"', b'"operator":"nobody"'))
    assert check().returncode == 1, "that the check can fail"
    members[0].unlink()
    said = check().stdout
    assert "and it is not in the pack" in said
    assert "summed, and not here" in said


def test_a_pack_is_for_those_who_may_take_the_log_away(live: Live, gone: str) -> None:
    refused = api(live, "imb-records").get("/disposals/pack?first=2026-01-01&end=2026-12-31")
    assert (refused.status_code, refused.json["code"]) == (403, "app.duty-refused")
    Visitor(live, "imb-records").get("/certificates/pack", 403)
    backwards = api(live, "compliance").get("/disposals/pack?first=2026-12-31&end=2026-01-01")
    assert (backwards.status_code, backwards.json["code"]) == (400, "app.period-unusable")
    reader = Visitor(live, "compliance")
    saved = reader.post("/certificates/pack", 200, body="", **dated("first", live), **dated("end", live))
    assert saved.headers["Content-Type"] == "application/zip"
    assert "receipt.json" in zipfile.ZipFile(io.BytesIO(saved.data)).namelist()
