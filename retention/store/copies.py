"""Rows of copies on paper and media. Written here alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any, cast

import sqlalchemy as sa

from retention.model.copy import Copy
from retention.ports import Words
from retention.tables.endings import disposal_copy

_COLUMNS = tuple(each.name for each in fields(Copy))
_WORDS = ("holder", "place", "witness", "evidence")


class Copies:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def find(self, copy: str) -> Copy | None:
        """One copy."""
        return next(iter(self._many(disposal_copy.c.id == copy)), None)

    def of_item(self, item: str) -> Sequence[Copy]:
        """All of an item, those registered first before the others."""
        return self.of([item])[item]

    def of(self, items: Collection[str]) -> dict[str, list[Copy]]:
        """The same of many items, by item."""
        found: dict[str, list[Copy]] = {item: [] for item in items}
        for copy in self._many(disposal_copy.c.item.in_(sorted(found))):
            found[copy.item].append(copy)
        return found

    def all(self) -> Sequence[Copy]:
        """Every one there is, for a comparison with the log."""
        return self._many(sa.true())

    def waited_for(self, items: Collection[str]) -> set[str]:
        """Those of these items that have an open copy."""
        column = disposal_copy.c
        query = sa.select(column.item).where(column.fate == "open", column.item.in_(sorted(items))).distinct()
        return set(self._conn.execute(query).scalars())

    def add(self, copy: Copy) -> None:
        """A copy that is not there yet; one that is stays as it is (a rebuild)."""
        known = sa.select(sa.exists().where(disposal_copy.c.id == copy.id))
        if not self._conn.execute(known).scalar_one():
            self._conn.execute(disposal_copy.insert().values(self._sealed(copy.id, copy_values(copy))))

    def account(self, copy: str, **values: Any) -> None:
        """What became of an open one; the first answer stays."""
        mine = (disposal_copy.c.id == copy, disposal_copy.c.fate == "open")
        self._conn.execute(disposal_copy.update().where(*mine).values(self._sealed(copy, values)))

    def _many(self, condition: sa.ColumnElement[bool]) -> list[Copy]:
        query = sa.select(disposal_copy).where(condition)
        rows = self._conn.execute(query.order_by(disposal_copy.c.registered_at, disposal_copy.c.id)).mappings()
        return [self._copy(row) for row in rows]

    def _copy(self, row: sa.RowMapping) -> Copy:
        values = cast(dict[str, Any], dict(row))
        return Copy(**values | {name: self._words.open(_about(values["id"], name), values[name]) for name in _WORDS})

    def _sealed(self, copy: str, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._words.seal(_about(copy, name), value) if name in _WORDS else value
            for name, value in values.items()
        }


def copy_values(copy: Copy) -> dict[str, Any]:
    """As the table takes it, unsealed."""
    return {name: getattr(copy, name) for name in _COLUMNS}


def _about(copy: str, name: str) -> str:
    return f"disposal-copy/{copy}/{name}"
