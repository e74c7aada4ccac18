"""Rows of what was tried of late. One row for each account or address, held until its unit of work ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from foundation.actor import BEGINNING
from identity.tables import rate

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def take(conn: Connection, key: str) -> tuple[datetime, datetime | None]:
    """When it is clear, and when the log was told; made where there is none, even by two at once."""
    made = _INSERT[conn.dialect.name](rate).values(key=key, clear=BEGINNING, told=None)
    conn.execute(made.on_conflict_do_nothing())
    row = conn.execute(sa.select(rate.c.clear, rate.c.told).where(rate.c.key == key).with_for_update()).one()
    return row.clear, row.told


def put(conn: Connection, key: str, clear: datetime, told: datetime | None) -> None:
    conn.execute(rate.update().where(rate.c.key == key).values(clear=clear, told=told))
