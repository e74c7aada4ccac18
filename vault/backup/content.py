"""Objects from one store to another by name, each checked on the way; and the index that says which belong together.

An object is never rewritten and its name is used once, so what is there under a name need not be copied again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from vault.backend import Backend, Reader, Writer, is_name
from vault.backup.age import read_all
from vault.backup.errors import BackupDamaged
from vault.buffers import PIECE, hash_beside, new_hash
from vault.envelope import tampered
from vault.errors import PartGone, Tampered

# ``destroyed``: its key is gone, and the rows were about to say so.
MISSING, DAMAGED, DESTROYED = "missing", "damaged", "destroyed"
CONTENT = "content/"  # before the name of each object, in a backup
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """One object as the rows name it. ``lacking``: why the backup has not got it."""

    name: str
    size: int
    sha256: str
    lacking: str = ""

    @property
    def line(self) -> bytes:
        """As the index has it."""
        said: dict[str, object] = {"name": self.name, "sha256": self.sha256, "size": self.size}
        if self.lacking:
            said["lacking"] = self.lacking
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def parts(index: Reader) -> Iterator[Part]:
    """What an index lists, in the order of names. Raises BackupDamaged."""
    rest, before = b"", ""
    for piece in read_all(index):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            part = _part(line)
            if part.name <= before:
                raise _damaged()
            before = part.name
            yield part
        if len(rest) > _LONGEST:
            raise _damaged()
    if rest:
        raise _damaged()


def _part(line: bytes) -> Part:
    try:
        part = Part(**json.loads(line))
        good = is_name(part.name) and type(part.size) is int and _DIGEST.fullmatch(part.sha256)
    except (TypeError, ValueError):
        raise _damaged() from None
    if not good or part.lacking not in ("", MISSING, DAMAGED, DESTROYED) or part.line != line + b"\n":
        raise _damaged()
    return part


def measured(
    source: Reader, into: Writer | None = None, seen: Callable[[int], None] = lambda _: None
) -> tuple[int, str]:
    """Size and SHA-256 of all of it, while it is written on. ``seen`` is told of each piece. Raises Tampered."""
    digest, at, hashed = new_hash(), 0, _nothing
    # Two in turn: while one is hashed it is written on, and the other read.
    buffers = [memoryview(bytearray(min(PIECE, source.size))) for _ in range(2)]
    try:
        while at < source.size:
            buffers.reverse()
            piece = buffers[0][: min(PIECE, source.size - at)]
            source.read_into(at, piece)
            hashed()
            hashed = hash_beside(digest, piece)
            if into is not None:
                into.write(piece)
            at += len(piece)
            seen(len(piece))
    finally:
        hashed()
    return at, digest.hexdigest()


def _nothing() -> None:
    return None


class Copying:
    """Objects copied to ``target``; what is there already is not. Ask in the order of names."""

    def __init__(self, source: Backend, target: Backend, *, out: str = "", into: str = "") -> None:
        """``out`` and ``into`` stand before the names in the two."""
        self._source, self._target, self._out, self._into = source, target, out, into
        self._folder, self._there = "", set[str]()
        self.copied = self.bytes = 0

    def has(self, name: str) -> bool:
        """Is it there? A listing for each folder of names, not a question for each."""
        folder = self._into + name.partition("/")[0]
        if folder != self._folder:
            self._folder, self._there = folder, set(self._target.list(folder))
        return self._into + name in self._there

    def bring(self, part: Part, seen: Callable[[int], None] = lambda _: None) -> str:
        """Copy one; "" or why it cannot be had. What is not as it should be is not kept. Raises as the stores do."""
        try:
            source = self._source.open(self._out + part.name)
        except PartGone:
            return MISSING
        with closing(source):
            writer = self._target.create(self._into + part.name)
            try:
                if measured(source, writer, seen) != (part.size, part.sha256):
                    raise tampered()
                writer.publish()
            except Tampered:
                writer.abort()
                return DAMAGED
            except BaseException:
                writer.abort()
                raise
        self._target.settle(self._into + part.name)
        self._there.add(self._into + part.name)
        self.copied += 1
        self.bytes += part.size
        return ""


def _damaged() -> BackupDamaged:
    return BackupDamaged("Its index is not as it was written. Nothing of it was used. Take another backup.")
