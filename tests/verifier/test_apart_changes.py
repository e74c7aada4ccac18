"""Whatever is changed in a bundle shows: any bit, any line, and what only the keeper of the key could change."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.asking import apart
from tests.verifier.writing import NAMES, Key, Log, as_folder, as_zip

GOOD = Path(__file__).parents[1] / "vectors/log/good"
Files = dict[str, bytes]
House = Callable[..., int]


@pytest.fixture(scope="module")
def log() -> Log:
    return Log.of(11)


def test_a_bundle_by_hand_holds_as_folder_and_as_zip(log: Log, tmp_path: Path, house: House) -> None:
    for path in (as_folder(log.files(), tmp_path / "folder"), as_zip(log.files(), tmp_path / "log.zip")):
        assert apart(path, "--key", log.key.vkey).code == 0
        (tmp_path / "trust").write_text(log.key.vkey)
        assert house(path, "--trust", tmp_path / "trust") == 0


@pytest.mark.parametrize("vector", ["cosigned-and-rotated", "range-3-17", "stamped"])
def test_any_bit_of_a_zip_counts(vector: str, tmp_path: Path, house: House) -> None:
    data, trust, path = (GOOD / vector / "bundle.zip").read_bytes(), GOOD / vector / "trust", tmp_path / "log.zip"
    drawn = random.Random(vector)
    for turn in range(160):
        changed = bytearray(data)
        changed[drawn.randrange(len(data))] ^= 1 << drawn.randrange(8)
        path.write_bytes(changed)
        assert apart(path, "--trust", trust).code == 1
        assert turn % 8 or house(path, "--trust", trust) == 1


@pytest.mark.parametrize("name", [*NAMES, "manifest"])
def test_any_byte_of_a_file_counts(log: Log, name: str, tmp_path: Path, house: House) -> None:
    files = log.files()
    folder, data = as_folder(files, tmp_path / "log"), files[name]
    (tmp_path / "trust").write_text(log.key.vkey)
    for turn, place in enumerate(range(0, len(data), max(1, len(data) // 60))):
        (folder / name).write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        assert apart(folder, "--key", log.key.vkey).code == 1, place
        assert turn % 10 or house(folder, "--trust", tmp_path / "trust") == 1, place
    (folder / name).write_bytes(data + b"\n")
    assert apart(folder, "--key", log.key.vkey).code == 1


def removed(lines: list[bytes], at: int) -> list[bytes]:
    return lines[:at] + lines[at + 1 :]


def doubled(lines: list[bytes], at: int) -> list[bytes]:
    return lines[: at + 1] + lines[at:]


def swapped(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], *reversed(lines[at : at + 2]), *lines[at + 2 :]] if at + 1 < len(lines) else removed(lines, at)


@pytest.mark.parametrize("change", [removed, doubled, swapped])
@pytest.mark.parametrize("name", ["leaves.jsonl", "disclosures.jsonl", "checkpoints.jsonl"])
def test_no_line_goes_comes_or_moves_even_if_the_manifest_is_signed_anew(
    log: Log, name: str, change: Callable[[list[bytes], int], list[bytes]], tmp_path: Path, house: House
) -> None:
    """The keeper changes what was written and signs a manifest that fits, in counts and in digests."""
    (tmp_path / "trust").write_text(log.key.vkey)
    lines = log.files()[name].splitlines(keepends=True)
    for at in range(len(lines)):
        files = log.files()
        files[name] = b"".join(change(lines, at))
        path = as_zip(log.signed(files), tmp_path / f"{at}.zip")
        verdict = apart(path, "--key", log.key.vkey)
        assert verdict.code == 1
        assert "digest" not in verdict.faults
        assert house(path, "--trust", tmp_path / "trust") == 1


def test_a_changed_disclosure_is_not_saved_by_a_new_manifest(log: Log, tmp_path: Path) -> None:
    files = log.files()
    files["disclosures.jsonl"] = files["disclosures.jsonl"].replace(b"item-3", b"item-4")
    assert apart(as_zip(log.signed(files), tmp_path / "log.zip"), "--key", log.key.vkey).faults == {"disclosure"}


def test_a_log_begun_anew_with_the_true_key_shows_against_what_was_kept(log: Log, tmp_path: Path) -> None:
    other = Log.of(11)
    other.leaves[0]["act"] = "test.undone"
    other.leaves[2]["prev"] = Log.of(3).leaves[2]["prev"]
    anew = Log(key=log.key)
    for seq in range(11):
        anew.add(f"w{seq % 2}", 1_790_000_000_500 + seq * 1000)
    anew.sizes = log.sizes
    path, kept = as_zip(anew.files(), tmp_path / "anew.zip"), tmp_path / "kept"
    kept.write_bytes(log.files()["checkpoint"])
    assert apart(path, "--key", log.key.vkey).code == 0
    assert apart(path, "--key", log.key.vkey, "--kept", kept).faults == {"kept"}
    first = as_zip(log.files(), tmp_path / "first.zip")
    assert apart(path, "--key", log.key.vkey, first).faults == {"kept"}


def test_an_end_cut_off_shows_only_against_what_was_kept(log: Log, tmp_path: Path) -> None:
    short = Log(log.key, log.leaves[:8], log.disclosed[:8], [4, 8])
    path, kept = as_zip(short.files(), tmp_path / "short.zip"), tmp_path / "kept"
    kept.write_bytes(log.files()["checkpoint"])
    verdict = apart(path, "--key", log.key.vkey)
    assert verdict.code == 0
    assert any("may have been cut off" in text for text in verdict.result["not_proven"])
    assert apart(path, "--key", log.key.vkey, "--kept", kept).faults == {"kept"}
    (tmp_path / "older").write_bytes(short.files()["checkpoint"])
    whole = as_zip(log.files(), tmp_path / "whole.zip")
    assert apart(whole, "--key", log.key.vkey, "--kept", tmp_path / "older").code == 0


def test_two_bundles_of_one_history_agree_whichever_is_longer(log: Log, tmp_path: Path) -> None:
    short = Log(log.key, log.leaves[:8], log.disclosed[:8], [4, 8])
    one, two = as_zip(short.files(), tmp_path / "a.zip"), as_zip(log.files(), tmp_path / "b.zip")
    assert apart(one, "--key", log.key.vkey, two).code == 0
    assert apart(two, "--key", log.key.vkey, one).code == 0


def test_another_key_signs_nothing_here(log: Log, tmp_path: Path) -> None:
    path = as_zip(log.files(), tmp_path / "log.zip")
    assert apart(path, "--key", Key(2).vkey).faults >= {"manifest", "signature"}
    assert apart(path, "--key", Key(1, "another.test/log").vkey).faults >= {"manifest", "signature"}


def test_a_redacted_entry_is_counted_and_no_fault(tmp_path: Path) -> None:
    log = Log.of(9)
    log.disclosed[3] = log.disclosed[4] = None
    counts = apart(as_zip(log.files(), tmp_path / "log.zip"), "--key", log.key.vkey).result["counts"]
    assert (counts["entries"], counts["disclosed"], counts["redacted"]) == (9, 7, 2)


def test_many_faults_are_told_up_to_a_hundred_and_counted(tmp_path: Path) -> None:
    log = Log.of(150)
    for fields in log.disclosed:
        assert fields
        fields[3][2] = "another reason"
    result = apart(as_zip(log.files(), tmp_path / "log.zip"), "--key", log.key.vkey).result
    assert (len(result["faults"]), result["further_faults"]) == (100, 50)
