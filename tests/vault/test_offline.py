"""A backup opened by itself: what comes out, what is refused, and how each fault is told."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap.offline import reading, safe_name
from vault import envelope, offline
from vault.keyring import LocalKeyring
from vault.offline import Backup, Outcome, decrypt, find, stored_at

pytestmark = [
    pytest.mark.once("a backup is files, whatever the service keeps its rows in"),
    pytest.mark.folder("the same, whatever it keeps content and keys in"),
]

DATA = bytes(range(256)) * 700  # eleven chunks


class Taken:
    """A copy of everything a world has, but its database."""

    def __init__(self, world: Any, root: Path) -> None:
        self.root, self.out = root, root / "out"
        shutil.copytree(world.root / "vault", root / "vault")
        shutil.copytree(world.root / "keyring", root / "keys")
        for path in world.root.glob("keys.db*"):
            shutil.copyfile(path, root / path.name)
        self.out.mkdir()

    def run(self, number: int = 0, **given: Any) -> Outcome:
        with reading(str(self.root / "keys.db")) as conn:
            backup = Backup(conn, [LocalKeyring(self.root / "keys")])
            return decrypt(backup, find(self.root / "vault")[number], self.out / "got", **given)

    def object(self, number: int = 0) -> Path:
        return find(self.root / "vault")[number].path

    def nothing_came_out(self) -> None:
        assert list(self.out.iterdir()) == []


@pytest.fixture
def taken(world: Any, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """A backup of one item with one file."""
    world.store(world.item(), DATA)
    return Taken(world, tmp_path_factory.mktemp("backup"))


def test_a_file_comes_out_as_it_went_in(taken: Taken) -> None:
    done = taken.run()
    assert (done.what, done.size, done.sha256) == (offline.OK, len(DATA), sha256(DATA).hexdigest())
    assert (taken.out / "got").read_bytes() == DATA
    assert (taken.out / "got").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in taken.out.iterdir()] == ["got"]


def test_the_sealed_facts_are_checked_where_they_are_at_hand(taken: Taken, world: Any) -> None:
    with world.engine.connect() as conn:
        meta = conn.scalar(sa.text("select meta from vault_part"))
    assert taken.run(meta=meta).what == offline.OK
    (taken.out / "got").unlink()
    assert taken.run(meta=meta[:-1] + bytes([meta[-1] ^ 1])).what == offline.WRONG_KEY
    taken.nothing_came_out()


def test_an_older_file_of_the_same_number_is_not_the_one_the_facts_name(world: Any, tmp_path: Path) -> None:
    item = world.item()
    world.store(item, b"the first")
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=2, **world.by)
        vault.drop_part(item=item, part=1, **world.by)
    writer.abort()
    world.store(item, b"the other")
    with world.engine.connect() as conn:
        meta = conn.scalar(sa.text("select meta from vault_part where state = 'live'"))
    (tmp_path / "b").mkdir()
    taken = Taken(world, tmp_path / "b")
    path, other = taken.object(), taken.root / "vault" / "other"
    dek = _dek(world, item)
    other.write_bytes(envelope.seal(dek, envelope.content_context(item, 1, 1), b"the first"))
    other.replace(path)
    assert taken.run(meta=meta).what == offline.TAMPERED
    assert taken.run().what == offline.OK  # without the database it cannot be told, and the runbook says so


def _dek(world: Any, item: Any) -> bytes:
    key = world.keystore.get(item, 1)
    return bytes(world.keyring.unwrap(key.kek_id, key.wrapped, envelope.wrap_facts(item, 1, key.marking)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data[:-1], offline.TRUNCATED),
        (lambda data: data[:-300], offline.TRUNCATED),
        (lambda data: data[: 56 + 16_400 * 5], offline.TRUNCATED),
        (lambda data: data[:56], offline.TRUNCATED),
        (lambda data: b"", offline.TRUNCATED),
        (lambda data: data + b"x", offline.TRUNCATED),
        (lambda data: bytes([data[0] ^ 1]) + data[1:], offline.WRONG_KEY),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], offline.WRONG_KEY),
        (lambda data: data[:60_000] + bytes([data[60_000] ^ 1]) + data[60_001:], offline.TAMPERED),
        (lambda data: data[:56] + data[16_456:32_856] + data[56:16_456] + data[32_856:], offline.TAMPERED),
    ],
)
def test_every_fault_of_an_object_is_told_and_lets_nothing_out(taken: Taken, change: Any, told: str) -> None:
    taken.object().write_bytes(change(taken.object().read_bytes()))
    assert taken.run().what == told
    taken.nothing_came_out()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_lets_anything_out(taken: Taken, data: st.DataObject) -> None:
    good = taken.object().read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    taken.object().write_bytes(good[:place] + bytes([good[place] ^ data.draw(st.integers(1, 255))]) + good[place + 1 :])
    assert taken.run().what in {offline.WRONG_KEY, offline.TAMPERED, offline.TRUNCATED}
    taken.nothing_came_out()
    taken.object().write_bytes(good)


def test_an_object_under_another_items_name_is_refused(world: Any, tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        world.store(world.item(), data)
    (tmp_path / "b").mkdir()
    taken = Taken(world, tmp_path / "b")
    first, second = taken.object(0), taken.object(1)
    shutil.copyfile(first, second)
    assert [taken.run(0).what, taken.run(1).what] == [offline.OK, offline.WRONG_KEY]


def test_a_destroyed_items_object_from_before_opens_nothing(world: Any, tmp_path: Path) -> None:
    item = world.item()
    world.store(item, DATA)
    shutil.copytree(world.root / "vault", tmp_path / "before")
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
    (tmp_path / "b").mkdir()
    taken = Taken(world, tmp_path / "b")
    shutil.rmtree(taken.root / "vault")
    shutil.copytree(tmp_path / "before", taken.root / "vault")
    assert taken.run(disabled=True).what == offline.DESTROYED
    taken.nothing_came_out()


def test_a_row_brought_back_beside_the_record_of_its_erasure_counts_for_nothing(taken: Taken, world: Any) -> None:
    (item,) = {each.item for each in find(taken.root / "vault")}
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
    with sqlite3.connect(taken.root / "keys.db") as base:
        base.execute("attach ? as later", (str(world.root / "keys.db"),))
        base.execute("insert into erased select * from later.erased")
    base.close()
    assert taken.run().what == offline.DESTROYED


def test_what_was_shut_opens_only_when_that_is_said(world: Any, tmp_path: Path) -> None:
    item = world.item()
    world.store(item, DATA)
    with world.work() as vault:
        vault.disable(item=item, **world.by)
    (tmp_path / "b").mkdir()
    taken = Taken(world, tmp_path / "b")
    assert taken.run().what == offline.DISABLED
    taken.nothing_came_out()
    assert taken.run(disabled=True).what == offline.OK


def test_keys_that_are_not_there_or_were_changed_are_told_apart(taken: Taken) -> None:
    with sqlite3.connect(taken.root / "keys.db") as base:
        base.execute("update object_key set marking = 'O'")
    base.close()
    assert taken.run().what == offline.WRONG_KEY
    for path in (taken.root / "keys").iterdir():
        path.unlink()
    assert taken.run().what == offline.NO_KEK
    with sqlite3.connect(taken.root / "keys.db") as base:
        base.execute("delete from object_key")
    base.close()
    assert taken.run().what == offline.UNKNOWN
    taken.nothing_came_out()


def test_reading_a_key_store_changes_not_a_byte_of_the_backup(taken: Taken) -> None:
    before = {path: path.read_bytes() for path in taken.root.glob("keys.db*")}
    assert any(path.name.endswith("-wal") and data for path, data in before.items())
    assert taken.run().what == offline.OK
    assert {path: path.read_bytes() for path in taken.root.glob("keys.db*")} == before


def test_nothing_is_written_over(taken: Taken) -> None:
    (taken.out / "got").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        taken.run()
    assert (taken.out / "got").read_bytes() == b"mine"
    assert [path.name for path in taken.out.iterdir()] == ["got"]


def test_memory_does_not_grow_with_the_file(world: Any, tmp_path: Path) -> None:
    world.store(world.item(), bytes(24 << 20))
    (tmp_path / "b").mkdir()
    taken = Taken(world, tmp_path / "b")
    tracemalloc.start()
    assert taken.run().what == offline.OK
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 << 20


def test_only_what_has_an_objects_name_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "c5" / "0199f000-0000-7000-8000-0000000000c5"
    folder.mkdir(parents=True)
    good = folder / "1.2.0199f000000070008000000000000001"
    for name in (good.name, "1.0.0199f000000070008000000000000001", "1.2.x", "keys.db", ".1.2"):
        (folder / name).write_bytes(b"x")
    (folder / "1.3.0199f000000070008000000000000001").symlink_to(good)
    (tmp_path / good.name).write_bytes(b"x")
    assert [each.path for each in find(tmp_path)] == [good]
    said = stored_at(good)
    assert said
    assert (said.version, said.part, said.name) == (1, 2, f"c5/{folder.name}/{good.name}")


def test_an_object_says_without_a_key_what_its_header_says(taken: Taken) -> None:
    facts = offline.inspect(taken.object())
    assert (facts.plain, facts.size) == (len(DATA), envelope.stored_size(len(DATA)))
    data = taken.object().read_bytes()
    assert (facts.salt, facts.commitment) == (data[:24].hex(), data[24:56].hex())
    assert facts.sha256 == sha256(data).hexdigest()
    taken.object().write_bytes(data[:60])
    assert offline.inspect(taken.object()).plain is None


@given(st.text(max_size=300))
def test_every_name_becomes_one_that_stays_where_it_is_put(given: str) -> None:
    name = safe_name(given)
    assert name
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 200
    assert not any(sign in name for sign in '/\\\0\n\r:*?"<>|\u202e')


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("Llythyr y Bwrdd – ŵyr.docx", "Llythyr y Bwrdd _ ŵyr.docx"),
        ("", "file"),
        ("..", "file"),
        ("a\u202efdp.exe", "a_fdp.exe"),
    ],
)
def test_names_that_are_names_stay_what_they_are(given: str, name: str) -> None:
    assert safe_name(given) == name
