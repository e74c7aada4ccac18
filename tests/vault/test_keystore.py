"""The key store: states, and that what is destroyed is gone from its files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from vault.errors import ErasureUnfinished, KeyExists, StorageFailed
from vault.keystore import Key, KeyStore, open_engine

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = {"at": NOW, "by": "approver", "reason": "D-1"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyStore]:
    engine = open_engine(tmp_path / "keys.db")
    yield KeyStore(engine)
    engine.dispose()


def a_key(item: UUID | None = None, version: int = 1) -> Key:
    return Key(item or uuid4(), version, "hmip", "hmip/2026-11/1", os.urandom(104), "OS", "pending", NOW, NOW)


def test_a_key_goes_through_its_states(store: KeyStore) -> None:
    key = a_key()
    assert store.state(key.item) == ""
    store.add(key)
    assert store.get(key.item, 1) == key
    assert store.state(key.item) == "pending"
    store.settle(key.item, 1)
    store.settle(key.item, 1)
    assert store.state(key.item) == "live"
    later = NOW + timedelta(days=1)
    assert store.set_state(key.item, "disabled", now=later) == 1
    assert store.set_state(key.item, "disabled", now=later + timedelta(days=1)) == 1
    assert store.of_item(key.item)[0].changed == later
    store.settle(key.item, 1)
    assert store.state(key.item) == "disabled"
    store.set_state(key.item, "live", now=later)
    assert store.state(key.item) == "live"
    (erased,) = store.destroy(key.item, **WHO)
    assert (erased.kek_id, erased.by, erased.at, erased.final_at) == (key.kek_id, "approver", NOW, None)
    assert store.state(key.item) == "destroyed"
    assert store.get(key.item, 1) is None
    assert store.set_state(key.item, "live", now=later) == 0


def test_an_item_version_has_one_key_ever(store: KeyStore) -> None:
    key = a_key()
    store.add(key)
    with pytest.raises(KeyExists):
        store.add(replace(key, wrapped=b"x" * 104))
    store.destroy(key.item, **WHO)
    with pytest.raises(KeyExists):
        store.add(key)
    assert store.of_item(key.item) == []


def test_destroying_again_changes_no_record(store: KeyStore) -> None:
    key = a_key()
    store.add(key)
    store.add(a_key(key.item, 2))
    first = store.destroy(key.item, **WHO)
    assert len(first) == 2
    assert store.destroy(key.item, at=NOW + timedelta(days=9), by="other", reason="again") == first
    assert store.destroy(uuid4(), **WHO) == []


def test_a_rewrap_loses_to_one_that_came_between(store: KeyStore) -> None:
    key = a_key()
    store.add(key)
    mine = {"kek_id": "hmip/2026-12/1", "marking": "O", "now": NOW}
    assert store.rewrap(key, wrapped=b"1" * 104, **mine)
    assert not store.rewrap(key, wrapped=b"2" * 104, **mine)
    assert store.of_item(key.item)[0].wrapped == b"1" * 104


def test_many_items_are_read_at_once(store: KeyStore) -> None:
    keys = [a_key() for _ in range(5)]
    for key in keys:
        store.add(key)
    wanted = [key.item for key in keys[:3]] + [uuid4() for _ in range(1200)]
    assert {key.item for key in store.of_items(wanted)} == {key.item for key in keys[:3]}


def test_no_copy_of_a_destroyed_key_is_left_in_any_file(store: KeyStore, tmp_path: Path) -> None:
    others = [a_key() for _ in range(60)]
    for other in others:
        store.add(other)
    key = a_key()
    store.add(key)
    wraps = [key.wrapped]
    for _ in range(5):
        current = store.of_item(key.item)[0]
        wraps.append(os.urandom(104))
        store.rewrap(current, kek_id="hmip/2026-12/1", wrapped=wraps[-1], marking="O", now=NOW)
    store.settle(key.item, 1)
    assert any(wraps[0] in path.read_bytes() for path in tmp_path.iterdir()), "the search must be able to find it"
    store.destroy(key.item, **WHO)
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        for wrapped in wraps:
            for at in (0, 24, 56, 72):
                assert wrapped[at : at + 16] not in data, path
    assert (tmp_path / "keys.db-wal").stat().st_size == 0
    assert len(store.of_items(other.item for other in others)) == 60


def test_a_reader_that_keeps_the_log_busy_is_told_of_and_a_repeat_finishes(store: KeyStore, tmp_path: Path) -> None:
    key = a_key()
    store.add(key)
    store.destroy(uuid4(), **WHO)
    with store._engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout=50")
    reader = sqlite3.connect(tmp_path / "keys.db")
    reader.execute("begin")
    assert reader.execute("select count(*) from object_key").fetchone() == (1,)
    with pytest.raises(ErasureUnfinished):
        store.destroy(key.item, **WHO)
    assert store.state(key.item) == "destroyed"
    reader.close()
    assert len(store.destroy(key.item, **WHO)) == 1
    assert all(key.wrapped not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_key_store_that_cannot_be_written_is_unavailable_and_tells_no_key(store: KeyStore, tmp_path: Path) -> None:
    key = a_key()
    with sqlite3.connect(tmp_path / "keys.db") as conn:
        conn.execute("drop table object_key")
    conn.close()
    with pytest.raises(StorageFailed) as caught:
        store.add(key)
    assert repr(key.wrapped) not in repr(caught.value.__cause__)
    with pytest.raises(StorageFailed):
        store.get(key.item, 1)


def test_the_file_is_the_owners_alone_and_overwrites_what_it_deletes(store: KeyStore, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0
    with store._engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
