"""Who looks over the service's shoulder: reads every file its processes have open, and everything they left on disk."""

from __future__ import annotations

import base64
import contextlib
import os
import stat
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

MIB = 1 << 20
EVERY = 0.004  # seconds between looks; with the look itself at most ten milliseconds
AROUND = 256 * 1024  # read before and after the place a file is being written at
SHORTEST = 7  # bytes: less would be found by chance in a few megabytes of ciphertext
FRESH = 0.05  # seconds: a file changed this lately is read again, since its time of change is not that fine


def needles(secrets: Iterable[bytes]) -> dict[bytes, str]:
    """Each secret as it may lie in a file, in small letters: as typed, UTF-16, hexadecimal, base64 at any offset."""
    found: dict[bytes, str] = {}
    for secret in secrets:
        for cased in {secret, secret.lower(), secret.upper()}:
            for form, shape in _shapes(cased):
                if len(shape) >= SHORTEST:
                    found.setdefault(shape.lower(), f"{secret.decode()} ({form})")
    return found


def _shapes(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield "as typed", secret
    yield "UTF-16", secret.decode().encode("utf-16-le")
    yield "hexadecimal", secret.hex().encode()
    yield "percent-encoded", secret.replace(b" ", b"%20")
    yield "form-encoded", secret.replace(b" ", b"+")
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + secret)
        # The first group mixes in what stood before, the last what comes after.
        yield f"base64 {lead}", whole[4 if lead else 0 : -4].rstrip(b"=")


def look_into(data: bytes, wanted: dict[bytes, str]) -> set[str]:
    """Which secrets ``data`` holds in clear, whatever the case of letters."""
    small = data.lower()
    return {name for needle, name in wanted.items() if needle in small}


def look_through(
    folders: Iterable[Path], secrets: Iterable[bytes], known: dict[Path, tuple[int, int]] | None = None
) -> set[str]:
    """“file: secret” for every secret in any file under these folders, or in its name.

    ``known`` remembers what was read, so that the next look reads only what has changed since.
    """
    wanted, found = needles(secrets), set()
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            # The service goes on meanwhile, and removes files of its own.
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                state = (about.st_mtime_ns, about.st_size)
                if path.is_file() and (known is None or known.get(path) != state):
                    said = look_into(path.name.encode() + b"\n" + path.read_bytes(), wanted)
                    found |= {f"{path}: {secret}" for secret in said}
                    if known is not None and time.time() - about.st_mtime > FRESH:
                        known[path] = state
    return found


class Watcher:
    """``with Watcher(root, canary) as watcher:`` – a thread that looks while something is done.

    ``seen`` afterwards: every file in which the canary stood. ``looks`` and ``watched`` say that it was awake.
    """

    def __init__(self, root: int, canary: bytes) -> None:
        self._root, self._canary = root, canary
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher")
        self._known: dict[tuple[int, int, int], tuple[int, int, int]] = {}
        self._looked: set[tuple[int, int, int]] = set()  # in this look
        self.seen: set[str] = set()
        self.watched: set[str] = set()
        self.looks, self.took = 0, list[float]()
        self.fault: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(30)
        if self.fault is not None:
            raise self.fault

    def pause(self, most: float = 0.5) -> None:
        """Until it has looked once more, or for so many seconds: on a busy machine whoever is watched waits for it."""
        before, until = self.looks, time.monotonic() + most
        while self.looks == before and time.monotonic() < until:
            time.sleep(EVERY / 4)

    def _watch(self) -> None:
        try:
            while not self._stop.wait(EVERY):
                began = time.perf_counter()
                self._looked.clear()
                for pid in tree_of(self._root):
                    self._process(pid)
                self.looks += 1
                self.took.append(time.perf_counter() - began)
        except BaseException as fault:
            self.fault = fault

    def _process(self, pid: int) -> None:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for number in os.listdir(f"/proc/{pid}/fd"):
                # Closed between the listing and the look.
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    self._file(pid, number)

    def _file(self, pid: int, number: str) -> None:
        link = f"/proc/{pid}/fd/{number}"
        about = os.stat(link)
        if not stat.S_ISREG(about.st_mode):
            return
        place = _place(pid, number)
        state = (about.st_mtime_ns, about.st_size, place)
        # SQLite's connections each open the same file; where they stand in it is the same for all of them.
        key = (about.st_dev, about.st_ino, place)
        if key in self._looked or (self._known.get(key) == state and time.time() - about.st_mtime > FRESH):
            return
        self._looked.add(key)
        self._known[key] = state
        name = os.readlink(link)
        self.watched.add(name)
        if self._canary in _around(link, about.st_size, place):
            self.seen.add(name)


def _place(pid: int, number: str) -> int:
    with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as told:
        return int(told.readline().split()[1])


def _around(link: str, size: int, place: int) -> bytes:
    """The first MiB, what surrounds the place of writing, and the end."""
    fd = os.open(link, os.O_RDONLY)
    try:
        found = os.pread(fd, MIB, 0)
        for at in {max(0, place - AROUND), max(0, size - AROUND)}:
            found += b"\0" + os.pread(fd, 2 * AROUND, at)
        return found
    finally:
        os.close(fd)


def pages_of(canary: bytes, size: int) -> Iterator[bytes]:
    """``size`` bytes in megabytes; every 64 of them hold the canary."""
    line = (canary + b" ").ljust(64, b".")
    block = line * (MIB // 64)
    for at in range(0, size, MIB):
        yield block[: min(MIB, size - at)]


def crc(pieces: Iterable[bytes]) -> int:
    found = 0
    for piece in pieces:
        found = zlib.crc32(piece, found)
    return found


def tree_of(root: int) -> list[int]:
    """A process and everything it started."""
    found = [root]
    for pid in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as told:
                    found += map(int, told.read().split())
    return found
