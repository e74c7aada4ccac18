"""Rows of drafts and of the files of drafts and items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sharing.tables.items import draft, draft_named, item_file


def add(conn: sa.Connection, uuid: UUID, values: Mapping[str, Any], now: datetime) -> None:
    """A new draft at version 1."""
    conn.execute(sa.insert(draft).values(uuid=str(uuid), updated=now, version=1, parts=0, **values))


def own(conn: sa.Connection, uuid: UUID, author: int) -> sa.Row[Any] | None:
    """The draft of that name, if it is this author's."""
    return conn.execute(sa.select(draft).filter_by(uuid=str(uuid), author=author)).first()


def answering(conn: sa.Connection, item_id: int) -> Sequence[sa.Row[Any, Any]]:
    """The drafts begun in answer to an item, by whomever: uuid, author."""
    return conn.execute(
        sa.select(draft.c.uuid, draft.c.author).filter_by(reply_to=item_id).order_by(draft.c.uuid)
    ).all()


def change(conn: sa.Connection, uuid: UUID, version: int, values: Mapping[str, Any], now: datetime) -> bool:
    """Write and count the version up; False when the draft is no longer at ``version``."""
    done = conn.execute(
        sa.update(draft).filter_by(uuid=str(uuid), version=version).values(**values, version=version + 1, updated=now)
    )
    return done.rowcount == 1


def remove(conn: sa.Connection, uuid: UUID, version: int) -> bool:
    """Remove the row and its names; False when the draft is no longer at ``version``. Fields and files stay."""
    conn.execute(sa.delete(draft_named).filter_by(draft_uuid=str(uuid)))
    return conn.execute(sa.delete(draft).filter_by(uuid=str(uuid), version=version)).rowcount == 1


def discard(conn: sa.Connection, uuid: UUID) -> None:
    """The same, whatever its version; none is no error."""
    conn.execute(sa.delete(draft_named).filter_by(draft_uuid=str(uuid)))
    conn.execute(sa.delete(draft).filter_by(uuid=str(uuid)))


def named(conn: sa.Connection, uuid: UUID, basis: str) -> tuple[int, ...]:
    """Principals the author named, on this basis."""
    rows = conn.execute(sa.select(draft_named.c.principal).filter_by(draft_uuid=str(uuid), basis=basis))
    return tuple(sorted(rows.scalars()))


def name(conn: sa.Connection, uuid: UUID, basis: str, principals: Iterable[int]) -> None:
    """Name these and no others on this basis."""
    conn.execute(sa.delete(draft_named).filter_by(draft_uuid=str(uuid), basis=basis))
    for principal in sorted(set(principals)):
        conn.execute(sa.insert(draft_named).values(draft_uuid=str(uuid), principal=principal, basis=basis))


def next_part(conn: sa.Connection, uuid: UUID) -> int:
    """A file number never given out before, so that two uploads at once cannot meet."""
    conn.execute(sa.update(draft).filter_by(uuid=str(uuid)).values(parts=draft.c.parts + 1))
    return int(conn.execute(sa.select(draft.c.parts).filter_by(uuid=str(uuid))).scalar_one())


def add_file(conn: sa.Connection, uuid: UUID, part: int, values: Mapping[str, Any]) -> None:
    """``values``: size, attached_by, attached_at, scanned, searched."""
    conn.execute(sa.insert(item_file).values(item_uuid=str(uuid), part=part, **values))


def remove_file(conn: sa.Connection, uuid: UUID, part: int) -> bool:
    """False when there is no such file."""
    return conn.execute(sa.delete(item_file).filter_by(item_uuid=str(uuid), part=part)).rowcount == 1


def remove_files(conn: sa.Connection, *uuids: UUID) -> None:
    conn.execute(sa.delete(item_file).where(item_file.c.item_uuid.in_([str(uuid) for uuid in uuids])))


def sizes(conn: sa.Connection, uuids: Sequence[UUID]) -> dict[UUID, int]:
    """How many bytes the files of each of these have together."""
    column = item_file.c
    query = sa.select(column.item_uuid, sa.func.sum(column.size)).where(column.item_uuid.in_([str(u) for u in uuids]))
    found = {uuid: int(size) for uuid, size in conn.execute(query.group_by(column.item_uuid))}
    return {uuid: found.get(str(uuid), 0) for uuid in uuids}


def files(conn: sa.Connection, uuid: UUID) -> list[sa.Row[Any]]:
    """Rows of the files, in the order they were begun."""
    return list(conn.execute(sa.select(item_file).filter_by(item_uuid=str(uuid)).order_by(item_file.c.part)))
