"""Rows of the blind index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa

from sharing.tables.items import draft, draft_subject, item_subject


def index(conn: sa.Connection, item_id: int, entries: Iterable[bytes]) -> None:
    """Enter what this item is found by."""
    rows = [{"bidx": entry, "item_id": item_id} for entry in sorted(set(entries))]
    if rows:
        conn.execute(sa.insert(item_subject), rows)


def remove(conn: sa.Connection, item_ids: Collection[int]) -> None:
    """Let these be found no more."""
    conn.execute(sa.delete(item_subject).where(item_subject.c.item_id.in_(item_ids)))


def found_by(conn: sa.Connection, item_ids: Collection[int]) -> Mapping[int, frozenset[bytes]]:
    """What each of these items is found by; an item about nobody is left out."""
    found: dict[int, set[bytes]] = {}
    for bidx, item_id in conn.execute(
        sa.select(item_subject.c.bidx, item_subject.c.item_id).where(item_subject.c.item_id.in_(sorted(item_ids)))
    ):
        found.setdefault(item_id, set()).add(bidx)
    return {item_id: frozenset(entries) for item_id, entries in found.items()}


def carrying(conn: sa.Connection, entries: Collection[bytes]) -> frozenset[int]:
    """Every item found by any of these, whoever may see it."""
    query = sa.select(item_subject.c.item_id).where(item_subject.c.bidx.in_(sorted(entries)))
    return frozenset(conn.execute(query).scalars())


def index_draft(conn: sa.Connection, uuid: UUID, entries: Iterable[bytes]) -> None:
    """Enter what this draft is found by, and nothing it was found by before."""
    drop_drafts(conn, uuid)
    rows = [{"bidx": entry, "draft_uuid": str(uuid)} for entry in sorted(set(entries))]
    if rows:
        conn.execute(sa.insert(draft_subject), rows)


def drop_drafts(conn: sa.Connection, *uuids: UUID) -> None:
    """Let these drafts be found no more."""
    conn.execute(sa.delete(draft_subject).where(draft_subject.c.draft_uuid.in_([str(uuid) for uuid in uuids])))


def drafts_about(conn: sa.Connection, entries: Collection[bytes]) -> Mapping[int, int]:
    """How many drafts are found by any of these, by the office they are written in."""
    named = sa.select(draft_subject.c.draft_uuid).where(draft_subject.c.bidx.in_(sorted(entries)))
    rows = conn.execute(
        sa.select(draft.c.office, sa.func.count()).where(draft.c.uuid.in_(named)).group_by(draft.c.office)
    )
    return {int(office): int(number) for office, number in rows}
