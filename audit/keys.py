"""The log's own keys: one to sign with, and one a month to seal disclosures with. They are not the vault's.

Files as docs/formats/checkpoint.md has them. A month's disclosures end by destroying its key; a key destroyed leaves a
mark, so that none of the same month is ever made in its place.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from audit import note
from audit.errors import AlreadyThere, KeyDestroyed, KeysMissing, LogDamaged
from audit.key_files import check, check_directory, read, unreadable, write
from audit.leaf import b64
from audit.signing import Signer, Signing
from audit.trust import Trust, lines
from audit.witnesses import Witnesses
from foundation.durable import sync

_MONTH_HEAD = "custodes-disclosure-key/1"
_GONE_HEAD = "custodes-disclosure-destroyed/1"
_CONTEXT = b"custodes/disclosure/1\x00"
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
_ALTERED = "A disclosure in the log was altered. Verify the log and report it."


def period_of(now: datetime) -> str:
    """The calendar month, UTC, whose key seals what happens now: "2026-11"."""
    utc = now.astimezone(UTC)
    return f"{utc.year:04}-{utc.month:02}"


class LogKeys:
    """Signing and sealing. Made by ``create`` or ``load``, never directly. Threads may share one."""

    def __init__(self, directory: Path) -> None:
        self.signing = Signing(directory)
        self.origin = self.signing.state.signer.verifier.name
        self._directory = directory
        self._place = str(directory)  # asked for each entry: a Path would be made anew each time
        self._months: dict[str, bytes] = {}

    @classmethod
    def create(cls, directory: Path, origin: str) -> LogKeys:
        """New keys in a new or empty directory. ``origin`` names the log ("custodes.example/log"), for ever.

        Raises AlreadyThere if the directory holds anything, RuntimeError for an origin that is no name of a log.
        """
        if not note.ORIGIN.match(origin):
            msg = f"“{origin}” is no origin of a log"
            raise RuntimeError(msg)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            detail = "The directory for the log’s keys is not empty. Keys are never overwritten; choose another."
            raise AlreadyThere(detail)
        check_directory(directory)
        Signing.create(directory, origin)
        return cls(directory)

    @classmethod
    def load(cls, directory: Path) -> LogKeys:
        """Raises KeysMissing; KeysUnsafe if directory or files are open to others, links, or another user's."""
        check_directory(directory)
        for path in directory.iterdir():
            if not path.name.startswith("."):  # a key just being written by another process may vanish
                check(path, os.lstat(path), stat.S_IFREG)
        return cls(directory)

    @property
    def verifier(self) -> note.VerifierKey:
        """The public half of the key that signs."""
        return self.signing.state.signer.verifier

    @property
    def vkey(self) -> str:
        """The same as text, to give to auditors by a way of its own."""
        return self.verifier.text

    @property
    def trust(self) -> Trust:
        """Every key this log ever had, each for its time."""
        return self.signing.state.trust

    @property
    def trusted(self) -> Sequence[note.VerifierKey]:
        """The same without times."""
        return self.trust.keys

    @property
    def published(self) -> str:
        """What an auditor keeps as a trust file: the key alone, or, once it changed, all with their times."""
        state = self.signing.state
        waiting = state.following.verifier if state.following else None  # nothing relies on it yet
        known = [each for each in state.trust.logs if each.key != waiting]
        bare = len(known) == 1 and known[0].since is known[0].until is None
        return f"{self.vkey}\n" if bare else lines(known)

    @property
    def witnesses(self) -> Witnesses:
        """Who cosigns this log's checkpoints: a list beside these keys."""
        return Witnesses(self._directory)

    def sign(self, text: str) -> str:
        """The signed note of a text."""
        return self.signing.state.signer.sign(text)

    def signer(self, newest: str | None) -> Signer:
        """Who signs what follows that checkpoint's note. Raises KeysMissing, LogDamaged."""
        return self.signing.after(newest)

    def seal(self, period: str, entry: bytes, plain: bytes) -> bytes:
        """Seal under the month's key, made if it is not there yet, bound to the entry's id (16 bytes).

        Raises KeyDestroyed; OSError if the key cannot be kept.
        """
        sealer = Cobblestone256Encryptor(self._month(period, make=True), _CONTEXT + entry)
        return bytes(sealer.update(plain)) + bytes(sealer.finalize())

    def open(self, period: str, entry: bytes, sealed: bytes) -> bytes:
        """Raises KeyDestroyed, KeysMissing, KeysUnsafe; LogDamaged if it was altered or is another entry's."""
        if not _PERIOD.match(period):
            raise LogDamaged(_ALTERED)
        opener = Cobblestone256Decryptor(self._month(period, make=False), _CONTEXT + entry)
        try:
            return bytes(opener.update(sealed)) + bytes(opener.finalize())
        except (InvalidTag, ValueError):
            raise LogDamaged(_ALTERED) from None

    def destroyed(self, period: str) -> bool:
        """Was this month's key destroyed on purpose?"""
        try:
            os.stat(f"{self._place}/disclosure-{period}.destroyed")
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def destroy(self, period: str) -> None:
        """Destroy a month's key: no disclosure of that month can be opened again. Its entries stay proven."""
        _check_period(period)
        if not self.destroyed(period):
            write(self._gone(period), _GONE_HEAD, period)
        self._months.pop(period, None)
        self._path(period).unlink(missing_ok=True)
        sync(self._directory)

    def _month(self, period: str, *, make: bool) -> bytes:
        # Asked each time: another process may have destroyed the key that this one still remembers.
        if self.destroyed(period):
            self._months.pop(period, None)
            detail = f"The disclosures of {period} were destroyed and cannot be opened."
            raise KeyDestroyed(detail)
        key = self._months.get(period)
        if key is None:
            _check_period(period)
            path = self._path(period)
            if make and not path.exists():
                write(path, _MONTH_HEAD, period, b64(secrets.token_bytes(32)))
            named, key = read(path, _MONTH_HEAD)
            if named != period:
                raise KeysMissing(unreadable(path.name))
            self._months[period] = key
        return key

    def _path(self, period: str) -> Path:
        return self._directory / f"disclosure-{period}.key"

    def _gone(self, period: str) -> Path:
        return self._directory / f"disclosure-{period}.destroyed"


def _check_period(period: str) -> None:
    if not _PERIOD.match(period):
        msg = f"“{period}” is no month"
        raise RuntimeError(msg)
