"""Rows of markings that stand in files, and of whether their author said why."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from classification.rules.search import Found
from sharing.tables.items import file_marking, marking_reason


def why(part: int) -> str:
    """The sealed words that say why."""
    return f"marking-why/{part}"


def add(conn: sa.Connection, uuid: UUID, part: int, found: Iterable[Found]) -> None:
    """What stands in this file."""
    rows = [
        {"item_uuid": str(uuid), "part": part, "place": f.place, "says": f.says, "sure": f.sure, "above": f.above}
        for f in found
    ]
    if rows:
        conn.execute(sa.insert(file_marking), rows)


def found(conn: sa.Connection, uuid: UUID) -> dict[int, tuple[Found, ...]]:
    """By part, in the order of the places."""
    query = sa.select(file_marking).filter_by(item_uuid=str(uuid))
    by_part: dict[int, list[Found]] = {}
    for row in conn.execute(query.order_by(file_marking.c.part, file_marking.c.place, file_marking.c.says)):
        by_part.setdefault(row.part, []).append(Found(row.place, row.says, row.sure, row.above))
    return {part: tuple(each) for part, each in by_part.items()}


def explain(conn: sa.Connection, uuid: UUID, part: int, marking: str) -> None:
    """Why was said, while this marking was declared."""
    conn.execute(sa.delete(marking_reason).filter_by(item_uuid=str(uuid), part=part))
    conn.execute(sa.insert(marking_reason).values(item_uuid=str(uuid), part=part, marking=marking))


def explained(conn: sa.Connection, uuid: UUID) -> dict[int, str]:
    """The marking that was declared when why was said, by part."""
    rows = conn.execute(sa.select(marking_reason).filter_by(item_uuid=str(uuid)))
    return {row.part: row.marking for row in rows}


def drop(conn: sa.Connection, uuid: UUID, part: int) -> None:
    """Of a file that was taken off."""
    for table in (file_marking, marking_reason):
        conn.execute(sa.delete(table).filter_by(item_uuid=str(uuid), part=part))


def drop_all(conn: sa.Connection, *uuids: UUID) -> None:
    """Of drafts thrown away, and of items destroyed."""
    for table in (file_marking, marking_reason):
        conn.execute(sa.delete(table).where(table.c.item_uuid.in_([str(uuid) for uuid in uuids])))
