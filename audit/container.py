"""The two shapes of a bundle: a directory, and a zip of which every bit is determined. Format: docs/formats/log.md.

Read strictly and by hand: a general zip reader forgives what an examiner must not (two members of one name, bytes
between members, a header that says otherwise than the directory).
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from audit.errors import AlreadyThere, TooLarge
from audit.leaf import Malformed

FILES = (
    "checkpoint",
    "checkpoints.jsonl",
    "disclosures.jsonl",
    "keys",
    "leaves.jsonl",
    "range",
    "timestamps.jsonl",
    "verify.py",
    "manifest",
)
MOST_FREE = 4_194_304  # of the two files that nothing is read from
MOST_LINE = 2_097_152
MOST_ZIP = 2**32 - 2
_PIECE = 1 << 16
ROOM = 1 << 16  # left for manifest, headers and directory
_DATE = 0x0021


def local_header(name: str, crc: int, size: int) -> bytes:
    """What stands before a member."""
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name.encode()


def central_header(name: str, crc: int, size: int, offset: int) -> bytes:
    """What stands for a member in the directory."""
    return (
        struct.pack(
            "<4s6H3L5H2L",
            b"PK\x01\x02",
            0x0314,
            20,
            0,
            0,
            0,
            _DATE,
            crc,
            size,
            size,
            len(name),
            0,
            0,
            0,
            0,
            0x81800000,
            offset,
        )
        + name.encode()
    )


def end_record(size: int, offset: int) -> bytes:
    """The end of the zip: size and offset of its directory."""
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(FILES), len(FILES), size, offset, 0)


class Member:
    """One file of a bundle, read once from start to end; what passed by is summed up."""

    def __init__(self, file: BinaryIO, name: str, size: int, crc: int | None = None) -> None:
        """``file`` stands at the member's first byte; ``crc`` is what the zip says of it."""
        self.name, self.size, self.crc = name, size, 0
        self._file, self._left, self._said, self._hash = file, size, crc, sha256()

    def lines(self, most: int) -> Iterator[bytes]:
        """Each line without its end. Raises Malformed for one longer than ``most`` or without an end."""
        rest = b""
        while self._left:
            *lines, rest = (rest + self._took(self._file.read(min(_PIECE, self._left)))).split(b"\n")
            for line in lines:
                if len(line) > most:
                    break
                yield line
            else:
                if len(rest) <= most and (self._left or not rest):
                    continue
            msg = f"{self.name}: a line is too long or has no end"
            raise Malformed(msg)

    def whole(self, most: int) -> bytes:
        """All of a small file. Raises Malformed if it is none."""
        if self.size > most:
            msg = f"{self.name}: is too large"
            raise Malformed(msg)
        return self._took(self._file.read(self.size))

    def digest(self) -> str:
        """SHA-256 of the whole file in hex; reads what was left. Raises Malformed if the zip says another CRC."""
        while self._left:
            self._took(self._file.read(min(_PIECE, self._left)))
        if self._said not in (None, self.crc):
            msg = f"{self.name}: is not what the zip says of it"
            raise Malformed(msg)
        return self._hash.hexdigest()

    def _took(self, data: bytes) -> bytes:
        if not data and self._left:
            msg = f"{self.name}: is shorter than it says"
            raise Malformed(msg)
        self._hash.update(data)
        self.crc = zlib.crc32(data, self.crc)
        self._left -= len(data)
        return data


@contextmanager
def reading(path: Path) -> Iterator[Mapping[str, Member]]:
    """The members of a bundle. Raises Malformed if it is not exactly that, OSError if it cannot be read."""
    with ExitStack() as stack:
        if path.is_dir():
            yield _directory(path, stack)
        else:
            yield _zip(path, stack)


def _directory(path: Path, stack: ExitStack) -> Mapping[str, Member]:
    names = sorted(os.listdir(path))
    if names != sorted(FILES):
        msg = f"the bundle must hold exactly {', '.join(FILES)}"
        raise Malformed(msg)
    members = {}
    for name in FILES:
        handle = os.open(path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        file = stack.enter_context(os.fdopen(handle, "rb"))
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            msg = f"{name}: is no plain file"
            raise Malformed(msg)
        members[name] = Member(file, name, found.st_size)
    return members


def _zip(path: Path, stack: ExitStack) -> Mapping[str, Member]:
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        directory = _central(file, total)
        at, members, rebuilt = 0, {}, b""
        for name, crc, size in directory:
            head = local_header(name, crc, size)
            file.seek(at)
            if file.read(len(head)) != head:
                raise Malformed(_NO_ZIP)
            part = stack.enter_context(path.open("rb"))
            part.seek(at + len(head))
            members[name] = Member(part, name, size, crc)
            rebuilt += central_header(name, crc, size, at)
            at += len(head) + size
        file.seek(at)
        if file.read(len(rebuilt) + 23) != rebuilt + end_record(len(rebuilt), at):
            raise Malformed(_NO_ZIP)
    return members


def _central(file: BinaryIO, total: int) -> list[tuple[str, int, int]]:
    """Names, CRCs and sizes as the directory at the end states them; all else in it is compared afterwards."""
    length = sum(len(central_header(name, 0, 0, 0)) for name in FILES)
    start = total - length - len(end_record(0, 0))
    if start < 0:
        raise Malformed(_NO_ZIP)
    file.seek(start)
    found = []
    for name in FILES:
        head = file.read(len(central_header(name, 0, 0, 0)))
        crc, size = struct.unpack_from("<2L", head, 16)
        found.append((name, crc, size))
    return found


_NO_ZIP = "the file is no bundle: neither the nine files nor a zip of exactly the stated form"


class Writer:
    """Writes a bundle, file by file in the order of FILES; nothing is overwritten, nothing half done is left behind."""

    def __init__(self, path: Path) -> None:
        """A directory, or a zip if the name ends in ".zip"."""
        self.path = path
        self.summed: dict[str, tuple[int, str]] = {}  # name: size and SHA-256 of what was written
        self._zip: BinaryIO | None = None
        self._members: list[tuple[str, int, int, int]] = []
        self._new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")

    def __enter__(self) -> Writer:
        if self.path.exists() or self.path.is_symlink():
            detail = "There is something of that name already. Nothing is overwritten; choose another name."
            raise AlreadyThere(detail)
        if self.path.suffix == ".zip":
            self._zip = _create(self._new)
        else:
            self._new.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._zip:
                self._zip.close()
                self._new.unlink(missing_ok=True)
            elif self._new.exists():
                shutil.rmtree(self._new)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """One file. Raises TooLarge where the zip would not hold it."""
        if self._zip is None:
            with _create(self._new / name) as file:
                self._copy(file, name, pieces)
                file.flush()
                os.fsync(file.fileno())
            return
        start = self._zip.tell()
        self._zip.write(local_header(name, 0, 0))
        crc = self._copy(self._zip, name, pieces)
        size = self.summed[name][0]
        self._members.append((name, crc, size, start))
        self._zip.seek(start)
        self._zip.write(local_header(name, crc, size))
        self._zip.seek(0, os.SEEK_END)

    def _copy(self, file: BinaryIO, name: str, pieces: Iterable[bytes]) -> int:
        """Sums up what it writes; returns its CRC."""
        crc, size, total, most = 0, 0, sha256(), MOST_ZIP - ROOM - file.tell()
        for piece in pieces:
            file.write(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            total.update(piece)
            if self._zip and size > most:
                detail = "The log is too large for one zip file. Export it as a directory."
                raise TooLarge(detail)
        self.summed[name] = (size, total.hexdigest())
        return crc

    def _finish(self) -> None:
        if self._zip:
            at = self._zip.tell()
            self._zip.write(b"".join(central_header(*each) for each in self._members))
            self._zip.write(end_record(self._zip.tell() - at, at))
            self._zip.flush()
            os.fsync(self._zip.fileno())
            try:
                os.link(self._new, self.path)
            except FileExistsError:
                detail = "Something of that name came in the meantime. Nothing was overwritten; choose another name."
                raise AlreadyThere(detail) from None
        else:
            os.rename(self._new, self.path)


def _create(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "w+b")
