"""Rows of the blind index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from sharing.tables import item_subject


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
