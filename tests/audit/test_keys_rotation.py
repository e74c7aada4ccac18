"""The key changes, in any process, broken off anywhere; what was signed before and after still verifies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from audit_log import ASHA, NOW, Log

from audit import rotation
from audit.bundle import export
from audit.checkpoint import Checkpoints, Note
from audit.errors import KeysMissing, LogDamaged, RotationRunning
from audit.examine import verify_database
from audit.keys import LogKeys
from audit.receipts import receipt
from audit.tables import audit_checkpoint
from audit.trust import parse
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt

LATER = NOW + timedelta(minutes=30)


def make(log: Log, keys: LogKeys | None = None, minutes: int = 1) -> Note:
    with log.engine.begin() as conn:
        return Checkpoints(conn, keys or log.keys).make(now=NOW + timedelta(minutes=minutes))


def sign_rotation(log: Log, minutes: int = 30) -> Note:
    log.keys.signing.prepare()
    with log.engine.begin() as conn:
        now = NOW + timedelta(minutes=minutes)
        note = rotation.rotate(log.trail(conn), Checkpoints(conn, log.keys), log.keys, actor=ASHA, now=now)
    log.take_in()
    return note


def finish(log: Log) -> None:
    with log.engine.connect() as conn:
        at = rotation.rotated(conn, log.keys)
    assert at is not None
    log.keys.signing.finish(at)


def rotate(log: Log, minutes: int = 30) -> Note:
    note = sign_rotation(log, minutes)
    finish(log)
    return note


def exported(log: Log, name: str, **more: int) -> Path:
    with log.engine.begin() as conn:
        export(conn, log.keys, log.folder / name, now=NOW + timedelta(hours=2), verifier=b"#\n", **more)
    return log.folder / name


def test_old_and_new_verify_under_the_published_lines_and_under_the_bare_keys(log: Log) -> None:
    [entry] = log.write(1)
    old, before = log.keys.vkey, make(log)
    with log.engine.begin() as conn:
        early = receipt(conn, log.keys, entry.id, now=NOW)
    turned = rotate(log)
    log.write(3, start=2000)
    after = make(log, minutes=50)
    trust = parse(log.keys.published.encode())
    assert [each.key.text for each in trust.logs] == [old, log.keys.vkey]
    assert old != log.keys.vkey
    report = verify_bundle(exported(log, "out.zip"), trust, kept=[before.text, turned.text, after.text])
    assert report.faults == ()
    assert report.rotations == (turned.checkpoint.number,)
    assert verify_bundle(log.folder / "out.zip", [old, log.keys.vkey]).ok
    assert verify_receipt(early, trust).ok
    assert verify_checkpoint(before.text, [old]).ok
    assert verify_checkpoint(turned.text, [old]).ok
    assert verify_checkpoint(turned.text, [log.keys.vkey]).ok
    assert not verify_checkpoint(after.text, [old]).ok
    with log.engine.begin() as conn:
        assert verify_database(conn, log.keys).faults == ()


def test_who_trusts_only_the_old_key_is_told_where_it_changed(log: Log) -> None:
    log.write(2)
    old = log.keys.vkey
    make(log)
    turned = sign_rotation(log)
    with log.engine.begin() as conn:  # the manifest by the new key, too: told from the note of the change itself
        export(conn, log.keys, log.folder / "out", now=LATER, verifier=b"#\n")
    assert not verify_bundle(log.folder / "out", [old]).ok
    assert verify_checkpoint(turned.text, [old]).ok
    folder = Path(__file__).parents[1] / "vectors/log/bad/rotation-only-the-old-key-trusted"
    report = verify_bundle(folder / "bundle.zip", parse((folder / "trust").read_bytes()))
    assert any("At checkpoint 5 the log’s key changed" in fault for fault in report.faults)


@pytest.mark.parametrize("stop", ["prepared", "committed", "listed"])
def test_broken_off_at_any_step_the_right_key_signs_and_it_can_be_finished(log: Log, stop: str) -> None:
    log.write(2)
    make(log)
    old = log.keys.verifier
    if stop == "prepared":
        log.keys.signing.prepare()
    else:
        sign_rotation(log)
    if stop == "listed":
        os.link(log.folder / "keys/log-next.key", log.folder / "kept")
        shutil.copy(log.folder / "keys/log.key", log.folder / "old")
        finish(log)
        os.rename(log.folder / "kept", log.folder / "keys/log-next.key")
        os.replace(log.folder / "old", log.folder / "keys/log.key")
    log.keys = LogKeys.load(log.folder / "keys")  # the process died; another begins
    assert log.keys.verifier == old
    log.write(1, start=2000)
    note = make(log, minutes=50)
    signed_by_old = verify_checkpoint(note.text, [old.text]).ok
    assert signed_by_old is (stop == "prepared")
    with log.engine.connect() as conn:
        assert (rotation.rotated(conn, log.keys) is None) is (stop == "prepared")
    if stop != "prepared":
        finish(log)
        assert log.keys.verifier != old
        assert not (log.folder / "keys/log-next.key").exists()
    else:
        rotate(log, minutes=60)
    log.write(1, start=4000)
    make(log, minutes=90)
    trust = parse(log.keys.published.encode())
    assert verify_bundle(exported(log, "out"), trust).faults == ()
    with log.engine.begin() as conn:
        assert verify_database(conn, LogKeys.load(log.folder / "keys")).faults == ()


def test_a_process_that_runs_meanwhile_signs_with_the_new_key_from_then_on(log: Log) -> None:
    other = LogKeys.load(log.folder / "keys")
    log.write(1)
    make(log, other)
    rotate(log)
    log.write(1, start=2000)
    note = make(log, other, minutes=50)
    assert verify_checkpoint(note.text, [log.keys.vkey]).ok
    assert other.verifier == log.keys.verifier


def test_a_machine_without_the_new_key_signs_nothing(log: Log) -> None:
    log.write(1)
    make(log)
    shutil.copytree(log.folder / "keys", log.folder / "elsewhere")
    rotate(log)
    elsewhere = LogKeys.load(log.folder / "elsewhere")
    with pytest.raises(KeysMissing, match="on another machine"):
        make(log, elsewhere, minutes=50)


def test_a_database_older_than_its_keys_is_signed_no_more(log: Log, new_log: Callable[[], Log]) -> None:
    log.write(1)
    make(log)
    newer = new_log()  # the database as it went on, while the older one comes back from a backup
    newer.keys = LogKeys.load(log.folder / "keys")
    newer.write(1)
    make(newer)
    rotate(newer)
    with pytest.raises(LogDamaged, match="older than its keys"):
        make(log, minutes=50)


def test_nothing_the_new_key_signs_is_of_a_time_before_it(log: Log) -> None:
    log.write(1)
    turned = rotate(log)
    with log.engine.begin() as conn:  # the clock is half a minute behind
        note = Checkpoints(conn, log.keys).make(now=LATER - timedelta(seconds=30))
    assert note.checkpoint.time == turned.checkpoint.time
    assert verify_bundle(exported(log, "out"), parse(log.keys.published.encode())).faults == ()


def test_the_old_seed_is_nowhere_any_more_and_files_are_the_services_alone(log: Log) -> None:
    log.write(1)
    seed = (log.folder / "keys/log.key").read_text().split("\n")[2]
    rotate(log)
    files = list((log.folder / "keys").iterdir())
    assert not any(seed in path.read_text() for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_the_change_is_in_the_log_and_two_at_once_are_refused(log: Log) -> None:
    log.write(1)
    rotate(log)
    with log.engine.begin() as conn:
        assert rotation.unrecorded(conn)
        rotation.record_retired(log.trail(conn), log.keys.trust.logs[0].key, actor=ASHA, now=LATER)
    log.take_in()
    make(log, minutes=40)
    with log.engine.begin() as conn:
        assert not rotation.unrecorded(conn)
    other = LogKeys.load(log.folder / "keys")
    with log.keys.signing.rotating(), pytest.raises(RotationRunning), other.signing.rotating():
        pass


def test_as_often_as_liked(log: Log) -> None:
    for turn in range(4):
        log.write(2, start=2000 * turn)
        rotate(log, minutes=30 + 35 * turn)
    trust = parse(log.keys.published.encode())
    assert len(trust.logs) == 5
    make(log, minutes=150)
    with log.engine.begin() as conn:
        export(conn, log.keys, log.folder / "out", now=NOW + timedelta(hours=3), verifier=b"#\n")
    report = verify_bundle(log.folder / "out", trust)
    assert report.faults == ()
    assert len(report.rotations) == 4


@pytest.mark.parametrize("spoil", [b"", b"nonsense\n", b"log other.test/log+00000000+AAAA\n"])
def test_a_garbled_list_of_keys_is_refused(log: Log, spoil: bytes) -> None:
    log.write(1)
    rotate(log)
    (log.folder / "keys/log.trust").write_bytes(spoil)
    with pytest.raises(KeysMissing):
        LogKeys.load(log.folder / "keys")


def test_a_key_signing_after_its_window_is_a_fault_in_the_database_too(log: Log, new_log: Callable[[], Log]) -> None:
    log.write(1)
    make(log)
    shutil.copytree(log.folder / "keys", log.folder / "stolen")
    rotate(log)
    thief = LogKeys.load(log.folder / "stolen")
    with log.engine.begin() as conn:
        last = Checkpoints(conn, log.keys).latest()
        assert last is not None
        forged = thief.sign(
            last.checkpoint.text.replace("custodes-checkpoint/1 2 ", "custodes-checkpoint/1 3 ").replace(
                str(last.checkpoint.time), str(last.checkpoint.time + 60_000)
            )
        )
        row = {"number": 3, "size": last.checkpoint.size, "note": forged}
        conn.execute(sa.insert(audit_checkpoint), row)
    with log.engine.begin() as conn:
        report = verify_database(conn, log.keys)
    assert any("outside the time" in fault for fault in report.faults)
