"""The key store: wrapped data keys in a database of their own, so that one deletion there erases content everywhere.

States are those of docs/formats/envelope.md, section 3. Every method is a transaction by itself: what it did stays
done whatever becomes of the caller's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from foundation.orm import Instant
from vault.errors import ErasureUnfinished, KeyExists, StorageFailed

# Its own metadata: a wrapped key must never stand in the application's database or in a backup of it.
metadata = sa.MetaData()

object_key = sa.Table(
    "object_key",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("kek_id", sa.String(80), nullable=False, index=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("marking", sa.String(40), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.CheckConstraint("state in ('pending', 'live', 'disabled')", name="state"),
)

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kek_id", sa.String(80), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("final_at", Instant, nullable=True),  # when every copy of the KEK is gone too: what may be certified
    sa.Column("settled", sa.Boolean, nullable=False, index=True),  # the application has committed that it knows
)


@dataclass(frozen=True, slots=True)
class Key:
    """A wrapped data key and what is bound into its wrap."""

    item: UUID
    version: int
    body: str
    kek_id: str
    wrapped: bytes
    marking: str
    state: str
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """That a key was destroyed: when, by whom (an id), for what reason (a code or reference)."""

    item: UUID
    version: int
    kek_id: str
    at: datetime
    by: str
    reason: str
    final_at: datetime | None
    settled: bool


def open_engine(path: Path) -> sa.Engine:
    """An engine on the SQLite file ``path``, made 0600 if absent; what is deleted in it is overwritten."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # hide_parameters: a wrapped key must not get into the text of an error.
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class KeyStore:
    """Rows of keys. On SQLite give it ``open_engine``'s engine. A database fault is StorageFailed."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        with self._begin() as conn:
            metadata.create_all(conn)

    def add(self, key: Key) -> None:
        """A new key. Raises KeyExists if the item version has one or had one: a destroyed item stays destroyed."""
        gone = sa.exists().where(erased.c.item == str(key.item), erased.c.version == key.version)
        exists = KeyExists("Use the next version number, or another item.", subject=str(key.item))
        try:
            with self._engine.begin() as conn:
                conn.execute(sa.insert(object_key).values(**_row(key)))
                if conn.scalar(sa.select(gone)):
                    raise exists
        except sa.exc.IntegrityError:
            raise exists from None
        except sa.exc.DBAPIError as error:
            raise _failed() from error

    def get(self, item: UUID, version: int) -> Key | None:
        """The key of one item version; None when destroyed or never made."""
        return next(iter(self._keys(object_key.c.item == str(item), object_key.c.version == version)), None)

    def of_item(self, item: UUID) -> list[Key]:
        """The keys of all versions, in order."""
        return self._keys(object_key.c.item == str(item))

    def of_items(self, items: Iterable[UUID]) -> list[Key]:
        """The keys of many items at once."""
        wanted = sorted({str(item) for item in items})
        found: list[Key] = []
        for start in range(0, len(wanted), 500):
            found += self._keys(object_key.c.item.in_(wanted[start : start + 500]))
        return found

    def in_state(self, state: str, *, before: datetime) -> list[Key]:
        """Keys in a state since before an instant: what a sweep looks at."""
        return self._keys(object_key.c.state == state, object_key.c.changed < before)

    def state(self, item: UUID) -> str:
        """pending | live | disabled | destroyed, or "" for an item never heard of. Disabled if any version is."""
        states = {key.state for key in self.of_item(item)}
        for state in ("disabled", "pending", "live"):
            if state in states:
                return state
        return "destroyed" if self.erased(item) else ""

    def settle(self, item: UUID, version: int) -> None:
        """The application has committed the key: pending becomes live; a destroyed one is known to be."""
        with self._begin() as conn:
            conn.execute(
                sa.update(object_key)
                .where(object_key.c.item == str(item), object_key.c.version == version, object_key.c.state == "pending")
                .values(state="live")
            )
            conn.execute(
                sa.update(erased).where(erased.c.item == str(item), erased.c.version == version).values(settled=True)
            )

    def set_state(self, item: UUID, state: str, *, now: datetime) -> int:
        """``live`` or ``disabled`` for every version; how many keys the item has. Repeating changes nothing."""
        with self._begin() as conn:
            conn.execute(
                sa.update(object_key)
                .where(object_key.c.item == str(item), object_key.c.state != state)
                .values(state=state, changed=now)
            )
        return len(self.of_item(item))

    def rewrap(self, old: Key, *, kek_id: str, wrapped: bytes, marking: str, now: datetime) -> bool:
        """Replace one wrap, unless somebody replaced it since ``old`` was read: then False."""
        with self._begin() as conn:
            changed = conn.execute(
                sa.update(object_key)
                .where(object_key.c.item == str(old.item), object_key.c.version == old.version)
                .where(object_key.c.wrapped == old.wrapped)
                .values(kek_id=kek_id, wrapped=wrapped, marking=marking, changed=now)
            ).rowcount
        return changed == 1

    def destroy(
        self, item: UUID, *, at: datetime, by: str, reason: str, versions: Sequence[int] | None = None
    ) -> list[Erased]:
        """Delete the keys of the item (or some versions) for good; the erasures on record, earlier ones included.

        Repeating changes no record and finishes what was not finished. Raises ErasureUnfinished when the rows are gone
        but old bytes may still stand in the write-ahead log, because somebody is reading.
        """
        with self._begin() as conn:
            if conn.dialect.name == "sqlite":
                conn.exec_driver_sql("PRAGMA secure_delete=ON")
            mine = object_key.c.item == str(item)
            if versions is not None:
                mine &= object_key.c.version.in_(versions)
            # The record is written first, by the statement that takes the write lock: no rewrap comes in between.
            kept = (object_key.c.item, object_key.c.version, object_key.c.kek_id)
            said = (sa.literal(at, Instant), sa.literal(by), sa.literal(reason), sa.false())
            columns = ["item", "version", "kek_id", "at", "by", "reason", "settled"]
            conn.execute(sa.insert(erased).from_select(columns, sa.select(*kept, *said).where(mine)))
            conn.execute(sa.delete(object_key).where(mine))
        self._truncate_log()
        return self.erased(item)

    def erased(self, item: UUID) -> list[Erased]:
        """The erasures of an item, by version."""
        return self._erasures(erased.c.item == str(item))

    def unsettled_erasures(self, *, before: datetime) -> list[Erased]:
        """Erasures nobody has told the application's database of, as far as is known here."""
        return self._erasures(erased.c.settled.is_(False), erased.c.at < before)

    def _truncate_log(self) -> None:
        with _refusing(), self._engine.connect() as conn:
            if conn.dialect.name != "sqlite":
                return
            busy = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            raise ErasureUnfinished("The key is deleted, but its old bytes are not overwritten yet. Repeat this.")

    def _keys(self, *where: sa.ColumnElement[bool]) -> list[Key]:
        query = sa.select(object_key).where(*where).order_by(object_key.c.item, object_key.c.version)
        with _refusing(), self._engine.connect() as conn:
            return [Key(**_with_uuid(row)) for row in conn.execute(query)]

    def _erasures(self, *where: sa.ColumnElement[bool]) -> list[Erased]:
        query = sa.select(erased).where(*where).order_by(erased.c.item, erased.c.version)
        with _refusing(), self._engine.connect() as conn:
            return [Erased(**_with_uuid(row)) for row in conn.execute(query)]

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with _refusing(), self._engine.begin() as conn:
            yield conn


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _failed() from error


def _failed() -> StorageFailed:
    return StorageFailed("The key store cannot be used now. Try again; if it stays so, call the operator.")


def _row(key: Key) -> dict[str, Any]:
    return {column.name: getattr(key, column.name) for column in object_key.columns} | {"item": str(key.item)}


def _with_uuid(row: sa.Row[Any]) -> dict[str, Any]:
    return dict(row._mapping) | {"item": UUID(row.item)}  # noqa: SLF001 - SQLAlchemy's public name for it
