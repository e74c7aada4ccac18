"""What remains of an item when its time is up. Whoever disposes of it has decided, and records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.trail import Act
from foundation.actor import Actor
from foundation.phrases import Phrase
from sharing.errors.items import ActRefused, ItemNotFound
from sharing.events import items as events
from sharing.model.item import CLOSED, DESTROYED, WITHDRAWN, Content
from sharing.service.looking import Looking
from sharing.store import drafts, markings, subjects, uploads
from sharing.store import items as rows
from sharing.store.content import forget
from vault.parts import PartReader


@dataclass(frozen=True, slots=True)
class FileReturned:
    """One file on its way back. Close the reader."""

    name: str
    media_type: str
    reader: PartReader


@dataclass(frozen=True, slots=True)
class Returned:
    """All of an item for its source: ``words`` as JSON knows it, every file opened."""

    reference: str
    marking: str
    words: dict[str, Any]
    files: tuple[FileReturned, ...]


class Ending(Looking):
    """For disposal alone; no person is served by these."""

    def bytes_of(
        self,
        *,
        items: Sequence[UUID],
        actor: Actor,  # noqa: ARG002 - every act names them
        now: datetime,  # noqa: ARG002
    ) -> Mapping[UUID, int]:
        """How many bytes of files each of the items holds, in clear. Names nothing of them."""
        return drafts.sizes(self._conn, items)

    def handing_back(self, *, item: UUID, actor: Actor, now: datetime) -> Returned:
        """All of the item, opened to be given back to its source; whoever asked has decided, and records it.

        Raises ItemNotFound, ActRefused (held back), FactsAltered, KeyGone, KeyDisabled, Tampered, Unavailable (keys,
        store).
        """
        row = rows.by_uuid(self._conn, item)
        if row is None or row.state == DESTROYED:
            raise ItemNotFound("There is no such item.", subject=str(item))
        self._bound.check(row.id)
        if row.quarantined:
            raise _held_back(row)
        self._vault.must_be_marked(item=item, marking=row.marking_code, actor=actor, now=now)
        sealed = self._sealed(item, actor, now)
        files: list[FileReturned] = []
        try:
            for part, (name, media_type) in sorted(sealed.files(self._parts(item)).items()):
                reader = self._vault.open_part(item=item, part=part, actor=actor, now=now)
                files.append(FileReturned(name, media_type, reader))
        except BaseException:
            for each in files:
                each.reader.close()
            raise
        return Returned(row.reference, row.marking, _words(row, sealed.content()), tuple(files))

    def _parts(self, item: UUID) -> list[int]:
        return [row.part for row in drafts.files(self._conn, item)]

    def tombstone(self, *, items: Sequence[UUID], actor: Actor, now: datetime, again: bool = False) -> None:
        """Leave rows without words: sealed texts, file names and what the items were found by are removed.

        ``again``: they were destroyed before a backup was restored, in which they may still be open, or drafts, of
        which nothing is left. Repeating changes nothing. Raises ItemNotFound, FactsAltered; RuntimeError for an item
        still open, which nobody may destroy.
        """
        found = rows.by_uuids(self._conn, items)
        for item in items if not again else ():
            if item not in found:
                raise ItemNotFound("There is no such item.", subject=str(item))
            if found[item].state not in (CLOSED, WITHDRAWN, DESTROYED):
                msg = "only what is closed or withdrawn is destroyed"
                raise RuntimeError(msg)
        left = [item for item in items if item not in found]
        waiting = {item: row for item, row in found.items() if row.state != DESTROYED}
        self._bound.check(*(row.id for row in waiting.values()))
        forget(self._conn, *left, *waiting)
        subjects.drop_drafts(self._conn, *left)
        drafts.remove_files(self._conn, *left, *waiting)
        markings.drop_all(self._conn, *left, *waiting)
        for item in left:
            drafts.discard(self._conn, item)
            uploads.forget(self._conn, item)
        if waiting:
            self._empty(list(waiting.values()), actor, now)

    def _empty(self, emptied: Sequence[sa.Row[Any]], actor: Actor, now: datetime) -> None:
        ids = [row.id for row in emptied]
        subjects.remove(self._conn, ids)
        if not rows.change_all(self._conn, [(row.id, row.version) for row in emptied], {"state": DESTROYED}):
            raise self._changed(emptied[0].uuid if len(emptied) == 1 else "")
        rows.tell_all(self._conn, ids, act="destroyed", by=actor.principal, now=now)
        bound = self._bound.seal_all(ids)
        acts = [
            Act(row.uuid, {"reference": row.reference, "bound": bound[row.id]}, marking=row.marking_code)
            for row in emptied
        ]
        self._trail.record_all(events.ITEM_EMPTIED, acts, actor=actor, now=now)


def _words(row: sa.Row[Any], content: Content) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "marking": row.marking,
        "kind": row.kind,
        "establishment": row.establishment,
        "sent_at": row.sent_at.isoformat(),
        "title": content.title,
        "text": content.text,
        "sharing_purpose": content.sharing_purpose,
        "subjects": [{"name": each.name, "identifiers": dict(each.identifiers)} for each in content.subjects],
    }


def _held_back(row: sa.Row[Any]) -> ActRefused:
    return ActRefused(
        Phrase("It is held back while an incident is looked into. Ask your security lead."),
        fact=events.ACCESS_REFUSED,
        what={"act": "hand-back", "reference": row.reference},
        subject=row.uuid,
        marking=row.marking_code,
        rules=("INC-01-quarantine",),
    )
