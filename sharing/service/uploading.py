"""Uploads that go on where they broke off: begun, arriving piece by piece, whole, and then attached like any file.

An upload under way is no fact: nothing but its author's own page knows of it, and it goes when it expires. That the
file is attached is one. It belongs to the author of the draft; to anybody else there is no draft and no upload.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from foundation.actor import Actor
from foundation.ident import new_id
from sharing.errors.items import TooManyFiles
from sharing.errors.uploads import OffsetDiffers, UploadNotFound, UploadTooLong, UploadUnfinished
from sharing.model.upload import UploadShown
from sharing.rules.filenames import media_type
from sharing.service.attaching import Attaching
from sharing.store import drafts, uploads
from vault.slices import Slice, Slicer

SOME = 100  # of what expired, in one unit of work


@dataclass(frozen=True, slots=True)
class Receiving:
    """What one request needs to go on: how many bytes the file has, where its first piece is kept, what seals it."""

    size: int
    slicer: Slicer
    place: str


class Uploading(Attaching):
    """Begin, go on, attach, end."""

    def begin_upload(
        self, draft: UUID, name: str, given_type: str = "", *, said: str = "", size: int, actor: Actor, now: datetime
    ) -> UploadShown:
        """A place for a file of ``size`` bytes. ``said``: the client's own metadata, kept sealed and given back.

        Raises DraftNotFound, FileNameRefused, FileTooLarge, FileEmpty, TooManyFiles.
        """
        self._draft(draft, actor, now)
        kept, kind = self._clean(name), media_type(given_type)
        self._sized(size)
        self._room(draft)
        under_way = uploads.of_draft(self._conn, draft, actor.principal, now)
        if len(drafts.files(self._conn, draft)) + len(under_way) >= self._limits.files:
            raise TooManyFiles(
                f"One item may carry {self._limits.files} files at most, with those on their way. Finish or remove one."
            )
        uuid = new_id(now)
        expires = now + timedelta(hours=self._limits.upload_hours)
        values = {"by": actor.principal, "size": size, "begun": now, "expires": expires}
        uploads.add(self._conn, uuid, draft, values)
        words = {"name": kept, "media_type": kind, "said": said}
        self._sealed(draft, actor, now).put(_name(uuid), json.dumps(words, ensure_ascii=False))
        return UploadShown(uuid, draft, kept, kind, said, size, 0, None, now, expires)

    def upload(self, draft: UUID, upload: UUID, *, actor: Actor, now: datetime) -> UploadShown:
        """How far it is. Raises DraftNotFound, UploadNotFound."""
        return self._uploads(draft, [self._one(draft, upload, actor, now)], actor, now)[0]

    def uploads(self, draft: UUID, *, actor: Actor, now: datetime) -> Sequence[UploadShown]:
        """Those of the draft that are no files yet. Raises DraftNotFound."""
        self._draft(draft, actor, now)
        return self._uploads(draft, uploads.of_draft(self._conn, draft, actor.principal, now), actor, now)

    def receive(
        self, draft: UUID, upload: UUID, offset: int, *, length: int | None = None, actor: Actor, now: datetime
    ) -> Receiving:
        """Go on at ``offset``, with ``length`` bytes if announced. Commit before streaming.

        Raises DraftNotFound, UploadNotFound, OffsetDiffers, UploadTooLong.
        """
        row = self._one(draft, upload, actor, now)
        if row.arrived != offset:
            raise _elsewhere(row)
        if length is not None and offset + length > row.size:
            raise UploadTooLong(f"The file has {row.size:,} bytes; {row.size - offset:,} are still to come.")
        place = self._vault.place_slice(item=draft, actor=actor, now=now) if offset < row.size else ""
        return Receiving(row.size, self._vault.slicer(item=draft, upload=upload, actor=actor, now=now), place)

    def arrived(
        self, draft: UUID, upload: UUID, pieces: Sequence[Slice], *, more: bool = True, actor: Actor, now: datetime
    ) -> str:
        """These, sealed and durable, go on where the upload ends. Where the next is to be kept, if there is ``more``.

        Raises DraftNotFound, UploadNotFound, and OffsetDiffers for the later of two who go on at one place.
        """
        row = self._one(draft, upload, actor, now)
        at = pieces[0].start
        for piece in pieces:
            if piece.start != at:
                raise _elsewhere(row)
            at += piece.size
        if not uploads.move(self._conn, upload, pieces[0].start, at):
            raise _elsewhere(row)
        uploads.keep(self._conn, upload, pieces)
        return self._vault.place_slice(item=draft, actor=actor, now=now) if more and at < row.size else ""

    def next_place(self, draft: UUID, upload: UUID, *, actor: Actor, now: datetime) -> str:
        """Where one more piece is to be kept while those before it are not known to be good."""
        self._one(draft, upload, actor, now)
        return self._vault.place_slice(item=draft, actor=actor, now=now)

    def whole(self, draft: UUID, upload: UUID, *, actor: Actor, now: datetime) -> tuple[UploadShown, Iterator[bytes]]:
        """All of it, piece by piece in the clear, read without the database. Raises as ``upload``, UploadUnfinished."""
        row = self._one(draft, upload, actor, now)
        shown = self._uploads(draft, [row], actor, now)[0]
        if not shown.whole:
            raise UploadUnfinished(f"{row.size - row.arrived:,} bytes are still to come.", subject=str(draft))
        slicer = self._vault.slicer(item=draft, upload=upload, actor=actor, now=now)
        pieces = uploads.slices(self._conn, upload)
        return shown, (slicer.open(piece) for piece in pieces)

    def upload_attached(self, draft: UUID, upload: UUID, part: int, *, actor: Actor, now: datetime) -> None:
        """In the unit of work that attached it. Raises UploadNotFound when it was attached, or ended, meanwhile."""
        if not uploads.become(self._conn, upload, part):
            raise _none(draft)
        self._vault.drop_slices(names=uploads.empty(self._conn, [upload]), actor=actor, now=now)

    def drop_upload(self, draft: UUID, upload: UUID, *, actor: Actor, now: datetime) -> None:
        """End it; what arrived of it goes. A file it became stays. Raises DraftNotFound, UploadNotFound."""
        self._one(draft, upload, actor, now)
        self._forget(draft, [upload], actor, now)

    def discard_draft(self, draft: UUID, *, expected: int | None = None, actor: Actor, now: datetime) -> None:
        """The draft, with what is under way to it."""
        self._draft(draft, actor, now, expected)
        self._forget_uploads(draft, actor, now)
        super().discard_draft(draft, expected=expected, actor=actor, now=now)

    def sweep_uploads(self, *, actor: Actor, now: datetime) -> int:
        """End some of those that have expired; how many."""
        found = uploads.over(self._conn, now, SOME)
        for upload, draft in found:
            self._forget(draft, [upload], actor, now)
        return len(found)

    def _forget_uploads(self, draft: UUID, actor: Actor, now: datetime) -> None:
        """The draft goes, or is sent: what is under way to it does not go with it."""
        found = uploads.to_draft(self._conn, draft)
        if found:
            self._forget(draft, found, actor, now)

    def _forget(self, draft: UUID, found: Sequence[UUID], actor: Actor, now: datetime) -> None:
        self._vault.drop_slices(names=uploads.empty(self._conn, found), actor=actor, now=now)
        sealed = self._sealed(draft, actor, now)
        for upload in found:
            sealed.drop(_name(upload))
        uploads.remove(self._conn, found)

    def _one(self, draft: UUID, upload: UUID, actor: Actor, now: datetime) -> sa.Row[Any]:
        self._draft(draft, actor, now)
        row = uploads.one(self._conn, upload, draft, actor.principal, now)
        if row is None:
            raise _none(draft)
        return row

    def _uploads(
        self, draft: UUID, rows: Sequence[sa.Row[Any]], actor: Actor, now: datetime
    ) -> tuple[UploadShown, ...]:
        said = self._sealed(draft, actor, now).get(_name(UUID(row.uuid)) for row in rows) if rows else {}
        return tuple(
            UploadShown(
                UUID(row.uuid),
                draft,
                **json.loads(said[_name(UUID(row.uuid))]),
                **{name: getattr(row, name) for name in ("size", "arrived", "part", "begun", "expires")},
            )
            for row in rows
        )


def _name(upload: UUID) -> str:
    return f"upload/{upload}"


def _none(draft: UUID) -> UploadNotFound:
    return UploadNotFound("It ended, or expired. Send the file again.", subject=str(draft))


def _elsewhere(row: sa.Row[Any]) -> OffsetDiffers:
    return OffsetDiffers(f"It goes on at byte {row.arrived:,}. Ask for the offset, then send from there.")
