"""Rows of links to identity providers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.store.bound import Bound
from identity.tables import person, provider_link

SUBJECT = "custodes/provider-subject/1"


@dataclass(frozen=True, slots=True)
class Link:
    """Whom of a provider's people an account is. ``says``: role and office id of what it said last they hold."""

    id: str
    person_id: str
    provider: str
    linked: datetime
    used: datetime | None = None
    says: tuple[tuple[str, str], ...] = ()


def subject(bound: Bound, issuer: str, name: str) -> str:
    """What a provider's person is known by here: their issuer and name under a key, which tells nobody who they are."""
    return bound.keyed(SUBJECT, issuer, name)


def of_person(conn: Connection, person_id: str) -> list[Link]:
    """By when they were made."""
    return _found(conn, provider_link.c.person_id == person_id)


def of_subject(conn: Connection, subject: str) -> Link | None:
    """The row is held until the unit of work ends."""
    return next(iter(_found(conn, provider_link.c.subject == subject, held=True)), None)


def find(conn: Connection, link_id: str) -> Link | None:
    return next(iter(_found(conn, provider_link.c.id == link_id)), None)


def add(conn: Connection, link: Link, subject: str) -> None:
    conn.execute(
        provider_link.insert().values(
            id=link.id,
            person_id=link.person_id,
            provider=link.provider,
            subject=subject,
            linked=link.linked,
            used=None,
            says="[]",
        )
    )


def use(conn: Connection, link_id: str, says: Sequence[tuple[str, str]], now: datetime) -> None:
    """Keep when it was used, and what the provider said."""
    values = {"used": now, "says": json.dumps(says)}
    conn.execute(provider_link.update().where(provider_link.c.id == link_id).values(**values))


def remove(conn: Connection, link_id: str) -> bool:
    """False when it was removed before."""
    return conn.execute(provider_link.delete().where(provider_link.c.id == link_id)).rowcount == 1


def digest(conn: Connection, person_id: str) -> str:
    """Over what of a person's links never changes; empty without any."""
    fixed = (provider_link.c.id, provider_link.c.provider, provider_link.c.subject, provider_link.c.linked)
    mine = provider_link.c.person_id == person_id
    rows = conn.execute(sa.select(*fixed).where(mine).order_by(provider_link.c.id)).all()
    parts = [f"{row.id} {row.provider} {row.subject} {row.linked.isoformat()}" for row in rows]
    return sha256("\n".join(parts).encode()).hexdigest() if parts else ""


def settle(conn: Connection, person_id: str) -> None:
    """Put the digest into the account's row, before the account is bound anew."""
    conn.execute(person.update().where(person.c.id == person_id).values(links=digest(conn, person_id)))


def _found(conn: Connection, *conditions: sa.ColumnElement[bool], held: bool = False) -> list[Link]:
    query = sa.select(provider_link).where(*conditions).order_by(provider_link.c.linked, provider_link.c.id)
    rows = conn.execute(query.with_for_update() if held else query).mappings()
    return [_link(row) for row in rows]


def _link(row: Any) -> Link:
    said = tuple((str(role), str(office)) for role, office in json.loads(row["says"]))
    return Link(row["id"], row["person_id"], row["provider"], row["linked"], row["used"], said)
