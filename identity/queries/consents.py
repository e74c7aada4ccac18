"""Consents to transfers abroad, for those they concern (M66-M68).

All of it: the compliance officers of both bodies, and whoever works abroad under one: they follow its conditions.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.actor import Actor
from identity.errors import ConsentUnknown
from identity.model import Consent
from identity.store import abroad
from identity.store.secrets import SecretBox
from identity.tables import transfer_consent

_C = transfer_consent.c


class Consents:
    """Reads only."""

    def __init__(self, conn: Connection, secrets: SecretBox) -> None:
        self._conn = conn
        self._secrets = secrets

    def seen(self, *, actor: Actor) -> list[Consent]:
        """Newest first, without words."""
        return abroad.find(self._conn, _concerns(actor))

    def one(self, id_: str, *, actor: Actor) -> Consent:
        """With its words. Raises ConsentUnknown, SecretUnreadable."""
        found = abroad.find(self._conn, _C.id == id_, _concerns(actor), secrets=self._secrets)
        if not found:
            raise ConsentUnknown("Choose a consent from the list.")
        return found[0]

    def in_force(self, *, owner: str, now: datetime) -> list[Consent]:
        """Those of one body that stand now: for the register of processing."""
        return abroad.find(self._conn, _C.owner == owner, _C.since <= now, _C.until > now, _C.withdrawn.is_(None))


def _concerns(actor: Actor) -> sa.ColumnElement[bool]:
    if "compliance-officer" in actor.duties:
        return sa.or_(_C.owner == actor.party, _C.to_party == actor.party)
    theirs = sa.and_(_C.to_party == actor.party, _C.person_id.in_(["", actor.id]))
    return theirs if actor.abroad else sa.and_(theirs, _C.person_id == actor.id)
