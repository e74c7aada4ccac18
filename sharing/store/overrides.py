"""Rows of breaking the glass: written here alone, as facts tell."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from sharing.model.override import Override
from sharing.tables.overrides import safety_override as table

_C = table.c
_SEALED = ("words", "review_words")


def add(conn: sa.Connection, found: Override, words: str) -> None:
    """Insert it unless it stands already. ``words`` as sealed."""
    if conn.execute(sa.select(sa.exists().where(_C.id == found.id))).scalar():
        return
    values = {name: getattr(found, name) for name in Override.__slots__ if name not in ("words",)}
    conn.execute(table.insert().values(**values, words=words, review_words=""))


def review(conn: sa.Connection, id_: str, finding: str, by: str, at: datetime, words: str) -> None:
    """What the review found."""
    values = {"finding": finding, "reviewed_by": by, "reviewed_at": at, "review_words": words}
    conn.execute(sa.update(table).where(_C.id == id_).values(values))


def find(conn: sa.Connection, *conditions: sa.ColumnElement[bool], limit: int = 200) -> list[Override]:
    """Those that meet all the conditions, newest first, words unopened."""
    query = sa.select(table).where(*conditions).order_by(_C.at.desc(), _C.id.desc()).limit(limit)
    return [_read(row) for row in conn.execute(query).mappings()]


def sealed(conn: sa.Connection, id_: str) -> dict[str, str]:
    """Its sealed words, by column."""
    return dict(conn.execute(sa.select(*(_C[name] for name in _SEALED)).where(_C.id == id_)).mappings().one())


def _read(row: sa.RowMapping) -> Override:
    return Override(**{key: value for key, value in row.items() if key not in _SEALED})
