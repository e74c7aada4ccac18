"""Files on a draft: begun, sealed as they arrive, attached, taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from foundation.actor import Actor
from sharing.errors.items import FileEmpty, FileNameRefused, FileNotFound, FileTooLarge, MalwareFound, TooManyFiles
from sharing.events import items as events
from sharing.model.inspected import NOT_INSPECTED, Inspected
from sharing.model.item import FileShown
from sharing.rules.filenames import NameRefused, clean, media_type
from sharing.service.drafting import Drafting
from sharing.store import drafts, markings
from vault.parts import PartWriter, SealedPart


class Attaching(Drafting):
    """Begin, attach, remove. Streaming happens between the first two, outside any transaction."""

    def begin_file(self, draft: UUID, name: str, *, size: int | None = None, actor: Actor, now: datetime) -> PartWriter:
        """A writer for one more file; commit, stream, ``finish()``, then ``attach``. ``size`` in bytes if announced.

        The writer itself refuses the first byte over the limit and a file without content (vault.too-large,
        vault.empty). Raises DraftNotFound, FileNameRefused, FileTooLarge, FileEmpty, TooManyFiles.
        """
        self._draft(draft, actor, now)
        self._clean(name)
        self._room(draft)
        self._sized(size)
        part = drafts.next_part(self._conn, draft)
        return self._vault.begin_part(item=draft, part=part, actor=actor, now=now, limit=self._limits.file_bytes)

    def attach(
        self,
        draft: UUID,
        sealed: SealedPart,
        name: str,
        given_type: str = "",
        *,
        inspected: Inspected = NOT_INSPECTED,
        actor: Actor,
        now: datetime,
    ) -> FileShown:
        """The file, now streamed and inspected, becomes part of the draft.

        Raises DraftNotFound, FileNameRefused, TooManyFiles, FileNotFound for a file of another draft, MalwareFound,
        and MarkingSpill for one marked above OFFICIAL. Whoever streamed it drops it then.
        """
        self._draft(draft, actor, now)
        kept, kind = self._clean(name), media_type(given_type)
        self._room(draft)
        if sealed.item != draft:
            raise FileNotFound("That file was begun for another draft.", subject=str(draft))
        self._refuse(draft, inspected)
        self._vault.finish_part(sealed=sealed, actor=actor, now=now)
        values = {"size": sealed.size, "attached_by": actor.principal, "attached_at": now}
        seen = {"scanned": inspected.scanned, "searched": inspected.searched}
        drafts.add_file(self._conn, draft, sealed.part, values | seen)
        markings.add(self._conn, draft, sealed.part, inspected.found)
        self._sealed(draft, actor, now).put_file(sealed.part, kept, kind)
        self._record(
            events.FILE_ATTACHED,
            actor=actor,
            now=now,
            subject=str(draft),
            part=sealed.part,
            size=sealed.size,
            found=sorted({each.says for each in inspected.found}),
            scanned=inspected.scanned,
            searched=inspected.searched,
        )
        return FileShown(sealed.part, kept, kind, sealed.size, now, inspected)

    def remove_file(self, draft: UUID, part: int, *, actor: Actor, now: datetime) -> None:
        """Take a file off. Raises DraftNotFound, FileNotFound."""
        self._draft(draft, actor, now)
        if not drafts.remove_file(self._conn, draft, part):
            raise FileNotFound("It may have been taken off before.", subject=str(draft))
        for name in (f"file/{part}", markings.why(part)):
            self._sealed(draft, actor, now).drop(name)
        markings.drop(self._conn, draft, part)
        self._vault.drop_part(item=draft, part=part, actor=actor, now=now)
        self._record(events.FILE_REMOVED, actor=actor, now=now, subject=str(draft), part=part)

    def _refuse(self, draft: UUID, inspected: Inspected) -> None:
        if inspected.malware:
            raise MalwareFound(
                "The scanner knows it as malware. Nothing of it was kept. Do not open it, and tell your security team.",
                fact=events.MALWARE_REFUSED,
                what={"signature": inspected.malware},
                subject=str(draft),
            )
        self._refuse_spill(inspected.found, "file")

    def _sized(self, size: int | None) -> None:
        if size is not None and size > self._limits.file_bytes:
            raise FileTooLarge(f"One file may have {self._limits.file_bytes:,} bytes at most; this one has {size:,}.")
        if size == 0:
            raise FileEmpty("The file has no content. Choose another, or check what made it.")

    def _clean(self, name: str) -> str:
        try:
            return clean(name)
        except NameRefused as error:
            raise FileNameRefused(f"{error}.", fields={"file": [str(error)]}) from None

    def _room(self, draft: UUID) -> None:
        if len(drafts.files(self._conn, draft)) >= self._limits.files:
            raise TooManyFiles(f"One item may carry {self._limits.files} files at most. Send the rest with another.")

    def _files(self, uuid: UUID, actor: Actor, now: datetime) -> tuple[FileShown, ...]:
        """The files with their names opened, and why they say more than is declared."""
        rows: list[sa.Row[Any]] = list(drafts.files(self._conn, uuid))
        sealed, found = self._sealed(uuid, actor, now), markings.found(self._conn, uuid)
        named, why = sealed.files(row.part for row in rows), sealed.get(markings.why(part) for part in found)
        return tuple(
            FileShown(
                row.part,
                *named[row.part],
                row.size,
                row.attached_at,
                Inspected(row.scanned, "", row.searched, found.get(row.part, ())),
                why.get(markings.why(row.part), ""),
            )
            for row in rows
        )
