"""Rows that wait for one person by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from identity.tables import appointment, person
from sharing.store.access import RECIPIENT, TIMED
from sharing.tables.items import draft, item, item_access


def named(conn: sa.Connection, principal: int, now: datetime) -> list[sa.Row[Any]]:
    """Items somebody is a named recipient of, that are still there: reference, state, recipients_only; oldest first."""
    return _held(conn, principal, (RECIPIENT,), now)


def granted(conn: sa.Connection, principal: int, now: datetime) -> list[sa.Row[Any]]:
    """The same of those they were granted sight of for a time, by somebody or by breaking the glass."""
    return _held(conn, principal, TIMED, now)


def _held(conn: sa.Connection, principal: int, bases: Sequence[str], now: datetime) -> list[sa.Row[Any]]:
    held = item_access.c
    asked = (
        sa.select(item.c.reference, item.c.state, item.c.recipients_only, item.c.id)
        .join(item_access, held.item_id == item.c.id)
        .where(held.principal == principal, held.basis.in_(bases))
        .where(held.valid_from <= now, now < held.valid_until, item.c.state.in_(("open", "closed")))
        .distinct()
        .order_by(item.c.id)
    )
    return list(conn.execute(asked))


def unreachable(conn: sa.Connection, sender: int, offices: Collection[int], now: datetime) -> list[sa.Row[Any]]:
    """RECIPIENTS ONLY items of this sender, or sent as one of these offices, with each named recipient who is gone.

    Gone is whoever is not active, or holds no appointment in force. Reference, id of the person, name; oldest first.
    """
    held, who, office = item_access.c, person.c, appointment.c
    in_force = sa.exists().where(office.person_id == who.id, office.valid_from <= now, now < office.valid_until)
    asked = (
        sa.select(item.c.reference, who.id.label("person"), who.name)
        .join(item_access, held.item_id == item.c.id)
        .join(person, who.principal == held.principal)
        .where(sa.or_(item.c.sender_id == sender, item.c.sender_office.in_(sorted(offices))))
        .where(item.c.recipients_only, item.c.state.in_(("open", "closed")), item.c.quarantined.is_(False))
        .where(held.basis == RECIPIENT, held.valid_from <= now, now < held.valid_until)
        .where(sa.or_(who.standing != "active", sa.not_(in_force)))
        .order_by(item.c.id, who.id)
    )
    return list(conn.execute(asked))


def drafts(conn: sa.Connection, principal: int) -> list[sa.Row[Any]]:
    """Drafts they did not send."""
    asked = (
        sa.select(draft.c.uuid, draft.c.office, draft.c.reply_to)
        .where(draft.c.author == principal)
        .order_by(draft.c.uuid)
    )
    return list(conn.execute(asked))


def take_over(conn: sa.Connection, uuid: str, principal: int) -> None:
    """The draft is this author's from now on."""
    conn.execute(sa.update(draft).filter_by(uuid=uuid).values(author=principal, version=draft.c.version + 1))
