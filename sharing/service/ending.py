"""What remains of an item when its time is up. Whoever disposes of it has decided, and records it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from sharing import events
from sharing.errors import ItemNotFound
from sharing.model.item import CLOSED, DESTROYED, WITHDRAWN
from sharing.service.reading import Reading
from sharing.store import drafts, items, subjects
from sharing.store.content import forget


class Ending(Reading):
    """For disposal alone; no person is served by these."""

    def bytes_of(self, *, item: UUID, actor: Actor, now: datetime) -> int:  # noqa: ARG002 - every act names them
        """How many bytes of files the item holds, in clear. Names nothing of them."""
        return sum(row.size for row in drafts.files(self._conn, item))

    def tombstone(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Leave a row without words: sealed texts, file names and what it was found by are removed.

        Repeating changes nothing. Raises ItemNotFound, FactsAltered; RuntimeError for an item still open,
        which nobody may destroy.
        """
        row = items.by_uuid(self._conn, item)
        if row is None:
            raise ItemNotFound("There is no such item.", subject=str(item))
        if row.state == DESTROYED:
            return
        if row.state not in (CLOSED, WITHDRAWN):
            msg = "only what is closed or withdrawn is destroyed"
            raise RuntimeError(msg)
        self._bound.check(row.id)
        forget(self._conn, item)
        drafts.remove_files(self._conn, item)
        subjects.remove(self._conn, row.id)
        if not items.change(self._conn, row.id, row.version, {"state": DESTROYED}):
            raise self._changed(row.uuid)
        items.tell(self._conn, row.id, act="destroyed", by=actor.principal, office=None, now=now)
        self._record(
            events.ITEM_EMPTIED,
            actor=actor,
            now=now,
            subject=row.uuid,
            marking=row.marking_code,
            reference=row.reference,
            bound=self._bound.seal(row.id),
        )
