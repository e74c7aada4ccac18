"""What somebody typed into a form and has not sent: kept sealed, theirs alone, until it is sent or a week is over.

No fact and in no backup: nobody has done anything yet. ``id`` and ``owner`` are keyed digests and ``body`` is sealed
(`app.http.unsent`), so that a copy of the rows says neither who types nor where.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.orm import Instant, metadata

unsent = sa.Table(
    "unsent",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # of person and address
    sa.Column("owner", sa.String(64), nullable=False, index=True),  # of the person
    sa.Column("saved", Instant, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

KEPT_FOR = timedelta(days=7)  # ours: over a weekend and a few days off
MOST = 20  # forms of one person; the oldest gives way

_KEEP = sa.text(
    "INSERT INTO unsent (id, owner, saved, body) VALUES (:id, :owner, :saved, :body) "
    "ON CONFLICT (id) DO UPDATE SET saved = excluded.saved, body = excluded.body"
).bindparams(sa.bindparam("saved", type_=Instant))


def keep(conn: sa.Connection, name: str, *, owner: str, body: str, now: datetime) -> None:
    """In place of what was kept of that form before."""
    conn.execute(_KEEP, {"id": name, "owner": owner, "saved": now, "body": body})
    newest = sa.select(unsent.c.id).filter_by(owner=owner).order_by(unsent.c.saved.desc(), unsent.c.id).limit(MOST)
    held = list(conn.execute(newest).scalars())
    conn.execute(sa.delete(unsent).where(unsent.c.owner == owner, unsent.c.id.not_in(held)))


def found(conn: sa.Connection, name: str, now: datetime) -> sa.Row[Any] | None:
    """What is kept of one form, if its week is not over."""
    return conn.execute(sa.select(unsent).where(unsent.c.id == name, unsent.c.saved > now - KEPT_FOR)).first()


def of(conn: sa.Connection, owner: str, now: datetime) -> Sequence[sa.Row[Any]]:
    """All of one person, the newest first."""
    mine = sa.select(unsent).where(unsent.c.owner == owner, unsent.c.saved > now - KEPT_FOR)
    return conn.execute(mine.order_by(unsent.c.saved.desc(), unsent.c.id)).all()


def forget(conn: sa.Connection, name: str, owner: str) -> bool:
    """Remove it; False where that person has nothing of that name."""
    return conn.execute(sa.delete(unsent).filter_by(id=name, owner=owner)).rowcount == 1


def sweep(conn: sa.Connection, now: datetime) -> int:
    """Remove what nobody came back for; how many. For the clock."""
    return conn.execute(sa.delete(unsent).where(unsent.c.saved <= now - KEPT_FOR)).rowcount
