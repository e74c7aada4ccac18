"""``custodes doctor``: each thing it looks at is really broken, and it says so, and what to do."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.bootstrap import installation
from tests import databases
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]
GIB = 1 << 30


def told(custodes: Command, **settings: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Its exit code, and the findings by check."""
    said = custodes("doctor", "--json", **settings)
    found: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads(said.out)["findings"]:
        found.setdefault(each["check"], []).append(each)
    return said.code, found


def wrong(custodes: Command, check: str, *words: str, **settings: str) -> None:
    """It is wrong, with these words, and something to do about it."""
    code, found = told(custodes, **settings)
    mine = [each for each in found.get(check, []) if each["word"] == "wrong"]
    assert mine, {name: [each["text"] for each in some if each["word"] == "wrong"] for name, some in found.items()}
    assert code == 2
    assert all(each["do"] for each in mine)
    text = " ".join(f"{each['text']} {each['do']}" for each in mine)
    for word in words:
        assert word in text, text


def only_attention(code: int, found: dict[str, list[dict[str, Any]]]) -> bool:
    """Nothing is wrong but what is so of the tests' own PostgreSQL, which does not wait for the disk."""
    bad = {check for check, some in found.items() for each in some if each["word"] == "wrong"}
    return (code, bad) == ((2, {"database-keeps"}) if databases.HERE.kind == "postgresql" else (1, set()))


def test_a_new_installation_has_things_to_do_and_is_told_which(ready: Command) -> None:
    code, found = told(ready, CUSTODES_SCANNER="none")
    assert only_attention(code, found)
    words = {check: {each["word"] for each in some} for check, some in found.items()}
    for check in (
        "settings",
        "policies",
        "rights",
        "room",
        "store",
        "proxy",
        "schema",
        "clock",
        "keys",
        "destructions",
    ):
        assert words[check] == {"well"}, found[check]
    for check in (
        "unverified",
        "service",
        "backup",
        "key_backup",
        "drill",
        "rehearsal",
        "cosignatures",
        "jobs",
        "scanner",
        "welsh",
    ):
        assert words[check] == {"attention"}, found[check]
    assert len(found["rehearsal"]) == 3
    said = ready("doctor", CUSTODES_SCANNER="none")
    assert "needs attention" not in said.out
    assert said.out.splitlines()[-1].endswith("well.")
    assert "Every setting can be used." not in said.out
    assert "Every setting can be used." in ready("doctor", "--all", CUSTODES_SCANNER="none").out


def test_looking_changes_nothing_and_enters_nothing(ready: Command, tmp_path: Path) -> None:
    assert "0 entries" not in ready("audit", "verify").out
    ready("audit", "checkpoint")
    before = ready("audit", "status").out
    told(ready)
    assert ready("audit", "status").out == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("CUSTODES_PORT", "none"), ("CUSTODES_SECURE", "0"), ("CUSTODES_METRICS", "9464"), ("CUSTODES_X", "1")],
)
def test_settings(custodes: Command, name: str, value: str) -> None:
    wrong(custodes, "settings", name, **{name: value})


def test_policies(ready: Command, tmp_path: Path) -> None:
    copy = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", copy)
    file = copy / "continuity.toml"
    file.write_text(file.read_text().replace("drill_days = 92", "drill_days = 0"))
    wrong(ready, "policies", "continuity.toml", CUSTODES_POLICIES=str(copy))


def test_rights(ready: Command, tmp_path: Path) -> None:
    key = tmp_path / "state" / "keys" / "index"
    key.chmod(0o644)
    wrong(ready, "rights", str(key), "chmod go=")


def test_somebody_elses_files(ready: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bootstrap.installation.os.geteuid", lambda: 4242)
    _, found = told(ready)
    assert any("somebody else’s" in each["text"] for each in found["rights"])


def test_a_key_that_is_gone(ready: Command, tmp_path: Path) -> None:
    (tmp_path / "state" / "keys" / "web").unlink()
    wrong(ready, "start", "“web” is missing", "Restore")


@pytest.mark.folder("a keyring in a folder")
def test_a_keyring_without_a_bodys_key(ready: Command, tmp_path: Path) -> None:
    for path in (tmp_path / "state" / "keys" / "vault").glob("hmip.*"):
        path.unlink()
    wrong(ready, "keys", "HMIP", "recover-the-keyring")


def test_room(ready: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(total=100 * GIB, used=99 * GIB, free=GIB // 2)
    monkeypatch.setattr(installation.shutil, "disk_usage", lambda path: full)
    wrong(ready, "room", "0.5 GiB are free", "Make room")


@pytest.mark.folder("a folder of content")
def test_a_store_that_is_not_there(ready: Command, tmp_path: Path) -> None:
    (tmp_path / "state" / "vault").rename(tmp_path / "away")
    wrong(ready, "store", "There is no folder")


@pytest.mark.database("sqlite")
def test_a_database_that_is_none(ready: Command, tmp_path: Path) -> None:
    (tmp_path / "state" / "custodes.db").write_bytes(b"no database at all" * 100)
    wrong(ready, "database", "cannot be reached")


def test_a_server_that_is_away(ready: Command) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://me:hidden@127.0.0.1:{port}/custodes"
    wrong(ready, "database", "cannot be reached", CUSTODES_DATABASE_URL=url)
    assert "hidden" not in ready("doctor", CUSTODES_DATABASE_URL=url).out


def test_a_database_that_was_never_made(custodes: Command) -> None:
    wrong(custodes, "schema", "custodes init")


def test_a_database_somebody_altered(ready: Command, tmp_path: Path) -> None:
    at(tmp_path, "create view own as select 1 as one")
    wrong(ready, "schema", "Somebody changed the database itself")


def test_a_clock_behind_the_log(ready: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from app.bootstrap.clock import SystemClock

    ready("audit", "checkpoint")
    now = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: now(self) - timedelta(hours=3))
    wrong(ready, "clock", "later than this machine’s clock", "NTP")


def test_a_scanner_that_is_away(ready: Command, tmp_path: Path) -> None:
    wrong(ready, "scanner", "does not answer", CUSTODES_SCANNER=f"clamd:{tmp_path / 'nobody'}")
    wrong(ready, "scanner", "No malware scanner is named")


def test_proxies_that_anybody_may_be(ready: Command) -> None:
    wrong(ready, "proxy", "CUSTODES_PROXIES", CUSTODES_PROXIES="*")
    _, found = told(ready, CUSTODES_HOST="192.0.2.7", CUSTODES_METRICS="192.0.2.7:9464")
    assert found["proxy"][0]["word"] == found["metrics"][0]["word"] == "attention"


def test_a_job_that_fails(ready: Command, tmp_path: Path) -> None:
    ready("jobs", "run", "--once")
    code, found = told(ready, CUSTODES_SCANNER="none")
    assert only_attention(code, found)
    assert found["job-dispose"][0]["word"] == "well"
    at(tmp_path, "update job_run set code = 'vault.no-room' where name = 'dispose'")
    wrong(ready, "job-dispose", "vault.no-room", "docs/errors.md")


@pytest.mark.database("postgresql")
def test_what_a_server_is_set_to(ready: Command, tmp_path: Path) -> None:
    _, found = told(ready)
    assert found["role"][0]["word"] == "attention", "the tests serve as the owner of the tables"
    assert "PostgreSQL" in found["database"][0]["text"]
    url = os.environ["CUSTODES_DATABASE_URL"]
    joined = f"{url}{'&' if '?' in url else '?'}options=-csynchronous_commit%3Doff"
    wrong(ready, "database-keeps", "synchronous_commit is off", CUSTODES_DATABASE_URL=joined)


def at(folder: Path, statement: str) -> None:
    """One statement to the database of this test, by whoever has a shell."""
    import sqlalchemy as sa

    from app.bootstrap.engines import make_engine

    engine = make_engine(os.environ.get("CUSTODES_DATABASE_URL") or f"sqlite:///{folder / 'state' / 'custodes.db'}")
    with engine.connect() as opened:
        if databases.on_postgresql():
            opened.execution_options(isolation_level="READ COMMITTED")
        with opened.begin():
            opened.execute(sa.text(statement))
    engine.dispose()
