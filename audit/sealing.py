"""A file for one recipient alone, in the format of age: opened with the ordinary tool of that name, without us.

Who sealed it, age does not say: what is inside must be signed, as a bundle is. Format: docs/formats/log.md, "Sealed".
"""

from __future__ import annotations

import io
import os
import queue
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from audit.errors import AlreadyThere, RecipientUnusable

MOST = 4096  # bytes of a file that names a recipient

_LINE = re.compile(r"age1[02-9ac-hj-np-z]{58}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose private half alone opens it. ``text``: an X25519 recipient as ``age-keygen`` prints it."""

    text: str

    @classmethod
    def parse(cls, data: bytes) -> Recipient:
        """From a file as ``age -R`` takes it: one line with a recipient; ``#`` begins a comment.

        Raises RecipientUnusable: for a private key, too, which must be nowhere but with its owner.
        """
        lines = [line.strip() for line in _text(data).splitlines()]
        found = [line for line in lines if line and not line.startswith("#")]
        if any(line.upper().startswith("AGE-SECRET-KEY") for line in found):
            raise RecipientUnusable(_PRIVATE)
        if len(found) != 1 or not _LINE.match(found[0]):
            raise RecipientUnusable(_NONE)
        _recipient(found[0])
        return cls(found[0])


def seal(path: Path, pieces: Iterable[bytes], recipient: Recipient) -> None:
    """Write what comes to a new file, encrypted as it comes: no more of it than a piece is ever in clear, in memory.

    Nothing is overwritten; nothing half done stays. Raises AlreadyThere, OSError, and what ``pieces`` raises.
    """
    import pyrage  # only who seals an export needs it

    if os.path.lexists(path):
        raise AlreadyThere(_THERE)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    source = Source(pieces)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            sink = _Sink(file)
            try:
                pyrage.encrypt_io(source, sink, [_recipient(recipient.text)])
            except pyrage.EncryptError as error:
                # The library turns what a stream raises into words; its own kind is what the caller knows.
                raise (source.failed or sink.failed or error) from None
            file.flush()
            os.fsync(handle)
        os.link(new, path)
    except FileExistsError:
        raise AlreadyThere(_THERE) from None
    finally:
        new.unlink(missing_ok=True)


def stream(pieces: Iterable[bytes], recipient: Recipient) -> Iterator[bytes]:
    """The same, to be sent as it is made: encrypted by a thread of its own, never more than a few pieces ahead.

    Whoever stops asking stops it. Raises what ``pieces`` raises.
    """
    import pyrage

    source, pipe = Source(pieces), _Pipe()

    def run() -> None:
        try:
            pyrage.encrypt_io(source, pipe, [_recipient(recipient.text)])
        except BaseException as error:  # told to whoever reads: here nobody would hear it
            pipe.failed = source.failed or error
        pipe.put(None)

    thread = threading.Thread(target=run, name="sealing", daemon=True)
    thread.start()
    try:
        while (piece := pipe.queue.get()) is not None:
            yield piece
        if pipe.failed is not None:
            raise pipe.failed
    finally:
        pipe.left.set()
        thread.join()


class _Pipe(io.RawIOBase):
    """From the thread that encrypts to whoever reads."""

    def __init__(self) -> None:
        self.queue: queue.Queue[bytes | None] = queue.Queue(maxsize=4)
        self.left = threading.Event()
        self.failed: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast(bytes, data))
        if not self.put(piece):
            raise BrokenPipeError
        return len(piece)

    def put(self, piece: bytes | None) -> bool:
        """False once nobody reads any more."""
        while not self.left.is_set():
            with suppress(queue.Full):
                self.queue.put(piece, timeout=0.2)
                return True
        return False


class Source(io.RawIOBase):
    """What comes piece by piece, as a file that is read; ``failed`` is what the pieces raised.

    The library turns it into words of its own; whoever called knows the kind.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.failed: BaseException | None = None
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            while not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._rest = memoryview(piece)
        except BaseException as error:
            self.failed = error
            raise
        took = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(took) :]
        return bytes(took)


class _Sink(io.RawIOBase):
    """Where it goes."""

    def __init__(self, file: BinaryIO) -> None:
        self.failed: BaseException | None = None
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        try:
            return self._file.write(cast(bytes, data))
        except BaseException as error:
            self.failed = error
            raise


def _recipient(text: str) -> object:
    import pyrage

    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise RecipientUnusable(_NONE) from None


def _text(data: bytes) -> str:
    try:
        if len(data) <= MOST:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise RecipientUnusable(_NONE)


_NONE = (
    "Give a file with one line “age1…” in it, as the recipient’s “age-keygen” printed it, had from them by another way."
)
_PRIVATE = (
    "The file holds a private key, which nobody but its owner may have: tell them to make another. Ask for its public "
    "half, the line “age1…”."
)
_THERE = "There is something of that name already. Nothing is overwritten; choose another name."
