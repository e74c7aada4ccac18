"""How much stands at an office or with a group, as a number: for whoever decides on letting somebody in."""

from __future__ import annotations

import sqlalchemy as sa

from sharing.tables.items import item_access

CAP = 1000


def standing_at(conn: sa.Connection, principal: int, cap: int = CAP) -> int:
    """Items that name this office or group, never above ``cap`` + 1, which is to be read as “more than ``cap``”."""
    ids = sa.select(item_access.c.item_id).where(item_access.c.principal == principal).distinct().limit(cap + 1)
    return conn.execute(sa.select(sa.func.count()).select_from(ids.subquery())).scalar_one()
