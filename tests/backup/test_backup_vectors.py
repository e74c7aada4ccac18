"""The vectors of docs/formats/backup.md: what is good is read, what is bad is refused, and they are what is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit.trust import Trust
from tests.vectors.backup.generate import HERE, MANIFEST, vectors
from vault.backends.memory import MemoryBackend
from vault.backup.content import parts
from vault.backup.errors import BackupDamaged
from vault.backup.manifest import read
from vault.backup.rows import Loader

SAID = json.loads((HERE / "vectors.json").read_text("utf-8"))
METADATA = sa.MetaData()
TABLES = (
    sa.Table("one", METADATA, sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.LargeBinary),
             sa.Column("day", sa.Date)),
    sa.Table("two", METADATA, sa.Column("id", sa.Integer, primary_key=True)),
)  # fmt: skip


def read_manifest(data: bytes) -> None:
    assert read(data, Trust.of([SAID["trusted"]])) == MANIFEST


def read_index(data: bytes) -> None:
    store = MemoryBackend()
    writer = store.create("index")
    writer.write(memoryview(data))
    writer.publish()
    list(parts(store.open("index")))


def read_tables(data: bytes) -> None:
    for size in (1, 7, len(data)):
        engine = sa.create_engine("sqlite://")
        with engine.begin() as conn:
            METADATA.create_all(conn)
            loader = Loader(conn, TABLES)
            for at in range(0, len(data), size):
                loader.take(memoryview(data)[at : at + size])
            loader.finish({"one": 2, "two": 0})
            # A day stands in SQLite as it is written.
            assert conn.exec_driver_sql("select * from one").all() == [(1, b"\0\1\2", "2026-11-22"), (2, None, None)]
        engine.dispose()


READERS = {"manifest": read_manifest, "index": read_index, "tables": read_tables}


@pytest.mark.once("no database of the service is in it")
@pytest.mark.filterwarnings("ignore:The default date adapter is deprecated")
@pytest.mark.parametrize("name", SAID["files"])
def test_what_is_good_is_read_and_what_is_bad_is_refused(name: str) -> None:
    said, data = SAID["files"][name], (HERE / name).read_bytes()
    if said["must"] == "good":
        READERS[said["is"]](data)
    else:
        with pytest.raises(BackupDamaged):
            READERS[said["is"]](data)


@pytest.mark.once("no database is in it")
def test_the_vectors_are_those_that_are_made() -> None:
    assert {name: data for name, (_, _, data) in vectors().items()} == {
        name: (HERE / name).read_bytes() for name in SAID["files"]
    }
    assert {path.name for path in Path(HERE).iterdir() if path.is_file()} == {
        *SAID["files"],
        "generate.py",
        "vectors.json",
    }


@pytest.mark.once("no database is in it")
def test_without_the_logs_keys_only_the_form_is_checked() -> None:
    assert read((HERE / "bad-manifest-signed-by-another").read_bytes(), None) == MANIFEST
    with pytest.raises(BackupDamaged):
        read((HERE / "bad-manifest-spaced").read_bytes(), None)
