"""Reading and writing the vault's rows in the application's database, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.trail import Entry
from vault.envelope import FORMAT
from vault.errors import PartExists
from vault.parts import SealedPart
from vault.tables import vault_object, vault_part


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One item version, as the application knows it."""

    item: UUID
    version: int
    marking: str
    state: str
    entry_id: str | None


class Rows:
    """One connection's view."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add_object(self, item: UUID, version: int, body: str, marking: str, now: datetime) -> None:
        values = {"item": str(item), "version": version, "body": body, "marking": marking}
        values |= {"state": "live", "created": now}
        self._conn.execute(sa.insert(vault_object).values(**values))

    def object(self, item: UUID, version: int) -> ObjectRow | None:
        """One version."""
        return next(iter(self._objects(vault_object.c.item == str(item), vault_object.c.version == version)), None)

    def objects(self, item: UUID) -> list[ObjectRow]:
        """All versions of an item, in order."""
        return self._objects(vault_object.c.item == str(item))

    def objects_of(self, items: Iterable[UUID]) -> list[ObjectRow]:
        """All versions of many items."""
        wanted = sorted({str(item) for item in items})
        found: list[ObjectRow] = []
        for start in range(0, len(wanted), 500):
            found += self._objects(vault_object.c.item.in_(wanted[start : start + 500]))
        return found

    def by_item(self, items: Sequence[UUID]) -> dict[UUID, list[ObjectRow]]:
        """The same by item; of one never heard of there are none."""
        found: dict[UUID, list[ObjectRow]] = {item: [] for item in items}
        for row in self.objects_of(items):
            found[row.item].append(row)
        return found

    def objects_in(self, state: str) -> list[ObjectRow]:
        """Every item version in a state."""
        return self._objects(vault_object.c.state == state)

    def state(self, item: UUID, version: int) -> str:
        """live | disabled | condemned | destroyed, or "" for an unknown one."""
        found = self.object(item, version)
        return found.state if found else ""

    def set_marking(self, item: UUID, version: int, marking: str) -> None:
        mine = (vault_object.c.item == str(item), vault_object.c.version == version)
        self._conn.execute(sa.update(vault_object).where(*mine).values(marking=marking))

    def set_state(self, item: UUID, state: str) -> None:
        self._conn.execute(sa.update(vault_object).where(vault_object.c.item == str(item)).values(state=state))

    def set_destroyed(self, entries: Mapping[UUID, Entry]) -> None:
        """Each item's keys are gone, and this entry says so."""
        rows = [{"_item": str(item), "entry_id": entry.id} for item, entry in entries.items()]
        if rows:
            self._conn.execute(_SET_DESTROYED, rows)

    def begin(self, name: str, item: UUID, version: int, part: int, now: datetime) -> None:
        """Raises PartExists when the number is taken by a finished file."""
        if self.live_part(item, version, part):
            raise _taken(item)
        values = {"item": str(item), "version": version, "part": part, "format": FORMAT}
        self._conn.execute(sa.insert(vault_part).values(object=name, state="pending", created=now, **values))

    def finish(self, sealed: SealedPart) -> bool:
        """False when it was not pending. Raises PartExists when another upload was first."""
        values = {"stored_size": sealed.stored_size, "stored_sha256": sealed.stored_sha256, "meta": sealed.meta}
        mine = (vault_part.c.object == sealed.object, vault_part.c.state == "pending")
        try:
            return self._conn.execute(sa.update(vault_part).where(*mine).values(state="live", **values)).rowcount == 1
        except sa.exc.IntegrityError:
            raise _taken(sealed.item) from None

    def live_part(self, item: UUID, version: int, part: int) -> sa.Row[Any] | None:
        query = sa.select(vault_part).where(*_numbered(item, version, part), vault_part.c.state == "live")
        return self._conn.execute(query).first()

    def drop(self, item: UUID, version: int, part: int) -> list[str]:
        """Mark what there is of a number dropped; the names of its objects."""
        mine = (*_numbered(item, version, part), vault_part.c.state != "dropped")
        names = self._conn.scalars(sa.select(vault_part.c.object).where(*mine)).all()
        self._conn.execute(sa.update(vault_part).where(*mine).values(state="dropped"))
        return list(names)

    def drop_named(self, names: Iterable[str]) -> list[str]:
        """Mark these objects, if they are pending, dropped; those that were."""
        found: list[str] = []
        wanted = sorted(set(names))
        for start in range(0, len(wanted), 500):
            mine = (vault_part.c.object.in_(wanted[start : start + 500]), vault_part.c.state == "pending")
            found += self._conn.scalars(sa.select(vault_part.c.object).where(*mine)).all()
            self._conn.execute(sa.update(vault_part).where(*mine).values(state="dropped"))
        return found

    def parts(self, items: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
        """State of every object of these items, by item and name."""
        found: dict[UUID, dict[str, str]] = {item: {} for item in items}
        columns = (vault_part.c.item, vault_part.c.object, vault_part.c.state)
        query = sa.select(*columns).where(vault_part.c.item.in_([str(item) for item in items]))
        for item, name, state in self._conn.execute(query):
            found[UUID(item)][name] = state
        return found

    def part_state(self, name: str) -> str:
        """pending | live | dropped, or ""."""
        return self._conn.scalar(sa.select(vault_part.c.state).where(vault_part.c.object == name)) or ""

    def leftovers(self, before: datetime) -> list[str]:
        """Objects of dropped rows, and of rows pending since before an instant."""
        old = (vault_part.c.state == "pending") & (vault_part.c.created < before)
        query = sa.select(vault_part.c.object).where((vault_part.c.state == "dropped") | old)
        return list(self._conn.scalars(query.order_by(vault_part.c.object)))

    def forget(self, name: str) -> None:
        self.forget_all([name])

    def forget_all(self, names: Sequence[str]) -> None:
        self._conn.execute(sa.delete(vault_part).where(vault_part.c.object.in_(names)))

    def _objects(self, *where: sa.ColumnElement[bool]) -> list[ObjectRow]:
        wanted = (
            vault_object.c.item,
            vault_object.c.version,
            vault_object.c.marking,
            vault_object.c.state,
            vault_object.c.entry_id,
        )
        query = sa.select(*wanted).where(*where).order_by(vault_object.c.item, vault_object.c.version)
        return [ObjectRow(UUID(item), *rest) for item, *rest in self._conn.execute(query)]


_SET_DESTROYED = sa.update(vault_object).where(vault_object.c.item == sa.bindparam("_item")).values(state="destroyed")


def _numbered(item: UUID, version: int, part: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (vault_part.c.item == str(item), vault_part.c.version == version, vault_part.c.part == part)


def _taken(item: UUID) -> PartExists:
    return PartExists("Remove that file first, or give this one the next number.", subject=str(item))
