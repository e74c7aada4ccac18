"""Fixed keys and trust of the targets, and how a hostile keeper of the log would sign whatever is given."""

from __future__ import annotations

from audit.note import VerifierKey, cosignature
from tests.verifier.writing import ORIGIN, Key, b64, sha

LOG, SECOND, STRANGER = Key(1), Key(2), Key(3)
WITNESS = "imb.test/witness"
WITNESS_KEY = VerifierKey(WITNESS, Key(9).private.public_key().public_bytes_raw(), b"\x04")
TRUST = f"log {LOG.vkey}\n".encode()
WITNESSED = f"log {LOG.vkey}\nlog {SECOND.vkey}\nwitness {WITNESS_KEY.text}\nquorum 1\n".encode()
ROTATED = f"log {LOG.vkey}\nlog {SECOND.vkey}\n".encode()

__all__ = ["LOG", "ORIGIN", "ROTATED", "SECOND", "STRANGER", "TRUST", "WITNESS", "WITNESSED", "WITNESS_KEY"]


def line(key: Key, text: str) -> str:
    """One signature line of a log's key."""
    return f"— {key.name} {b64(key.id + key.private.sign(text.encode()))}\n"


def cosigned(text: str, time: int) -> str:
    """The witness's line."""
    return cosignature(text, WITNESS, Key(9).private, time) + "\n"


def signed(text: str, how: int) -> str:
    """A note of any text: bits of ``how`` say who signs, in what order."""
    lines = [line(LOG, text)] * bool(how & 1) + [line(SECOND, text)] * bool(how & 2)
    lines += [line(STRANGER, text)] * bool(how & 4) + [cosigned(text, 1_790_000_000 + how)] * bool(how & 8)
    return f"{text}\n" + "".join(reversed(lines) if how & 16 else lines)


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return sha(data).hex()
