"""Certificates: rows to nouns and back. Written here alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

import sqlalchemy as sa

from retention.model.case import Certificate
from retention.tables.endings import disposal_certificate


class Certificates:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def of(self, items: Collection[str]) -> dict[str, Certificate]:
        """Those of these items that have one, proven or not, by item."""
        rows = self._conn.execute(_OF, {"items": sorted(set(items))}).mappings()
        return {row["item"]: Certificate(**cast(dict[str, Any], dict(row))) for row in rows}

    def add(self, issued: Sequence[Certificate]) -> None:
        """Keep what was issued."""
        if issued:
            self._conn.execute(_ADD, [asdict(each) for each in issued])

    def prove(self, texts: Mapping[str, str]) -> None:
        """Keep the whole files of the certificates of these items."""
        if texts:
            self._conn.execute(_PROVE, [{"_item": item, "text": text} for item, text in texts.items()])

    def unproven(self, limit: int) -> list[str]:
        """Items whose certificate was issued and is not proven yet."""
        return list(self._conn.execute(_UNPROVEN.limit(limit)).scalars())


_OF = sa.select(disposal_certificate).where(disposal_certificate.c.item.in_(sa.bindparam("items", expanding=True)))
_ADD = disposal_certificate.insert()
_PROVE = disposal_certificate.update().where(disposal_certificate.c.item == sa.bindparam("_item"))
_UNPROVEN = (
    sa.select(disposal_certificate.c.item)
    .where(disposal_certificate.c.text == "")
    .order_by(disposal_certificate.c.item)
)
