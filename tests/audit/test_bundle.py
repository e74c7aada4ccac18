"""What is exported verifies for whoever trusts nobody, and nothing else does."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from audit_log import NOW, Log
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.bundle import export, redact
from audit.checkpoint import Checkpoints
from audit.container import FILES
from audit.errors import AlreadyThere, EntryUnknown, LogDamaged, NothingSigned, VerifierKeyInvalid
from audit.keys import LogKeys
from audit.leaf import canonical
from audit.receipts import receipt
from audit.trail import Entry
from audit.verify import verify_bundle, verify_receipt

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/vectors/audit"
VKEY = (VECTORS / "vkey").read_text()
VERIFIER = b"# stands for the verifier\n"
GOOD = VECTORS / "bundles/good/seven-entries.zip"


def vectors(folder: str) -> list[Path]:
    found = sorted((VECTORS / folder).iterdir())
    assert found
    return found


@pytest.fixture
def filled(log: Log) -> tuple[Log, list[Entry]]:
    """Two checkpoints, two writers, two redacted entries."""
    entries = log.write(9)
    checkpoint(log)
    entries += log.write(6, start=9, writer="jobs")
    with log.engine.begin() as conn:
        redact(conn, entries[2].id, now=NOW)
        redact(conn, entries[10].id, now=NOW)
    checkpoint(log, after=timedelta(minutes=5))
    return log, entries


def checkpoint(log: Log, after: timedelta = timedelta(minutes=1)) -> str:
    with log.engine.begin() as conn:
        return Checkpoints(conn, log.keys).make(now=NOW + after).text


def exported(log: Log, name: str) -> Path:
    with log.engine.begin() as conn:
        export(conn, log.keys, log.folder / name, now=NOW + timedelta(hours=1), verifier=VERIFIER)
    return log.folder / name


@pytest.mark.parametrize("path", vectors("bundles/good"), ids=lambda path: path.stem)
def test_a_good_bundle_made_elsewhere_from_the_format_alone_verifies(path: Path) -> None:
    report = verify_bundle(path, [VKEY])
    assert report.faults == ()
    assert (report.entries, report.disclosed, report.redacted, report.checkpoints) == (7, 6, 1, 2)


@pytest.mark.parametrize("path", vectors("bundles/bad"), ids=lambda path: path.stem)
def test_a_bad_bundle_is_refused(path: Path) -> None:
    assert not verify_bundle(path, [VKEY]).ok


@pytest.mark.parametrize("path", vectors("receipts/good"), ids=lambda path: path.stem)
def test_a_good_receipt_made_elsewhere_verifies(path: Path) -> None:
    report = verify_receipt(path.read_bytes(), [VKEY])
    assert report.faults == ()
    assert report.entry is not None
    assert ("who" in report.entry) == (path.stem == "whole")
    assert verify_receipt(json.loads(path.read_bytes()), [VKEY]) == report


@pytest.mark.parametrize("path", vectors("receipts/bad"), ids=lambda path: path.stem)
def test_a_bad_receipt_is_refused(path: Path) -> None:
    report = verify_receipt(path.read_bytes(), [VKEY])
    assert not report.ok
    assert report.entry is None


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_export_verifies_and_counts_what_was_redacted(filled: tuple[Log, list[Entry]], name: str) -> None:
    log, _ = filled
    report = verify_bundle(exported(log, name), [log.keys.vkey])
    assert report.faults == ()
    assert (report.entries, report.disclosed, report.redacted, report.checkpoints) == (15, 13, 2, 2)


def test_directory_and_zip_hold_the_same_and_only_for_the_service(filled: tuple[Log, list[Entry]]) -> None:
    log, _ = filled
    folder, packed = exported(log, "out"), exported(log, "out.zip")
    with zipfile.ZipFile(packed) as file:
        assert file.testzip() is None
        assert file.namelist() == list(FILES)
        assert sorted(FILES) == sorted(path.name for path in folder.iterdir())
        assert all(file.read(name) == (folder / name).read_bytes() for name in FILES)
    assert folder.stat().st_mode & 0o077 == packed.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_what_was_redacted_is_gone_and_the_rest_is_there(filled: tuple[Log, list[Entry]]) -> None:
    log, entries = filled
    lines = [json.loads(line) for line in (exported(log, "out") / "disclosures.jsonl").read_text().splitlines()]
    assert [at for at, line in enumerate(lines) if line["disclosed"] is None] == [2, 10]
    assert [line["id"] for line in lines] == [entry.id for entry in entries]


def test_entries_behind_the_newest_checkpoint_wait_for_the_next(filled: tuple[Log, list[Entry]]) -> None:
    log, _ = filled
    log.write(4, start=400)
    assert verify_bundle(exported(log, "out"), [log.keys.vkey]).entries == 15
    checkpoint(log, after=timedelta(minutes=10))
    report = verify_bundle(exported(log, "more"), [log.keys.vkey])
    assert (report.ok, report.entries, report.checkpoints) == (True, 19, 3)


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257])
def test_logs_of_every_awkward_size_verify(log: Log, count: int) -> None:
    with log.engine.begin() as conn:
        trail = log.trail(conn)
        from audit_log import record

        for at in range(count):
            record(trail, at)
    log.take_in()
    checkpoint(log)
    report = verify_bundle(exported(log, "out.zip"), [log.keys.vkey])
    assert report.faults == ()
    assert report.entries == count


def test_nothing_is_overwritten_and_nothing_half_done_stays(filled: tuple[Log, list[Entry]], log: Log) -> None:
    for name in ("out", "out.zip"):
        exported(log, name)
        with pytest.raises(AlreadyThere):
            exported(log, name)
    before = set(log.folder.iterdir())
    with log.engine.begin() as conn:
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("drop trigger audit_leaf_no_delete")
        else:
            conn.exec_driver_sql("alter table audit_leaf disable trigger all")
        conn.exec_driver_sql("delete from audit_leaf where seq = 4")
    for name in ("half", "half.zip"):
        with pytest.raises(LogDamaged):
            exported(log, name)
    assert set(log.folder.iterdir()) == before


def test_without_a_checkpoint_there_is_nothing_to_export(log: Log) -> None:
    log.write(1)
    with pytest.raises(NothingSigned):
        exported(log, "out")


def test_removing_adding_or_renaming_any_file_shows(filled: tuple[Log, list[Entry]]) -> None:
    log, _ = filled
    whole = exported(log, "out")
    for name in FILES:
        less = log.folder / f"without-{name}"
        shutil.copytree(whole, less)
        (less / name).unlink()
        assert not verify_bundle(less, [log.keys.vkey]).ok
        (less / name).symlink_to(whole / name)
        assert not verify_bundle(less, [log.keys.vkey]).ok
        (less / name).unlink()
        (less / name).mkdir()
        assert not verify_bundle(less, [log.keys.vkey]).ok
        (less / name).rmdir()
        os.mkfifo(less / name)
        assert not verify_bundle(less, [log.keys.vkey]).ok
    (whole / "more").write_text("")
    assert not verify_bundle(whole, [log.keys.vkey]).ok
    assert not verify_bundle(log.folder / "nowhere", [log.keys.vkey]).ok


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_removing_any_lines_of_any_file_shows(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "cut"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(GOOD) as file:
        file.extractall(folder)
    path = folder / data.draw(st.sampled_from([name for name in FILES if name != "timestamps.jsonl"]))  # it is empty
    lines = path.read_bytes().splitlines(keepends=True)
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1))
    path.write_bytes(b"".join(line for at, line in enumerate(lines) if at not in gone))
    assert not verify_bundle(folder, [VKEY]).ok


def test_every_single_bit_of_a_zip_counts(tmp_path: Path) -> None:
    whole = GOOD.read_bytes()
    chance = random.Random(7)
    places = [(at, chance.randrange(8)) for at in chance.sample(range(len(whole)), 900)]
    places += [(at, bit) for at in range(len(whole) - 480, len(whole)) for bit in (0, 7)]
    spoilt = tmp_path / "spoilt.zip"
    for at, bit in places:
        spoilt.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        assert not verify_bundle(spoilt, [VKEY]).ok, (at, bit)


def test_every_single_bit_of_a_receipt_counts() -> None:
    whole = (VECTORS / "receipts/good/whole.json").read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            spoilt = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
            assert not verify_receipt(spoilt, [VKEY]).ok, (at, bit)


def test_only_the_keys_the_user_brings_are_trusted(filled: tuple[Log, list[Entry]], tmp_path: Path) -> None:
    log, _ = filled
    path = exported(log, "out.zip")
    assert not verify_bundle(path, []).ok
    assert not verify_bundle(path, [LogKeys.create(tmp_path / "other", "custodes.test/log").vkey]).ok
    assert verify_bundle(path, [VKEY, log.keys.vkey]).ok
    with pytest.raises(VerifierKeyInvalid):
        verify_bundle(path, ["nonsense"])


def test_a_checkpoint_kept_from_before_shows_that_the_end_was_cut_off(log: Log) -> None:
    log.write(5)
    early = checkpoint(log)
    short = exported(log, "short")
    log.write(5, start=200)
    late = checkpoint(log, after=timedelta(minutes=9))
    whole = exported(log, "whole")
    keys = [log.keys.vkey]
    assert verify_bundle(whole, keys, kept=[early, late]).ok
    assert verify_bundle(short, keys, kept=[early]).ok
    assert verify_bundle(short, keys).ok
    assert not verify_bundle(short, keys, kept=[late]).ok
    assert not verify_bundle(whole, keys, kept=[early.replace("\n5\n", "\n4\n")]).ok


def test_a_checkpoint_kept_from_before_shows_that_the_log_was_begun_anew(log: Log, tmp_path: Path) -> None:
    log.write(5)
    early = checkpoint(log)
    (tmp_path / "again").mkdir()
    again = Log.__new__(Log)
    shutil.copytree(log.folder / "keys", tmp_path / "again/kept-keys")
    Log.__init__(again, tmp_path / "again")
    again.keys = LogKeys.load(tmp_path / "again/kept-keys")
    again.write(6)
    checkpoint(again)
    path = exported(again, "out")
    assert verify_bundle(path, [log.keys.vkey]).ok
    assert not verify_bundle(path, [log.keys.vkey], kept=[early]).ok
    again.engine.dispose()


def test_a_receipt_proves_its_entry_and_discloses_only_what_was_asked(filled: tuple[Log, list[Entry]]) -> None:
    log, entries = filled
    keys = [log.keys.vkey]
    with log.engine.begin() as conn:
        for at, entry in enumerate(entries):
            made = receipt(conn, log.keys, entry.id, now=NOW, fields=("subject", "what"))
            report = verify_receipt(canonical(made), keys)
            assert report.faults == ()
            assert report.entry is not None
            assert (report.entry["seq"], report.entry["id"]) == (at, entry.id)
            assert ("subject" in report.entry) == (at not in (2, 10))
            assert "who" not in report.entry
            assert "Asha" not in canonical(made).decode()
        assert json.loads(made["checkpoint"].split("\n")[1]) == 15


def test_a_receipt_of_a_fresh_entry_makes_the_checkpoint_it_needs(filled: tuple[Log, list[Entry]]) -> None:
    log, _ = filled
    [entry] = log.write(1, start=500)
    with log.engine.begin() as conn:
        made = receipt(conn, log.keys, entry.id, now=NOW + timedelta(minutes=10))
        assert Checkpoints(conn, log.keys).latest().text == made["checkpoint"]  # type: ignore[union-attr]
    report = verify_receipt(made, [log.keys.vkey])
    assert report.entry is not None
    assert report.entry["who"]["name"] == "Asha Véres"
    with log.engine.begin() as conn, pytest.raises(EntryUnknown):
        receipt(conn, log.keys, "no-such-entry", now=NOW)


def test_an_old_receipt_outlives_the_redaction_of_its_entry(filled: tuple[Log, list[Entry]]) -> None:
    log, entries = filled
    with log.engine.begin() as conn:
        before = receipt(conn, log.keys, entries[4].id, now=NOW)
        assert redact(conn, entries[4].id, now=NOW)
        assert not redact(conn, entries[4].id, now=NOW)
        after = receipt(conn, log.keys, entries[4].id, now=NOW)
    assert verify_receipt(before, [log.keys.vkey]).disclosed == 1
    assert verify_receipt(after, [log.keys.vkey]).redacted == 1
    assert after["disclosed"] == []


@settings(max_examples=200)
@given(st.binary() | st.text() | st.dictionaries(st.sampled_from(["v", "leaf", "seq", "proof"]), st.integers()))
def test_no_input_whatever_makes_the_verifier_fail(data: bytes | str | dict) -> None:
    assert not verify_receipt(data, [VKEY]).ok


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
def test_no_file_whatever_makes_the_verifier_fail(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.zip"
    path.write_bytes(data)
    assert not verify_bundle(path, [VKEY]).ok


def test_the_verifier_needs_no_database_and_no_service() -> None:
    """In a process that cannot import SQLAlchemy, nor any room but audit and the ground's errors."""
    script = f"""
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        if root in {{"sqlalchemy", "flask", "app", "sharing", "retention", "identity", "vault", "classification"}}:
            raise ImportError(name)
sys.meta_path.insert(0, Wall())
from pathlib import Path
from audit.verify import verify_bundle
report = verify_bundle(Path({str(GOOD)!r}), [{VKEY.strip()!r}])
print(report.ok, report.entries, sorted(name for name in sys.modules if name.split(".")[0] in ("audit", "foundation")))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "True 7 ['audit', 'audit.check', 'audit.container', 'audit.errors', 'audit.leaf', 'audit.manifest', "
        "'audit.merkle', 'audit.note', 'audit.ranges', 'audit.shape', 'audit.timestamp', 'audit.trust', "
        "'audit.unpack', 'audit.verify', 'foundation', 'foundation.errors']"
    )
