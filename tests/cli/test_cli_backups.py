"""Backup, restore, drill and fixity from the command line, as their pages tell them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyrage
import pytest

from tests import databases
from tests.cli.conftest import Command


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Two pairs of keys, as age-keygen would make them."""
    for name in ("rows", "keys"):
        pair = pyrage.x25519.Identity.generate()
        (tmp_path / f"{name}.key").write_text(f"# made for a test\n{pair}\n")
        (tmp_path / f"{name}.pub").write_text(f"{pair.to_public()}\n")
    return tmp_path


@pytest.fixture
def opened(keys: Path) -> tuple[str, ...]:
    return ("--identity", str(keys / "rows.key"), "--key-identity", str(keys / "keys.key"))


def backed_up(custodes: Command, at: Path) -> None:
    assert custodes("backup", "make", at / "a", "--for", at / "rows.pub").code == 0
    assert custodes("backup", "keys", at / "b", "--for", at / "keys.pub").code == 0


def test_the_whole_way_from_a_backup_to_a_restored_service(
    ready: Command, keys: Path, opened: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "log.keys").write_text(ready("audit", "key").out)
    backed_up(ready, keys)
    listed = ready("backup", "list", keys / "a")
    assert (listed.code, listed.out.count("\n")) == (0, 1)
    verified = ready("backup", "verify", keys / "a", "--trust", tmp_path / "log.keys")
    assert verified.code == 0
    assert "holds" in verified.out
    assert "who made them" in ready("backup", "verify", keys / "b").err
    scratch = ("--database", databases.empty(tmp_path / "scratch")) if databases.on_postgresql() else ()
    drilled = ready("drill", keys / "a", keys / "b", *opened, "--json", *scratch)
    assert drilled.code == 0, drilled
    said = json.loads(drilled.out)
    assert said["ok"] is True
    assert said["rto_seconds"] > 0
    told = ready("drill", keys / "a", keys / "b", *opened, *scratch)
    assert "Everything would have come back." in told.out
    new = tmp_path / "new"
    new.mkdir()
    shutil.copytree(tmp_path / "state" / "keys", new / "keys")
    moved = {"CUSTODES_STATE": str(new)}
    if databases.on_postgresql():
        moved["CUSTODES_DATABASE_URL"] = databases.empty(new)
    done = ready("restore", keys / "a", keys / "b", *opened, **moved)
    assert done.code == 0, done
    assert "restored" in done.out
    assert ready("audit", "verify", **moved).code == 0
    ready("restore", keys / "a", keys / "b", *opened, **moved).refused("There is something there already")


def test_verify_finds_a_flipped_bit_without_any_key(ready: Command, keys: Path) -> None:
    backed_up(ready, keys)
    (file,) = (keys / "a" / "objects" / "data").rglob("database.age")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    said = ready("backup", "verify", keys / "a")
    assert said.code == 1
    assert "database.age: was changed" in said.err


def test_what_is_missing_is_said(ready: Command, keys: Path, opened: tuple[str, ...]) -> None:
    ready("backup", "make", keys / "a").refused("CUSTODES_BACKUP_RECIPIENTS", "--for")
    ready("backup", "make", keys / "a", "--for", keys / "rows.key").refused("private key")
    ready("backup", "list", keys / "nowhere").refused("no place of backups")
    ready("drill", keys, keys, *opened).refused("no place of backups")
    assert ready("backup", "make", keys / "a", CUSTODES_BACKUP_RECIPIENTS=str(keys / "rows.pub")).code == 0
    (keys / "a" / "objects" / "keys").mkdir()
    ready("drill", keys / "a", keys / "a", *opened).refused("no finished backup of keys")
    ready("backup", "verify", keys / "a", "--backup", "none").refused("no such backup")


def test_continuity_says_what_is_due(ready: Command, keys: Path) -> None:
    said = ready("continuity")
    assert said.code == 1
    assert "Backup: there was none yet." in said.err
    backed_up(ready, keys)
    ready("audit", "checkpoint")
    assert "Backup: the last one was 0 hours ago." in ready("continuity").out


def test_fixity_reports_and_runs(ready: Command) -> None:
    assert ready("vault", "fixity").out == "waiting\n"
    said = ready("vault", "fixity", "--run")
    assert (said.code, said.out.splitlines()[0]) == (0, "well")
    found = json.loads(ready("vault", "fixity", "--json").out)
    assert (found["standing"], found["faults"], found["last"]["objects"]) == ("well", [], 0)
