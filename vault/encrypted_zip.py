"""A ZIP of one encrypted file (WinZip AE-2, AES-256), made as it is read. Programs for Windows open it.

docs/formats/media-container.md names every byte. The one name that can be read without the passphrase is ``MEMBER``.
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Callable, Iterable, Iterator
from sys import byteorder

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

MEMBER = "contents.zip"
_NAME = MEMBER.encode()
_KEY, _SALT, _CHECK, _TAG, _BLOCK = 32, 16, 2, 10, 16
_ROUNDS = 1000  # the format's own, and few: the passphrase must carry the strength (vault/passphrase.py)
_ENCRYPTED_DESCRIBED = 0x0809  # encrypted; sizes follow the data; the name is UTF-8
_AES, _STORED, _NEEDS, _DAY = 99, 0, 51, 0x21  # method; what is inside; version 5.1; 1 January 1980
_FULL = 0xFFFFFFFF  # look for the number in the ZIP64 part
_EXTRA = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _STORED)  # AE-2, which has no CRC; AES-256
_PIECE = 1 << 16


def encrypted(
    content: Iterable[bytes], passphrase: str, *, random: Callable[[int], bytes] = os.urandom
) -> Iterator[bytes]:
    """The container of ``content``, piece by piece; memory does not grow with it. ``random`` is for vectors alone.

    Each has a fresh salt, and so keys of its own: two of the same content have nothing in common.
    """
    zip64 = struct.pack("<HHQQ", 1, 16, 0, 0)
    yield _local(zip64)
    salt, size = random(_SALT), 0
    key, mac, check = _keys(passphrase, salt)
    yield salt + check
    for piece in _sealed(content, key, mac):
        size += len(piece)
        yield piece
    yield mac.finalize()[:_TAG]
    stored = _SALT + _CHECK + size + _TAG
    yield struct.pack("<IIQQ", 0x08074B50, 0, stored, size)
    yield _end(stored, size, start=len(_local(zip64)) + stored + 24)


def _sealed(content: Iterable[bytes], key: bytes, mac: HMAC) -> Iterator[bytes]:
    """AES-256 in counter mode, the counter little-endian from 1, as the format has it. Every piece is tagged."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - of counters, each of them once
    counter = 1
    for piece in _even(content):
        blocks = -(-len(piece) // _BLOCK)
        stream = encryptor.update(_counters(counter, blocks))[: len(piece)]
        counter += blocks
        masked = (int.from_bytes(piece, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(piece), "big")
        mac.update(masked)
        yield masked


def _even(content: Iterable[bytes]) -> Iterator[bytes]:
    """In pieces of one size, all but the last: a block of the key stream is never cut in two."""
    held = bytearray()
    for piece in content:
        held += piece
        while len(held) >= _PIECE:
            yield bytes(held[:_PIECE])
            del held[:_PIECE]
    if held:
        yield bytes(held)


def _counters(first: int, count: int) -> bytes:
    blocks = array("Q", bytes(_BLOCK * count))
    blocks[::2] = array("Q", range(first, first + count))
    if byteorder == "big":
        blocks.byteswap()
    return blocks.tobytes()


def _keys(passphrase: str, salt: bytes) -> tuple[bytes, HMAC, bytes]:
    """(key of the cipher, tag begun, the two bytes by which a wrong passphrase mostly shows)."""
    made = PBKDF2HMAC(algorithm=SHA1(), length=2 * _KEY + _CHECK, salt=salt, iterations=_ROUNDS)  # noqa: S303
    found = made.derive(passphrase.encode())
    return found[:_KEY], HMAC(found[_KEY : 2 * _KEY], SHA1()), found[2 * _KEY :]  # noqa: S303


def _local(zip64: bytes) -> bytes:
    """The header before the data, which knows no size yet."""
    extra = zip64 + _EXTRA
    sizes = (0, _FULL, _FULL, len(_NAME), len(extra))
    return struct.pack("<IHHHHHIIIHH", 0x04034B50, _NEEDS, _ENCRYPTED_DESCRIBED, _AES, 0, _DAY, *sizes) + _NAME + extra


def _end(stored: int, size: int, start: int) -> bytes:
    """Central directory and its ends; ``start``: where in the file it lies."""
    extra = struct.pack("<HHQQQ", 1, 24, size, stored, 0) + _EXTRA
    sizes = (0, _FULL, _FULL, len(_NAME), len(extra), 0, 0, 0, 0, _FULL)
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, _NEEDS, _NEEDS, _ENCRYPTED_DESCRIBED, _AES, 0, _DAY, *sizes)
    directory = entry + _NAME + extra
    length = len(directory)
    end64 = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, _NEEDS, _NEEDS, 0, 0, 1, 1, length, start)
    locator = struct.pack("<IIQI", 0x07064B50, 0, start + length, 1)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, _FULL, _FULL, 0)
    return directory + end64 + locator + end
