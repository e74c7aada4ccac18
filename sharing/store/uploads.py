"""Rows of uploads and of their pieces. Each change says what it expects: of two at once, one changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sharing.tables.uploads import draft_slice, draft_upload
from vault.slices import Slice

_U, _S = draft_upload.c, draft_slice.c


def add(conn: sa.Connection, upload: UUID, draft: UUID, values: Mapping[str, Any]) -> None:
    """``values``: by, size, begun, expires."""
    row = {"uuid": str(upload), "draft_uuid": str(draft), "arrived": 0, "part": None, **values}
    conn.execute(sa.insert(draft_upload).values(**row))


def of_draft(conn: sa.Connection, draft: UUID, by: int, now: datetime) -> Sequence[sa.Row[Any]]:
    """Those of one person to one draft that are not over and no file yet, in order."""
    mine = (_U.draft_uuid == str(draft), _U.by == by, _U.expires > now, _U.part.is_(None))
    return conn.execute(sa.select(draft_upload).where(*mine).order_by(_U.begun, _U.uuid)).all()


def one(conn: sa.Connection, upload: UUID, draft: UUID, by: int, now: datetime) -> sa.Row[Any] | None:
    """The upload, if it is this person's, to this draft, and not over."""
    mine = (_U.uuid == str(upload), _U.draft_uuid == str(draft), _U.by == by, _U.expires > now)
    return conn.execute(sa.select(draft_upload).where(*mine)).first()


def move(conn: sa.Connection, upload: UUID, start: int, end: int) -> bool:
    """It goes on at ``end`` and no longer at ``start``; False when it does not stand there."""
    mine = (_U.uuid == str(upload), _U.arrived == start, _U.size >= end, _U.part.is_(None))
    return conn.execute(sa.update(draft_upload).where(*mine).values(arrived=end)).rowcount == 1


def keep(conn: sa.Connection, upload: UUID, pieces: Iterable[Slice]) -> None:
    """These arrived."""
    rows = [{"upload": str(upload), "start": one.start, "size": one.size, "object": one.object} for one in pieces]
    conn.execute(sa.insert(draft_slice), rows)


def slices(conn: sa.Connection, upload: UUID) -> list[Slice]:
    """What arrived, from the start."""
    query = sa.select(_S.start, _S.size, _S.object).where(_S.upload == str(upload)).order_by(_S.start)
    return [Slice(*row) for row in conn.execute(query)]


def become(conn: sa.Connection, upload: UUID, part: int) -> bool:
    """It is a file now; False when it was one before, or is not there."""
    mine = (_U.uuid == str(upload), _U.part.is_(None))
    return conn.execute(sa.update(draft_upload).where(*mine).values(part=part)).rowcount == 1


def empty(conn: sa.Connection, uploads: Sequence[UUID]) -> list[str]:
    """Forget the pieces; the names of their objects."""
    mine = _S.upload.in_([str(upload) for upload in uploads])
    names = list(conn.scalars(sa.select(_S.object).where(mine)))
    conn.execute(sa.delete(draft_slice).where(mine))
    return names


def remove(conn: sa.Connection, uploads: Sequence[UUID]) -> None:
    """Forget the uploads."""
    conn.execute(sa.delete(draft_upload).where(_U.uuid.in_([str(upload) for upload in uploads])))


def to_draft(conn: sa.Connection, draft: UUID) -> list[UUID]:
    """All there are to a draft, whatever became of them."""
    return [UUID(uuid) for uuid in conn.scalars(sa.select(_U.uuid).where(_U.draft_uuid == str(draft)))]


def forget(conn: sa.Connection, draft: UUID) -> None:
    """All rows of uploads to a draft that is no more, with everything stored for it."""
    found = to_draft(conn, draft)
    empty(conn, found)
    remove(conn, found)


def over(conn: sa.Connection, now: datetime, most: int) -> list[tuple[UUID, UUID]]:
    """(upload, draft) of some that have expired."""
    query = sa.select(_U.uuid, _U.draft_uuid).where(_U.expires <= now).order_by(_U.expires).limit(most)
    return [(UUID(upload), UUID(draft)) for upload, draft in conn.execute(query)]
