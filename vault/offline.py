"""Content from a backup alone: objects, key store and keyring; no application database, no service, no network.

Only what every check passes is ever written under a name of its own. What can be told without the application's
database, and what not, is in docs/formats/envelope.md, section 8.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

from vault import envelope
from vault.envelope import Meta
from vault.errors import KeyMissing, KeysElsewhere, Tampered
from vault.keyring import Keyring
from vault.keystore_tables import erased, object_key
from vault.ranges import RangeReader

OK = "ok"
DESTROYED = "key destroyed"
UNKNOWN = "no key of it here"
DISABLED = "key disabled"
NO_KEK = "keyring lacks the key"
WRONG_KEY = "wrong key"
TRUNCATED = "truncated"
TAMPERED = "tampered"

_NAME = re.compile(r"(?P<version>[1-9]\d*)\.(?P<part>[1-9]\d*)\.(?P<attempt>[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as its name describes it. ``attempt`` grows with time: of two, the later was sent later."""

    path: Path
    item: UUID
    version: int
    part: int
    attempt: UUID

    @property
    def name(self) -> str:
        """As the store and the application's database know it."""
        return f"{self.item.hex[-2:]}/{self.item}/{self.path.name}"

    @property
    def place(self) -> tuple[UUID, int, int]:
        """Which file of which item version it is."""
        return self.item, self.version, self.part


def stored_at(path: Path) -> Stored | None:
    """What the name of an object says, or None where it is no name of one."""
    said = _NAME.fullmatch(path.name)
    with contextlib.suppress(ValueError):
        item = UUID(path.parent.name)
        if said and str(item) == path.parent.name:
            return Stored(path, item, int(said["version"]), int(said["part"]), UUID(said["attempt"]))
    return None


def find(folder: Path) -> list[Stored]:
    """Every object below a folder, sorted by item, version, part and time. Links are not followed."""
    paths = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    found = (stored_at(path) for path in paths if path.is_file() and not path.is_symlink())
    return sorted(
        (each for each in found if each), key=lambda each: (str(each.item), *each.place[1:], each.attempt.int)
    )


class Backup:
    """The keys of a backup: rows of a key store, which is only read, and the keyrings that open them."""

    def __init__(self, keystore: sa.Connection, keyrings: Sequence[Keyring]) -> None:
        self._conn, self._keyrings = keystore, keyrings

    def state(self, item: UUID, version: int, *, disabled: bool) -> str:
        """OK where the key may be used; else why not. ``disabled``: use those that were shut, too."""
        gone = sa.select(erased.c.item).where(erased.c.item == str(item), erased.c.version == version)
        # The record of an erasure counts for more than a row that an older copy may have brought back.
        if self._conn.execute(gone).first():
            return DESTROYED
        row = self._row(item, version)
        if row is None:
            return UNKNOWN
        return DISABLED if row.state == "disabled" and not disabled else OK

    def dek(self, item: UUID, version: int) -> bytes:
        """The data key. Raises KeyMissing; Tampered where the row does not open under the key it names."""
        row = self._row(item, version)
        for keyring in self._keyrings if row else ():
            with contextlib.suppress(KeyMissing, KeysElsewhere):
                return keyring.unwrap(row.kek_id, row.wrapped, envelope.wrap_facts(item, version, row.marking))
        raise KeyMissing("None of the folders of keys holds the key this one is wrapped under.")

    def words(self, item: UUID, name: str, sealed: bytes, version: int = 1) -> bytes:
        """One small message. Raises KeyMissing, Tampered."""
        return envelope.unseal(self.dek(item, version), envelope.field_context(item, version, name), sealed)

    def _row(self, item: UUID, version: int) -> Any:
        wanted = (object_key.c.kek_id, object_key.c.wrapped, object_key.c.marking, object_key.c.state)
        mine = (object_key.c.item == str(item), object_key.c.version == version)
        return self._conn.execute(sa.select(*wanted).where(*mine)).first()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object. ``size`` of the plaintext, 0 unless it is ok."""

    stored: Stored
    what: str
    size: int = 0
    sha256: str = ""


def decrypt(backup: Backup, stored: Stored, to: Path, *, disabled: bool = False, meta: bytes | None = None) -> Outcome:
    """One object to a new file, in constant memory. ``meta``: its sealed facts, where the database is at hand.

    A file stands at ``to`` only if the outcome is OK. Raises OSError where it cannot be written.
    """
    state = backup.state(stored.item, stored.version, disabled=disabled)
    if state != OK:
        return Outcome(stored, state)
    try:
        dek = backup.dek(stored.item, stored.version)
        facts = None if meta is None else _facts(dek, stored, meta)
    except KeyMissing:
        return Outcome(stored, NO_KEK)
    except Tampered:
        return Outcome(stored, WRONG_KEY)
    with stored.path.open("rb", buffering=0) as file:
        source = _File(file)
        reader = _opened(dek, stored, source, facts)
        return Outcome(stored, reader) if isinstance(reader, str) else _written(stored, reader, facts, to)


class _File:
    """A stored object to the range reader."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def read_into(self, offset: int, into: memoryview) -> None:
        while into:
            got = os.preadv(self._file.fileno(), [into], offset)
            if not got:
                raise envelope.tampered()
            into, offset = into[got:], offset + got


def _facts(dek: bytes, stored: Stored, meta: bytes) -> Meta:
    return Meta.unpack(envelope.unseal(dek, envelope.meta_context(*stored.place), meta))


def _opened(dek: bytes, stored: Stored, source: _File, facts: Meta | None) -> RangeReader | str:
    """The object with its end authenticated, or what is wrong with it."""
    context = envelope.content_context(*stored.place)
    try:
        envelope.plain_size(source.size)
    except Tampered:
        return TRUNCATED
    header = bytearray(envelope.HEADER)
    source.read_into(0, memoryview(header))
    try:
        Cobblestone256Decryptor(dek, context).update(header)
    except InvalidTag:
        return WRONG_KEY
    if facts is not None and bytes(header[: envelope.SALT]) != facts.salt:
        return TAMPERED
    try:
        reader = RangeReader(dek, context, source)
    except Tampered:  # its first bytes are right and its last are not
        return TRUNCATED
    return reader if facts is None or reader.size == facts.size else TRUNCATED


def _written(stored: Stored, reader: RangeReader, facts: Meta | None, to: Path) -> Outcome:
    partial, digest = to.with_name(f".{to.name}.partial"), sha256()
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            for piece in reader.stream(0, reader.size):
                digest.update(piece)
                file.write(piece)
        if facts is not None and digest.digest() != facts.sha256:
            return Outcome(stored, TAMPERED)
        if os.path.lexists(to):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to))
        partial.rename(to)
    except Tampered:
        return Outcome(stored, TAMPERED)
    finally:
        partial.unlink(missing_ok=True)
    return Outcome(stored, OK, reader.size, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Facts:
    """What an object shows to anybody without a key. Nothing of it is authenticated."""

    stored: Stored | None
    size: int
    plain: int | None  # None where no message has that size: it was cut or is no object
    salt: str
    commitment: str
    sha256: str


def inspect(path: Path) -> Facts:
    """Header and digest of an object's file, in constant memory."""
    with path.open("rb") as file:
        header = file.read(envelope.HEADER)
        file.seek(0)
        digest = sha256()
        for piece in _pieces(file):
            digest.update(piece)
    size = path.stat().st_size
    try:
        plain: int | None = envelope.plain_size(size)
    except Tampered:
        plain = None
    salt, commitment = header[: envelope.SALT].hex(), header[envelope.SALT :].hex()
    return Facts(stored_at(path), size, plain, salt, commitment, digest.hexdigest())


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece
