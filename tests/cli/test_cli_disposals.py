"""``custodes disposals``: the ledger taken away, replayed, rebuilt; a pack written."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from app.bootstrap.house import build, started
from app.config import Settings
from foundation.actor import SERVICE
from foundation.ident import new_id
from tests.cli.conftest import Command


def destroyed(count: int) -> None:
    """Keys made and thrown away, on the environment's settings."""
    house = build(Settings.from_env())
    for _ in range(count):
        item = new_id(house.now())
        with house.work() as work:
            work.vault.create(item=item, body="hmip", marking="OS", actor=SERVICE, now=work.now)
        with house.work() as work:
            work.vault.condemn(item=item, actor=SERVICE, now=work.now, why="test")
    started(house)


def test_the_ledger_is_taken_away_replayed_and_rebuilt(custodes: Command, tmp_path: Path) -> None:
    custodes("init")
    file = tmp_path / "destroyed"
    assert custodes("disposals", "ledger", "export", file).out == "nothing was destroyed yet\n"
    destroyed(3)
    assert custodes("disposals", "ledger", "export", file).out.startswith("3 lines, the last of ")
    kept = Settings.from_env().ledger
    assert kept.read_bytes() == file.read_bytes()
    kept.unlink()
    taken = custodes("disposals", "replay", file)
    assert taken.out.startswith("3 lines taken in; 0 items"), taken
    assert custodes("disposals", "replay", file).out.startswith("0 lines taken in; 0 items")
    kept.unlink()
    assert custodes("disposals", "rebuild", "--yes").out == "3 items added to the ledger\n"
    assert custodes("disposals", "rebuild", "--yes").out == "0 items added to the ledger\n"
    kept.write_bytes(kept.read_bytes().replace(b'"n":2', b'"n":4'))
    custodes("disposals", "ledger", "export", file).refused("changed behind the service")


def test_a_pack_of_nothing_says_so(custodes: Command, tmp_path: Path) -> None:
    custodes("init")
    today = datetime.now(UTC).date().isoformat()
    file = tmp_path / "pack.zip"
    said = custodes("disposals", "pack", file, "--from", today, "--to", today)
    assert said.out.startswith("0 certificates"), said
    assert "README.txt" in zipfile.ZipFile(file).namelist()
    custodes("disposals", "pack", file, "--from", today, "--to", "2020-01-01").refused("last day")
