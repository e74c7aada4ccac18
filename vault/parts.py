"""Files on their way in and out: constant memory, one pass, nothing in clear anywhere but in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Encryptor

from foundation.errors import Unavailable
from vault import envelope
from vault.backend import Backend, Reader, storage_failed
from vault.buffers import PIECE, Buffers, borrow, give_back, hash_beside, new_hash
from vault.envelope import Meta
from vault.errors import Empty, TooLarge
from vault.ranges import RangeReader

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True, slots=True)
class SealedPart:
    """A file stored whole: what ``Vault.finish_part`` needs. ``sha256`` is of the plaintext: keep it in memory only."""

    item: UUID
    version: int
    part: int
    size: int
    sha256: bytes = field(repr=False)
    stored_size: int
    stored_sha256: bytes
    object: str
    meta: bytes = field(repr=False)


class PartWriter:
    """Seals one file as it arrives. Needs no database. For one thread.

    File-like enough to be a form parser's stream. Whatever raises has removed what was written; so does ``close``
    before ``finish``, and what a crash leaves the sweep removes.
    """

    def __init__(
        self, key: bytes, backend: Backend, name: str, *, item: UUID, version: int, part: int, limit: int | None
    ) -> None:
        """``limit`` in bytes of plaintext; None for none."""
        self.item, self.version, self.part, self.limit = item, version, part, limit
        self.size = 0
        self._key, self._name = key, name
        self._sealer = Cobblestone256Encryptor(key, envelope.content_context(item, version, part))
        self._sha256, self._stored_sha256 = new_hash(), new_hash()
        self._salt, self._stored = b"", 0
        self._buffers: Buffers | None = None
        self._filled = 0
        self._open = True
        self._out = backend.create(name)

    def write(self, data: Buffer) -> int:
        """All of ``data``; its length. Raises TooLarge at the first byte beyond the limit, NoRoom, StorageFailed."""
        self._must_be_open()
        view = memoryview(data).cast("B")
        taken = len(view)
        if self.limit is not None and self.size + taken > self.limit:
            self.abort()
            raise TooLarge(f"A file may have {self.limit:,} bytes at most. Send a smaller one, or divide it.")
        with self._or_abort():
            while view:
                view = self._take(view)
        self.size += taken
        return taken

    def finish(self) -> SealedPart:
        """Store it for good: durable when this returns. Raises Empty for no bytes, NoRoom, StorageFailed."""
        self._must_be_open()
        if not self.size:
            self.abort()
            raise Empty("The file has no content. Choose another, or check what made it.")
        with self._or_abort():
            self._drain()
            self._put(memoryview(self._sealer.finalize()))
            if self._stored != envelope.stored_size(self.size):
                raise storage_failed()
            self._out.publish()
        self._open = False
        sha256 = self._sha256.digest()
        context = envelope.meta_context(self.item, self.version, self.part)
        return SealedPart(
            item=self.item,
            version=self.version,
            part=self.part,
            size=self.size,
            sha256=sha256,
            stored_size=self._stored,
            stored_sha256=self._stored_sha256.digest(),
            object=self._name,
            meta=envelope.seal(self._key, context, Meta(self.size, sha256, self._salt).pack()),
        )

    def abort(self) -> None:
        """Give up and remove what was written. After ``finish``, or twice, it does nothing."""
        if self._open:
            self._open = False
            self._release()
            # The reason for giving up matters more than a store that cannot tidy; the sweep will.
            with contextlib.suppress(Unavailable):
                self._out.abort()

    def close(self) -> None:
        """The same as ``abort``: what was finished stays."""
        self.abort()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Form parsers rewind what they have filled. There is nothing to read back; the buffers are let go."""
        if (offset, whence) != (0, 0):
            msg = "a file being sealed can only be rewound"
            raise RuntimeError(msg)
        if self._open:
            with self._or_abort():
                self._drain()
        return 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _take(self, view: memoryview) -> memoryview:
        """Move what fits into the buffer; the rest."""
        self._buffers = self._buffers or borrow()
        count = min(len(view), PIECE - self._filled)
        self._buffers.plain[self._filled : self._filled + count] = view[:count]
        self._filled += count
        if self._filled == PIECE:
            self._seal(self._buffers)
        return view[count:]

    def _drain(self) -> None:
        if self._buffers is not None and self._filled:
            self._seal(self._buffers)
        self._release()

    def _seal(self, buffers: Buffers) -> None:
        piece = buffers.plain[: self._filled]
        hashed = hash_beside(self._sha256, piece)
        try:
            self._put(buffers.wire[: self._sealer.update_into(piece, buffers.wire)])
        finally:
            hashed()
        self._filled = 0

    def _put(self, wire: memoryview) -> None:
        self._salt = self._salt or bytes(wire[: envelope.SALT])
        hashed = hash_beside(self._stored_sha256, wire)
        try:
            self._out.write(wire)
        finally:
            hashed()
        self._stored += len(wire)

    def _release(self) -> None:
        if self._buffers is not None:
            give_back(self._buffers)
            self._buffers = None

    @contextlib.contextmanager
    def _or_abort(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.abort()
            raise

    def _must_be_open(self) -> None:
        if not self._open:
            msg = "this file is finished or given up"
            raise RuntimeError(msg)


class PartReader:
    """One stored file, its length authenticated. Needs no database. ``close`` it when the last byte is out."""

    def __init__(self, key: bytes, source: Reader, *, item: UUID, version: int, part: int, meta: bytes) -> None:
        """``meta`` is the sealed row of facts. Raises Tampered."""
        self._source = source
        try:
            self._meta = Meta.unpack(envelope.unseal(key, envelope.meta_context(item, version, part), meta))
            context = envelope.content_context(item, version, part)
            self._reader = RangeReader(key, context, source, salt=self._meta.salt)
            if self._reader.size != self._meta.size:
                raise envelope.tampered(str(item))
        except BaseException:
            source.close()
            raise

    @property
    def size(self) -> int:
        """Bytes of plaintext: authenticated, fit for Content-Length."""
        return self._meta.size

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the plaintext, as sealed."""
        return self._meta.sha256

    def stream(self, start: int = 0, length: int | None = None) -> Iterator[memoryview]:
        """Verified pieces of at most 1 MiB; each is overwritten when the next is asked for, so copy what you keep.

        Without a length, to the end; past the end, cut there. Raises Tampered in the middle when a chunk fails: let it
        break the connection.
        """
        return self._reader.stream(start, self.size if length is None else length)

    def close(self) -> None:
        """Let go of the stored object. May be called any number of times."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
