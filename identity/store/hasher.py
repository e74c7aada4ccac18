"""Passwords at rest: argon2id (RFC 9106), as PHC strings that carry their own parameters."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type


@dataclass(frozen=True, slots=True)
class Compared:
    """A password compared: with what was kept then (None for nothing), and whether it was right."""

    kept: str | None = field(repr=False)
    right: bool


class Hasher:
    """Hashes and compares. The defaults stand above OWASP's minimum for argon2id (46 MiB, 1 pass, 1 lane)."""

    def __init__(self, *, passes: int = 2, memory_kib: int = 47104, lanes: int = 1) -> None:
        self._argon = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, hash_len=32, salt_len=16, type=Type.ID
        )
        # What is compared when there is no account, so that the answer takes as long as when there is one. It is the
        # hash of nothing: to compare with it is the whole work, and to make it, at each start of a command, is none.
        salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
        self._nobody = f"$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}"

    def hash(self, password: str) -> str:
        """The PHC string to keep. ``password`` comes normalised and cut to length by the rules."""
        return self._argon.hash(password)

    def verify(self, password: str, kept: str | None) -> bool:
        """Whether ``password`` is the one kept. The same work is done, and False answered, when nothing is kept."""
        try:
            return self._argon.verify(kept or self._nobody, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    def compare(self, password: str, kept: str | None) -> Compared:
        """``verify``, with what it was verified against."""
        return Compared(kept, self.verify(password, kept))

    def stale(self, kept: str) -> bool:
        """Whether ``kept`` was made with other parameters and should be made again at the next sign-in."""
        return self._argon.check_needs_rehash(kept)
