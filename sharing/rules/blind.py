"""The blind index over data subjects: HMAC-SHA256 under a key of its own, cut to 16 bytes, one domain a type.

It shows equality and frequency to whoever reads the database, and no more; without the key a guess cannot be tried.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from sharing.model.item import Subject
from sharing.rules.identifiers import NAME, normalise

KEY_BYTES = 32
_CUT = 16


def blind(key: bytes, kind: str, value: str) -> bytes:
    """What an identifier is found by. Raises identifiers.Unreadable, and RuntimeError for a key of another length."""
    if len(key) != KEY_BYTES:
        msg = f"the index key has {KEY_BYTES} bytes"
        raise RuntimeError(msg)
    message = b"custodes/subject/1\0" + kind.encode() + b"\0" + normalise(kind, value).encode()
    return hmac.digest(key, message, sha256)[:_CUT]


def entries(key: bytes, subjects: Iterable[Subject]) -> frozenset[bytes]:
    """Everything an item about these people is found by: each name and each identifier."""
    return frozenset(
        blind(key, kind, value)
        for subject in subjects
        for kind, value in (*subject.identifiers, *([(NAME, subject.name)] if subject.name else []))
    )
