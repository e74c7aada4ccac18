"""Consents to transfers abroad, and recoveries, as the log has them, held against the rows."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from audit.fact import Fact
from audit.replica import differing
from identity.events import CONSENT_KINDS, RECOVERY_KINDS
from identity.tables import recovery, transfer_consent


class SealReplay:
    """Told every fact in order, then asked. What a row was last bound with says everything that is in it."""

    def __init__(self, table: sa.Table, noun: str, kinds: frozenset[str]) -> None:
        """``kinds``: facts whose subject is the row's id and whose ``seal`` is what it was bound with."""
        self.kinds = kinds
        self._table, self._noun = table, noun
        self._seals: dict[str, str] = {}

    def close(self) -> None:
        """Forget it."""
        self._seals.clear()

    def follow(self, fact: Fact) -> None:
        """One fact."""
        if fact.outcome == "allowed":
            self._seals[fact.subject] = str(fact.what["seal"])

    def differences(self, conn: Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        rows = conn.execute(sa.select(self._table.c.id, self._table.c.bound)).all()
        follows = {f"{self._noun} {id_}": seal for id_, seal in self._seals.items()}
        yield from differing(follows, {f"{self._noun} {row.id}": row.bound.hex() for row in rows})


class ConsentReplay(SealReplay):
    """Consents to transfers abroad."""

    def __init__(self) -> None:
        super().__init__(transfer_consent, "consent", CONSENT_KINDS)


class RecoveryReplay(SealReplay):
    """Accounts given back to their owners."""

    def __init__(self) -> None:
        super().__init__(recovery, "recovery", RECOVERY_KINDS)
