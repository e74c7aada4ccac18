"""The control: a hash chain in a file, flushed for each event. The simplest log that shows tampering at all.

A line: SHA-256 of the line before it and the event, in hexadecimal, a space, the event.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

START = "0" * 64


class FileChain:
    """Appends; several processes may, one at a time."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._end, self._last = 0, START

    def append(self, event: bytes, *, flush: bool = True) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            size = os.fstat(self._fd).st_size
            if size != self._end:  # somebody else has written: go on from there
                tail = os.pread(self._fd, min(size, 1 << 16), max(0, size - (1 << 16)))
                self._last = tail.rstrip(b"\n").rsplit(b"\n", 1)[-1][:64].decode()
            self._last = linked(self._last, event)
            line = self._last.encode() + b" " + event + b"\n"
            os.write(self._fd, line)
            if flush:
                os.fsync(self._fd)
            self._end = size + len(line)
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._fd)


def linked(before: str, event: bytes) -> str:
    return sha256(before.encode() + event).hexdigest()


def verify(path: Path, head: str = "") -> int:
    """How many events; ValueError if a link is broken, or the last is not ``head`` where one was kept."""
    before, count = START, 0
    with path.open("rb") as file:
        for line in file:
            before = linked(before, line[65:-1])
            if line[:64] != before.encode():
                raise ValueError(f"line {count + 1} does not follow")
            count += 1
    if head and head != before:
        raise ValueError("it does not end as it did")
    return count
