"""Transfer to The National Archives: agreed by two, packaged for it alone, received, and only then destroyed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from app.bootstrap import logbook, sweeps
from audit.sealing import Recipient, stream
from foundation.actor import SERVICE
from retention.queries.verify import verify_certificate
from retention.rules import archived
from tests.api.api_acts import sent
from tests.house import Live
from tests.web import strict_bag
from tests.web.record_pages import Visitor, returnless, state_of, step

IDENTITY = pyrage.x25519.Identity.generate()
ARCHIVE = str(IDENTITY.to_public())
FILES = {"report one.txt": b"first" * 40_000, "100% äöü.txt": b"second", "again.txt": b"x"}
CLOSED = {"recipient": ARCHIVE, "closure": "closed", "closure_years": 84, "authority": "Schedule 3, approved in 2046"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live.create(tmp_path / "state")
    yield made
    made.close()


def agreed(live: Live, files: dict[str, bytes] = FILES) -> str:
    """An item with files, due, declined by its source, that two people agreed to transfer."""
    ref = sent(live, "staff", files, kind="intelligence", route="national-to-inspectorate")
    live.api("officer").ok("POST", f"/items/{ref}/acknowledge")
    live.api("officer").ok("POST", f"/items/{ref}/close", {"note": "Filed."})
    step(live, "imb-records", ref, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    live.later(days=32)
    live.tokens.clear()
    sweeps.dispose(live.house)
    returnless(live, ref)
    step(live, "imb-records", ref, "review", proposal="transfer", reason="Of lasting interest.")
    step(live, "imb-owner", ref, "approve")
    assert state_of(live, ref).state == "transferring"
    return ref


def packaged(live: Live, ref: str, **changed: object) -> dict[str, bytes]:
    """The bag, opened as the archive opens it."""
    answer = live.api("imb-records").post(f"/disposals/{ref}/transfer-package", {**CLOSED, **changed})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert b"first" not in answer.data
    top, files = strict_bag.unpacked(pyrage.decrypt(answer.data, [IDENTITY]))
    assert top == ref
    return files


def receipt(files: dict[str, bytes], live: Live) -> dict[str, str]:
    digest = sha256(files["manifest-sha256.txt"]).hexdigest()
    return {"archive_reference": "J 353/12", "received_on": live.now.date().isoformat(), "sha256": digest}


def test_from_agreement_to_certificate(live: Live) -> None:
    ref = agreed(live)
    files = packaged(live, ref)
    assert strict_bag.faults(files) == []
    payload = {path.removeprefix("data/files/")[5:]: data for path, data in files.items() if "data/files/" in path}
    assert payload == FILES
    said = json.loads(files["data/item.json"])
    assert said["reference"] == ref
    about = strict_bag.info(files)
    assert (about["External-Identifier"], about["Transferred-Under"]) == (ref, "Public Records Act 1958 s.3(4)")
    rows = list(csv.DictReader(io.StringIO(files["metadata/metadata.csv"].decode())))
    assert [row["path"] for row in rows] == [path for path in files if path.startswith("data/")]
    assert {(row["closure_status"], row["closure_period_years"], row["closure_authority"]) for row in rows} == {
        ("closed", "84", "Schedule 3, approved in 2046")
    }
    assert all(sha256(files[row["path"]]).hexdigest() == row["sha256"] for row in rows)
    assert {row["marking"] for row in rows} == {"OFFICIAL-SENSITIVE"}

    shown = live.api("imb-owner").ok("GET", f"/disposals/{ref}/transfer")
    assert (shown["sha256"], shown["files"]) == (receipt(files, live)["sha256"], len(FILES))
    left = live.api("imb-owner").ok("POST", f"/disposals/{ref}/transfer-receipt", receipt(files, live))
    assert left["state"] == "cooling-off"
    live.later(days=15)
    live.tokens.clear()
    assert sweeps.dispose(live.house).certified == 1
    number = state_of(live, ref).certificate
    text = live.api("compliance").get(f"/certificates/{number}").data
    found = verify_certificate(text, live.house.keys.log.trust)
    assert found.faults == ()
    told = found.body["approval"]["transferred"]
    assert (told["action"], told["archive_reference"], told["closure_years"]) == ("transferred", "J 353/12", 84)
    assert found.body["review"]["proposal"] == "transfer"
    page = Visitor(live, "compliance").get(f"/certificates/{number}")
    assert "The National Archives" in page
    assert "J 353/12" in page
    report = logbook.verify(live.house, SERVICE)
    assert report.faults == ()
    day = live.now.date()
    year = live.api("compliance").ok("GET", f"/foresight/year?since={day - timedelta(days=300)}&until={day}")
    assert ("transferred", 1) in {(each["act"], each["number"]) for each in year["counted"]}


def test_a_file_of_any_name_lies_in_the_bag_under_a_name_any_reader_takes(live: Live) -> None:
    odd = {"..hidden": b"1", "=cmd' !A0 %.csv": b"2", "a & <b>.txt": b"3", f"{'x' * 120} é.txt": b"4"}
    ref = agreed(live, odd)
    files = packaged(live, ref)
    assert strict_bag.faults(files) == []
    kept = [path.removeprefix("data/files/") for path in files if path.startswith("data/files/")]
    assert [files[f"data/files/{name}"] for name in kept] == list(odd.values())
    for name in kept:
        assert name[:4].isdecimal(), "no name of a device, no hidden file, no formula"
        assert not set(name) & set('\\/:*?"<>|')
        assert len(f"data/files/{name}".encode()) < 255
    rows = list(csv.DictReader(io.StringIO(files["metadata/metadata.csv"].decode())))
    assert [row["title"] for row in rows][1:] == list(odd), "as its author named it"


def rules(answer: object) -> list[str]:
    assert answer.status_code == 403, answer.text  # type: ignore[attr-defined]
    return [reason["rule"] for reason in answer.json["reasons"]]  # type: ignore[attr-defined]


def test_every_refusal_on_the_way(live: Live) -> None:
    ref = agreed(live)
    reviewer, approver = live.api("imb-records"), live.api("imb-owner")
    early = approver.post(f"/disposals/{ref}/transfer-receipt", {**receipt({"manifest-sha256.txt": b""}, live)})
    assert "RET-not-packaged" in rules(early)
    assert approver.get(f"/disposals/{ref}/transfer").json["code"] == "retention.transfer-not-found"
    assert "RET-originator" in rules(live.api("records").post(f"/disposals/{ref}/transfer-package", CLOSED))
    assert "RET-duty" in rules(approver.post(f"/disposals/{ref}/transfer-package", CLOSED))
    for wrong, field in (
        ({"recipient": "AGE-SECRET-KEY-1"}, "recipient"),
        ({"recipient": "age1x"}, "recipient"),
        ({"closure": "open"}, "closure"),
        ({"closure_years": None}, "closure_years"),
        ({"closure_years": 151}, "closure_years"),
        ({"authority": " "}, "authority"),
    ):
        answer = reviewer.post(f"/disposals/{ref}/transfer-package", {**CLOSED, **wrong})
        assert (answer.status_code, list(answer.json["errors"])) == (400, [field]), wrong
    files = packaged(live, ref)
    good = receipt(files, live)
    for changed, field in (
        ({"sha256": "0" * 64}, "sha256"),
        ({"received_on": (live.now + timedelta(days=2)).date().isoformat()}, "received_on"),
        ({"received_on": (live.now - timedelta(days=1)).date().isoformat()}, "received_on"),  # not packaged yet
        ({"archive_reference": "<b>"}, "archive_reference"),
    ):
        answer = approver.post(f"/disposals/{ref}/transfer-receipt", {**good, **changed})
        assert (answer.status_code, list(answer.json["errors"])) == (400, [field])
    assert "RET-duty" in rules(reviewer.post(f"/disposals/{ref}/transfer-receipt", good))
    step(live, "imb-records", ref, "place_hold", reason="A claim.", issuer="A court")
    assert "RET-held" in rules(approver.post(f"/disposals/{ref}/transfer-receipt", good))
    assert "RET-held" in rules(reviewer.post(f"/disposals/{ref}/transfer-package", CLOSED))
    assert state_of(live, ref).state in ("transferring", "due")


def test_a_later_package_takes_the_place_of_the_earlier_one(live: Live) -> None:
    ref = agreed(live)
    first, second = packaged(live, ref), packaged(live, ref, closure="open", closure_years=None, authority="")
    approver = live.api("imb-owner")
    assert approver.post(f"/disposals/{ref}/transfer-receipt", receipt(first, live)).status_code == 400
    approver.ok("POST", f"/disposals/{ref}/transfer-receipt", receipt(second, live))
    again = live.api("imb-records").post(f"/disposals/{ref}/transfer-package", CLOSED)
    assert "RET-state" in rules(again)


def test_an_approval_taken_back_takes_its_package_with_it(live: Live) -> None:
    ref = agreed(live)
    files = packaged(live, ref)
    step(live, "imb-records", ref, "withdraw_approval", reason="Not yet.")
    assert state_of(live, ref).state == "due"
    step(live, "imb-records", ref, "review", proposal="transfer", reason="Of lasting interest.")
    live.later(hours=1)
    live.tokens.clear()
    step(live, "imb-owner", ref, "approve")
    answer = live.api("imb-owner").post(f"/disposals/{ref}/transfer-receipt", receipt(files, live))
    assert "RET-not-packaged" in rules(answer)


def test_nothing_is_destroyed_before_the_archive_has_it(live: Live) -> None:
    ref = agreed(live)
    packaged(live, ref)
    live.later(days=400)
    assert sweeps.dispose(live.house).begun == 0
    assert state_of(live, ref).state == "transferring"


def test_the_pages_ask_and_tell(live: Live) -> None:
    ref = agreed(live)
    reviewer = Visitor(live, "imb-records")
    assert "Make the package" in reviewer.get(f"/disposals/{ref}")
    assert "before they are 20 years old" in reviewer.get(f"/disposals/{ref}/transfer")
    wrong = reviewer.post(
        f"/disposals/{ref}/transfer", status=422, recipient=ARCHIVE, closure="closed", closure_years="x"
    )
    assert "Years must be a whole number" in wrong.text
    sealed = reviewer.post(f"/disposals/{ref}/transfer", status=200, recipient=ARCHIVE, closure="open")
    _, files = strict_bag.unpacked(pyrage.decrypt(sealed.data, [IDENTITY]))
    assert sealed.headers["Content-Disposition"].count(f"{ref}.bag.zip.age") >= 1
    day = live.now.date()
    fields = {"archive_reference": "J 353/12", "sha256": receipt(files, live)["sha256"]}
    other = Visitor(live, "imb-owner")
    assert "Digest of its manifest" in other.get(f"/disposals/{ref}/transfer-receipt")
    other.post(
        f"/disposals/{ref}/transfer-receipt",
        **fields,
        received_on=[str(day.day), str(day.month), str(day.year)],
    )
    assert state_of(live, ref).state == "cooling-off"


def test_a_certificate_of_what_was_to_be_transferred_needs_the_archives_receipt() -> None:
    body = {"review": {"proposal": "transfer"}, "approval": {}}
    assert archived.without_receipt(body)
    body["approval"] = {"transferred": {"action": "transferred", "archive_reference": "", "received": "x"}}
    assert archived.without_receipt(body)
    body["approval"] = {"transferred": {"action": "transferred", "archive_reference": "J 1", "received": "x"}}
    assert not archived.without_receipt(body)
    assert not archived.without_receipt({"review": {"proposal": "destroy"}, "approval": {}})


def test_a_sealed_stream_never_runs_far_ahead_and_stops_with_its_reader() -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            made.append(number)
            yield bytes(65536)

    going = stream(pieces(), Recipient.parse(ARCHIVE.encode()))
    next(going)
    going.close()
    assert len(made) < 50


def test_a_sealed_stream_raises_what_its_source_raises() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise ValueError("the content failed its check")

    with pytest.raises(ValueError, match="failed its check"):
        b"".join(stream(pieces(), Recipient.parse(ARCHIVE.encode())))
