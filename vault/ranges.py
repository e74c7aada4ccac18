"""Random access to one message: the only cryptographic code written here (the library has no decrypt_range yet).

Every range is authenticated before it is released, and the final chunk before any other: a shortened message is
refused when it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.buffers import WINDOW, Buffers, borrow, give_back
from vault.envelope import CHUNK, HEADER, SALT, TAG, WIRE, plain_size, tampered

_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_OKM, _AES, _NONCE = 76, 32, 44


class Source(Protocol):
    """Stored bytes at an offset."""

    @property
    def size(self) -> int:
        """Bytes stored."""
        ...

    def read_into(self, offset: int, into: memoryview) -> None:
        """Fill ``into`` entirely, or raise."""
        ...


class RangeReader:
    """One open message. Raises Tampered on construction unless size, commitment and final chunk hold."""

    # An attribute, because the official vectors use SHA-256 where Cobblestone-256 uses SHA-512.
    HASH: ClassVar[type[hashes.HashAlgorithm]] = hashes.SHA512

    def __init__(self, key: bytes, context: bytes, source: Source, *, salt: bytes | None = None) -> None:
        """``salt`` is the recorded one: another message under the same key and context is then refused too."""
        self.size = plain_size(source.size)
        self._key, self._context, self._source = key, context, source
        self._last = self.size // CHUNK
        header = bytearray(HEADER)
        source.read_into(0, memoryview(header))
        found, commitment = bytes(header[:SALT]), bytes(header[SALT:])
        okm = HKDFExpand(self.HASH(), _OKM, _LABEL + found + context).derive(key)
        if not constant_time.bytes_eq(okm[_NONCE:], commitment) or (salt is not None and salt != found):
            raise tampered()
        self._aead, self._base = AESGCM(okm[:_AES]), int.from_bytes(okm[_AES:_NONCE], "big")
        self._header = bytes(header)
        buffers = borrow()
        try:
            self._decrypt(self._last, self._last, buffers)
        finally:
            give_back(buffers)

    def stream(self, start: int, length: int) -> Iterator[memoryview]:
        """Verified pieces of at most 1 MiB, each valid only until the next is asked for.

        A range past the end is cut at the end. Raises Tampered, having yielded only what verified.
        """
        if start < 0 or length < 0:
            msg = "a range starts at nought or later and is no shorter than nothing"
            raise ValueError(msg)
        end = min(start + length, self.size)
        if start >= end:
            return
        buffers = borrow()
        try:
            yield from self._whole(buffers) if end - start == self.size else self._windows(start, end, buffers)
        finally:
            give_back(buffers)

    def _windows(self, start: int, end: int, buffers: Buffers) -> Iterator[memoryview]:
        while start < end:
            first = start // CHUNK
            last = min(first + WINDOW - 1, (end - 1) // CHUNK)
            plain = self._decrypt(first, last, buffers)
            base = first * CHUNK
            stop = min(len(plain), end - base)
            yield plain[start - base : stop]
            start = base + stop

    def _whole(self, buffers: Buffers) -> Iterator[memoryview]:
        """Everything, through the library's own decryptor: a quarter faster than chunk by chunk."""
        opener = Cobblestone256Decryptor(self._key, self._context)
        opener.update(self._header)
        try:
            # Whole chunks at a time: the decryptor copies only what it has to put together.
            for offset in range(HEADER, self._source.size, WINDOW * WIRE):
                piece = buffers.wire[: min(WINDOW * WIRE, self._source.size - offset)]
                self._source.read_into(offset, piece)
                # On failure the buffer may hold unverified bytes: the exception leaves before anything is yielded.
                if done := opener.update_into(piece, buffers.plain):
                    yield buffers.plain[:done]
            if rest := opener.finalize():
                yield memoryview(rest)
        except InvalidTag:
            raise tampered() from None

    def _decrypt(self, first: int, last: int, buffers: Buffers) -> memoryview:
        """Chunks first..last, a window at most; returns what of them is verified plaintext."""
        offset = HEADER + first * WIRE
        stored = min((last + 1 - first) * WIRE, self._source.size - offset)
        self._source.read_into(offset, buffers.wire[:stored])
        decrypt, base = self._aead.decrypt_into, self._base
        try:
            # Strict: a range longer than a window must fail, not come back half decrypted.
            for number, (wire, plain) in zip(range(first, last + 1), buffers.chunks[: last + 1 - first], strict=True):
                nonce = (base ^ number).to_bytes(12, "big")
                if number < self._last:
                    decrypt(nonce, wire, None, plain)
                else:
                    size = self.size - number * CHUNK
                    decrypt(nonce, wire[: size + TAG], None, plain[:size])
        except InvalidTag:
            raise tampered() from None
        return buffers.plain[: stored - (last + 1 - first) * TAG]
