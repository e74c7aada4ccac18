"""The log's proofs for a certificate, straight from the log below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.bundle import receipt
from audit.fact import Fact
from audit.follow import facts_about
from audit.keys import LogKeys
from foundation.actor import Actor


class LogWitness:
    """``retention.ports.Witness`` over the log on this connection."""

    def __init__(self, conn: sa.Connection, keys: LogKeys) -> None:
        self._conn = conn
        self._keys = keys

    def receipt(self, entry: str, fields: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG002
        """Leaf, inclusion proof, checkpoint and the named disclosures. Raises what ``audit.bundle.receipt`` raises."""
        return receipt(self._conn, self._keys, entry, now=now, fields=fields)

    def facts(self, item: str) -> Sequence[Fact]:
        """What the log says of one item, oldest first. Raises LogDamaged."""
        return facts_about(self._conn, self._keys, item)
