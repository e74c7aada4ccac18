"""The key store in a file: what is destroyed is gone from it. What holds on every database: tests/contracts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from vault.errors import ErasureUnfinished, StorageFailed
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


def test_no_copy_of_a_destroyed_key_is_left_in_any_file(store: KeyStore, tmp_path: Path) -> None:
    others = [a_key() for _ in range(60)]
    for other in others:
        store.add(other)
    key = a_key()
    store.add(key)
    wraps = [key.wrapped]
    to: dict[str, Any] = {"kek_id": "hmip/2026-12/1", "marking": "O", "now": NOW}
    for _ in range(5):
        current = store.of_item(key.item)[0]
        wraps += [os.urandom(104), os.urandom(104), os.urandom(104)]
        store.promote(store.propose(current, wrapped=wraps[-3], **to), now=NOW)
        store.keks.move([(store.of_item(key.item)[0], "hmip/2026-12/1", wraps[-2])])
        store.propose(current, wrapped=wraps[-1], **to)
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
