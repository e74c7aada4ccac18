"""Where backups lie: a folder or a bucket, written through the same port as the vault, so nothing is ever overwritten.

content/<name>              objects, shared by all backups here
data/<id>/…, keys/<id>/…    the files of one backup, its manifest last
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from hashlib import sha256

from audit.sealing import Recipient
from audit.trust import Trust
from vault.backend import Backend, Reader, Writer
from vault.backup import age
from vault.backup.errors import BackupUnknown
from vault.backup.manifest import MOST, File, Manifest, is_id, read
from vault.errors import PartGone

MANIFEST, INDEX, DATABASE, KEYSTORE = "manifest", "index", "database.age", "keystore.age"


class Place:
    """One of them. Nothing here asks for a private key."""

    def __init__(self, store: Backend) -> None:
        self.store = store

    def ids(self, kind: str, *, finished: bool = True) -> list[str]:
        """Backups of a kind, oldest first: those with a manifest, or those without."""
        with_one, found, begun = set[str](), set[str](), set(self.store.unsettled())
        for name in self.store.list(kind):
            _, backup, file = (*name.split("/"), "", "")[:3]
            if is_id(backup):
                found.add(backup)
                # A name is listed as soon as it is begun: what is not settled may not be whole yet.
                if file == MANIFEST and (name not in begun or self._is_there(name)):
                    with_one.add(backup)
        return sorted(with_one if finished else found - with_one)

    def newest(self, kind: str, wanted: str = "") -> str:
        """The newest, or the one wanted if it is there. Raises BackupUnknown."""
        ids = self.ids(kind)
        if not ids or (wanted and wanted not in ids):
            what = f"no finished backup “{wanted}”" if wanted else f"no finished backup of {kind}"
            raise BackupUnknown(f"There is {what} in that place. “custodes backup list” shows those there are.")
        return wanted or ids[-1]

    def manifest(self, kind: str, backup: str, trust: Trust | None) -> tuple[str, Manifest]:
        """As it was signed, and read. Raises BackupUnknown, BackupDamaged."""
        try:
            with closing(self.open(kind, backup, MANIFEST)) as file:
                data = b"".join(age.read_all(file))[: MOST + 1]
        except PartGone:
            raise BackupUnknown("It has no manifest: it was never finished, or somebody removed it.") from None
        return data.decode("utf-8", "surrogateescape"), read(data, trust)

    def open(self, kind: str, backup: str, name: str) -> Reader:
        """A file of a backup. Raises PartGone."""
        return self.store.open(f"{kind}/{backup}/{name}")

    def clear(self, kind: str) -> int:
        """Remove what backups broken off have left, but for what is whole; how much. Only one may be made at a time."""
        left = []
        for name in self.store.unsettled():
            if self._is_there(name):
                self.store.settle(name)
            else:
                left.append(name)
        for backup in self.ids(kind, finished=False):
            left += self.store.list(f"{kind}/{backup}")
        for name in sorted(set(left)):
            self.store.delete(name)
        return len(set(left))

    def _is_there(self, name: str) -> bool:
        try:
            self.store.open(name).close()
        except PartGone:
            return False
        return True

    def remove(self, kind: str, backup: str) -> None:
        """What there is of one that is not finished."""
        for name in self.store.list(f"{kind}/{backup}"):
            self.store.delete(name)

    def write(self, kind: str, backup: str, name: str, pieces: Iterable[bytes]) -> File:
        """A file in clear: nothing secret stands in it. Durable when this returns."""

        def fill(into: Writer) -> tuple[int, str]:
            size, digest = 0, sha256()
            for piece in pieces:
                into.write(memoryview(piece))
                digest.update(piece)
                size += len(piece)
            return size, digest.hexdigest()

        return self._write(f"{kind}/{backup}/", name, fill)

    def seal(self, kind: str, backup: str, name: str, pieces: Iterable[bytes], to: Sequence[Recipient]) -> File:
        """A sealed one. Raises what ``pieces`` raises."""
        return self._write(f"{kind}/{backup}/", name, lambda into: age.seal(pieces, into, to))

    def _write(self, folder: str, name: str, fill: Callable[[Writer], tuple[int, str]]) -> File:
        writer = self.store.create(folder + name)
        try:
            size, digest = fill(writer)
            writer.publish()
        except BaseException:
            writer.abort()
            raise
        self.store.settle(folder + name)
        return File(name, size, digest)
