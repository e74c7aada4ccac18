"""Sealed for several recipients, each of whom can open it alone, in the format of age; opened with a private key.

Flat memory: what is sealed is pulled piece by piece and pushed on as it is encrypted; what is opened comes likewise.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import cast

from audit.errors import RecipientUnusable
from audit.sealing import MOST, Recipient, Source
from vault.backend import Reader, Writer
from vault.backup.errors import BackupDamaged, BackupShut

PIECE = 1 << 18
_DAMAGED = "A file of it is cut or was changed. Take another backup, and find out what the disk or the keeper did."


def recipients(data: bytes) -> tuple[Recipient, ...]:
    """From a file as ``age -R`` takes it: a line each; ``#`` begins a comment. Raises RecipientUnusable."""
    lines = [line for line in data.splitlines() if line.strip() and not line.strip().startswith(b"#")]
    if len(data) > MOST or not lines:
        raise RecipientUnusable("Give a file with a line “age1…” for each who may open it, as “age-keygen” prints it.")
    return tuple(dict.fromkeys(Recipient.parse(line) for line in lines))


def identities(data: bytes) -> tuple[object, ...]:
    """From a file as ``age-keygen`` writes it. Raises BackupShut; it never repeats what stands in the file."""
    import pyrage  # only who restores needs it

    lines = [line.strip() for line in data.decode("ascii", "replace").splitlines()]
    try:
        found = tuple(pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#"))
    except pyrage.IdentityError:
        found = ()
    if not found:
        raise BackupShut("Give the file with the private key, as “age-keygen” wrote it.")
    return found


def seal(pieces: Iterable[bytes], into: Writer, to: Sequence[Recipient]) -> tuple[int, str]:
    """Encrypt what comes into an object that is begun; its size and SHA-256. Raises what ``pieces`` or it raises."""
    import pyrage

    source, sink = Source(pieces), _Sink(into.write)
    made = [pyrage.x25519.Recipient.from_str(each.text) for each in to]
    try:
        pyrage.encrypt_io(source, sink, made)
    except (pyrage.EncryptError, OSError) as error:
        raise (source.failed or sink.failed or error) from None
    return sink.size, sink.digest.hexdigest()


def unseal(source: Reader, take: Callable[[memoryview], None], keys: Sequence[object]) -> tuple[int, str]:
    """Decrypt an object piece by piece; size and SHA-256 of what was read.

    Each piece is authentic when it comes; that nothing is missing is known when this returns. Raises BackupDamaged,
    BackupShut, what ``take`` raises.
    """
    import pyrage

    counted = _Counted(read_all(source))
    pieces, sink = Source(counted), _Sink(take)
    try:
        pyrage.decrypt_io(pieces, sink, list(keys))
    except (pyrage.DecryptError, OSError) as error:
        if failed := sink.failed or pieces.failed:
            raise failed from None
        if isinstance(error, OSError) or sink.size:  # in the middle of what it had begun to open
            raise BackupDamaged(_DAMAGED) from None
        raise BackupShut("It was sealed for others. Give the private key of one of its recipients.") from None
    return counted.size, counted.digest.hexdigest()


def read_all(source: Reader) -> Iterator[bytes]:
    """A stored object from its beginning."""
    buffer, at = memoryview(bytearray(PIECE)), 0
    while at < source.size:
        piece = buffer[: min(PIECE, source.size - at)]
        source.read_into(at, piece)
        at += len(piece)
        yield bytes(piece)


class _Counted:
    """Pieces as they go by: how much, and the digest of it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.size, self.digest = 0, sha256()
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.digest.update(piece)
            self.size += len(piece)
            yield piece


class _Sink(io.RawIOBase):
    """Where it goes."""

    def __init__(self, take: Callable[[memoryview], None]) -> None:
        self.failed: BaseException | None = None
        self.size, self.digest = 0, sha256()
        self._take = take

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast(bytes, data))
        try:
            self._take(memoryview(piece))
        except BaseException as error:
            self.failed = error
            raise
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)
