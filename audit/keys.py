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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import note
from audit.errors import AlreadyThere, KeyDestroyed, KeysMissing, KeysUnsafe, LogDamaged
from audit.leaf import Malformed, b64, unb64

_LOG = "log.key"
_LOG_HEAD = "custodes-log-key/1"
_MONTH_HEAD = "custodes-disclosure-key/1"
_GONE_HEAD = "custodes-disclosure-destroyed/1"
_CONTEXT = b"custodes/disclosure/1\x00"
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
_MOST = 4096
_ALTERED = "A disclosure in the log was altered. Verify the log and report it."


def period_of(now: datetime) -> str:
    """The calendar month, UTC, whose key seals what happens now: "2026-11"."""
    utc = now.astimezone(UTC)
    return f"{utc.year:04}-{utc.month:02}"


class LogKeys:
    """Signing and sealing. Made by ``create`` or ``load``, never directly. Threads may share one."""

    def __init__(self, directory: Path, origin: str, key: Ed25519PrivateKey) -> None:
        self.origin = origin
        self._directory = directory
        self._place = str(directory)  # asked for each entry: a Path would be made anew each time
        self._key = key
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
        _check_directory(directory)
        key = Ed25519PrivateKey.generate()
        _write(directory / _LOG, _LOG_HEAD, origin, b64(key.private_bytes_raw()))
        return cls(directory, origin, key)

    @classmethod
    def load(cls, directory: Path) -> LogKeys:
        """Raises KeysMissing; KeysUnsafe if directory or files are open to others, links, or another user's."""
        _check_directory(directory)
        for path in directory.iterdir():
            if not path.name.startswith("."):  # a key just being written by another process may vanish
                _check(path, os.lstat(path), stat.S_IFREG)
        origin, seed = _read(directory / _LOG, _LOG_HEAD)
        if not note.ORIGIN.match(origin):
            raise KeysMissing(_unreadable(_LOG))
        return cls(directory, origin, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> note.VerifierKey:
        """The public half."""
        return note.VerifierKey(self.origin, self._key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The public half as text, to give to auditors by a way of its own."""
        return self.verifier.text

    @property
    def trusted(self) -> Sequence[note.VerifierKey]:
        """What this service trusts of its own log."""
        return (self.verifier,)

    def sign(self, text: str) -> str:
        """The signed note of a text."""
        return note.sign(text, self.origin, self._key)

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
            _write(self._gone(period), _GONE_HEAD, period)
        self._months.pop(period, None)
        self._path(period).unlink(missing_ok=True)
        _sync(self._directory)

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
                _write(path, _MONTH_HEAD, period, b64(secrets.token_bytes(32)))
            named, key = _read(path, _MONTH_HEAD)
            if named != period:
                raise KeysMissing(_unreadable(path.name))
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


def _check_directory(directory: Path) -> None:
    try:
        found = os.lstat(directory)
    except FileNotFoundError:
        detail = "The directory of the log’s keys is not there. Restore it, or run the initialisation for a new log."
        raise KeysMissing(detail) from None
    _check(directory, found, stat.S_IFDIR)


def _check(path: Path, found: os.stat_result, kind: int) -> None:
    if stat.S_IFMT(found.st_mode) != kind or found.st_mode & 0o077 or found.st_uid != os.geteuid():
        wanted = "0700" if kind == stat.S_IFDIR else "0600"
        detail = f"“{path.name}” must belong to the service’s own user, with mode {wanted}, and be no link."
        raise KeysUnsafe(detail)


def _read(path: Path, head: str) -> tuple[str, bytes]:
    """Name and 32 secret bytes of a key file, checked on the open file so that nothing can be swapped in between."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        detail = f"The log’s key file “{path.name}” is not there. Restore it from its safe copy."
        raise KeysMissing(detail) from None
    except OSError:
        detail = f"“{path.name}” must be a plain file that the service’s own user can read."
        raise KeysUnsafe(detail) from None
    with os.fdopen(handle, "rb") as file:
        _check(path, os.fstat(file.fileno()), stat.S_IFREG)
        text = file.read(_MOST).decode("ascii", "replace")
    lines = text.split("\n")
    try:
        if len(lines) == 4 and lines[0] == head and lines[3] == "":
            return lines[1], unb64(lines[2], 32)
    except Malformed:
        pass
    raise KeysMissing(_unreadable(path.name))


def _unreadable(name: str) -> str:
    return f"The log’s key file “{name}” cannot be read as a key. Restore it from its safe copy."


def _write(path: Path, *lines: str) -> None:
    """Whole or not at all, durable, and the first of two racing processes wins."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(new, path)
        except FileExistsError:
            return
    finally:
        os.unlink(new)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
