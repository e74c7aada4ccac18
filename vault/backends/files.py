"""Objects as files under one directory (docs/formats/envelope.md, section 5).

A begun object is a file in ``fresh/``; publishing links it to its name, which cannot overwrite, and settling removes
the first link. What lies in ``fresh/`` is therefore exactly what no commit is known to hold.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from foundation.durable import sync
from vault.backend import Reader, Writer, checked, is_name, storage_failed
from vault.envelope import tampered
from vault.errors import NoRoom, PartGone

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FilesBackend:
    """The embedded default. The file system must know hard links; ``root`` is made if absent, for its owner alone."""

    def __init__(self, root: Path) -> None:
        self._objects, self._fresh = root / "objects", root / "fresh"
        with _refusing():
            for folder in (root, self._objects, self._fresh):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, name: str) -> Writer:
        fresh = self._fresh_of(name)
        with _refusing():
            return _Writer(os.open(fresh, _NEW, 0o600), fresh, self._objects, checked(name))

    def open(self, name: str) -> Reader:
        with _refusing():
            try:
                return _Reader(os.open(self._objects / checked(name), _READ))
            except FileNotFoundError:
                raise PartGone("The stored file is not there.", subject=name) from None

    def settle(self, name: str) -> None:
        with _refusing(), contextlib.suppress(FileNotFoundError):
            self._fresh_of(name).unlink()

    def unsettled(self) -> list[str]:
        with _refusing():
            return sorted(name for entry in os.listdir(self._fresh) if is_name(name := entry.replace("~", "/")))

    def delete(self, name: str) -> None:
        path = self._objects / checked(name)
        with _refusing():
            # The object first: while its entry in fresh/ stands, a sweep still knows of it.
            for link in (path, self._fresh_of(name)):
                with contextlib.suppress(FileNotFoundError):
                    link.unlink()
                    _sync(link.parent)
            self._prune(path.parent)

    def empty(self) -> bool:
        with _refusing():
            return not any(files for top in (self._objects, self._fresh) for _, _, files in os.walk(top))

    def list(self, folder: str) -> list[str]:
        top, under = self._objects / checked(folder), folder + "/"
        with _refusing():
            published = {
                (Path(where) / file).relative_to(self._objects).as_posix()
                for where, _, files in os.walk(top, onerror=_unless_absent)
                for file in files
            }
        return sorted(published | {name for name in self.unsettled() if name.startswith(under)})

    def _fresh_of(self, name: str) -> Path:
        return self._fresh / checked(name).replace("/", "~")

    def _prune(self, folder: Path) -> None:
        """Remove folders left empty: the name of an item must not outlive its content."""
        while folder != self._objects:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:  # not empty
                return
            folder = folder.parent


class _Writer:
    def __init__(self, fd: int, fresh: Path, objects: Path, name: str) -> None:
        self._fd, self._fresh, self._objects, self._path = fd, fresh, objects, objects / name
        self._published = False

    def write(self, data: memoryview) -> None:
        with _refusing():
            while data:
                data = data[os.write(self._fd, data) :]

    def publish(self) -> None:
        with _refusing():
            os.fsync(self._fd)
            self._close()
            # The entry in fresh/ must be as durable as the object: it is what a sweep after a crash goes by.
            _sync(self._fresh.parent)
            # From here the link may stand even if this raises: then the sweep decides, not `abort`.
            self._published = True
            self._link()

    def abort(self) -> None:
        with _refusing():
            self._close()
            if not self._published:
                with contextlib.suppress(FileNotFoundError):
                    self._fresh.unlink()

    def _link(self) -> None:
        """Another thread may prune an empty folder between its making and the link: then make it again."""
        folders = [self._objects / folder for folder in reversed(self._path.relative_to(self._objects).parents)]
        for attempt in range(5):
            if not self._fresh.exists():  # deleted meanwhile, with its item
                raise storage_failed()
            try:
                for folder in folders[1:]:
                    folder.mkdir(mode=0o700, exist_ok=True)
                os.link(self._fresh, self._path, follow_symlinks=False)
                break
            except FileNotFoundError:
                if attempt == 4:
                    raise
        for folder in reversed(folders):
            _sync(folder)

    def _close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __del__(self) -> None:
        self._close()


class _Reader:
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.size = os.fstat(fd).st_size

    def read_into(self, offset: int, into: memoryview) -> None:
        wanted = len(into)
        try:
            while (got := os.preadv(self._fd, [into], offset)) < wanted:
                if not got:
                    raise tampered()
                into, offset, wanted = into[got:], offset + got, wanted - got
        except OSError as error:
            raise storage_failed() from error

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __del__(self) -> None:
        self.close()


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Faults of the system as refusals."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom("Nothing was stored. Ask the operator to make room, then send it again.") from None
        raise storage_failed() from error


def _unless_absent(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _sync(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        sync(folder)
