"""Packages for the archive and its receipts: rows to nouns and back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, cast

import sqlalchemy as sa

from retention.model.transfer import Transfer
from retention.tables.cases import disposal_transfer


class TransferRows:
    """One row an item, on one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def find(self, item: str) -> Transfer | None:
        """The newest package of an item."""
        return self.of([item]).get(item)

    def of(self, items: Collection[str]) -> dict[str, Transfer]:
        """Those of many items, by item."""
        query = sa.select(disposal_transfer).where(disposal_transfer.c.item.in_(sorted(set(items))))
        rows = self._conn.execute(query).mappings()
        return {row["item"]: Transfer(**cast(dict[str, Any], dict(row))) for row in rows}

    def put(self, transfer: Transfer) -> None:
        """It takes the place of the one before."""
        self._conn.execute(disposal_transfer.delete().where(disposal_transfer.c.item == transfer.item))
        self._conn.execute(disposal_transfer.insert().values(asdict(transfer)))
