"""Stored messages: only the one that was sealed opens, by whichever way it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from vault import envelope
from vault.envelope import CHUNK, HEADER, Meta
from vault.errors import Tampered
from vault.ranges import RangeReader

KEY, CONTEXT = bytes(range(32)), b"custodes/fuzz/1\0"
INSTRUMENT = ("vault",)


class Stored:
    """Stored bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_into(self, offset: int, into: memoryview) -> None:
        assert 0 <= offset <= offset + len(into) <= self.size, "only what is there may be asked for"
        into[:] = self.data[offset : offset + len(into)]


def read(reader: RangeReader, start: int, length: int) -> bytes:
    return b"".join(bytes(piece) for piece in reader.stream(start, length))


def by_ranges(stored: bytes) -> bytes:
    reader = RangeReader(KEY, CONTEXT, Stored(stored))
    half = reader.size // 2
    return read(reader, 0, half) + read(reader, half, reader.size)


def whole(stored: bytes) -> bytes:
    reader = RangeReader(KEY, CONTEXT, Stored(stored))
    return read(reader, 0, reader.size)


WAYS: tuple[Callable[[bytes], bytes], ...] = (lambda data: envelope.unseal(KEY, CONTEXT, data), by_ranges, whole)


def opened(stored: bytes) -> bytes | None:
    """The plaintext, or None; every way the same."""
    found = []
    for way in WAYS:
        try:
            found.append(way(stored))
        except Tampered:
            found.append(None)
    assert found[0] == found[1] == found[2]
    return found[0]


def one(data: bytes) -> None:
    how, rest = data[:1], data[1:]
    if how == b"m":
        with suppress(Tampered):
            assert Meta.unpack(rest).pack() == rest
        return
    if how != b"p":  # stored bytes as they come
        assert opened(rest) is None
        with suppress(Tampered):
            assert envelope.stored_size(envelope.plain_size(len(rest))) == len(rest)
        return
    at, bits, stretch, plain = int.from_bytes(rest[:3]), rest[3:4], rest[4:6], rest[6:]
    plain = (plain * (1 + int.from_bytes(stretch) % CHUNK))[: 3 * CHUNK]
    stored = bytearray(envelope.seal(KEY, CONTEXT, plain))
    assert opened(bytes(stored)) == plain
    place = at % len(stored)
    if not bits or not bits[0]:
        assert opened(bytes(stored[:place])) is None
        assert opened(bytes(stored) + bytes(1 + place % 40)) is None
    else:
        stored[place] ^= bits[0]
        assert opened(bytes(stored)) is None


def seeds() -> Iterator[bytes]:
    yield b""
    yield b"r" + envelope.seal(KEY, b"another", b"something")
    yield b"r" + bytes(HEADER + 16)
    yield b"m" + bytes(64)
    yield b"p\0\0\x05\x01\0\0plain"
    yield b"p\0\0\x30\0\0\0"
    yield b"p\x01\0\x01\x80\x3f\xff0123"
    yield b"p\x00\x40\x38\x00\x10\x00x"
