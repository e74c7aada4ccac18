"""The disposal ledger: what was destroyed, kept outside every database, so that no restored backup brings it back.

A file of lines, added to and never changed (docs/formats/ledger.md). Each line is bound to a key the databases do not
hold and to the line before it. A line is written and flushed after the keys are gone and before the application commits
that they are: what the application calls destroyed stands in the ledger.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from foundation.bound import Binder
from foundation.durable import sync
from foundation.orm import from_ms, to_ms
from vault.errors import LedgerDamaged, StorageFailed

_LABEL = "vault/ledger/1"
_LINE = re.compile(
    rb'\{"at":(?P<at>0|-?[1-9]\d{0,15}),"item":"(?P<item>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",'
    rb'"mac":"(?P<mac>[0-9a-f]{64})","n":(?P<n>[1-9]\d{0,15}),"versions":\[(?P<versions>(?:0|[1-9]\d{0,8})(?:,(?:0|[1-9]\d{0,8}))*)\]\}\n'
)


@dataclass(frozen=True, slots=True)
class Gone:
    """The keys of these versions of an item were destroyed at an instant. ``n``: the number of the line, from 1."""

    n: int
    item: UUID
    versions: tuple[int, ...]
    at: datetime
    mac: str


class Ledger:
    """One file. Several processes may add to it; each takes its turn."""

    def __init__(self, path: Path, binder: Binder) -> None:
        self._path, self._binder = path, binder

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def read(self) -> list[Gone]:
        """Every line, oldest first. Raises LedgerDamaged for one that was changed, added, moved or taken away between.

        What is missing at the end only the databases, or a copy, can tell.
        """
        return list(self.lines())

    def lines(self) -> Iterator[Gone]:
        """The same one after the other: there may be very many."""
        try:
            with self._path.open("rb") as file:
                yield from self._checked(file)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _failed(self._path) from error

    def parsed(self, data: bytes) -> list[Gone]:
        """The lines of a copy of it. Raises LedgerDamaged."""
        return list(self._checked(io.BytesIO(data)))

    def add(self, items: Sequence[tuple[UUID, Sequence[int], datetime]]) -> None:
        """(item, versions, when) of what was destroyed, on disk when this returns. Raises StorageFailed."""
        if not items:
            return
        with self._turn() as file:
            number, before = self._end(file)
            lines = []
            for item, versions, at in items:
                number += 1
                text, before = self._written(number, item, tuple(sorted(versions)), at, before)
                lines.append(text)
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())

    def take_in(self, data: bytes) -> int:
        """Add what a later copy of this ledger has beyond it; how many lines.

        Raises LedgerDamaged for what is no copy of it: its lines must begin as these do.
        """
        here, there = self.read(), self.parsed(data)
        shared = min(len(here), len(there))
        if here[:shared] != there[:shared]:
            # Two ledgers of one service, each written after the same restore: both are true, and neither is dropped.
            known = {(each.item, each.versions) for each in here}
            more = [each for each in there if (each.item, each.versions) not in known]
        else:
            more = there[shared:]
        self.add([(each.item, each.versions, each.at) for each in more])
        return len(more)

    def text(self) -> bytes:
        """All of it, as it is kept, checked. Raises LedgerDamaged."""
        self.read()
        return self._path.read_bytes() if self._path.exists() else b""

    def _checked(self, lines: Iterable[bytes]) -> Iterator[Gone]:
        before = ""
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return  # it was being written when the power went: what it says was not committed yet
            found = self._line(line, number, before)
            before = found.mac
            yield found

    def _line(self, line: bytes, number: int, before: str) -> Gone:
        said = _LINE.fullmatch(line)
        if said is None or int(said["n"]) != number:
            raise _damaged(number)
        item, versions, at = said["item"].decode(), said["versions"].decode(), said["at"].decode()
        mac = self._mac(number, item, versions, at, before)
        if not compare_digest(mac.encode(), said["mac"]):
            raise _damaged(number)
        try:
            return Gone(number, UUID(item), tuple(map(int, versions.split(","))), from_ms(int(at)), mac)
        except (ValueError, OverflowError):  # an instant beyond the calendar
            raise _damaged(number) from None

    def _mac(self, number: int, item: str, versions: str, at: str, before: str) -> str:
        facts = f'[{number},"{item}",[{versions}],{at},"{before}"]'
        return self._binder.over_json(_LABEL, facts.encode()).hex()

    def _written(
        self, number: int, item: UUID, versions: tuple[int, ...], at: datetime, before: str
    ) -> tuple[bytes, str]:
        said, instant = ",".join(map(str, versions)), str(to_ms(at))
        mac = self._mac(number, str(item), said, instant, before)
        text = f'{{"at":{instant},"item":"{item}","mac":"{mac}","n":{number},"versions":[{said}]}}\n'
        return text.encode(), mac

    def _end(self, file: BinaryIO) -> tuple[int, str]:
        """Number and code of the last whole line; what is there of a broken one is cut off.

        A broken one may be longer than any line: some file systems leave zeros where the power went.
        """
        size = file.seek(0, os.SEEK_END)
        length, tail = _LONGEST, b""
        while tail.count(b"\n") < 2 and len(tail) < size:
            file.seek(max(0, size - length))
            tail = file.read(length)
            length *= 2
        whole = tail.rfind(b"\n") + 1
        if whole < len(tail):
            file.truncate(size - len(tail) + whole)
        file.seek(0, os.SEEK_END)
        lines = tail[:whole].split(b"\n")[:-1]
        if not lines:
            return 0, ""
        last = _LINE.fullmatch(lines[-1] + b"\n")
        if last is None:
            raise _damaged(0)
        return int(last["n"]), last["mac"].decode()

    @contextmanager
    def _turn(self) -> Iterator[BinaryIO]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = not self._path.exists()
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "r+b") as file:
                if made:
                    sync(self._path.parent)
                fcntl.flock(file, fcntl.LOCK_EX)
                yield file
        except OSError as error:
            raise _failed(self._path) from error


_LONGEST = 4096  # bytes of two lines at the very least


def _damaged(number: int) -> LedgerDamaged:
    where = f"Line {number}" if number else "The last line"
    return LedgerDamaged(f"{where} is not as the service wrote it. Put the last exported copy in its place.")


def _failed(path: Path) -> StorageFailed:
    return StorageFailed(f"The disposal ledger “{path.name}” cannot be used. Nothing was changed. Try again.")
