"""``custodes audit`` and ``custodes verify``: the log seen from a shell, and what was carried away, checked alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import logbook, sweeps
from app.bootstrap.clock import SystemClock
from app.bootstrap.house import build, started
from app.config import Settings
from audit.errors import ClockWentBack
from foundation.actor import SERVICE
from tests import databases
from tests.taken_in import take_in

pytestmark = pytest.mark.once("what a command takes and refuses; story, backups and witnesses run commands on both")

VECTORS = Path(__file__).parents[1] / "vectors"
LOG_KEY = VECTORS / "audit/vkey"
CERTIFICATE_KEY = VECTORS / "certificate/trusted.vkey"
KINDS = {
    "audit/bundles": LOG_KEY,
    "audit/receipts": LOG_KEY,
    "audit/notes": LOG_KEY,
    "certificate": CERTIFICATE_KEY,
}


def of(quality: str, *kinds: str) -> list[tuple[Path, Path]]:
    found = [(path, KINDS[kind]) for kind in kinds for path in sorted((VECTORS / kind / quality).iterdir())]
    assert found
    return found


def name(value: object) -> str:
    return f"{value.parents[1].name}-{value.stem}" if isinstance(value, Path) and value.is_relative_to(VECTORS) else ""


@pytest.fixture
def key(ready, tmp_path: Path) -> Path:
    """The verifier key of this service, kept in a file."""
    path = tmp_path / "log.vkey"
    path.write_text(ready("audit", "key").out, encoding="utf-8")
    return path


def test_the_log_of_a_new_service_holds_and_that_it_was_verified_is_an_entry(ready) -> None:
    first, second = ready("audit", "verify"), ready("audit", "verify")
    assert (first.code, second.code) == (0, 0)
    counts = [int(said.out.split(" entries")[0].rsplit(" ", 1)[1]) for said in (first, second)]
    assert counts[1] == counts[0] + 1


def test_a_compliance_pack_is_for_the_verifier_that_lies_in_it(anywhere) -> None:
    said = anywhere("verify", VECTORS / "pack/good/one", "--trust", VECTORS / "pack/trusted.vkey")
    assert said.code == 2
    assert "python verify.py --trust FILE FOLDER" in said.err


def test_a_damaged_log_is_said_to_be_and_the_exit_code_says_so(ready, tmp_path: Path) -> None:

    assert ready("audit", "verify").code == 0
    engine = databases.engine_of(Settings.from_env().database_url)
    take_in(engine)
    with engine.begin() as base:
        databases.unguarded(base)
        databases.run(base, "update audit_leaf set leaf = zeroblob(length(leaf)) where seq = 3")
    engine.dispose()
    said = ready("audit", "verify")
    assert said.code == 1
    assert "FAULT" in said.err
    assert "It does not hold" in said.err


def test_a_checkpoint_a_bundle_and_the_key_go_out_and_verify_by_themselves(ready, key: Path, tmp_path: Path) -> None:
    note = tmp_path / "checkpoint"
    note.write_text(ready("audit", "checkpoint").out, encoding="utf-8")
    assert ready("audit", "export", tmp_path / "log.zip").code == 0
    assert ready("audit", "export", tmp_path / "folder").code == 0
    for path in (note, tmp_path / "log.zip", tmp_path / "folder"):
        said = ready("verify", path, "--trust", key)
        assert (said.code, said.err) == (0, ""), path
        assert "The log custodes.example/log holds" in said.out


def test_a_checkpoint_kept_from_before_is_of_the_same_history_or_the_bundle_does_not_hold(
    ready, key: Path, tmp_path: Path
) -> None:
    early = tmp_path / "early"
    early.write_text(ready("audit", "checkpoint").out, encoding="utf-8")
    at_first = tmp_path / "at-first"
    shutil.copytree(tmp_path / "state", at_first)
    earlier = {
        "CUSTODES_STATE": str(at_first),
        "CUSTODES_DATABASE_URL": databases.copy(Settings.from_env().database_url, at_first),
    }
    assert ready("jobs", "run", "--once").code == 0
    assert ready("audit", "export", tmp_path / "log.zip").code == 0
    assert ready("verify", tmp_path / "log.zip", "--trust", key, "--kept", early).code == 0
    # Whoever holds the key goes back to what was, and writes another history from there.
    late = tmp_path / "late"
    late.write_text(ready("audit", "checkpoint").out, encoding="utf-8")
    for _ in range(8):
        assert ready("audit", "verify", **earlier).code == 0
    assert ready("audit", "export", tmp_path / "other.zip", **earlier).code == 0
    assert ready("verify", tmp_path / "other.zip", "--trust", key, "--kept", early).code == 0
    said = ready("verify", tmp_path / "other.zip", "--trust", key, "--kept", early, "--kept", late)
    assert said.code == 1
    assert "the checkpoint you kept" in said.err
    ready("verify", late, "--trust", key, "--kept", early).refused("--kept is compared with a bundle")


def test_verifying_asks_for_no_state_no_settings_and_no_service(ready, key: Path, tmp_path: Path) -> None:
    assert ready("audit", "export", tmp_path / "log.zip").code == 0
    (tmp_path / "elsewhere").mkdir()
    command = [Path(sys.executable).with_name("custodes"), "verify", tmp_path / "log.zip", "--trust", key]
    done = subprocess.run(command, cwd=tmp_path / "elsewhere", env={"PATH": ""}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_export_overwrites_nothing_and_says_where_it_cannot_write(ready, tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(b"mine")
    ready("audit", "export", path).refused("Nothing is overwritten")
    assert path.read_bytes() == b"mine"
    ready("audit", "export", tmp_path / "no" / "such.zip").refused("The file or folder cannot be used", "No such file")
    assert list(tmp_path.glob(".such*")) == []


@pytest.mark.parametrize(("path", "trusted"), of("good", *KINDS), ids=name)
def test_what_must_verify_verifies(anywhere, path: Path, trusted: Path) -> None:
    said = anywhere("verify", path, "--trust", trusted)
    assert (said.code, said.err) == (0, "")
    assert " holds: " in said.out


@pytest.mark.parametrize(
    ("path", "trusted"), of("bad", "audit/bundles", "audit/receipts", "audit/notes", "certificate"), ids=name
)
def test_what_must_fail_fails_with_its_fault_and_exit_code_1(anywhere, path: Path, trusted: Path) -> None:
    said = anywhere("verify", path, "--trust", trusted)
    assert said.code == 1
    assert "FAULT" in said.err
    assert said.out == ""


def test_a_right_file_under_the_key_of_another_log_does_not_hold(custodes, key: Path) -> None:
    for path, _ in of("good", *KINDS):
        assert custodes("verify", path, "--trust", key).code == 1, path


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\0",
        b"PK",
        b"PK\x03\x04" + bytes(400),
        b"{",
        b"{}",
        b"[]",
        b'{"a":',
        b"\xff\xfe\xfd",
        b"of nothing\n",
    ],
)
def test_garbage_does_not_hold_and_nothing_breaks(anywhere, tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "file").write_bytes(garbage)
    said = anywhere("verify", tmp_path / "file", "--trust", LOG_KEY)
    assert said.code == 1
    assert "FAULT" in said.err


def test_every_byte_of_a_certificate_counts(anywhere, tmp_path: Path) -> None:
    good = (VECTORS / "certificate/good/verified-class.json").read_bytes()
    path = tmp_path / "certificate.json"
    for place in range(0, len(good), 97):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert anywhere("verify", path, "--trust", CERTIFICATE_KEY).code == 1, place


@pytest.mark.parametrize("keys", [b"", b"\n \n", b"\xff\xfe\x00", b"not a key\n", b"a+b+c\n"])
def test_a_file_of_keys_that_holds_none_is_refused(anywhere, tmp_path: Path, keys: bytes) -> None:
    (tmp_path / "keys").write_bytes(keys)
    path, _ = of("good", "audit/receipts")[0]
    anywhere("verify", path, "--trust", tmp_path / "keys").refused("The trust file cannot be used")


def test_what_is_missing_is_asked_for(anywhere, tmp_path: Path) -> None:
    anywhere("verify", tmp_path / "nowhere", "--trust", LOG_KEY).refused("does not exist")
    anywhere("verify", LOG_KEY).refused("Missing option '--trust'")
    anywhere("verify", LOG_KEY, "--trust", tmp_path / "nowhere").refused("does not exist")


def test_a_folder_of_other_things_is_no_bundle(anywhere, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "leaves.jsonl").write_text("{}", encoding="ascii")
    assert anywhere("verify", tmp_path / "folder", "--trust", LOG_KEY).code == 1
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("../../etc/leaves.jsonl", "{}")
    assert anywhere("verify", tmp_path / "other.zip", "--trust", LOG_KEY).code == 1


class Ahead:
    """A machine whose clock stands a year too late."""

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(days=365)


def test_a_clock_that_ran_ahead_stops_the_service_until_its_correction_is_recorded(ready) -> None:
    why = ("audit", "correct-clock", "--why", "The time server was wrong.")
    ready(*why).refused("not behind the log", "Set the machine’s clock right first")
    house = replace(build(Settings.from_env()), clock=Ahead())
    assert logbook.verify(house, SERVICE).ok
    assert sweeps.checkpoint(house)
    house.engine.dispose()
    house.keystore.dispose()
    ready("audit", "verify").refused("clock has gone back", "custodes audit correct-clock")
    with pytest.raises(ClockWentBack):
        started(build(Settings.from_env()))
    said = ready(*why)
    assert (said.code, "ahead" in said.out) == (0, True), said
    assert ready("audit", "checkpoint").code == ready("audit", "verify").code == 0
    started(build(Settings.from_env()))
    ready(*why).refused("not behind the log")


def test_a_checkpoint_alone_signed_by_a_clock_ahead_is_corrected_in_the_same_way(ready) -> None:
    assert ready("audit", "checkpoint").code == 0
    house = replace(build(Settings.from_env()), clock=Ahead())
    with house.work() as work:
        work.checkpoints.make(now=work.now)
    house.engine.dispose()
    house.keystore.dispose()
    ready("audit", "checkpoint").refused("behind the newest checkpoint", "custodes audit correct-clock")
    assert ready("audit", "correct-clock", "--why", "The time server was wrong.").code == 0
    assert ready("audit", "checkpoint").code == ready("audit", "verify").code == 0
