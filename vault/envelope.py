"""The envelope `c256/1`: contexts, sizes and small messages (docs/formats/envelope.md, sections 1 and 2).

A message is pure Cobblestone-256 (C2SP chunked-encryption v1): framing, nonces and key derivation are the library's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from vault.errors import Tampered

FORMAT = "c256/1"
KEY, SALT, HEADER, CHUNK, TAG = 32, 24, 56, 16_384, 16
WIRE = CHUNK + TAG

_META = struct.Struct(f">Q32s{SALT}s")


def tampered(subject: str = "") -> Tampered:
    """The one refusal of everything that fails its check: which check it was would help only who tampered."""
    return Tampered(
        "It was not opened. Tell the operator: the store must be compared with its backup.", subject=subject
    )


def new_key() -> bytes:
    """32 bytes from the system's random source."""
    return Cobblestone256Encryptor.generate_key()


def content_context(item: UUID, version: int, part: int) -> bytes:
    """Context of file ``part`` of an item version."""
    return b"custodes/content/1\0" + item.bytes + struct.pack(">II", version, part)


def meta_context(item: UUID, version: int, part: int) -> bytes:
    """Context of the sealed facts about that file."""
    return b"custodes/meta/1\0" + item.bytes + struct.pack(">II", version, part)


def field_context(item: UUID, version: int, name: str) -> bytes:
    """Context of the small message ``name``. Raises struct.error above 65,535 bytes."""
    raw = name.encode()
    return b"custodes/field/1\0" + item.bytes + struct.pack(">IH", version, len(raw)) + raw


def wrap_facts(item: UUID, version: int, marking: str) -> bytes:
    """What a wrapped key is bound to besides the KEK: a key moved to another item, or re-marked by hand, stays shut."""
    raw = marking.encode()
    return item.bytes + struct.pack(">IH", version, len(raw)) + raw


def wrap_context(kek_id: str, facts: bytes) -> bytes:
    """Context of a DEK wrapped under the KEK of that id."""
    raw = kek_id.encode()
    return b"custodes/dek/1\0" + struct.pack(">B", len(raw)) + raw + facts


def stored_size(size: int) -> int:
    """Bytes a message of ``size`` plain bytes takes."""
    return HEADER + size + TAG * (size // CHUNK + 1)


def plain_size(stored: int) -> int:
    """Plain bytes in a message of ``stored`` bytes; raises Tampered where no message has that size."""
    last, tail = divmod(stored - HEADER, WIRE)
    if stored < HEADER + TAG or tail < TAG:
        raise tampered()
    return last * CHUNK + tail - TAG


def seal(key: bytes, context: bytes, value: bytes) -> bytes:
    """One small message in memory."""
    sealer = Cobblestone256Encryptor(key, context)
    return sealer.update(value) + sealer.finalize()


def unseal(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plaintext of one small message; raises Tampered unless every bit of it verifies."""
    opener = Cobblestone256Decryptor(key, context)
    try:
        return opener.update(sealed) + opener.finalize()
    except InvalidTag:
        raise tampered() from None


@dataclass(frozen=True, slots=True)
class Meta:
    """Sealed facts about a file: exact size, SHA-256 of the plaintext, and the salt that names its one message."""

    size: int
    sha256: bytes
    salt: bytes

    def pack(self) -> bytes:
        """64 bytes."""
        return _META.pack(self.size, self.sha256, self.salt)

    @classmethod
    def unpack(cls, raw: bytes) -> Meta:
        """Raises Tampered on any other length."""
        if len(raw) != _META.size:
            raise tampered()
        return cls(*_META.unpack(raw))
