"""The key store: wrapped data keys in a database of their own, so that one deletion there erases content everywhere.

States are those of docs/formats/envelope.md, section 3. Every method is a transaction by itself: what it did stays
done whatever becomes of the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from vault.errors import KekClosed, KeyExists, KeyGone
from vault.kekstore import KekStore, closed_among
from vault.keydatabase import KeyDatabase, open_engine, refusing
from vault.keystore_tables import Erased, Key, Remarking, erased, erased_of, key_of, object_key, remarking, row_of

__all__ = ["Erased", "Key", "KeyStore", "Remarking", "erased", "object_key", "open_engine"]


class KeyStore:
    """Rows of keys. Give it ``open_engine``'s engine. A database fault is StorageFailed."""

    def __init__(self, engine: sa.Engine, *, forget: Callable[[UUID], None] | None = None) -> None:
        """``forget`` is told of every item whose keys were destroyed: whoever keeps any for a moment drops them."""
        self._engine, self._forget = engine, forget
        self._db = KeyDatabase(engine)
        self._db.make_tables()
        self.keks = KekStore(self._db)

    def moment(self) -> AbstractContextManager[sa.Connection]:
        """Every row as it is at one moment: for a backup."""
        return self._db.moment()

    def dispose(self) -> None:
        """Close what connections there are: a process that forks must not share them with its children."""
        self._engine.dispose()

    def add(self, key: Key) -> None:
        """A new key. Raises KeyExists if the item version has one or had one: a destroyed item stays destroyed.

        Raises KekClosed when its KEK was given up since the caller wrapped with it.
        """
        gone = sa.exists().where(erased.c.item == str(key.item), erased.c.version == key.version)
        exists = KeyExists("Use the next version number, or another item.", subject=str(key.item))
        with refusing():
            try:
                with self._engine.begin() as conn:
                    conn.execute(sa.insert(object_key).values(**row_of(key)))
                    if conn.scalar(sa.select(gone)):
                        raise exists
                    _must_be_open(conn, key.kek_id)
            except sa.exc.IntegrityError:
                raise exists from None

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

    def in_state(self, state: str, *, before: datetime | None = None) -> list[Key]:
        """Keys in a state, or in it since before an instant: what a sweep looks at."""
        old = sa.true() if before is None else object_key.c.changed < before
        return self._keys(object_key.c.state == state, old)

    def state(self, item: UUID) -> str:
        """pending | live | disabled | destroyed, or "" for an item never heard of. Disabled if any version is."""
        states = {key.state for key in self.of_item(item)}
        for state in ("disabled", "pending", "live"):
            if state in states:
                return state
        return "destroyed" if self.erased(item) else ""

    def settle(self, item: UUID, version: int) -> None:
        """The application has committed the key: pending becomes live; a destroyed one is known to be."""
        self.settle_all([(item, version)])

    def settle_all(self, known: Sequence[tuple[UUID, int]]) -> None:
        """The same of many (item, version) at once."""
        rows = [{"_item": str(item), "_version": version} for item, version in known]
        with self._db.writing() as conn:
            conn.execute(_SETTLE_KEY, rows)
            conn.execute(_SETTLE_ERASED, rows)

    def set_state(self, item: UUID, state: str, *, now: datetime) -> int:
        """``live`` or ``disabled`` for every version; how many keys the item has. Repeating changes nothing."""
        with self._db.writing() as conn:
            conn.execute(
                sa.update(object_key)
                .where(object_key.c.item == str(item), object_key.c.state != state)
                .values(state=state, changed=now)
            )
        return len(self.of_item(item))

    def propose(self, key: Key, *, kek_id: str, wrapped: bytes, marking: str, now: datetime) -> int:
        """Keep the data key wrapped for another marking beside the wrap in force; the number of the proposal.

        Raises KeyGone when the key was destroyed meanwhile, KekClosed as ``add`` does.
        """
        values = {"item": str(key.item), "version": key.version, "kek_id": kek_id, "wrapped": wrapped}
        mine = (object_key.c.item == str(key.item), object_key.c.version == key.version)
        with self._db.writing() as conn:
            made = conn.execute(sa.insert(remarking).values(**values, marking=marking, created=now))
            # Locked, where rows are locked: a destruction waits, and then deletes this wrap too.
            if conn.execute(sa.select(object_key.c.item).where(*mine).with_for_update()).first() is None:
                raise KeyGone("It was destroyed when its time was up, or never stored.", subject=str(key.item))
            _must_be_open(conn, kek_id)
            (number,) = made.inserted_primary_key or (0,)
        return int(number)

    def proposed(self, item: UUID, version: int, marking: str) -> bool:
        """Was the key wrapped for that marking, and the wrap not yet put in force?"""
        mine = (remarking.c.item == str(item), remarking.c.version == version, remarking.c.marking == marking)
        with self._db.reading() as conn:
            return conn.execute(sa.select(remarking.c.id).where(*mine)).first() is not None

    def proposals(self) -> list[Remarking]:
        """All that are open: none but what is being done just now, or was broken off."""
        columns = [remarking.c[name] for name in ("id", "item", "version", "marking", "created")]
        with self._db.reading() as conn:
            rows = conn.execute(sa.select(*columns).order_by(remarking.c.id))
            return [Remarking(number, UUID(item), *rest) for number, item, *rest in rows]

    def promote(self, number: int, *, now: datetime) -> None:
        """The application has committed the marking: the proposed wrap is in force, and earlier proposals are void.

        One that was withdrawn, or overtaken by a later one, changes nothing.
        """
        with self._db.writing() as conn:
            # Written first: on SQLite that is what keeps everybody else out.
            conn.execute(sa.update(remarking).where(remarking.c.id == number).values(created=now))
            row = conn.execute(sa.select(remarking).where(remarking.c.id == number)).first()
            if row is None:
                return
            mine = (object_key.c.item == row.item, object_key.c.version == row.version)
            values = {"kek_id": row.kek_id, "wrapped": row.wrapped, "marking": row.marking, "changed": now}
            conn.execute(sa.update(object_key).where(*mine).values(**values))
            late = (remarking.c.item == row.item, remarking.c.version == row.version, remarking.c.id <= number)
            conn.execute(sa.delete(remarking).where(*late))

    def withdraw(self, number: int) -> None:
        """The marking was not committed. An unknown number is no error."""
        with self._db.writing() as conn:
            conn.execute(sa.delete(remarking).where(remarking.c.id == number))

    def destroy(
        self,
        item: UUID,
        *,
        at: datetime,
        by: str,
        reason: str,
        versions: Sequence[int] | None = None,
        forget: bool = True,
    ) -> list[Erased]:
        """Delete the keys of the item (or some versions) for good; the erasures on record, earlier ones included.

        Repeating changes no record and finishes what was not finished. Without ``forget`` whoever destroys many calls
        ``forget_deleted`` once, after all of them. Raises ErasureUnfinished when the rows are gone
        but old bytes may still stand in the write-ahead log, because somebody is reading.
        """
        mine, also = object_key.c.item == str(item), remarking.c.item == str(item)
        if versions is not None:
            mine &= object_key.c.version.in_(versions)
            also &= remarking.c.version.in_(versions)
        self._delete([item], mine, also, at=at, by=by, reason=reason)
        if forget:
            self._db.forget_deleted()
        return self.erased(item)

    def destroy_all(self, items: Sequence[UUID], *, at: datetime, by: str, reason: str) -> dict[UUID, list[Erased]]:
        """The same of all versions of many items at once; the erasures of each."""
        named = [str(item) for item in items]
        self._delete(items, object_key.c.item.in_(named), remarking.c.item.in_(named), at=at, by=by, reason=reason)
        self._db.forget_deleted()
        return self.erased_of(items)

    def _delete(
        self,
        items: Sequence[UUID],
        mine: sa.ColumnElement[bool],
        also: sa.ColumnElement[bool],
        *,
        at: datetime,
        by: str,
        reason: str,
    ) -> None:
        with self._db.writing() as conn:
            # One statement deletes and tells under which KEK each stood at that moment, whoever was rewrapping.
            columns = (object_key.c.item, object_key.c.version, object_key.c.kek_id)
            gone = conn.execute(sa.delete(object_key).where(mine).returning(*columns)).all()
            conn.execute(sa.delete(remarking).where(also))
            said = {"at": at, "by": by, "reason": reason, "settled": False}
            if gone:
                conn.execute(sa.insert(erased), [{**row._mapping, **said} for row in gone])  # noqa: SLF001 - public name
        if self._forget is not None:
            for item in items:
                self._forget(item)

    def forget_deleted(self) -> None:
        """Have the database let go of the old bytes of what was deleted. Raises ErasureUnfinished: repeat it."""
        self._db.forget_deleted()

    def erased(self, item: UUID) -> list[Erased]:
        """The erasures of an item, by version."""
        return self.erased_of([item])[item]

    def erased_of(self, items: Sequence[UUID]) -> dict[UUID, list[Erased]]:
        """The same of many items, by item."""
        found: dict[UUID, list[Erased]] = {item: [] for item in items}
        for each in self._erasures(erased.c.item.in_([str(item) for item in items])):
            found[each.item].append(each)
        return found

    def unsettled_erasures(self, *, before: datetime) -> list[Erased]:
        """Erasures nobody has told the application's database of, as far as is known here."""
        return self._erasures(erased.c.settled.is_(False), erased.c.at < before)

    def _keys(self, *where: sa.ColumnElement[bool]) -> list[Key]:
        query = sa.select(object_key).where(*where).order_by(object_key.c.item, object_key.c.version)
        with self._db.reading() as conn:
            return [key_of(row) for row in conn.execute(query)]

    def _erasures(self, *where: sa.ColumnElement[bool]) -> list[Erased]:
        query = sa.select(erased).where(*where).order_by(erased.c.item, erased.c.version)
        with self._db.reading() as conn:
            return [erased_of(row) for row in conn.execute(query)]


def _must_be_open(conn: sa.Connection, kek_id: str) -> None:
    if closed_among(conn, [kek_id]):
        raise KekClosed("The keyring was rotated in the same moment. Try again.")


_ITEM: sa.BindParameter[str] = sa.bindparam("_item")
_VERSION: sa.BindParameter[int] = sa.bindparam("_version")
_SETTLE_KEY = (
    sa.update(object_key)
    .where(object_key.c.item == _ITEM, object_key.c.version == _VERSION, object_key.c.state == "pending")
    .values(state="live")
)
_SETTLE_ERASED = sa.update(erased).where(erased.c.item == _ITEM, erased.c.version == _VERSION).values(settled=True)
