"""Rows of the blind index."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from sharing.tables import item_subject


def index(conn: sa.Connection, item_id: int, entries: Iterable[bytes]) -> None:
    """Enter what this item is found by."""
    rows = [{"bidx": entry, "item_id": item_id} for entry in sorted(set(entries))]
    if rows:
        conn.execute(sa.insert(item_subject), rows)


def remove(conn: sa.Connection, item_id: int) -> None:
    """Let it be found no more."""
    conn.execute(sa.delete(item_subject).filter_by(item_id=item_id))
