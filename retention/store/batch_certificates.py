"""Certificates of batches, and which batches are owed one. Rows are written here alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, cast

import sqlalchemy as sa

from retention.model.batch import ENDS, BatchCertificate
from retention.tables.batches import disposal_batch, disposal_batch_certificate, disposal_batch_item
from retention.tables.cases import disposal_case
from retention.tables.endings import disposal_certificate

# An item of the batch that was to be destroyed, and its certificate with its proofs or without.
_ENDING: sa.ColumnElement[bool] = sa.and_(
    disposal_batch_item.c.batch == disposal_batch.c.id,
    disposal_batch_item.c.place == "approved",
    disposal_batch_item.c.proposal.in_(ENDS),
)
_CERTIFIED = sa.exists().where(_ENDING, disposal_certificate.c.item == disposal_batch_item.c.item)
_UNPROVEN = sa.exists().where(
    _ENDING, disposal_certificate.c.item == disposal_batch_item.c.item, disposal_certificate.c.text == ""
)
_UNDER_WAY = sa.exists().where(
    _ENDING, disposal_case.c.item == disposal_batch_item.c.item, disposal_case.c.state != "destroyed"
)


class BatchCertificates:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def owed(self, limit: int) -> list[str]:
        """Approved batches of which every item that was to be destroyed has its certificate, and they have none; and
        those whose own is not proven yet."""
        column = disposal_batch.c
        ready = (column.state == "approved", column.certificate == "", _CERTIFIED, sa.not_(_UNPROVEN))
        query = sa.select(column.id).where(*ready, sa.not_(_UNDER_WAY)).order_by(column.id).limit(limit)
        mine = disposal_batch_certificate.c
        unproven = sa.select(mine.batch).where(mine.text == "").order_by(mine.batch).limit(limit)
        return [*self._conn.execute(query).scalars(), *self._conn.execute(unproven).scalars()][:limit]

    def of_items(self, batch: str) -> dict[str, tuple[str, str]]:
        """(number, file) of the certificates of a batch's items, by item."""
        column = disposal_certificate.c
        query = (
            sa.select(column.item, column.number, column.text)
            .join(disposal_batch_item, disposal_batch_item.c.item == column.item)
            .where(disposal_batch_item.c.batch == batch)
        )
        return {str(item): (str(number), str(text)) for item, number, text in self._conn.execute(query)}

    def find(self, batch: str) -> BatchCertificate | None:
        """A batch's, proven or not."""
        query = sa.select(disposal_batch_certificate).where(disposal_batch_certificate.c.batch == batch)
        return next(iter(self._many(query)), None)

    def add(self, certificate: BatchCertificate) -> None:
        """Keep what was issued."""
        values = {each.name: getattr(certificate, each.name) for each in fields(BatchCertificate)}
        self._conn.execute(disposal_batch_certificate.insert().values(values))

    def prove(self, batch: str, text: str) -> None:
        """Keep the file."""
        mine = disposal_batch_certificate.c.batch == batch
        self._conn.execute(disposal_batch_certificate.update().where(mine).values(text=text))

    def _many(self, query: sa.Select[Any]) -> Sequence[BatchCertificate]:
        return [certificate_of(row) for row in self._conn.execute(query).mappings()]


def certificate_of(row: sa.RowMapping) -> BatchCertificate:
    """A row as the noun."""
    return BatchCertificate(**cast(dict[str, Any], dict(row)))
