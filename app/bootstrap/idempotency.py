"""What was answered to a request that carried an Idempotency-Key, kept in the transaction of the act itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# Nothing in clear and no guessable digest: `id` and `digest` are keyed, `body` is sealed (`app.http.idempotency`).
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # keyed digest of person and key
    sa.Column("digest", sa.LargeBinary(32), nullable=False),  # keyed digest of method, address and body
    sa.Column("created", Instant, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("location", sa.String(400), nullable=False),
    sa.Column("version", sa.Integer, nullable=True),  # for the ETag
)

KEPT_FOR = timedelta(days=7)


def forget(conn: sa.Connection, now: datetime) -> int:
    """Remove answers older than ``KEPT_FOR``; how many. For the clock: in an act it would meet every other act."""
    return conn.execute(sa.delete(idempotency).where(idempotency.c.created < now - KEPT_FOR)).rowcount
