"""Rows of the key store, which is a database of its own: a wrapped key must never stand in the application's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from foundation.orm import BigId, Instant

metadata = sa.MetaData()

object_key = sa.Table(
    "object_key",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("kek_id", sa.String(80), nullable=False, index=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("marking", sa.String(40), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.CheckConstraint("state in ('pending', 'live', 'disabled')", name="state"),
)

# The same data key bound to another marking, until the application has committed that it is marked so.
remarking = sa.Table(
    "remarking",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kek_id", sa.String(80), nullable=False, index=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("marking", sa.String(40), nullable=False),
    sa.Column("created", Instant, nullable=False),
    # A number given out twice would let a late act promote somebody else's row.
    sqlite_autoincrement=True,
)

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kek_id", sa.String(80), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("final_at", Instant, nullable=True),  # when every copy of the KEK is gone too: what may be certified
    sa.Column("settled", sa.Boolean, nullable=False, index=True),  # the application has committed that it knows
)

kek = sa.Table(
    "kek",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("seen", Instant, nullable=False),  # first met by this key store
    sa.Column("closed", Instant, nullable=True),  # from here nothing may be wrapped under it: it is to be destroyed
    sa.Column("gone", Instant, nullable=True),  # from when the keyring holds nothing of it
    sa.Column("told", sa.Boolean, nullable=False),  # the log says the last of these
)


@dataclass(frozen=True, slots=True)
class Key:
    """A wrapped data key and what is bound into its wrap."""

    item: UUID
    version: int
    body: str
    kek_id: str
    wrapped: bytes
    marking: str
    state: str
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Remarking:
    """The data key of an item version, wrapped for a marking that is not committed as far as is known."""

    id: int
    item: UUID
    version: int
    marking: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """That a key was destroyed: when, by whom (an id), for what reason (a code or reference)."""

    item: UUID
    version: int
    kek_id: str
    at: datetime
    by: str
    reason: str
    final_at: datetime | None
    settled: bool


@dataclass(frozen=True, slots=True)
class KekRow:
    """What the key store knows of a key that wraps."""

    id: str
    body: str
    seen: datetime
    closed: datetime | None
    gone: datetime | None
    told: bool


def row_of(key: Key) -> dict[str, Any]:
    """As the table takes it."""
    return {column.name: getattr(key, column.name) for column in object_key.columns} | {"item": str(key.item)}


def key_of(row: sa.Row[Any]) -> Key:
    """A row of ``object_key``. Its columns stand in the order of the fields."""
    item, *rest = tuple(row)
    return Key(UUID(item), *rest)


def erased_of(row: sa.Row[Any]) -> Erased:
    """A row of ``erased``, likewise."""
    item, *rest = tuple(row)
    return Erased(UUID(item), *rest)
