"""A bundle's zip as a stream of bytes, for where none of it may lie on a disk. Format: docs/formats/log.md.

A member's head says its size and CRC before its content comes, so that each is read twice: once to be summed up, once
to go out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

from audit.container import MOST_ZIP, ROOM, central_header, end_record, local_header
from audit.errors import LogDamaged, TooLarge

Made = Callable[[], Iterable[bytes]]
"""The content of a member from its start, the same each time."""


def zipped(members: Iterable[tuple[str, Made]], summed: dict[str, tuple[int, str]]) -> Iterator[bytes]:
    """The zip, piece by piece. ``summed``: gets each name's size and SHA-256 before the next member is asked for.

    Raises TooLarge before any of the member that would not fit; LogDamaged where one is not the same twice.
    """
    at, directory = 0, []
    for name, made in members:
        crc, size, digest = _sum(made(), at)
        summed[name] = (size, digest)
        head = local_header(name, crc, size)
        yield head
        yield from _same(made(), digest)
        directory.append(central_header(name, crc, size, at))
        at += len(head) + size
    yield from _end(directory, at)


def _end(directory: Sequence[bytes], at: int) -> Iterator[bytes]:
    whole = b"".join(directory)
    yield whole + end_record(len(whole), at)


def _sum(pieces: Iterable[bytes], at: int) -> tuple[int, int, str]:
    crc, size, total = 0, 0, sha256()
    for piece in pieces:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        total.update(piece)
        if at + size > MOST_ZIP - ROOM:
            detail = "The log is too large for one zip file. Export it in parts: ranges of it."
            raise TooLarge(detail)
    return crc, size, total.hexdigest()


def _same(pieces: Iterable[bytes], digest: str) -> Iterator[bytes]:
    total = sha256()
    for piece in pieces:
        total.update(piece)
        yield piece
    if total.hexdigest() != digest:
        detail = "What is stored changed while it was read. Nothing was exported; try again."
        raise LogDamaged(detail)
