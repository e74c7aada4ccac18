"""The law of a backend (vault/backend.py), held by every backend there is."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cloud import REGION, endpoint, new_bucket
from vault.aws import Place
from vault.backend import Backend, Reader, is_name
from vault.backends.files import FilesBackend
from vault.backends.memory import MemoryBackend
from vault.backends.s3 import S3Backend
from vault.errors import NoRoom, PartGone, StorageFailed, Tampered

NAME, FOLDER = "c5/0199f000-0000-7000-8000-0000000000c5/1.1.0199f000", "c5/0199f000-0000-7000-8000-0000000000c5"
DATA = bytes(range(256)) * 5_000


@pytest.fixture(params=["files", "memory", "s3", "s3 below a prefix"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "files":
        return FilesBackend(tmp_path / "vault")
    if request.param == "memory":
        return MemoryBackend()
    prefix = "one/house" if request.param.endswith("prefix") else ""
    return S3Backend(new_bucket(), prefix, Place(REGION, endpoint=endpoint()))


def put(backend: Backend, name: str = NAME, data: bytes = DATA) -> None:
    writer = backend.create(name)
    writer.write(memoryview(data)[:1000])
    writer.write(memoryview(data)[1000:])
    writer.publish()


def get(reader: Reader, offset: int = 0, count: int | None = None) -> bytes:
    into = bytearray(reader.size - offset if count is None else count)
    reader.read_into(offset, memoryview(into))
    return bytes(into)


class TestEveryBackend:
    def test_what_is_published_is_read_back_anywhere(self, backend: Backend) -> None:
        put(backend)
        reader = backend.open(NAME)
        assert reader.size == len(DATA)
        assert get(reader) == DATA
        assert get(reader, 70_001, 3) == DATA[70_001:70_004]
        assert get(reader, len(DATA), 0) == b""
        reader.close()
        reader.close()

    def test_it_is_empty_until_something_is_begun_and_again_when_all_is_gone(self, backend: Backend) -> None:
        assert backend.empty()
        writer = backend.create(NAME)
        assert not backend.empty(), "what is begun is something"
        writer.write(memoryview(DATA))
        writer.publish()
        backend.settle(NAME)
        assert not backend.empty()
        backend.delete(NAME)
        assert backend.empty()

    def test_reading_past_the_end_is_refused(self, backend: Backend) -> None:
        put(backend)
        reader = backend.open(NAME)
        for offset, count in ((len(DATA), 1), (len(DATA) - 1, 2), (2**40, 1)):
            with pytest.raises(Tampered):
                get(reader, offset, count)
        reader.close()

    def test_nothing_is_seen_before_it_is_published(self, backend: Backend) -> None:
        writer = backend.create(NAME)
        writer.write(memoryview(DATA))
        with pytest.raises(PartGone):
            backend.open(NAME)
        assert backend.list(FOLDER) == backend.unsettled() == [NAME]
        writer.publish()
        backend.open(NAME).close()

    def test_given_up_is_as_if_never_begun(self, backend: Backend) -> None:
        writer = backend.create(NAME)
        writer.write(memoryview(DATA))
        writer.abort()
        writer.abort()
        assert backend.list(FOLDER) == backend.unsettled() == []
        with pytest.raises(PartGone):
            backend.open(NAME)

    def test_giving_up_after_publishing_takes_nothing_back(self, backend: Backend) -> None:
        writer = backend.create(NAME)
        writer.write(memoryview(DATA))
        writer.publish()
        writer.abort()
        assert get(backend.open(NAME)) == DATA
        assert backend.unsettled() == [NAME]

    def test_unsettled_until_settled(self, backend: Backend) -> None:
        put(backend)
        put(backend, NAME + "1")
        assert backend.unsettled() == [NAME, NAME + "1"]
        backend.settle(NAME)
        backend.settle(NAME)
        backend.settle("no/such")
        assert backend.unsettled() == [NAME + "1"]
        assert get(backend.open(NAME)) == DATA

    def test_deleting_leaves_nothing_in_any_state(self, backend: Backend) -> None:
        put(backend, NAME + "settled")
        backend.settle(NAME + "settled")
        put(backend, NAME + "published")
        begun = backend.create(NAME + "begun")
        begun.write(memoryview(b"x"))
        assert len(backend.list(FOLDER)) == 3
        for state in ("settled", "published", "begun", "settled", "never"):
            backend.delete(NAME + state)
        assert backend.list(FOLDER) == backend.unsettled() == []

    def test_what_was_deleted_while_being_written_does_not_come_back(self, backend: Backend) -> None:
        writer = backend.create(NAME)
        writer.write(memoryview(DATA))
        backend.delete(NAME)
        with pytest.raises(StorageFailed):
            writer.publish()
        writer.abort()
        assert backend.list(FOLDER) == backend.unsettled() == []

    def test_a_folder_lists_its_own_alone(self, backend: Backend) -> None:
        for name in ("aa/one/1", "aa/one/2", "aa/one-more/1", "aa/two/1", "bb/one/1"):
            put(backend, name)
        backend.settle("aa/one/2")
        assert backend.list("aa/one") == ["aa/one/1", "aa/one/2"]
        assert backend.list("aa") == ["aa/one-more/1", "aa/one/1", "aa/one/2", "aa/two/1"]
        assert backend.list("aa/on") == backend.list("cc") == []

    def test_an_open_object_reads_on_when_deleted(self, backend: Backend) -> None:
        put(backend)
        """Or raises: a bucket gives nothing of a version that is gone. It never reads other bytes."""
        reader = backend.open(NAME)
        backend.delete(NAME)
        put(backend, NAME + ".other", bytes(len(DATA)))
        try:
            assert get(reader) == DATA
        except StorageFailed:
            assert isinstance(backend, S3Backend)
        reader.close()

    def test_a_name_is_never_written_twice(self, backend: Backend) -> None:
        put(backend)
        with pytest.raises((StorageFailed, RuntimeError)):
            backend.create(NAME)
        assert get(backend.open(NAME)) == DATA

    @pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "a b", "a~b", "a\0", "é"])
    def test_what_is_no_name_is_a_mistake(self, backend: Backend, name: str) -> None:
        assert not is_name(name)
        for act in (backend.create, backend.open, backend.delete, backend.settle, backend.list):
            with pytest.raises(ValueError, match="no object name"):
                act(name)

    def test_an_object_of_no_bytes_is_an_object(self, backend: Backend) -> None:
        backend.create(NAME).publish()
        assert backend.open(NAME).size == 0


class TestFiles:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return tmp_path / "vault"

    @pytest.fixture
    def files(self, root: Path) -> FilesBackend:
        return FilesBackend(root)

    def test_a_settled_name_cannot_be_published_again(self, files: FilesBackend) -> None:
        put(files)
        files.settle(NAME)
        writer = files.create(NAME)
        writer.write(memoryview(b"other"))
        with pytest.raises(StorageFailed):
            writer.publish()
        assert get(files.open(NAME)) == DATA

    def test_it_remembers_across_a_restart(self, files: FilesBackend, root: Path) -> None:
        put(files)
        begun = files.create(NAME + "begun")
        begun.write(memoryview(b"x"))
        again = FilesBackend(root)
        assert again.unsettled() == [NAME, NAME + "begun"]
        again.delete(NAME + "begun")
        again.settle(NAME)
        assert FilesBackend(root).list(FOLDER) == [NAME]

    def test_empty_folders_go_with_the_last_object(self, files: FilesBackend, root: Path) -> None:
        put(files)
        files.delete(NAME)
        assert sorted(path.name for path in root.rglob("*")) == ["fresh", "objects"]

    @pytest.mark.parametrize("after", [0, 1])
    def test_a_deletion_broken_off_is_still_known_to_be_unsettled(
        self, files: FilesBackend, monkeypatch: pytest.MonkeyPatch, after: int
    ) -> None:
        put(files)
        unlink, done = os.unlink, []

        def broken(*args: Any, **kwargs: Any) -> None:
            if len(done) == after:
                raise OSError(errno.EIO, "broken off")
            done.append(args)
            unlink(*args, **kwargs)

        monkeypatch.setattr(os, "unlink", broken)
        with pytest.raises(StorageFailed):
            files.delete(NAME)
        monkeypatch.undo()
        assert files.unsettled() == files.list(FOLDER) == [NAME]
        files.delete(NAME)
        assert files.unsettled() == files.list(FOLDER) == []

    def test_published_but_not_known_to_be_durable_is_left_to_the_sweep(
        self, files: FilesBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = files.create(NAME)
        writer.write(memoryview(DATA))
        fsync, link, linked = os.fsync, os.link, []

        def broken(fd: int) -> None:
            if linked:
                raise OSError(errno.EIO, "no answer")
            fsync(fd)

        monkeypatch.setattr(os, "link", lambda *args, **more: (link(*args, **more), linked.append(1)))
        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(StorageFailed):
            writer.publish()
        writer.abort()
        assert files.unsettled() == files.list(FOLDER) == [NAME]

    def test_what_strangers_put_there_is_left_alone(self, files: FilesBackend, root: Path) -> None:
        (root / "fresh" / "lost+found").mkdir()
        (root / "fresh" / ".hidden").write_text("x")
        assert files.unsettled() == []

    def test_links_are_not_followed(self, files: FilesBackend, root: Path, tmp_path: Path) -> None:
        put(files)
        path = root / "objects" / NAME
        path.unlink()
        (tmp_path / "secret").write_text("secret")
        path.symlink_to(tmp_path / "secret")
        with pytest.raises(StorageFailed):
            files.open(NAME)

    @pytest.fixture
    def full(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        def write(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        yield lambda: monkeypatch.setattr(os, "write", write)
        monkeypatch.undo()

    def test_a_full_disk_is_said_to_be_full(self, files: FilesBackend, full: Any) -> None:
        writer = files.create(NAME)
        full()
        with pytest.raises(NoRoom):
            writer.write(memoryview(DATA))
        writer.abort()
        assert files.list(FOLDER) == []

    def test_a_store_that_is_not_there_fails_as_one(self, files: FilesBackend, root: Path) -> None:
        root.rename(root.with_name("away"))
        for act in (lambda: files.create(NAME), files.unsettled, lambda: files.list(FOLDER)):
            with pytest.raises(StorageFailed):
                act()


class TestMemory:
    @pytest.mark.parametrize("kept", [True, False])
    @pytest.mark.parametrize("act", ["create", "write", "publish", "open", "settle", "unsettled", "delete", "list"])
    def test_every_act_fails_once_when_planned_kept_or_not(self, act: str, kept: bool) -> None:
        backend = MemoryBackend()
        backend.fail(act, kept=kept)

        def all_acts(name: str) -> None:
            put(backend, name)
            get(backend.open(name))
            backend.settle(name)
            backend.unsettled()
            backend.list("a")
            backend.delete(name)

        with pytest.raises(StorageFailed):
            all_acts("a/1")
        all_acts("a/2")

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_failed_publish_is_kept_or_not(self, kept: bool) -> None:
        backend = MemoryBackend()
        writer = backend.create(NAME)
        backend.fail("publish", kept=kept)
        with pytest.raises(StorageFailed):
            writer.publish()
        writer.abort()
        assert backend.list(FOLDER) == backend.unsettled() == ([NAME] if kept else [])
