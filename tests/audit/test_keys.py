"""The log's keys: theirs alone, never overwritten, destroyed for good."""

from __future__ import annotations

import os
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AlreadyThere, KeyDestroyed, KeysMissing, KeysUnsafe, LogDamaged
from audit.keys import LogKeys, period_of
from audit.note import open_note

ENTRY = bytes(range(16))
BEGINNING, END = datetime(1971, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


@pytest.fixture
def keys(tmp_path: Path) -> LogKeys:
    return LogKeys.create(tmp_path / "keys", "custodes.test/log")


def test_what_was_created_loads_and_signs_the_same(keys: LogKeys, tmp_path: Path) -> None:
    again = LogKeys.load(tmp_path / "keys")
    assert again.vkey == keys.vkey
    assert open_note(again.sign("hello\n"), keys.trusted)[0] == "hello\n"


def test_directory_and_files_are_for_the_service_alone(keys: LogKeys, tmp_path: Path) -> None:
    keys.seal("2026-11", ENTRY, b"x")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["disclosure-2026-11.key", "log.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize("mode", [0o710, 0o701, 0o755, 0o777])
def test_a_wider_directory_is_refused(keys: LogKeys, tmp_path: Path, mode: int) -> None:
    os.chmod(tmp_path / "keys", mode)
    with pytest.raises(KeysUnsafe):
        LogKeys.load(tmp_path / "keys")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
@pytest.mark.parametrize("name", ["log.key", "disclosure-2026-11.key"])
def test_a_wider_file_is_refused(keys: LogKeys, tmp_path: Path, name: str, mode: int) -> None:
    keys.seal("2026-11", ENTRY, b"x")
    os.chmod(tmp_path / "keys" / name, mode)
    with pytest.raises(KeysUnsafe):
        LogKeys.load(tmp_path / "keys")


def test_links_are_refused(keys: LogKeys, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(tmp_path / "keys")
    with pytest.raises(KeysUnsafe):
        LogKeys.load(tmp_path / "elsewhere")
    (tmp_path / "keys" / "log.key").rename(tmp_path / "real")
    (tmp_path / "keys" / "log.key").symlink_to(tmp_path / "real")
    with pytest.raises(KeysUnsafe):
        LogKeys.load(tmp_path / "keys")


def test_missing_or_garbled_keys_are_refused(keys: LogKeys, tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        LogKeys.load(tmp_path / "nowhere")
    path = tmp_path / "keys" / "log.key"
    for text in (
        "",
        "custodes-log-key/2\nx\ny\n",
        path.read_text()[:-3],
        path.read_text().upper(),
        path.read_text() + "\n",
    ):
        path.write_text(text)
        with pytest.raises(KeysMissing):
            LogKeys.load(tmp_path / "keys")
    path.unlink()
    with pytest.raises(KeysMissing):
        LogKeys.load(tmp_path / "keys")


def test_keys_are_never_overwritten(keys: LogKeys, tmp_path: Path) -> None:
    with pytest.raises(AlreadyThere):
        LogKeys.create(tmp_path / "keys", "custodes.test/log")
    assert LogKeys.load(tmp_path / "keys").vkey == keys.vkey


@pytest.mark.parametrize("origin", ["", "A.test", "a b", "a+b", "custodes-bundle/1", "a\n"])
def test_a_log_needs_a_proper_origin(tmp_path: Path, origin: str) -> None:
    with pytest.raises(RuntimeError):
        LogKeys.create(tmp_path / "keys", origin)
    assert not (tmp_path / "keys").exists()


def test_what_was_sealed_opens_for_its_own_entry_and_month_only(keys: LogKeys) -> None:
    sealed = keys.seal("2026-11", ENTRY, b"secret")
    keys.seal("2026-12", ENTRY, b"other")
    assert b"secret" not in sealed
    assert keys.open("2026-11", ENTRY, sealed) == b"secret"
    for period, entry, data in [
        ("2026-12", ENTRY, sealed),
        ("2026-11", bytes(16), sealed),
        ("2026-11", ENTRY, sealed[:-1]),
        ("2026-11", ENTRY, b""),
        ("2026-11", ENTRY, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ]:
        with pytest.raises(LogDamaged):
            keys.open(period, entry, data)


def test_a_destroyed_month_stays_destroyed_for_every_process(keys: LogKeys, tmp_path: Path) -> None:
    other = LogKeys.load(tmp_path / "keys")
    sealed = keys.seal("2026-11", ENTRY, b"secret")
    assert other.open("2026-11", ENTRY, sealed) == b"secret"
    keys.destroy("2026-11")
    keys.destroy("2026-11")
    for each in (keys, other, LogKeys.load(tmp_path / "keys")):
        assert each.destroyed("2026-11")
        with pytest.raises(KeyDestroyed):
            each.open("2026-11", ENTRY, sealed)
        with pytest.raises(KeyDestroyed):
            each.seal("2026-11", ENTRY, b"again")
    assert not (tmp_path / "keys" / "disclosure-2026-11.key").exists()


def test_a_lost_month_is_not_made_anew_by_reading(keys: LogKeys, tmp_path: Path) -> None:
    sealed = keys.seal("2026-11", ENTRY, b"secret")
    (tmp_path / "keys" / "disclosure-2026-11.key").unlink()
    with pytest.raises(KeysMissing):
        LogKeys.load(tmp_path / "keys").open("2026-11", ENTRY, sealed)
    assert not (tmp_path / "keys" / "disclosure-2026-11.key").exists()


def test_many_at_once_agree_on_one_key_for_a_new_month(keys: LogKeys, tmp_path: Path) -> None:
    everybody = [LogKeys.load(tmp_path / "keys") for _ in range(8)]
    gate, sealed = threading.Barrier(8), []

    def seal(each: LogKeys) -> None:
        gate.wait()
        sealed.append(each.seal("2027-01", ENTRY, b"x"))

    threads = [threading.Thread(target=seal, args=(each,)) for each in everybody]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {keys.open("2027-01", ENTRY, each) for each in sealed} == {b"x"}
    assert len(sealed) == 8


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "26-11", "../../x", "2026-11\n"])
def test_a_month_is_a_month(keys: LogKeys, period: str) -> None:
    with pytest.raises(RuntimeError):
        keys.seal(period, ENTRY, b"x")


@given(st.datetimes(BEGINNING, END), st.integers(-720, 720))
def test_the_month_is_counted_in_utc(local: datetime, minutes: int) -> None:
    here = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert period_of(here) == here.astimezone(UTC).strftime("%Y-%m")
