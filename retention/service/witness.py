"""The log's proofs for a certificate, straight from the log below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.bundle import receipt
from audit.keys import LogKeys
from audit.tables import audit_index
from foundation.actor import Actor


class LogWitness:
    """``retention.ports.Witness`` over the log on this connection."""

    def __init__(self, conn: sa.Connection, keys: LogKeys) -> None:
        self._conn = conn
        self._keys = keys

    def entry(self, item: str, act: str, *, actor: Actor, now: datetime) -> str:  # noqa: ARG002
        """The id of the newest entry of that act about the item that was allowed; "" where there is none."""
        index = audit_index.c
        query = sa.select(index.entry_id).where(index.item == item, index.act == act, index.outcome == "allowed")
        return str(self._conn.scalar(query.order_by(index.seq.desc()).limit(1)) or "")

    def receipt(self, entry: str, fields: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG002
        """Leaf, inclusion proof, checkpoint and the named disclosures. Raises what ``audit.bundle.receipt`` raises."""
        return receipt(self._conn, self._keys, entry, now=now, fields=fields)
