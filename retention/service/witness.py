"""The log's proofs for a certificate, straight from the log below."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.fact import Fact
from audit.follow import facts_about_all
from audit.keys import LogKeys
from audit.receipts import receipts
from foundation.actor import Actor


class LogWitness:
    """``retention.ports.Witness`` over the log on this connection."""

    def __init__(self, conn: sa.Connection, keys: LogKeys) -> None:
        self._conn = conn
        self._keys = keys

    def receipt(self, entry: str, fields: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, Any]:
        """Leaf, inclusion proof, checkpoint and the named disclosures. Raises what ``audit.receipts`` raises."""
        return self.receipts([entry], fields, actor=actor, now=now)[entry]

    def receipts(
        self,
        entries: Collection[str],
        fields: Sequence[str],
        *,
        actor: Actor,  # noqa: ARG002
        now: datetime,
    ) -> dict[str, dict[str, Any]]:
        """The same of each of many, by the entry's id."""
        return receipts(self._conn, self._keys, entries, now=now, fields=fields)

    def facts(self, item: str) -> Sequence[Fact]:
        """What the log says of one item, oldest first. Raises LogDamaged."""
        return self.facts_of([item])[item]

    def facts_of(self, items: Collection[str], kinds: Collection[str] | None = None) -> dict[str, list[Fact]]:
        """The same of each of many; with ``kinds`` only what is of these."""
        return facts_about_all(self._conn, self._keys, items, kinds)
