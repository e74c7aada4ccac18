"""Pieces of an upload that may break off and go on: each sealed by itself, durable before it counts.

A file's one message cannot be gone on with after a crash: its nonces would have to be used again. So what arrives is
sealed in messages of its own, each under a fresh salt, and the file is sealed anew from them once it is whole, which
is when the scanner must read it from the start in any case. Rows of pieces stay ``pending``: the sweep knows them.
"""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass
from uuid import UUID

from foundation.errors import Unavailable
from vault import envelope
from vault.backend import Backend

SLICE = 4 << 20  # bytes: what a crash may lose of an upload, what one holds in memory; one request to a bucket
NUMBER = 0  # of a piece, where files have their part from 1


@dataclass(frozen=True, slots=True)
class Slice:
    """``size`` bytes of plaintext from ``start`` of the file, kept as ``object``."""

    start: int
    size: int
    object: str


class Slicer:
    """Seals and opens the pieces of one upload. Needs no database; safe for threads."""

    def __init__(self, key: bytes, backend: Backend, *, item: UUID, version: int, upload: UUID) -> None:
        self._key, self._backend = key, backend
        self._item, self._version, self._upload = item, version, upload

    def seal(self, name: str, start: int, data: bytes) -> Slice:
        """Durable when this returns. ``name`` is one that ``Vault.place_slice`` gave. Raises NoRoom, StorageFailed."""
        sealed = envelope.seal(self._key, self._context(start), data)
        writer = self._backend.create(name)
        try:
            writer.write(memoryview(sealed))
            writer.publish()
        except BaseException:
            with contextlib.suppress(Unavailable):  # the sweep will
                writer.abort()
            raise
        return Slice(start, len(data), name)

    def open(self, piece: Slice) -> bytes:
        """What was sealed. Raises Tampered, PartGone, StorageFailed."""
        with contextlib.closing(self._backend.open(piece.object)) as source:
            stored = bytearray(source.size)
            source.read_into(0, memoryview(stored))
        plain = envelope.unseal(self._key, self._context(piece.start), bytes(stored))
        if len(plain) != piece.size:
            raise envelope.tampered(str(self._item))
        return plain

    def discard(self, name: str) -> None:
        """Remove one that does not count. A store that cannot is tidied by the sweep."""
        with contextlib.suppress(Unavailable):
            self._backend.delete(name)

    def _context(self, start: int) -> bytes:
        return (
            b"custodes/slice/1\0"
            + self._item.bytes
            + struct.pack(">I", self._version)
            + self._upload.bytes
            + struct.pack(">Q", start)
        )
