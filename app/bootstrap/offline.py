"""Taking content out of a backup with no service: what is asked for, and what it is called once it is out."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sharing.tables.items import item as items
from sharing.tables.items import item_field
from vault import offline
from vault.errors import KeyMissing, Tampered
from vault.keyring import Keyring, LocalKeyring
from vault.offline import Backup, Outcome, Stored
from vault.tables import vault_object, vault_part

MISSING, UNATTACHED = "object missing", "not attached"
_WIDEST = 120  # characters of a name that are kept: with the rest of the path it fits every file system


@dataclass(frozen=True, slots=True)
class Line:
    """One thing asked for, by name, and what became of it. ``asked``: it counts against the whole having come out."""

    name: str
    what: str
    note: str = ""
    asked: bool = True


@dataclass
class Rescue:
    """One run: a backup, optionally the application's database with it, and a new folder that takes the clear text."""

    backup: Backup
    out: Path
    disabled: bool = False
    database: sa.Connection | None = None
    only: UUID | None = None
    lines: list[Line] = field(default_factory=list)

    def run(self, objects: Path) -> list[Line]:
        """Everything asked for. Raises OSError where it cannot be written."""
        found = [each for each in offline.find(objects) if self.only in (None, each.item)]
        if self.database is None:
            self._by_number(found)
        else:
            self._by_name(found, self.database)
        if not self.lines and self.only is not None:
            self.lines.append(Line(str(self.only), MISSING, "no object of it is there"))
        return self.lines

    def _by_number(self, found: list[Stored]) -> None:
        many = Counter(each.place for each in found)
        for each in found:
            name = f"{each.item}.{each.version}.{each.part}"
            if alone := many[each.place] == 1:
                note = ""
            else:
                name, note = f"{name}.{each.attempt.hex}", "one of several; only the database knows which was attached"
            done = offline.decrypt(self.backup, each, self.out / name, disabled=self.disabled)
            self._say(name, done, "" if alone and done.what != offline.OK else note)

    def _by_name(self, found: list[Stored], conn: sa.Connection) -> None:
        names = set()
        for each in found:
            names.add(each.name)
            row = conn.execute(sa.select(vault_part).where(vault_part.c.object == each.name)).first()
            if row is None or row.state != "live":
                self.lines.append(Line(each.name, UNATTACHED, "the database knows no such file", asked=False))
            else:
                self._attached(each, row, conn)
        self._missing(names, conn)
        for uuid, rows in groupby(self._rows(item_field, "item_uuid", conn), lambda row: str(row.item_uuid)):
            written = [row for row in rows if not row.name.startswith("file/")]
            if written:
                self.lines.append(self._words(uuid, written, conn))

    def _missing(self, names: set[str], conn: sa.Connection) -> None:
        for row in self._rows(vault_part, "item", conn):
            there = row.object in names or row.state != "live"
            if not there and self._shut(UUID(row.item), row.version, conn) != offline.DESTROYED:
                self.lines.append(Line(row.object, MISSING))

    def _rows(self, table: sa.Table, column: str, conn: sa.Connection) -> Iterator[Any]:
        """The rows of what was asked for, item by item, without holding them all."""
        query = sa.select(table).order_by(table.c[column])
        if self.only is not None:
            query = query.where(table.c[column] == str(self.only))
        yield from conn.execute(query.execution_options(yield_per=500))

    def _shut(self, item: UUID, version: int, conn: sa.Connection) -> str:
        """Why an item may not be opened, as the database or the key store has it; OK if it may."""
        mine = (vault_object.c.item == str(item), vault_object.c.version == version)
        state = conn.scalar(sa.select(vault_object.c.state).where(*mine))
        if state == "destroyed":
            return offline.DESTROYED
        if state == "disabled" and not self.disabled:
            return offline.DISABLED
        return self.backup.state(item, version, disabled=self.disabled)

    def _attached(self, each: Stored, row: Any, conn: sa.Connection) -> None:
        shut = self._shut(each.item, each.version, conn)
        if shut == offline.OK and each.path.stat().st_size < row.stored_size:
            shut = offline.TRUNCATED
        if shut != offline.OK:
            self.lines.append(Line(each.name, shut))
            return
        folder = self.out / str(each.item)
        name = f"{each.part}-{self._called(each, conn)}"
        folder.mkdir(mode=0o700, exist_ok=True)
        done = offline.decrypt(self.backup, each, folder / name, disabled=self.disabled, meta=row.meta)
        self._say(f"{each.item}/{name}", done, "")

    def _called(self, each: Stored, conn: sa.Connection) -> str:
        """The name people gave the file, made safe; "file" where it cannot be read."""
        wanted = (item_field.c.item_uuid == str(each.item), item_field.c.name == f"file/{each.part}")
        sealed = conn.scalar(sa.select(item_field.c.sealed).where(*wanted))
        with suppress(KeyMissing, Tampered, ValueError, KeyError, TypeError):
            if sealed:
                return safe_name(json.loads(self.backup.words(each.item, f"file/{each.part}", sealed))["name"])
        return "file"

    def _words(self, uuid: str, rows: list[Any], conn: sa.Connection) -> Line:
        """What people wrote on one item, into one file, with its reference and marking."""
        name = f"{uuid}/words.json"
        if (shut := self._shut(UUID(uuid), 1, conn)) != offline.OK:
            return Line(name, shut)
        head = conn.execute(sa.select(items.c.reference, items.c.marking).where(items.c.uuid == uuid)).first()
        said = {} if head is None else {"reference": head.reference, "marking": head.marking}
        try:
            said |= {row.name: self.backup.words(UUID(uuid), row.name, row.sealed).decode() for row in rows}
        except KeyMissing:
            return Line(name, offline.NO_KEK)
        except (Tampered, UnicodeDecodeError):
            return Line(name, offline.TAMPERED)
        (self.out / uuid).mkdir(mode=0o700, exist_ok=True)
        fd = os.open(self.out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(said, file, ensure_ascii=False, indent=1)
        return Line(name, offline.OK)

    def _say(self, name: str, done: Outcome, note: str) -> None:
        fixed = f"{done.size} bytes, SHA-256 {done.sha256}" if done.what == offline.OK else ""
        self.lines.append(Line(name, done.what, "; ".join(part for part in (fixed, note) if part)))


def safe_name(given: str) -> str:
    """A name that is a name on every file system: no folder, no control, nothing that hides or turns text round."""
    kept = "".join(
        sign if sign in " -_.,()" or unicodedata.category(sign)[0] in "LN" else "_"
        for sign in unicodedata.normalize("NFC", given)
    )
    stem, dot, ending = re.sub(r"\s+", " ", kept).strip(" .").rpartition(".")
    short = f"{stem[:_WIDEST]}{dot}{ending[:16]}" if stem else ending[:_WIDEST]
    while len(short.encode()) > 200:
        short = short[1:]
    return short.strip(" .") or "file"


def keyring_at(folder: Path) -> Keyring:
    """A folder of keys or, in it, the keyring "vault". Raises KeyMissing, KeyringUnsafe."""
    return LocalKeyring(folder / "vault" if (folder / "vault").is_dir() else folder)


@contextmanager
def reading(where: str) -> Iterator[sa.Connection]:
    """A database of a backup: a SQLite file, which is never changed, or postgresql://. Only read.

    A write-ahead log beside the file counts; as reading it would write there, both are read in a private copy.
    """
    if where.startswith("postgresql://"):
        engine = sa.create_engine(where.replace("postgresql://", "postgresql+psycopg://", 1), hide_parameters=True)
        with engine.connect().execution_options(postgresql_readonly=True) as conn:
            yield conn
        engine.dispose()
        return
    path = Path(where).resolve(strict=True)
    beside = path.with_name(path.name + "-wal")
    with tempfile.TemporaryDirectory() as private:
        if beside.exists() and beside.stat().st_size:
            for each in (path, beside):
                shutil.copyfile(each, Path(private) / each.name)
            with _sqlite(Path(private) / path.name, "mode=rw") as conn:
                yield conn
        else:
            with _sqlite(path, "mode=ro&immutable=1") as conn:
                yield conn


@contextmanager
def _sqlite(path: Path, how: str) -> Iterator[sa.Connection]:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as conn:
        yield conn
    engine.dispose()
