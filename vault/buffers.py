"""Buffers lent to one stream at a time, and hashing beside the encryption.

Two fresh megabyte buffers cost about 1.1 ms of page faults, twenty times the sealing of a small file. Each stream has
a pair to itself while it runs: two streams on one thread must never write into each other's pieces.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from vault.envelope import CHUNK, HEADER, WIRE

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

CHUNKS = 64
PIECE = CHUNKS * CHUNK  # 1 MiB: measured best; 4 MiB is three times slower

# Chunks read and opened at once: more outgrows a second-level cache of 1 MiB (64: a tenth slower).
WINDOW = 32

# Below this a second thread costs more than it hides.
_BESIDE = 64 * 1024
# Pairs kept for the next stream; more may be in use at once, and are then let go.
_spare: deque[Buffers] = deque(maxlen=8)


class Buffers:
    """One megabyte of plaintext and its ciphertext (each a chunk more, which the library may hold back)."""

    __slots__ = ("chunks", "plain", "wire")

    def __init__(self) -> None:
        self.plain = memoryview(bytearray(PIECE + CHUNK))
        self.wire = memoryview(bytearray(HEADER + (CHUNKS + 2) * WIRE))
        # Where each chunk of a window lies, cut once: cutting them for every window costs a sixth of its decryption.
        self.chunks = [
            (self.wire[n * WIRE : (n + 1) * WIRE], self.plain[n * CHUNK : (n + 1) * CHUNK]) for n in range(WINDOW)
        ]


def borrow() -> Buffers:
    """A pair nobody else holds. Its bytes are whatever the last stream left."""
    try:
        return _spare.pop()
    except IndexError:
        return Buffers()


def give_back(buffers: Buffers) -> None:
    """Return a pair. The caller keeps no view of it."""
    _spare.append(buffers)


def new_hash() -> Hash:
    """A SHA-256."""
    return sha256(usedforsecurity=True)


def hash_beside(into: Hash, piece: memoryview) -> Callable[[], None]:
    """Start hashing ``piece``; the answer must be called before the piece may change."""
    if len(piece) < _BESIDE:
        into.update(piece)
        return _done
    return _hashers().submit(into.update, piece).result


def _done() -> None:
    return None


@cache
def _hashers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="vault-sha256")


# Threads do not survive a fork: a worker that inherited the pool would wait for ever.
os.register_at_fork(after_in_child=_hashers.cache_clear)
