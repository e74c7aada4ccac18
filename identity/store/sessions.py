"""Rows of sessions. Only the digest of a token is kept: reading the table opens nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import SessionView
from identity.store.bound import Bound
from identity.tables import ceremony, invitation, rate, session


def new_token() -> str:
    """256 random bits, safe in a URL and a header."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What of a token is kept, and what a session is called in the log."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def add(conn: Connection, bound: Bound, view: SessionView) -> None:
    values = {
        "token_hash": view.id,
        "person_id": view.person_id or None,
        "door": view.door,
        "stage": view.stage,
        "created": view.created,
        "seen": view.seen,
        "data": view.data,
    }
    conn.execute(session.insert().values(bound=bound.of_session(values), **values))


def find(conn: Connection, bound: Bound, session_id: str) -> SessionView | None:
    """Raises FactsAltered for one that sign-in did not make so."""
    row = conn.execute(session.select().where(session.c.token_hash == session_id)).mappings().first()
    if row is None:
        return None
    bound.session(row)
    return _view(row)


def of_person(conn: Connection, person_id: str) -> list[SessionView]:
    """Every session of a person, newest first."""
    rows = conn.execute(
        session.select()
        .where(session.c.person_id == person_id)
        .order_by(session.c.created.desc(), session.c.token_hash)
    )
    return [_view(row) for row in rows.mappings()]


def saw(conn: Connection, session_id: str, now: datetime) -> None:
    conn.execute(session.update().where(session.c.token_hash == session_id).values(seen=now))


def save(conn: Connection, session_id: str, data: str) -> bool:
    done = conn.execute(session.update().where(session.c.token_hash == session_id).values(data=data))
    return done.rowcount == 1


def end(conn: Connection, session_id: str) -> bool:
    """Remove one session; False when somebody ended it first."""
    return conn.execute(session.delete().where(session.c.token_hash == session_id)).rowcount == 1


def end_of_person(conn: Connection, person_id: str, *, but: str = "") -> int:
    """Remove every session of a person except the one called ``but``; how many there were."""
    done = conn.execute(session.delete().where(session.c.person_id == person_id, session.c.token_hash != but))
    return done.rowcount


def sweep(conn: Connection, *, seen_until: datetime, created_until: datetime, now: datetime) -> int:
    """Remove sessions not seen, or begun, since these instants, and what is out of date; how many sessions."""
    done = conn.execute(
        session.delete().where(sa.or_(session.c.seen <= seen_until, session.c.created <= created_until))
    )
    conn.execute(invitation.delete().where(invitation.c.until <= now))
    conn.execute(ceremony.delete().where(ceremony.c.until <= now))
    conn.execute(rate.delete().where(rate.c.clear <= now))
    return done.rowcount


def _view(row: sa.RowMapping) -> SessionView:
    return SessionView(
        id=row["token_hash"],
        person_id=row["person_id"] or "",
        door=row["door"],
        stage=row["stage"],
        created=row["created"],
        seen=row["seen"],
        data=row["data"],
    )
