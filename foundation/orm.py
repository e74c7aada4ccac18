"""One metadata for every room's tables, and the two column types that must never vary: instants and ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64-bit everywhere; SQLite autoincrements only a column typed INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Whole milliseconds since 1970, UTC. Exact: no float in between. Raises ValueError for a naive instant."""
    if instant.tzinfo is None:
        msg = "an instant needs its zone"
        raise ValueError(msg)
    return (instant - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant of whole milliseconds since 1970."""
    return _EPOCH + ms * _MS


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC, kept as epoch milliseconds so that SQL, Cedar and Python compare the same number."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_ms(int(value))
