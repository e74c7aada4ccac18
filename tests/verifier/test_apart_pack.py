"""The stand-alone verifier and the compliance pack: docs/formats/pack.md, one good, and what was done to copies."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.vectors.pack import make
from verifier import custodes_verify as apart

pytestmark = pytest.mark.once("no database is touched")
VECTORS = Path(make.__file__).parent
GOOD, BAD = VECTORS / "good" / "one", sorted((VECTORS / "bad").iterdir())
SAID = {
    "certificate-changed": "not the file that was summed",
    "certificate-changed-and-summed": "the log’s word is for other sums than those here",
    "certificate-taken-away": "summed, and not here",
    "certificate-taken-away-and-summed": "the log has it issued in that time, and it is not in the pack",
    "certificate-under-another-name": "it is not the certificate its name says",
    "file-added": "not summed",
    "folder-added": "not summed",
    "log-of-another-pack": "not the file that was summed",
    "receipt-changed": "receipt.json: it does not hold",
    "receipt-of-another-pack": "the log’s word is for other sums than those here",
    "receipt-taken-away": "receipt.json",
    "sums-lead-out": "not the sums of a pack",
    "sums-name-a-file-twice": "not the sums of a pack",
    "sums-not-utf-8": "not the sums of a pack",
    "sums-out-of-order": "not the sums of a pack",
    "table-changed": "the table does not name the certificates here, in order",
    "verifier-changed": "verify.py: not the file that was summed",
}


def spoilt(folder: Path, change: Path) -> Path:
    """The good one with what differs in it; a file of no bytes was taken away."""
    copytree(GOOD, folder / "pack")
    for path in sorted(each for each in change.rglob("*") if each.is_file()):
        to = folder / "pack" / path.relative_to(change)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.stat().st_size:
            to.write_bytes(path.read_bytes())
        else:
            to.unlink()
    return folder / "pack"


def verify(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = apart.main(["--trust", str(VECTORS / "trusted.vkey"), str(path)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_good_pack_holds_as_a_whole_and_in_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(GOOD, capsys)
    assert code == 0
    assert said.count("HOLDS") == 4
    assert "these are all the certificates that the log has issued" in said
    assert "could not be compared" in said  # the receipt came after the log was taken, and that is told
    assert "of the same history" not in said


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_spoilt_pack_does_not_hold_and_says_why(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(spoilt(tmp_path, path), capsys)
    assert code != 0
    assert SAID[path.name] in said


def test_every_way_to_spoil_one_is_known() -> None:
    assert {path.name for path in BAD} == SAID.keys()


def test_a_pack_of_one_body_says_that_it_cannot_tell_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = apart.pack_word
    monkeypatch.setattr(apart, "pack_word", lambda *given: {**honest(*given), "body": "imb"})
    code, said = verify(spoilt(tmp_path, GOOD), capsys)
    assert code == 0
    assert "that none is missing" in said
    monkeypatch.setattr(apart, "pack_word", lambda *given: {**honest(*given), "body": "hmip"})
    code, said = verify(tmp_path / "pack", capsys)
    assert code == 1
    assert "or of another body" in said


@pytest.mark.parametrize(
    ("period", "fault"),
    [
        ({"first": "2026-01-01"}, "begins too late"),
        ({"first": "2027-01-11", "end": "2027-01-11"}, "issued in that time"),
        ({"end": "2027-02-30"}, "is no day"),
        ({"end": "9999-12-31"}, "is no day"),
    ],
)
def test_the_period_the_log_has_recorded_is_held_against_what_is_there(
    period: dict[str, str], fault: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = apart.pack_word
    monkeypatch.setattr(apart, "pack_word", lambda *given: {**honest(*given), **period})
    code, said = verify(GOOD, capsys)
    assert code == 1
    assert fault in said


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2026-03-29", "2026-03-29T00:00:00+00:00"),  # summer time begins at one o’clock
        ("2026-03-30", "2026-03-29T23:00:00+00:00"),
        ("2026-10-25", "2026-10-24T23:00:00+00:00"),  # and ends
        ("2026-10-26", "2026-10-26T00:00:00+00:00"),
        ("2028-02-29", "2028-02-29T00:00:00+00:00"),
    ],
)
def test_a_day_begins_as_it_does_in_london(day: str, instant: str) -> None:
    from datetime import datetime

    assert apart.london(day) == int(datetime.fromisoformat(instant).timestamp()) * 1000


def test_the_result_as_json_names_the_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert apart.main(["--json", "--trust", str(VECTORS / "trusted.vkey"), str(GOOD)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in said["results"]] == ["certificate", "bundle", "receipt", "compliance pack"]
